//! What `assize power` asks.

use clap::ValueEnum;

use super::shared::ProjectArgs;

pub const POWER_EXAMPLES: &str = "Examples:
  assize power --rate 0.12 --lift 0.02..0.10:0.02 --units-per-day 4000
      units and days to find each lift of a conversion rate
  assize power --mean 33.6 --std-dev 51 --units 20000,50000 --correlation 0.6
      the smallest effect that can be found, with a covariate
  assize power --rate 0.4 --lift 0.05 --units 8000 --method t-test
      the chance to find it
  assize power --rate 0.03 --margin 0.002 --primaries 1 --guardrails 2
      units to show that a guardrail is not worse by its margin
  assize power --experiment onboarding-v2 --project sample-data
      what a running experiment can find by now, and what it still needs
  assize power --experiment onboarding-v2 --project sample-data --lift 0.02..0.10:0.02
      units and days that it needs for each lift, by its own numbers and pace";

/// Arguments about numbers, which an experiment has of its own.
const OF_NUMBERS: [&str; 19] = [
    "rate",
    "mean",
    "std_dev",
    "variance",
    "treatment_variance",
    "std_error",
    "measured_units",
    "alternative",
    "ratio",
    "correlation",
    "margin",
    "primaries",
    "guardrails",
    "treatments",
    "rule",
    "weights",
    "units_per_day",
    "share_variance",
    "tests_lift",
];

/// Say two of effect, units and power; the third is answered.
#[derive(Debug, clap::Args)]
pub struct PowerArgs {
    /// Share of control's units that convert.
    #[arg(long, value_name = "SHARE")]
    pub rate: Option<f64>,
    /// Mean of control.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub mean: Option<f64>,
    /// Standard deviation of a unit.
    #[arg(long, value_name = "NUMBER", conflicts_with = "variance")]
    pub std_dev: Option<f64>,
    /// Variance of a unit, in place of the standard deviation.
    #[arg(long, value_name = "NUMBER")]
    pub variance: Option<f64>,
    /// Variance of a treatment's unit [default: control's].
    #[arg(long, value_name = "NUMBER")]
    pub treatment_variance: Option<f64>,
    /// A standard error already measured, of whatever the effects are about.
    #[arg(long, value_name = "NUMBER")]
    pub std_error: Option<f64>,
    /// Units of both arms that it was measured on.
    #[arg(long, value_name = "UNITS")]
    pub measured_units: Option<f64>,
    /// An experiment of the project: its own baseline, levels and pace. Alone it says what can
    /// be found by now; with --lift, --effect or --units it is planned anew.
    #[arg(long, value_name = "KEY", conflicts_with_all = OF_NUMBERS)]
    pub experiment: Option<String>,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Effects as a part of control: `0.05`, a list `0.02,0.05`, or `0.02..0.10:0.02`.
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    pub lift: Option<String>,
    /// Effects in the metric's own unit.
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    pub effect: Option<String>,
    /// Units of one treatment and control together.
    #[arg(long, value_name = "LIST")]
    pub units: Option<String>,
    /// Chance to find the effect [default: 0.8, or the experiment's].
    #[arg(long, value_name = "LIST")]
    pub power: Option<String>,
    /// sequential, t-test, pooled-t-test, z-test, group-sequential, msprt, bayesian or
    /// sequential-growthbook [default: sequential, or the experiment's].
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Level [default: 0.05, or the experiment's].
    #[arg(long, value_name = "NUMBER")]
    pub alpha: Option<f64>,
    /// two-sided, greater or less.
    #[arg(long, value_name = "WORD", default_value = "two-sided")]
    pub alternative: String,
    /// Treatment units per control unit.
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    pub ratio: f64,
    /// Correlation of the metric with its covariate (CUPED).
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0)]
    pub correlation: f64,
    /// Non-inferiority margin, in the unit of the effects.
    #[arg(long, value_name = "NUMBER")]
    pub margin: Option<f64>,
    /// Metrics of which one must be better.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub primaries: u32,
    /// Metrics with a margin, which must all hold.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub guardrails: u32,
    /// Variants beside control.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub treatments: u32,
    /// How they share alpha: `risk-aware`, or `spot-1` as in Spotify's library.
    #[arg(long, value_name = "NAME", default_value = "risk-aware", value_parser = ["risk-aware", "spot-1"])]
    pub rule: String,
    /// Shares of traffic, control first, where they differ: the units in all are then those of
    /// the treatment that needs most.
    #[arg(long, value_name = "LIST")]
    pub weights: Option<String>,
    /// New units a day in the whole experiment, for days.
    #[arg(long, value_name = "UNITS")]
    pub units_per_day: Option<f64>,
    /// Units at which the confidence sequence is tightest [default: those of the plan].
    #[arg(long, value_name = "UNITS")]
    pub tuning: Option<f64>,
    /// exact or growthbook: how its parameter follows from the tuning.
    #[arg(long, value_name = "WORD", default_value = "exact")]
    pub rho: String,
    /// Variance of the mixture (msprt) [default: the effect, squared].
    #[arg(long, value_name = "NUMBER")]
    pub tau_squared: Option<f64>,
    /// Looks at equal shares of the units (group-sequential).
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub looks: u32,
    /// The shares themselves, up to 1.
    #[arg(long, value_name = "LIST")]
    pub information_fraction: Option<String>,
    /// As in `estimate`.
    #[arg(long, value_name = "NAME", default_value = "obrien-fleming")]
    pub spending: String,
    /// gamma, rho or delta.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub spending_parameter: Option<f64>,
    /// Normal prior of the lift (bayesian) [default: flat].
    #[arg(long, value_name = "MEAN,VARIANCE", allow_hyphen_values = true)]
    pub prior: Option<String>,
    /// Test a share by the variance of each variant (`unpooled`), `pooled`, or `arcsine`.
    #[arg(long, value_name = "WORD", default_value = "unpooled")]
    pub share_variance: String,
    /// Test the lift itself, by the delta method, and not the absolute effect.
    #[arg(long)]
    pub tests_lift: bool,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = PowerOutput::Table)]
    pub output: PowerOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PowerOutput {
    Table,
    Json,
    Csv,
}
