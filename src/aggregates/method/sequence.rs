//! Tests that may be looked at whenever one likes.

use super::Pair;
use super::effect::{Found, Level, effects};
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::lookup::Lookup;
use crate::error::Problem;
use crate::stats::{DEFAULT_TUNING, Effect, Missing, Mixture, Rho, Sequence, normal};

/// The asymptotic confidence sequence.
pub fn confidence_sequence(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let tuning = tuning(&pair.options)?;
    let kinds = [("exact", Rho::Exact), ("growthbook", Rho::GrowthBook)];
    let kind = pair.options.choice("rho", &kinds)?;
    let found = effects(pair, |effect, level| {
        let sequence = Sequence::new(level.stated_alpha, tuning, kind).at_level(level.alpha);
        let test = sequence.test(effect, level.null, level.alternative)?;
        let statistic = effect.statistic(level.null);
        let mut found = Found::from(test);
        found.add("log_e_value", sequence.log_e_value(statistic, effect.units));
        Ok(found)
    })?;
    let level = Level::new(&pair.options)?;
    let sided = 2.0 * level.alternative.tail(level.alpha);
    let mut fields = at_every_look();
    fields.number("tuning", tuning).number("rho", Sequence::new(sided, tuning, kind).rho());
    if let Some(inflation) = inflation(&found, &level) {
        fields.number("inflation", inflation);
    }
    fields.extend(found);
    Ok(fields)
}

fn at_every_look() -> Fields {
    let mut fields = Fields::default();
    fields.put("valid", "at every look");
    fields
}

/// Units of both arms at which the sequence is tightest: `tuning`, else the `target`.
fn tuning(options: &Lookup<'_>) -> Result<f64, Problem> {
    let stated = options.positive("tuning")?.or(options.positive("target")?);
    Ok(stated.unwrap_or(DEFAULT_TUNING))
}

/// Width of the interval over that of a z-test.
fn inflation(found: &Fields, level: &Level) -> Option<f64> {
    let get = |name: &str| found.get_number(name).filter(|number| number.is_finite());
    let end = get("upper").or(get("lower"))?;
    let reach = (end - get("effect")?).abs() / get("std_error")?;
    Some(reach / normal::upper_quantile(level.alternative.tail(level.alpha)))
}

/// The mixture sequential probability ratio test.
pub fn mixture(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let stated = pair.options.positive("tau_squared")?;
    let smallest = pair.options.positive("minimum_effect")?;
    let tuning = tuning(&pair.options)?;
    // `tau` is in the metric's unit, so it shrinks with the unit of a lift.
    let mixture = |effect: &Effect, level: &Level| match (stated, smallest) {
        (Some(squared), _) => Mixture::new(squared / (level.unit * level.unit)),
        (None, Some(smallest)) => Mixture::of_effect(smallest / level.unit),
        (None, None) => Mixture::tightest_at(tuning, level.stated_alpha, level.alternative, effect),
    };
    let found = effects(pair, |effect, level| -> Result<Found, Missing> {
        let mixture = mixture(effect, level)?;
        let mut found =
            Found::from(mixture.test(effect, level.null, level.alternative, level.alpha)?);
        found.add("log_e_value", mixture.log_lambda(effect, level.null, level.alternative));
        found.add("tau_squared", mixture.tau_squared());
        found.add("variance_of_effect", effect.std_error * effect.std_error);
        Ok(found)
    })?;
    let mut fields = at_every_look();
    fields.extend(found);
    Ok(fields)
}
