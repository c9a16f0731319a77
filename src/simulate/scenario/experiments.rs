//! What a file in `experiments/` says.

use jiff::civil::Date;
use serde::Serialize;

use super::chance::Chance;
use super::metrics::Metric;
use super::setting::{Setting, later};

/// Words in the variant column that are no variant, where an experiment has them.
pub(super) const HOLDOUT: &str = "holdout";

/// An experiment, and what is not in its file.
pub(super) struct Experiment {
    pub(super) key: String,
    pub(super) file: File,
}

#[derive(Serialize)]
pub(super) struct File {
    #[serde(with = "crate::simulate::date")]
    pub(super) start: Date,
    #[serde(with = "crate::simulate::date")]
    pub(super) end: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enroll_until: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crossovers: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) holdout: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    segments: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Entry>,
    pub(super) variants: Vec<Variant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) phases: Vec<Phase>,
    metrics: Roles,
}

#[derive(Clone, Copy, Serialize)]
#[serde(transparent)]
pub(super) struct Day(#[serde(with = "crate::simulate::date")] pub(super) Date);

#[derive(Serialize)]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    predicate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Variant {
    pub(super) key: &'static str,
    pub(super) weight: f64,
    control: bool,
}

#[derive(Serialize)]
pub(super) struct Phase {
    #[serde(with = "crate::simulate::date")]
    pub(super) from: Date,
    weights: std::collections::BTreeMap<&'static str, f64>,
}

#[derive(Serialize)]
struct Roles {
    primary: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guardrail: Vec<String>,
}

pub(super) fn draw(setting: &Setting, metrics: &[Metric], chance: &mut Chance) -> Vec<Experiment> {
    let count = setting.experiments;
    (0..count).map(|number| experiment(setting, number, metrics, chance)).collect()
}

fn experiment(
    setting: &Setting,
    number: usize,
    metrics: &[Metric],
    chance: &mut Chance,
) -> Experiment {
    // The first one has begun on the day in question.
    let start = later(setting.start, if number == 0 { 0 } else { chance.whole(-3, 4) });
    let length = chance.whole(4, 13);
    let keys: &[&str] = chance.one_of(&[&["control", "a"][..], &["control", "a", "b"]]);
    let enrolling = chance.maybe(0.3, |chance| chance.whole(1, length + 1));
    let both = setting.has_assignments && setting.has_exposures;
    let basis = chance.maybe(0.25, |_| "assignment").filter(|_| both);
    let is_met_at = setting.assigned_at || (setting.has_exposures && basis.is_none());
    let phases = phases(keys, start, enrolling.unwrap_or(length), chance);
    let file = File {
        start,
        end: later(start, length),
        enroll_until: enrolling.map(|days| Day(later(start, days))),
        basis,
        crossovers: chance.maybe(0.3, |_| "first"),
        audience: chance.maybe(0.25, audience).filter(|_| setting.has_assignments),
        holdout: chance.maybe(0.25, |_| vec![HOLDOUT, "none"]).unwrap_or_default(),
        segments: segments(setting, chance),
        entry: chance.maybe(0.25, |chance| entry(setting, chance)).flatten(),
        variants: variants(keys, chance),
        phases: if is_met_at { phases } else { Vec::new() },
        metrics: roles(metrics, number, chance),
    };
    Experiment { key: format!("exp-{number}"), file }
}

fn audience(chance: &mut Chance) -> String {
    chance.text(&[
        "country = 'c1' AND platform <> 'web'",
        "age > 20",
        "country IS NOT NULL",
        "platform IN ('web', 'ios') OR age < 20",
        "NOT (platform = 'web')",
    ])
}

fn segments(setting: &Setting, chance: &mut Chance) -> Vec<&'static str> {
    let most = if setting.has_assignments && chance.happens(0.4) { chance.whole(1, 3) } else { 0 };
    chance.some_of(&["country", "platform"], most as usize)
}

/// Facts that admit units: of a source whose clock is trusted.
fn entry(setting: &Setting, chance: &mut Chance) -> Option<Entry> {
    let source = match (setting.has_visits && chance.happens(0.3), setting.clock_skew) {
        (true, _) => "visits",
        (false, None) => "events",
        (false, Some(_)) => return None,
    };
    let (predicate, has_event) = match source {
        "events" => ("amount > 5", chance.happens(0.8)),
        _ => ("pages > 1", false),
    };
    let has_predicate = !has_event || chance.happens(0.3);
    Some(Entry {
        event: has_event.then(|| chance.text(&["view", "cart"])),
        predicate: has_predicate.then(|| predicate.to_owned()),
        source: setting.has_visits.then_some(source),
        window: chance.maybe(0.6, |chance| chance.text(&["1d", "12h", "45s", "30m..2d"])),
    })
}

fn variants(keys: &[&'static str], chance: &mut Chance) -> Vec<Variant> {
    let weights = weights(keys, false, chance);
    let variants = keys.iter().zip(weights);
    variants.map(|(key, weight)| Variant { key, weight, control: *key == "control" }).collect()
}

/// Percent by variant, control first; in a later phase one may have none.
fn weights(keys: &[&'static str], is_later: bool, chance: &mut Chance) -> Vec<f64> {
    let choices: &[&[f64]] = match (keys.len(), is_later) {
        (2, _) => &[&[50.0, 50.0], &[90.0, 10.0], &[30.0, 70.0]],
        (_, false) => &[&[40.0, 30.0, 30.0], &[80.0, 10.0, 10.0]],
        _ => &[&[50.0, 50.0, 0.0], &[40.0, 0.0, 60.0], &[34.0, 33.0, 33.0]],
    };
    chance.one_of(choices).to_vec()
}

/// Later phases, each within the days on which units enroll.
fn phases(keys: &[&'static str], start: Date, days: i64, chance: &mut Chance) -> Vec<Phase> {
    let count = if days > 1 && chance.happens(0.3) { chance.whole(1, 3) } else { 0 };
    let mut days: Vec<i64> = (0..count).map(|_| chance.whole(1, days)).collect();
    days.sort_unstable();
    days.dedup();
    let weights = |chance: &mut Chance| {
        let weights = weights(keys, true, chance);
        keys.iter().copied().zip(weights).collect()
    };
    days.into_iter()
        .map(|day| Phase { from: later(start, day), weights: weights(chance) })
        .collect()
}

/// The first experiment has all metrics, the others some.
fn roles(metrics: &[Metric], number: usize, chance: &mut Chance) -> Roles {
    let keys: Vec<String> = metrics.iter().map(|metric| metric.key.clone()).collect();
    let most = if number == 0 { keys.len() } else { 3 };
    let mut keys = chance.some_of(&keys, most);
    let guardrail = keys.pop().filter(|_| keys.len() > 1 && chance.happens(0.5));
    let secondary = if keys.len() > 1 { keys.split_off(1) } else { Vec::new() };
    Roles { primary: keys, secondary, guardrail: guardrail.into_iter().collect() }
}
