//! Which assignments and exposures there are.

use super::chance::Chance;
use super::experiments::{Experiment, HOLDOUT};
use super::setting::{DAY, HOUR, MICROS, Setting};
use super::table::{Table, Value};
use super::units::Unit;

/// When a unit met an experiment, by number of the unit.
pub(super) type Met = Vec<(usize, i64)>;

/// Both tables, each with a row that is about no experiment.
pub(super) fn tables(setting: &Setting) -> (Table, Table) {
    let at = setting.midnight(setting.start) + 12 * HOUR;
    let common = || {
        [
            ("experiment_key", text("other")),
            ("user_id", text("nobody")),
            ("variation", text("control")),
        ]
    };
    let [experiment, unit, variant] = common();
    let assignments = Table::new([
        experiment,
        unit,
        variant,
        ("assigned_at", Value::Instant(Some(at))),
        ("is_forced", Value::Flag(Some(true))),
        ("country", text("c0")),
        ("platform", text("web")),
        ("age", Value::Number(Some(30.5))),
    ]);
    let [experiment, unit, variant] = common();
    let exposures = Table::new([
        experiment,
        unit,
        variant,
        ("exposed_at", Value::Instant(Some(at))),
        ("is_forced", Value::Flag(Some(true))),
    ]);
    (assignments, exposures)
}

fn text(text: &str) -> Value {
    Value::Text(Some(text.to_owned()))
}

/// Appends the rows of one experiment.
pub(super) fn draw(
    setting: &Setting,
    experiment: &Experiment,
    units: &[Unit],
    chance: &mut Chance,
    (assignments, exposures): (&mut Table, &mut Table),
    met: &mut Met,
) {
    let edges = edges(setting, experiment);
    for (number, unit) in units.iter().enumerate() {
        let promised = promised(experiment, chance);
        if chance.happens(0.93) {
            for row in 0..chance.one_of(&[1, 1, 1, 1, 1, 2]) {
                let variant = if row == 0 { promised } else { any(experiment, chance) };
                let at = instant(setting, experiment, &edges, chance);
                met.push((number, at));
                let row = row_of(experiment, unit, variant, at, setting.forced[0], chance);
                let [key, who, variant, at, forced] = row;
                let country = Value::Text(unit.country.clone());
                let platform = Value::Text(unit.platform.clone());
                let age = Value::Number(unit.age);
                assignments.push([key, who, variant, at, forced, country, platform, age]);
            }
        }
        let counts = experiment.file.basis.is_none();
        for _ in 0..chance.one_of(&[0, 1, 1, 1, 2, 3]) {
            let disagrees = chance.happens(0.06);
            let variant = if disagrees { any(experiment, chance) } else { promised };
            let variant = if variant == HOLDOUT && !counts { promised } else { variant };
            let at = instant(setting, experiment, &edges, chance);
            met.push((number, at));
            let may_force = setting.forced[1] && counts;
            exposures.push(row_of(experiment, unit, variant, at, may_force, chance));
        }
    }
}

fn promised(experiment: &Experiment, chance: &mut Chance) -> &'static str {
    let mut point = chance.number(0.0, 100.0);
    for variant in &experiment.file.variants {
        if point < variant.weight {
            return variant.key;
        }
        point -= variant.weight;
    }
    "control"
}

/// A variant, or a word that is none.
fn any(experiment: &Experiment, chance: &mut Chance) -> &'static str {
    let variants: Vec<_> = experiment.file.variants.iter().map(|one| one.key).collect();
    match chance.whole(0, 6) {
        0 => HOLDOUT,
        1 => chance.one_of(&["Control", "control ", "zzz"]),
        _ => chance.one_of(&variants),
    }
}

/// Experiment, unit, variant, instant, forced: one in thirty of each is not there.
///
/// A forced row has all that a row needs, and the variant of an experiment.
fn row_of(
    experiment: &Experiment,
    unit: &Unit,
    variant: &'static str,
    at: i64,
    may_force: bool,
    chance: &mut Chance,
) -> [Value; 5] {
    let is_variant = experiment.file.variants.iter().any(|one| one.key == variant);
    let is_forced = may_force && is_variant && chance.happens(0.04);
    let mut some = |text: &str| {
        let is_there = is_forced || !chance.happens(0.015);
        Value::Text(is_there.then(|| text.to_owned()))
    };
    let (key, who, variant) = (some(&experiment.key), some(&unit.key), some(variant));
    let at = Value::Instant((is_forced || !chance.happens(0.015)).then_some(at));
    let not_forced = chance.one_of(&[Some(false), Some(false), None]);
    [key, who, variant, at, Value::Flag(if is_forced { Some(true) } else { not_forced })]
}

/// Midnights at which something begins or ends.
fn edges(setting: &Setting, experiment: &Experiment) -> Vec<i64> {
    let file = &experiment.file;
    let mut days =
        vec![file.start, file.end, setting.as_of, super::setting::later(setting.as_of, 1)];
    days.extend(file.enroll_until.map(|day| day.0));
    days.extend(file.phases.iter().map(|phase| phase.from));
    days.into_iter().map(|day| setting.midnight(day)).collect()
}

/// Around the time of an experiment, now and then on an edge, or when nobody lived.
fn instant(setting: &Setting, experiment: &Experiment, edges: &[i64], chance: &mut Chance) -> i64 {
    let start = setting.midnight(experiment.file.start);
    let length = setting.midnight(experiment.file.end) - start;
    match chance.whole(0, 100) {
        0..10 => chance.one_of(edges) + chance.whole(-1, 2) * MICROS,
        10 => chance.one_of(&[0, 3_639_081_600_000_000]),
        _ => chance.whole(start - DAY / 2, start + length / 2 + DAY),
    }
}
