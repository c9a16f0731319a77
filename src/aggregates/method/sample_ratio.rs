//! Whether units fell as promised.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::error::Problem;
use crate::stats::{SampleRatioMethod, exact_binomial, sample_ratio};

/// Units of every variant now, and their promised weights (1 where none is stated).
struct Counts {
    observed: Vec<u64>,
    weights: Vec<f64>,
}

impl Counts {
    fn new(arms: &[Arm<'_>]) -> Result<Counts, Problem> {
        let mut counts = Counts { observed: Vec::new(), weights: Vec::new() };
        for arm in arms {
            let looks = arm.looks()?;
            counts.observed.push(looks.last().copied().unwrap_or_default());
            counts.weights.push(arm.row.number("weight")?.unwrap_or(1.0));
        }
        Ok(counts)
    }
}

pub fn chi_square(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Fields, Stop> {
    let counts = Counts::new(arms)?;
    let found = sample_ratio(&counts.observed, &counts.weights)?;
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
    let counts = Counts::new(arms)?;
    let ([first, second], [one, other]) = (&counts.observed[..], &counts.weights[..]) else {
        return Err(options.problem("the exact test is for two variants").into());
    };
    let log_p_value = exact_binomial(*first, first + second, one / (one + other))?;
    let mut fields = Fields::default();
    fields.number("p_value", log_p_value.exp()).number("log_p_value", log_p_value);
    Ok(fields)
}
