//! What `metrics.toml` says.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chance::Chance;
use super::setting::Setting;

/// Windows that every experiment is long enough for; the last ones begin late.
const WINDOWS: [&str; 9] = ["1d", "36h", "3d", "4d", "45s", "30m", "1d..3d", "30m..12h", "2d..4d"];
const SPANS: [&str; 5] = ["14d", "7d", "2d", "12h", "45s"];
const EVENTS: [&str; 4] = ["view", "cart", "purchase", "never"];
const PREDICATES: [&str; 6] = [
    "currency = 'EUR'",
    "amount > 10",
    "NOT (amount > 10)",
    "currency IS NULL",
    "quantity >= 2 AND currency = 'EUR'",
    "currency <> 'EUR' OR amount < 5",
];

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Metric {
    #[serde(skip)]
    pub(super) key: String,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    predicate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    better: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maturity: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<Cap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    covariate: Option<Covariate>,
}

/// A step of a funnel: the name of an event, or a filter.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Step {
    Event(String),
    Filter {
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        #[serde(rename = "where")]
        predicate: String,
    },
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
enum Cap {
    At(f64),
    Quantile(f64),
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Covariate {
    Before(String),
    Metric { metric: String, window: String },
    Attribute { attribute: &'static str },
}

/// `metrics.toml`.
pub(super) fn file(metrics: &[Metric]) -> BTreeMap<&'static str, BTreeMap<&str, &Metric>> {
    let by_key = metrics.iter().map(|metric| (metric.key.as_str(), metric)).collect();
    BTreeMap::from([("metrics", by_key)])
}

pub(super) fn draw(setting: &Setting, chance: &mut Chance) -> Vec<Metric> {
    let kinds = [
        "conversion",
        "count",
        "sum",
        "sum",
        "max",
        "distinct",
        "retention",
        "quantile",
        "funnel",
        "conversion",
        "count",
    ];
    let kinds = chance.some_of(&kinds, 6);
    let mut metrics: Vec<Metric> = Vec::new();
    for (number, kind) in kinds.into_iter().enumerate() {
        let key = format!("{kind}-{number}");
        let mut metric = Metric { key, kind, better: better(chance), ..Metric::default() };
        facts(setting, &mut metric, chance);
        numbers(&mut metric, chance);
        sharpen(setting, &mut metric, &metrics, chance);
        metrics.push(metric);
    }
    for number in 0..chance.whole(0, 3) {
        metrics.extend(ratio(setting, number, &metrics, chance));
    }
    metrics
}

fn better(chance: &mut Chance) -> &'static str {
    chance.one_of(&["higher", "higher", "lower"])
}

/// Which facts count.
fn facts(setting: &Setting, metric: &mut Metric, chance: &mut Chance) {
    let others = [("visits", setting.has_visits), ("users", setting.has_users)];
    let others: Vec<_> = others.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
    let is_anywhere = !matches!(metric.kind, "funnel" | "retention");
    let source = match is_anywhere && chance.happens(0.3) {
        true => others.first().map_or("events", |_| chance.one_of(&others)),
        false => "events",
    };
    metric.source = (!others.is_empty()).then_some(source);
    match source {
        "events" => {
            let event = chance.maybe(0.8, |chance| chance.text(&EVENTS));
            metric.event = event.filter(|_| metric.kind != "funnel");
            // A quantile needs many facts to have a variance.
            let picky = if metric.kind == "quantile" { 0.1 } else { 0.35 };
            metric.predicate = chance.maybe(picky, |chance| chance.text(&PREDICATES));
        }
        "visits" => metric.predicate = chance.maybe(0.3, |_| "pages > 2".to_owned()),
        _ => metric.predicate = chance.maybe(0.5, |_| "visits > 1".to_owned()),
    }
    if source != "users" {
        let window = chance.text(&WINDOWS);
        let often = if metric.kind == "quantile" { 0.3 } else { 0.7 };
        metric.window = (metric.kind == "retention" || chance.happens(often)).then_some(window);
    }
}

