//! By which test, and what it needs.

mod effect;
mod margin;
mod p_value;
mod sample_ratio;
mod summaries;

use super::answer::{Fields, Stop};
use super::arm::Arm;
use super::lookup::Lookup;

/// A method by its name.
pub struct Method {
    pub name: &'static str,
    pub about: &'static str,
    pub compute: Compute,
}

/// What a method looks at.
pub enum Compute {
    /// Each treatment beside its control.
    Pair(PairMethod),
    /// All variants together, for one answer.
    Group(fn(&[Arm<'_>], &Lookup<'_>) -> Result<Fields, Stop>),
    /// All variants together, for one answer each.
    Each(fn(&[Arm<'_>], &Lookup<'_>) -> Result<Vec<Fields>, Stop>),
    /// One row, whatever its variant.
    Row(fn(&Arm<'_>, &Lookup<'_>) -> Result<Fields, Stop>),
}

type PairMethod = fn(&Pair<'_>) -> Result<Fields, Stop>;

/// A treatment, its control, and everybody else of its metric.
pub struct Pair<'a> {
    pub arms: &'a [Arm<'a>],
    pub control: &'a Arm<'a>,
    pub treatment: &'a Arm<'a>,
    pub options: Lookup<'a>,
}

const fn pair(name: &'static str, about: &'static str, compute: PairMethod) -> Method {
    Method { name, about, compute: Compute::Pair(compute) }
}

const fn method(name: &'static str, about: &'static str, compute: Compute) -> Method {
    Method { name, about, compute }
}

/// Every method; the first is the default.
pub const METHODS: &[Method] = &[
    pair("t-test", "Welch's t-test; for one look at the planned end", effect::t_test),
    pair("z-test", "the same with the standard error taken as known", effect::z_test),
    method(
        "sample-ratio",
        "whether units fell by their `weight`s: chi-square, exact for few",
        Compute::Group(sample_ratio::chi_square),
    ),
    method(
        "sample-ratio-exact",
        "the exact binomial test of two variants",
        Compute::Group(sample_ratio::exact),
    ),
    method(
        "summaries",
        "no test: the moments of each variant, partitions merged",
        Compute::Each(summaries::summaries),
    ),
    method(
        "p-value",
        "no test: a finished `p_value`, for `correction`",
        Compute::Row(p_value::p_value),
    ),
];
