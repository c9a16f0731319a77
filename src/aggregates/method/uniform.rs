//! Boundaries that a sum of values crosses at any time with small probability.

use serde_json::Value;

use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::error::Problem;
use crate::stats::howard::{
    Sides, beta_binomial_log_mixture, beta_binomial_mixture_bound, double_stitching_bound,
    empirical_process_lil_bound, gamma_exponential_log_mixture, gamma_exponential_mixture_bound,
    gamma_poisson_log_mixture, gamma_poisson_mixture_bound, normal_log_mixture,
    normal_mixture_bound, poly_stitching_bound,
};

/// A function by its name and how many arguments it has.
const FUNCTIONS: [(&str, (Function, usize)); 11] = [
    ("normal-mixture-bound", (Function::NormalBound, 5)),
    ("normal-log-mixture", (Function::NormalLog, 5)),
    ("gamma-exponential-mixture-bound", (Function::GammaExponentialBound, 5)),
    ("gamma-exponential-log-mixture", (Function::GammaExponentialLog, 5)),
    ("gamma-poisson-mixture-bound", (Function::GammaPoissonBound, 5)),
    ("gamma-poisson-log-mixture", (Function::GammaPoissonLog, 5)),
    ("beta-binomial-mixture-bound", (Function::BetaBinomialBound, 7)),
    ("beta-binomial-log-mixture", (Function::BetaBinomialLog, 7)),
    ("poly-stitching-bound", (Function::PolyStitching, 6)),
    ("double-stitching-bound", (Function::DoubleStitching, 7)),
    ("empirical-process-lil-bound", (Function::EmpiricalProcess, 4)),
];

#[derive(Debug, Clone, Copy)]
enum Function {
    NormalBound,
    NormalLog,
    GammaExponentialBound,
    GammaExponentialLog,
    GammaPoissonBound,
    GammaPoissonLog,
    BetaBinomialBound,
    BetaBinomialLog,
    PolyStitching,
    DoubleStitching,
    EmpiricalProcess,
}

/// Howard, Ramdas, McAuliffe and Sekhon (2021), with the arguments of confseq in its order.
pub fn boundary(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Fields, Stop> {
    let (function, count) = options.choice("function", &FUNCTIONS)?;
    let stated = arguments(arm)?;
    let Some(a) = stated.get(..count) else {
        let message = format!("`arguments` are {}, and this function has {count}", stated.len());
        return Err(options.problem(message).into());
    };
    let sides = if a[count - 1] == 0.0 { Sides::Two } else { Sides::One };
    let boundary = match function {
        Function::NormalBound => normal_mixture_bound(a[0], a[1], a[2], a[3], sides),
        Function::NormalLog => normal_log_mixture(a[0], a[1], a[2], a[3], sides),
        Function::GammaExponentialBound => {
            gamma_exponential_mixture_bound(a[0], a[1], a[2], a[3], a[4])
        }
        Function::GammaExponentialLog => {
            gamma_exponential_log_mixture(a[0], a[1], a[2], a[3], a[4])
        }
        Function::GammaPoissonBound => gamma_poisson_mixture_bound(a[0], a[1], a[2], a[3], a[4]),
        Function::GammaPoissonLog => gamma_poisson_log_mixture(a[0], a[1], a[2], a[3], a[4]),
        Function::BetaBinomialBound => {
            beta_binomial_mixture_bound(a[0], a[1], a[2], a[3], a[4], a[5], sides)
        }
        Function::BetaBinomialLog => {
            beta_binomial_log_mixture(a[0], a[1], a[2], a[3], a[4], a[5], sides)
        }
        Function::PolyStitching => poly_stitching_bound(a[0], a[1], a[2], a[3], a[4], a[5]),
        Function::DoubleStitching => {
            double_stitching_bound(a[0], a[1], a[2], a[3], a[4], a[5], a[6])
        }
        Function::EmpiricalProcess => empirical_process_lil_bound(a[0], a[1], a[2], a[3]),
    }?;
    let mut fields = Fields::default();
    fields.number("boundary", boundary);
    Ok(fields)
}

/// Numbers, and truths as 0 and 1.
fn arguments(arm: &Arm<'_>) -> Result<Vec<f64>, Problem> {
    let bad = || arm.row.problem("`arguments` is not a list of numbers");
    let parsed;
    let list = match arm.row.value("arguments") {
        Some(Value::String(text)) => {
            parsed = serde_json::from_str::<Value>(text).map_err(|_| bad())?;
            &parsed
        }
        Some(value) => value,
        None => return Err(arm.row.problem("has no `arguments`")),
    };
    let one = |item: &Value| match item {
        Value::Bool(truth) => Ok(f64::from(u8::from(*truth))),
        item => item.as_f64().ok_or_else(bad),
    };
    list.as_array().ok_or_else(bad)?.iter().map(one).collect()
}
