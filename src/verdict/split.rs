//! Whether units met the variants that they should.

use super::words::{count, counted, percent, quoted};
use super::{Evidence, HealthRow, Outcome};
use crate::config::{Crossovers, Experiment, Variant};
use crate::stats::sample_ratio;

/// Below this, chance is no explanation (GrowthBook's threshold).
pub(super) const BY_CHANCE: f64 = 0.001;
const MAX_CROSSOVERS: f64 = 0.01;
const MAX_UNKNOWN: f64 = 0.001;
const MAX_MISMATCH: f64 = 0.01;
/// With seven units expected, none at all has a chance below 0.001.
const SURE_TO_HAVE_SOME: f64 = 7.0;

/// A variant that nobody met, although somebody should have by now.
pub(super) fn empty_arm(experiment: &Experiment, evidence: &Evidence) -> HealthRow {
    let row = HealthRow::new("empty_arm");
    let whole = evidence.units();
    if whole == 0 {
        let detail = format!("nobody has met `{}`; look at its exposure source", experiment.key);
        return HealthRow { observed: Some(0.0), ..row.say(Outcome::Fail, detail) };
    }
    let shares = super::balance::shares(experiment, evidence);
    let mut variants = experiment.variants.iter().zip(shares);
    let Some((variant, share)) = variants.find(|(v, _)| evidence.units_of(&v.key) == 0) else {
        return row.say(Outcome::Pass, "every variant has units".to_owned());
    };
    let expected = whole as f64 * share;
    let sure = expected >= SURE_TO_HAVE_SOME;
    let detail = format!(
        "variant `{}` has no units where {} were expected; look at whether it is served at all",
        variant.key,
        count(expected.round() as u64)
    );
    let outcome = if sure { Outcome::Fail } else { Outcome::Warn };
    HealthRow { observed: Some(0.0), expected: Some(expected), ..row.say(outcome, detail) }
}

/// Units that met more than one variant, and whether they left one variant more often.
pub(super) fn crossovers(experiment: &Experiment, evidence: &Evidence) -> Option<HealthRow> {
    let counts = evidence.crossovers.as_ref()?;
    let left_out = match experiment.crossovers {
        Crossovers::Exclude => counts.units,
        Crossovers::First => 0,
    };
    let share = part(counts.units, evidence.units().saturating_add(left_out));
    let first = |v: &Variant| counts.by_first.get(&v.key).copied().unwrap_or(0);
    let by_first: Vec<u64> = experiment.variants.iter().map(first).collect();
    let shares = super::balance::shares(experiment, evidence);
    let p_value = sample_ratio(&by_first, &shares).ok().map(|ratio| ratio.p_value);
    let lopsided = p_value.is_some_and(|p| p < BY_CHANCE);
    let who =
        format!("{} ({}) met more than one variant", counted(counts.units, "unit"), percent(share));
    let (outcome, detail) = if share >= MAX_CROSSOVERS {
        (Outcome::Fail, format!("{who}; look at whether the unit is the one that is randomised"))
    } else if lopsided {
        let sides = units_by_variant(&experiment.variants, &by_first);
        (Outcome::Fail, format!("{who}, and not evenly: first met {sides}; look at the redirects"))
    } else {
        (Outcome::Pass, who)
    };
    let row = HealthRow::new("crossovers").say(outcome, detail);
    Some(HealthRow { observed: Some(share), expected: Some(MAX_CROSSOVERS), p_value, ..row })
}

/// Exposures to a variant that the experiment does not have.
pub(super) fn unknown_variants(evidence: &Evidence) -> Option<HealthRow> {
    let counts = evidence.exposures.as_ref()?;
    let share = part(counts.unknown_variant, counts.rows);
    let fails = share > MAX_UNKNOWN;
    let hint = match counts.unknown_names.as_slice() {
        [] => String::new(),
        names => format!(": {}", names.join(", ")),
    };
    let detail = format!(
        "{} ({}) with a variant that the experiment does not have{hint}",
        counted(counts.unknown_variant, "exposure"),
        percent(share)
    );
    let outcome = if fails { Outcome::Fail } else { Outcome::Pass };
    let row = HealthRow::new("unknown_variants").say(outcome, detail);
    Some(HealthRow { observed: Some(share), expected: Some(MAX_UNKNOWN), ..row })
}

/// Exposed units that disagree with their assignment or have none.
pub(super) fn assignment_mismatch(evidence: &Evidence) -> Option<HealthRow> {
    let counts = evidence.mismatches?;
    let units = counts.disagreeing.saturating_add(counts.unassigned);
    let share = part(units, evidence.units().saturating_add(counts.unassigned));
    let (outcome, hint) = match units {
        0 => (Outcome::Pass, ""),
        _ if share > MAX_MISMATCH => (Outcome::Fail, "; look at who else decides on the variant"),
        _ => (Outcome::Warn, ""),
    };
    let detail = format!(
        "{} met another variant than the assigned one, {} met the experiment unassigned{hint}",
        counted(counts.disagreeing, "unit"),
        count(counts.unassigned)
    );
    let row = HealthRow::new("assignment_mismatch").say(outcome, detail);
    Some(HealthRow { observed: Some(share), expected: Some(MAX_MISMATCH), ..row })
}

/// 0 of 0 is nothing wrong; something of 0 is all wrong.
pub(super) fn part(some: u64, whole: u64) -> f64 {
    match (some, whole) {
        (0, _) => 0.0,
        (_, 0) => 1.0,
        (some, whole) => some as f64 / whole as f64,
    }
}

/// "5,210 units in `control` and 4,790 in `simplified`".
pub(super) fn units_by_variant(variants: &[Variant], units: &[u64]) -> String {
    let one = |(i, (variant, units)): (usize, (&Variant, &u64))| {
        let number = if i == 0 { counted(*units, "unit") } else { count(*units) };
        format!("{number} in {}", quoted(&variant.key))
    };
    super::words::list(&variants.iter().zip(units).enumerate().map(one).collect::<Vec<_>>())
}

/// "50/50", "90/5/5", "33.3/33.3/33.3".
pub(super) fn promised(shares: &[f64]) -> String {
    shares.iter().map(|share| super::words::short(100.0 * share)).collect::<Vec<_>>().join("/")
}
