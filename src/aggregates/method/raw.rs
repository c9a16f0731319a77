//! Tests that need every unit's value.

use super::Pair;
use super::effect::Level;
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::{Arm, Substance};
use crate::aggregates::lookup::Lookup;
use crate::stats::quantile::{
    Ordered, SequentialQuantile, exact_interval, sequential_quantile_test,
};
use crate::stats::{
    Alternative, BERNOULLI_BURN_IN, LinearMixture, StreamVariance, first_crossing, mixture_stream,
    regression,
};

fn values<'a>(arm: &'a Arm<'_>) -> Result<&'a [[f64; 4]], Stop> {
    match &arm.substance {
        Substance::Values { values } => Ok(values),
        Substance::Undefined(reason) => Err(Stop::Undefined(reason.clone())),
        _ => Err(arm.row.problem("this method needs every unit's value in `values`").into()),
    }
}

fn numerators(arm: &Arm<'_>) -> Result<Vec<f64>, Stop> {
    Ok(values(arm)?.iter().map(|unit| unit[0]).collect())
}

/// The level, where nobody asks for one side.
fn two_sided(options: &Lookup<'_>) -> Result<Level, Stop> {
    let level = Level::new(options)?;
    match level.alternative {
        Alternative::TwoSided => Ok(level),
        _ => Err(options.problem("this method is two-sided; it has no `alternative`").into()),
    }
}

/// The anytime-valid linear model of the values on treatment and covariates.
pub fn linear_model(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let (control, treatment) = (values(pair.control)?, values(pair.treatment)?);
    let column = |i: usize| control.iter().chain(treatment).map(|unit| unit[i]).collect::<Vec<_>>();
    let treated: Vec<f64> =
        control.iter().map(|_| 0.0).chain(treatment.iter().map(|_| 1.0)).collect();
    let level = two_sided(&pair.options)?;
    let effect = regression(&column(0), &treated, &[&column(2), &column(3)])?;
    let mixture = LinearMixture::new(pair.options.positive("g")?.unwrap_or(1.0))?;
    let mut fields = Fields::default();
    let factor = mixture.log_bayes_factor(effect.statistic(level.null), effect.dof, effect.units);
    fields
        .put("valid", "at every look")
        .number("effect", effect.value)
        .number("std_error", effect.std_error)
        .number("dof", effect.dof)
        .number("statistic", effect.statistic(level.null))
        .number("log_e_value", factor)
        .test("", &mixture.test(&effect, level.null, level.alpha)?);
    Ok(fields)
}

/// The mixture test after every pair of units, in the order of the values.
pub fn stream(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let options = &pair.options;
    let level = two_sided(options)?;
    let sigma = options.positive("sigma")?;
    let (variance, burn_in) = match sigma {
        Some(sigma) => (StreamVariance::Known(sigma), 0),
        None => (StreamVariance::Bernoulli, BERNOULLI_BURN_IN),
    };
    let tau_squared = options.positive("tau_squared")?;
    let tau_squared = tau_squared.ok_or_else(|| options.problem("has no `tau_squared`"))?;
    let (control, treatment) = (numerators(pair.control)?, numerators(pair.treatment)?);
    let looks = mixture_stream(&control, &treatment, variance, tau_squared, burn_in)?;
    let best = looks.iter().map(|look| look.log_lambda).fold(0.0, f64::max);
    let mut fields = Fields::default();
    fields
        .put("valid", "at every look")
        .maybe("pairs_to_reject", first_crossing(&looks, level.alpha).map(|pairs| pairs as f64))
        .number("p_value", (-best).exp())
        .number("log_p_value", -best)
        .numbers("pairs", looks.iter().map(|look| look.pairs as f64))
        .numbers("log_e_values", looks.iter().map(|look| look.log_lambda));
    Ok(fields)
}

/// The always-valid test that two quantiles are equal.
pub fn quantile_sequence(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let options = &pair.options;
    let test = SequentialQuantile {
        level: options.probability("quantile", 0.5)?,
        tuned_for: options.positive("tuning")?.unwrap_or(1000.0),
        tuned_alpha: options.probability("alpha", 0.05)?,
    };
    let (control, treatment) = (numerators(pair.control)?, numerators(pair.treatment)?);
    let log = sequential_quantile_test(&Ordered::new(control)?, &Ordered::new(treatment)?, &test)?;
    let mut fields = Fields::default();
    fields.put("valid", "at every look").number("p_value", log.exp()).number("log_p_value", log);
    Ok(fields)
}

/// The quantile of one variant and its exact binomial interval.
pub fn one_quantile(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let level = Level::new(options)?;
    let quantile = options.probability("quantile", 0.5)?;
    let ordered = Ordered::new(numerators(arm)?)?;
    let definition = crate::aggregates::quantile::definition(options)?;
    let mut fields = Fields::default();
    fields.number("value", ordered.quantile(quantile, definition)?);
    fields.interval("", exact_interval(&ordered, quantile, level.alternative, level.alpha)?);
    Ok(fields)
}
