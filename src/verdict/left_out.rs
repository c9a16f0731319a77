//! Whether as many units are left out of every variant.

use super::joined::most_different;
use super::split::BY_CHANCE;
use super::words::{count, list, quoted};
use super::{Evidence, HealthRow, Outcome};
use crate::config::Experiment;

/// Reasons that a treatment should have no part in. By hand somebody is put where he is not
/// already, so forced units lean to one side; crossovers have their own check.
const COMPARED: [&str; 2] = ["not_in_audience", "no_entry"];

/// Units that were left out and those that were not, variant by variant. Phases mix variants in
/// other shares, and units come to them with less time left: then nothing is compared.
pub(super) fn left_out(experiment: &Experiment, evidence: &Evidence) -> Vec<HealthRow> {
    let is_one_phase = experiment.phases.len() == 1;
    let reasons = COMPARED.into_iter().filter(|_| is_one_phase);
    reasons.filter_map(|reason| of_reason(experiment, evidence, reason)).collect()
}

fn of_reason(experiment: &Experiment, evidence: &Evidence, reason: &str) -> Option<HealthRow> {
    let left_out = evidence.left_out.get(reason)?;
    let variants = || experiment.variants.iter().map(|variant| variant.key.as_str());
    let of = |variant: &str| {
        let some = left_out.get(variant).copied().unwrap_or(0);
        (evidence.units_of(variant).saturating_add(some), some)
    };
    let counts: Vec<(u64, u64)> = variants().map(of).collect();
    let (_, p_value) = most_different(&counts)?;
    let fails = p_value < BY_CHANCE;
    let each = variants().zip(&counts).map(|(variant, (units, some))| {
        format!("{} of {} in {}", count(*some), count(*units), quoted(variant))
    });
    let seen = format!("units left out as `{reason}`: {}", list(&each.collect::<Vec<_>>()));
    let detail = match fails {
        true => format!("{seen}; look at whether the treatment decides who is left out"),
        false => seen,
    };
    let row = HealthRow::new(&format!("left_out:{reason}"));
    let row = row.say(if fails { Outcome::Fail } else { Outcome::Pass }, detail);
    Some(HealthRow { p_value: Some(p_value), ..row })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::verdict::Outcome;
    use crate::verdict::fixture::Night;

    fn outcome(reason: &str, control: u64, simplified: u64) -> Option<(Outcome, String)> {
        let mut night = Night::quiet();
        let units = [("control", control), ("simplified", simplified)];
        let units = units.map(|(variant, units)| (variant.to_owned(), units));
        night.evidence.left_out.insert(reason.to_owned(), BTreeMap::from(units));
        let rows = night.report().health;
        let row = rows.into_iter().find(|row| row.check == format!("left_out:{reason}"))?;
        Some((row.outcome, row.detail))
    }

    #[test]
    fn a_treatment_that_decides_who_is_left_out_is_told() {
        let (found, detail) = outcome("no_entry", 500, 700).unwrap();
        assert_eq!(found, Outcome::Fail);
        insta::assert_snapshot!(detail, @"units left out as `no_entry`: 500 of 10,500 in `control` and 700 of 10,700 in `simplified`; look at whether the treatment decides who is left out");
        assert_eq!(outcome("no_entry", 500, 540).unwrap().0, Outcome::Pass);
        assert_eq!(outcome("forced", 500, 700), None);
    }
}
