//! Whether a success is as large as it looks, and has seen whole weeks.
//!
//! Does not: stand in its way; both only warn.

use jiff::ToSpan;
use jiff::civil::Date;

use super::look::days;
use super::precision::Precision;
use super::words::{percent, quoted, readable};
use super::{EstimateRow, Evidence, HealthRow, Outcome, State};
use crate::config::Experiment;

/// What is found with this power is 1.4 times as large as the truth on average, with less of it
/// more (type M errors: Gelman and Carlin 2014).
const ENOUGH_POWER: f64 = 0.5;

fn better(estimates: &[EstimateRow]) -> impl Iterator<Item = &EstimateRow> {
    estimates.iter().filter(|row| row.role == "primary" && row.state == State::Better)
}

/// The chance to have found the minimum effect with the precision so far, of every primary that is
/// better; nothing where the experiment names no such effect.
pub(super) fn power(
    experiment: &Experiment,
    evidence: &Evidence,
    estimates: &[EstimateRow],
) -> Vec<HealthRow> {
    let Some(effect) = experiment.test.minimum_effect else { return Vec::new() };
    let row = |found: &EstimateRow| {
        let power = Precision::of(experiment, evidence, found)?.power(effect)?;
        let (metric, treatment) = (readable(&found.metric), quoted(&found.treatment));
        let chance = format!(
            "a lift of {} in {metric} of {treatment} would be found with a chance of {}",
            percent(effect),
            percent(power)
        );
        let (outcome, detail) = match power < ENOUGH_POWER {
            true => (
                Outcome::Warn,
                format!(
                    "{chance} by now, so the lift that was found is probably larger than the true \
                     one; wait for more units before you count on its size"
                ),
            ),
            false => (Outcome::Pass, chance),
        };
        let row = HealthRow::new(&format!("power:{}", found.metric)).say(outcome, detail);
        Some(HealthRow { observed: Some(power), expected: Some(ENOUGH_POWER), ..row })
    };
    // Of several treatments, the one of which least is known.
    let mut rows: Vec<HealthRow> = Vec::new();
    for found in better(estimates).filter_map(row) {
        match rows.iter_mut().find(|known| known.check == found.check) {
            Some(known) if found.observed < known.observed => *known = found,
            Some(_) => {}
            None => rows.push(found),
        }
    }
    rows
}

/// A success in the middle of a week: weekdays differ, and some have counted once more.
pub(super) fn partial_week(
    experiment: &Experiment,
    estimates: &[EstimateRow],
    as_of: Date,
) -> Option<HealthRow> {
    better(estimates).next()?;
    let days = days(experiment, as_of);
    let row = HealthRow::new("partial_week");
    let row = HealthRow { observed: Some(f64::from(days % 7)), expected: Some(0.0), ..row };
    if days.is_multiple_of(7) {
        return Some(row.say(Outcome::Pass, "every weekday has counted as often".to_owned()));
    }
    let ends = as_of.checked_add((7 - i64::from(days % 7)).days()).unwrap_or(as_of);
    let detail = format!(
        "day {days} is in the middle of a week, in which some weekdays have counted once more; \
         the next whole week ends on {ends}"
    );
    Some(row.say(Outcome::Warn, detail))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::verdict::fixture::Night;

    fn line(night: &Night, check: &str) -> Option<String> {
        let rows = night.report().health;
        let row = rows.into_iter().find(|row| row.check == check)?;
        Some(format!("{}: {}", row.outcome.code(), row.detail))
    }

    #[test]
    fn what_is_found_with_little_power_is_told() {
        let mut night = Night::quiet().rate("activation_rate", "simplified", 0.44);
        night.experiment.test.minimum_effect = Some(0.02);
        let told = line(&night, "power:activation_rate").unwrap();
        assert!(
            told.starts_with("warn: a lift of 2 % in activation rate of `simplified`"),
            "{told}"
        );
        night.experiment.test.minimum_effect = Some(0.1);
        let told = line(&night, "power:activation_rate").unwrap();
        assert!(told.starts_with("pass: a lift of 10 % in activation rate"), "{told}");
        night.experiment.test.minimum_effect = None;
        assert_eq!(line(&night, "power:activation_rate"), None);
        assert_eq!(line(&Night::quiet(), "power:activation_rate"), None);
    }

    #[test]
    fn weeks_are_whole_or_not() {
        let night = Night::quiet().rate("activation_rate", "simplified", 0.44);
        insta::assert_snapshot!(line(&night, "partial_week").unwrap(), @"warn: day 10 is in the middle of a week, in which some weekdays have counted once more; the next whole week ends on 2026-10-14");
        let week = night.on(date(2026, 10, 14));
        assert!(line(&week, "partial_week").unwrap().starts_with("pass"));
        assert_eq!(line(&Night::quiet(), "partial_week"), None);
    }
}
