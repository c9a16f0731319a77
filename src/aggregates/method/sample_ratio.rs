//! Whether units fell as promised.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::stats::{
    DEFAULT_CONCENTRATION, Missing, SampleRatio, SampleRatioMethod, chi_square_test,
    exact_binomial, normal_continuity, sample_ratio, sequential_counts,
};

/// Units of every variant now, and their promised weights (1 where none is stated).
struct Counts {
    observed: Vec<u64>,
    weights: Vec<f64>,
}

impl Counts {
    fn new(arms: &[Arm<'_>]) -> Result<Counts, Stop> {
        let mut counts = Counts { observed: Vec::new(), weights: Vec::new() };
        for arm in arms {
            let looks = arm.looks()?;
            counts.observed.push(looks.last().copied().unwrap_or_default());
            counts.weights.push(arm.row.number("weight")?.unwrap_or(1.0));
        }
        Ok(counts)
    }
}

/// The chi-square, or the exact test where few units are expected.
pub fn automatic(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Fields, Stop> {
    by(arms, sample_ratio)
}

pub fn chi_square(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Fields, Stop> {
    by(arms, chi_square_test)
}

fn by(
    arms: &[Arm<'_>],
    test: fn(&[u64], &[f64]) -> Result<SampleRatio, Missing>,
) -> Result<Fields, Stop> {
    let counts = Counts::new(arms)?;
    let found = test(&counts.observed, &counts.weights)?;
    let test = match found.method {
        SampleRatioMethod::ChiSquare => "chi-square",
        SampleRatioMethod::ExactBinomial => "exact binomial",
        SampleRatioMethod::ExactMultinomial => "exact multinomial",
    };
    let mut fields = Fields::default();
    fields
        .put("test", test)
        .number("statistic", found.statistic)
        .put("dof", found.dof)
        .number("p_value", found.p_value)
        .number("log_p_value", found.log_p_value);
    Ok(fields)
}

pub fn exact(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Fields, Stop> {
    of_two(arms, options, exact_binomial)
}

pub fn continuity(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Fields, Stop> {
    of_two(arms, options, normal_continuity)
}

fn of_two(
    arms: &[Arm<'_>],
    options: &Lookup<'_>,
    test: fn(u64, u64, f64) -> Result<f64, Missing>,
) -> Result<Fields, Stop> {
    let counts = Counts::new(arms)?;
    let ([first, second], [one, other]) = (&counts.observed[..], &counts.weights[..]) else {
        return Err(options.problem("this test is for two variants").into());
    };
    let log_p_value = test(*first, first.saturating_add(*second), one / (one + other))?;
    let mut fields = Fields::default();
    fields.number("p_value", log_p_value.exp()).number("log_p_value", log_p_value);
    Ok(fields)
}

/// Lindon and Malek's test, over all looks that the rows have.
pub fn at_every_look(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Fields, Stop> {
    let counts = Counts::new(arms)?;
    let mut of_arms = Vec::new();
    for arm in arms {
        of_arms.push(arm.looks()?);
    }
    let looks = of_arms.first().map_or(0, Vec::len);
    if of_arms.iter().any(|counts| counts.len() != looks) {
        return Err(options.problem("the variants do not have equally many `looks`").into());
    }
    let at = |look: usize| -> Vec<u64> {
        of_arms.iter().filter_map(|counts| counts.get(look).copied()).collect()
    };
    let cumulative: Vec<Vec<u64>> = (0..looks).map(at).collect();
    let concentration = options.positive("concentration")?.unwrap_or(DEFAULT_CONCENTRATION);
    let found =
        sequential_counts(cumulative.iter().map(Vec::as_slice), &counts.weights, concentration)?;
    let last = found.last().ok_or(Missing::TooFewUnits { units: 0 })?;
    let mut fields = Fields::default();
    fields
        .put("valid", "at every look")
        .number("log_e_value", last.log_bayes_factor)
        .number("p_value", last.running_p_value)
        .number("log_p_value", last.running_log_p_value)
        .numbers("p_value_by_look", found.iter().map(|look| look.p_value))
        .numbers("running_p_value_by_look", found.iter().map(|look| look.running_p_value));
    Ok(fields)
}
