//! What a row may say.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A column or key that rows may have, and its other names.
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub about: &'static str,
    /// Names by which other tools call it.
    pub aliases: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Says what the row is about.
    Key,
    /// Is a count or a moment of the variant's units.
    Count,
    /// Is an option, and may be given for all rows on the command line.
    Option,
}

const fn key(name: &'static str, about: &'static str) -> Field {
    Field { name, kind: Kind::Key, about, aliases: &[] }
}

const fn count(name: &'static str, about: &'static str) -> Field {
    Field { name, kind: Kind::Count, about, aliases: &[] }
}

const fn option(name: &'static str, about: &'static str) -> Field {
    Field { name, kind: Kind::Option, about, aliases: &[] }
}

impl Field {
    const fn or(mut self, aliases: &'static [&'static str]) -> Field {
        self.aliases = aliases;
        self
    }
}

/// Every field, in the order in which they are explained.
pub const FIELDS: &[Field] = &[
    key("experiment", "name of the experiment"),
    key("metric", "name of the metric"),
    key("segment", "part of the units; absent is everyone"),
    key("as_of", "last day included"),
    key("revision", "as in the `summaries` table"),
    key("run_id", "as in the `summaries` table; not looked at"),
    key("variant", "name of the variant").or(&["variation", "arm"]),
    key("phase", "rows of a variant with different phases are combined by stratification"),
    key("partition", "rows of a variant with different partitions are merged; disjoint units"),
    count("units", "randomization units").or(&["n", "users"]),
    count("conversions", "units with value 1, the others having 0"),
    count("pre_conversions", "units with covariate 1, the others having 0"),
    count("sum", "sum of the numerator y").or(&["main_sum", "numerator_sum", "post_sum"]),
    count("sum_squares", "sum of y²").or(&[
        "main_sum_squares",
        "numerator_sum_squares",
        "post_sum_squares",
    ]),
    count("denominator_sum", "sum of the denominator d; absent is a mean"),
    count("denominator_sum_squares", "sum of d²"),
    count("pre_sum", "sum of the pre-period numerator x").or(&["covariate_sum"]),
    count("pre_sum_squares", "sum of x²").or(&["covariate_sum_squares"]),
    count("pre_denominator_sum", "sum of the pre-period denominator e"),
    count("pre_denominator_sum_squares", "sum of e²"),
    count("product_yd", "sum of y d")
        .or(&["main_denominator_sum_product", "numerator_denominator_sum_product"]),
    count("product_yx", "sum of y x")
        .or(&["main_covariate_sum_product", "post_pre_sum_of_products"]),
    count("product_ye", "sum of y e"),
    count("product_dx", "sum of d x"),
    count("product_de", "sum of d e"),
    count("product_xe", "sum of x e"),
    count("mean", "mean of y").or(&["numerator_mean", "post_mean"]),
    count("variance", "variance of y, divisor units - 1")
        .or(&["numerator_variance", "post_variance"]),
    count("denominator_mean", "mean of d"),
    count("denominator_variance", "variance of d"),
    count("pre_mean", "mean of x").or(&["covariate_mean"]),
    count("pre_variance", "variance of x").or(&["covariate_variance"]),
    count("pre_denominator_mean", "mean of e"),
    count("pre_denominator_variance", "variance of e"),
    count("covariance_yd", "covariance of y and d"),
    count("covariance_yx", "covariance of y and x"),
    count("covariance_ye", "covariance of y and e"),
    count("covariance_dx", "covariance of d and x"),
    count("covariance_de", "covariance of d and e"),
    count("covariance_xe", "covariance of x and e"),
    count("mean_y", "as in the `summaries` table, like the columns that follow"),
    count("mean_d", "mean of d"),
    count("mean_x", "mean of x"),
    count("mean_e", "mean of e"),
    count("c_yy", "centred sums of squares and products"),
    count("c_yd", "of y and d"),
    count("c_yx", "of y and x"),
    count("c_ye", "of y and e"),
    count("c_dd", "of d and d"),
    count("c_dx", "of d and x"),
    count("c_de", "of d and e"),
    count("c_xx", "of x and x"),
    count("c_xe", "of x and e"),
    count("c_ee", "of e and e"),
    count("point_value", "as in the `summaries` table: a quantile"),
    count("point_variance", "square of its standard error"),
    count("point_dof", "its degrees of freedom"),
    count("no_value", "why a quantile cannot be told"),
    count("values", "list of y, one a unit"),
    count("denominator_values", "list of d"),
    count("pre_values", "list of x"),
    count("pre_denominator_values", "list of e"),
    count("clusters", "list of lists: each unit's own values"),
    count("quantile_value", "the sample quantile").or(&["quantile_hat"]),
    count("quantile_lower", "lower end of its 95 % interval"),
    count("quantile_upper", "upper end of its 95 % interval"),
    count("quantile_units", "units that the interval was made for").or(&["n_star", "nstar"]),
    count(
        "cluster_units",
        "units that these events belong to; `sum` counts events up to the quantile",
    )
    .or(&["n_clusters"]),
    count("std_error", "with `mean`: standard error of the mean"),
    count("effect", "a finished estimate, treatment minus control; with `std_error`"),
    count("dof", "degrees of freedom of `std_error`; absent is infinite").or(&["df"]),
    count("p_value", "a finished p-value, to be corrected").or(&["p"]),
    count("log_p_value", "its natural logarithm"),
    count("lower", "with `effect`: its interval, to be widened"),
    count("upper", "with `effect`: its interval, to be widened"),
    count("rejected", "with `effect`: true where a step procedure rejected it"),
    count("upper_bounds", "list: bounds of the statistic at each look"),
    count("lower_bounds", "list: the same below; absent is symmetric, or none if one-sided"),
    count(
        "function",
        "uniform boundary: normal-mixture-bound, normal-log-mixture, gamma-exponential-..., \
         gamma-poisson-..., beta-binomial-..., poly-stitching-bound, double-stitching-bound or \
         empirical-process-lil-bound",
    ),
    count("arguments", "uniform boundary: its arguments"),
    count("looks", "sample ratio: list of earlier and the present counts of the variant"),
    option("method", "see `Methods`"),
    option("control", "name of the control variant"),
    option("alpha", "level, two-sided unless `alternative` says otherwise"),
    option("alternative", "two-sided, greater or less"),
    option("null", "effect under the null hypothesis"),
    option("lift", "auto, delta, fieller or log"),
    option("divisor", "of the variance of `conversions`: n-1 or n"),
    option("theta", "auto, pooled, least-variance, unweighted, none or a number"),
    option("better", "higher or lower"),
    option("margin", "non-inferiority margin, a positive number"),
    option("margin_scale", "contrast, lift, fixed or absolute"),
    option("tuning", "units at which the confidence sequence is tightest"),
    option("rho", "exact or growthbook"),
    option("minimum_effect", "smallest effect worth finding; tau of the mixture (mSPRT)"),
    option("sigma", "known standard deviation of a unit (stream); absent is 0 and 1"),
    option("tau_squared", "variance of the mixture (mSPRT)"),
    option("target", "target sample size, both arms; gives the information fraction"),
    option("information_fraction", "of this look, or a list up to this look"),
    option("statistics", "z statistics of the earlier looks, a list"),
    option(
        "spending",
        "obrien-fleming, pocock, hwang-shih-decani, kim-demets (Lan-DeMets); \
         obrien-fleming-exact, pocock-exact, wang-tsiatis (planned looks)",
    ),
    option("spending_parameter", "gamma, rho or delta"),
    option("planned", "all planned information fractions, a list up to 1"),
    option("drift", "expected statistic at full information"),
    option("last_look", "true at the planned end: spend what is left"),
    option("futility", "beta spending of non-binding futility bounds: as `spending`"),
    option("futility_parameter", "gamma or rho"),
    option("power", "of the design, for futility"),
    option("prior", "normal, of the lift: MEAN,VARIANCE or [mean, variance]; absent is flat"),
    option("prior_mean", "the same in two columns"),
    option("prior_variance", "the same in two columns; absent is flat"),
    option("prior_converted", "conversions that the prior of a share is worth"),
    option("prior_unconverted", "units without conversion that it is worth"),
    option("quantile", "level of the quantile, in (0, 1)"),
    option(
        "quantile_definition",
        "linear, inverted-cdf, averaged-inverted-cdf, closest-observation, \
         interpolated-inverted-cdf, hazen, weibull, median-unbiased or normal-unbiased",
    ),
    option("quantile_interval", "exact or growthbook"),
    option("cap", "values above are set to it"),
    option("cap_quantile", "cap at this quantile of all variants together"),
    option("cap_ignore_zeros", "true: the quantile is of the values that are not 0"),
    option("lower_share", "winsorize: share of the lowest values"),
    option("upper_share", "winsorize: share of the highest values"),
    option("share", "one-sided bounds: of the level that goes to effects not rejected"),
    option(
        "correction",
        "none, bonferroni, holm, benjamini-hochberg, benjamini-yekutieli, sidak, holm-sidak, \
         hochberg or hommel; of the p-values of all rows of an experiment and day",
    ),
    option("family", "p-values with the same family are corrected together"),
    option("weight", "sample ratio: promised weight of the variant"),
    option("concentration", "sample ratio at every look: of the Dirichlet prior"),
    option("g", "linear model: prior scale"),
];

/// The field of a name or alias.
pub fn field(name: &str) -> Option<&'static Field> {
    static NAMES: LazyLock<HashMap<&str, &Field>> = LazyLock::new(|| {
        let names = |field: &'static Field| {
            field.aliases.iter().chain([&field.name]).map(move |name| (*name, field))
        };
        FIELDS.iter().flat_map(names).collect()
    });
    NAMES.get(name).copied()
}
