//! Whether units fell as promised.

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::stats::{
    DEFAULT_CONCENTRATION, Missing, SampleRatio, SampleRatioMethod, chi_square_test,
    exact_binomial, normal_continuity, sample_ratio, sample_ratio_by_phase, sequential_counts,
};

/// Units of every variant now, and their promised weights (1 where none is stated).
struct Counts {
    observed: Vec<u64>,
    weights: Vec<f64>,
}

const ONE_PHASE: &str = "this test knows no `phase`s; `sample-ratio` does";

impl Counts {
    /// Units of variants that have one phase.
    fn new(arms: &[Arm<'_>]) -> Result<Counts, Stop> {
        if let Some(arm) = arms.iter().find(|arm| arm.phase_names().len() > 1) {
            return Err(arm.row.problem(ONE_PHASE).into());
        }
        let mut counts = Counts { observed: Vec::new(), weights: Vec::new() };
        for arm in arms {
            let (units, weight) = match arm.rows.as_slice() {
                [only] => (
                    arm.looks()?.last().copied().unwrap_or_default(),
                    Lookup::new(vec![only]).number_or("weight", 1.0)?,
                ),
                _ => arm.in_phase(&arm.phase_names().concat())?,
            };
            counts.observed.push(units);
            counts.weights.push(weight);
        }
        Ok(counts)
    }
}

/// The chi-square, or the exact test where few units are expected; phases, in which other
/// weights were promised, are each tested and then taken together.
pub fn automatic(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Fields, Stop> {
    let mut names: Vec<String> = arms.iter().flat_map(Arm::phase_names).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    if names.len() < 2 {
        let counts = Counts::new(arms)?;
        return Ok(fields(&sample_ratio(&counts.observed, &counts.weights)?));
    }
    let mut phases = Vec::new();
    for name in &names {
        let counts: Result<Vec<(u64, f64)>, Stop> =
            arms.iter().map(|arm| arm.in_phase(name)).collect();
        phases.push(counts?.into_iter().unzip());
    }
    let mut found = fields(&sample_ratio_by_phase(&phases)?);
    found.put("phases", names.len());
    Ok(found)
}

pub fn chi_square(arms: &[Arm<'_>], _: &Lookup<'_>) -> Result<Fields, Stop> {
    let counts = Counts::new(arms)?;
    Ok(fields(&chi_square_test(&counts.observed, &counts.weights)?))
}

fn fields(found: &SampleRatio) -> Fields {
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
    fields
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
