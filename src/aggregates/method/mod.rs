//! By which test, and what it needs.

mod bayesian;
mod bounds;
mod effect;
mod group_sequential;
mod margin;
mod p_value;
mod proportion;
mod raw;
mod sample_ratio;
mod sequence;
mod summaries;
mod uniform;
mod winsorize;

pub use effect::ALPHA_DIVISOR;

use super::answer::{Fields, Stop};
use super::arm::Arm;
use super::lookup::Lookup;

/// A method by its name.
pub struct Method {
    pub name: &'static str,
    pub about: &'static str,
    pub compute: Compute,
    /// Looks at every unit's value itself, and not at their mean or quantile.
    pub reads_values: bool,
    /// Options that it has beside those of every effect.
    pub options: &'static [&'static str],
}

impl Method {
    const fn with(mut self, options: &'static [&'static str]) -> Method {
        self.options = options;
        self
    }
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
    method(name, about, Compute::Pair(compute))
}

const fn method(name: &'static str, about: &'static str, compute: Compute) -> Method {
    Method { name, about, compute, reads_values: false, options: &[] }
}

/// A method of every unit's value.
const fn raw(name: &'static str, about: &'static str, compute: Compute) -> Method {
    Method { name, about, compute, reads_values: true, options: &[] }
}

/// Every method; the first is the default.
pub const METHODS: &[Method] = &[
    pair(
        "sequential",
        "asymptotic confidence sequence; may be looked at every night",
        sequence::confidence_sequence,
    )
    .with(&["tuning", "target", "rho"]),
    pair("t-test", "Welch's t-test; for one look at the planned end", effect::t_test),
    pair("z-test", "the same with the standard error taken as known", effect::z_test),
    pair("msprt", "mixture sequential probability ratio test; every look", sequence::mixture)
        .with(&["tau_squared", "minimum_effect", "tuning", "target"]),
    pair(
        "group-sequential",
        "alpha spending at looks by `information_fraction` or `target`",
        group_sequential::test,
    )
    .with(&[
        "information_fraction",
        "target",
        "statistics",
        "spending",
        "spending_parameter",
        "planned",
        "last_look",
        "futility",
        "futility_parameter",
        "power",
    ]),
    pair("bayesian", "normal posterior with a `prior`, flat by default", bayesian::posterior)
        .with(&["prior", "better"]),
    method(
        "best",
        "how likely each variant is the best, by its normal posterior",
        Compute::Each(bayesian::best),
    )
    .with(&["better"]),
    method(
        "best-share",
        "`conversions`: the same by beta posteriors",
        Compute::Each(bayesian::best_share),
    )
    .with(&["prior_converted", "prior_unconverted", "better"]),
    pair(
        "proportions",
        "`conversions`: unpooled z, or the score test where few are seen or expected",
        proportion::automatic,
    ),
    pair("z-unpooled", "`conversions`: each variant its own variance", proportion::unpooled),
    pair("z-pooled", "`conversions`: one variance for both", proportion::pooled),
    pair(
        "z-pooled-continuity",
        "`conversions`: the same with continuity correction",
        proportion::continuity,
    ),
    pair("score", "`conversions`: Miettinen and Nurminen's score test", proportion::score_test),
    pair("fisher", "`conversions`: Fisher's exact test", proportion::fisher_exact),
    pair("newcombe", "`conversions`: Newcombe's interval", proportion::newcombe_interval),
    pair(
        "agresti-caffo",
        "`conversions`: Agresti and Caffo's interval",
        proportion::agresti_caffo_interval,
    ),
    raw("linear-model", "`values`: anytime-valid linear model", Compute::Pair(raw::linear_model))
        .with(&["g"]),
    raw("msprt-stream", "`values`: mSPRT after every pair of units", Compute::Pair(raw::stream))
        .with(&["sigma", "tau_squared"]),
    raw(
        "quantile-sequential",
        "`values`: always-valid test of a `quantile`",
        Compute::Pair(raw::quantile_sequence),
    )
    .with(&["quantile", "tuning"]),
    raw(
        "quantile-interval",
        "`values`: exact interval of one variant's `quantile`",
        Compute::Row(raw::one_quantile),
    )
    .with(&["quantile", "quantile_definition"]),
    method(
        "sample-ratio",
        "whether units fell by their `weight`s: chi-square, exact for few",
        Compute::Group(sample_ratio::automatic),
    )
    .with(&["weight"]),
    method(
        "sample-ratio-chi-square",
        "the chi-square, however few",
        Compute::Group(sample_ratio::chi_square),
    )
    .with(&["weight"]),
    method(
        "sample-ratio-exact",
        "the exact binomial test of two variants",
        Compute::Group(sample_ratio::exact),
    )
    .with(&["weight"]),
    method(
        "sample-ratio-continuity",
        "the normal test of two variants with continuity correction",
        Compute::Group(sample_ratio::continuity),
    )
    .with(&["weight"]),
    method(
        "sample-ratio-sequential",
        "Lindon and Malek's test of counts; every look",
        Compute::Group(sample_ratio::at_every_look),
    )
    .with(&["weight", "concentration"]),
    method(
        "boundaries",
        "no data: boundaries and power of a group-sequential design",
        Compute::Row(group_sequential::boundaries),
    )
    .with(&[
        "information_fraction",
        "planned",
        "spending",
        "spending_parameter",
        "futility",
        "futility_parameter",
        "power",
        "drift",
        "last_look",
    ]),
    method(
        "crossing-probability",
        "no data: of first crossing `upper_bounds` at each look",
        Compute::Row(group_sequential::crossing_probability),
    )
    .with(&["information_fraction", "drift"]),
    method(
        "uniform-boundary",
        "no data: a `function` of confseq with its `arguments`",
        Compute::Row(uniform::boundary),
    ),
    method(
        "summaries",
        "no test: the moments of each variant, partitions merged",
        Compute::Each(summaries::summaries),
    ),
    raw(
        "winsorize",
        "no test: `values` with shares at the ends moved inwards",
        Compute::Row(winsorize::winsorized),
    )
    .with(&["lower_share", "upper_share"]),
    method(
        "p-value",
        "no test: a finished `p_value`, for `correction`",
        Compute::Row(p_value::p_value),
    ),
    method(
        "widened-interval",
        "no test: `lower` and `upper` by an adjusted `p_value`, as GrowthBook",
        Compute::Row(bounds::widened),
    ),
    method(
        "one-sided-bounds",
        "no test: simultaneous bounds of `effect`s, some `rejected`",
        Compute::Each(bounds::one_sided),
    )
    .with(&["correction", "null", "share"]),
];