/// What is made of them.
fn numbers(metric: &mut Metric, chance: &mut Chance) {
    let values: &[&str] = match (metric.source.unwrap_or("events"), metric.kind) {
        ("events", "distinct") => &["currency", "quantity", "amount"],
        ("events", _) => &["amount", "quantity", "amount * quantity", "quantity + 1", "-amount"],
        ("visits", _) => &["pages", "seconds"],
        _ => &["visits"],
    };
    if matches!(metric.kind, "sum" | "max" | "distinct" | "quantile") {
        metric.value = Some(chance.text(values));
    }
    match metric.kind {
        "conversion" => metric.at_least = chance.maybe(0.4, |chance| chance.whole(1, 4)),
        "quantile" => {
            metric.level = Some(chance.one_of(&[0.5, 0.9, 0.25, 0.75]));
            metric.of = chance.one_of(&[None, Some("units"), Some("facts"), Some("facts")]);
        }
        "funnel" => metric.steps = steps(chance),
        _ => {}
    }
}

/// Two to four steps, now and then the same twice.
fn steps(chance: &mut Chance) -> Vec<Step> {
    let mut steps = Vec::new();
    for _ in 0..chance.whole(2, 5) {
        let step = match chance.whole(0, 8) {
            0 => Step::Filter { event: None, predicate: "amount > 10".to_owned() },
            1 | 2 => {
                let event = Some(chance.text(&EVENTS[..3]));
                Step::Filter { event, predicate: chance.text(&PREDICATES[..2]) }
            }
            _ => Step::Event(chance.text(&EVENTS[..3])),
        };
        let again = steps.last().cloned().filter(|_| chance.happens(0.2));
        steps.push(again.unwrap_or(step));
    }
    steps
}

/// Cap, covariate, maturity.
fn sharpen(setting: &Setting, metric: &mut Metric, before: &[Metric], chance: &mut Chance) {
    if matches!(metric.kind, "sum" | "count" | "max" | "distinct") {
        metric.cap = chance.maybe(0.35, |chance| match chance.happens(0.5) {
            true => Cap::At(chance.one_of(&[0.5, 2.0, 20.0, 100.0])),
            false => Cap::Quantile(chance.one_of(&[0.5, 0.9, 0.99, 0.999, 1.0])),
        });
    }
    if metric.takes_covariate() {
        let has_time = metric.source != Some("users");
        metric.covariate = covariate(setting, has_time, before, chance);
    }
    let has_end = metric.window.is_some() && metric.kind != "retention";
    metric.maturity = chance.maybe(0.35, maturity).filter(|_| has_end);
}

fn maturity(chance: &mut Chance) -> &'static str {
    chance.one_of(&["matured", "matured", "all"])
}

fn covariate(
    setting: &Setting,
    has_time: bool,
    before: &[Metric],
    chance: &mut Chance,
) -> Option<Covariate> {
    let others = before.iter().filter(|other| other.is_plain());
    let others: Vec<_> = others.map(|other| other.key.clone()).collect();
    match chance.whole(0, 10) {
        0..3 if has_time => Some(Covariate::Before(chance.text(&SPANS))),
        3 => Some(Covariate::Before("none".to_owned())),
        4 if has_time && !others.is_empty() => {
            Some(Covariate::Metric { metric: chance.one_of(&others), window: chance.text(&SPANS) })
        }
        5 if has_time && setting.has_assignments => Some(Covariate::Attribute { attribute: "age" }),
        _ => None,
    }
}

/// Two metrics that count, add or take the largest, of any sources.
fn ratio(
    setting: &Setting,
    number: i64,
    metrics: &[Metric],
    chance: &mut Chance,
) -> Option<Metric> {
    let fits = |metric: &&Metric| matches!(metric.kind, "conversion" | "count" | "sum" | "max");
    let parts: Vec<&Metric> = metrics.iter().filter(fits).collect();
    let [above, below] = chance.some_of(&parts, 2).try_into().ok()?;
    let have_time = above.source != Some("users") && below.source != Some("users");
    let plain: Vec<Metric> = metrics.iter().filter(|one| one.is_plain()).cloned().collect();
    let have_end = above.window.is_some() && below.window.is_some();
    Some(Metric {
        key: format!("ratio-{number}"),
        kind: "ratio",
        better: better(chance),
        numerator: Some(above.key.clone()),
        denominator: Some(below.key.clone()),
        covariate: covariate(setting, have_time, &plain, chance),
        maturity: chance.maybe(0.5, maturity).filter(|_| have_end),
        ..Metric::default()
    })
}

impl Metric {
    fn takes_covariate(&self) -> bool {
        matches!(self.kind, "conversion" | "count" | "sum" | "max" | "distinct")
    }

    /// Whether it may be the covariate of another.
    fn is_plain(&self) -> bool {
        self.takes_covariate() && self.source != Some("users")
    }
}
