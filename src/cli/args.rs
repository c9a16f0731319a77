//! What can be asked.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

/// Verdicts on online experiments, from rows that you already have.
#[derive(Debug, Parser)]
#[command(name = "assize", version, after_help = EXIT_CODES)]
pub struct Args {
    /// How standard error speaks: `auto` is text on a terminal and JSON lines elsewhere.
    #[arg(long, global = true, value_enum, default_value_t = Log::Auto)]
    pub log: Log,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0   done
  2   the project files or the arguments are wrong; every problem is listed
  3   the run failed and nothing became visible
  4   another run holds the output folder
  5   not ready, or a source changed meanwhile: try again
  10  done, but some experiment has an error, or `verify` found something else than is stored
  130 stopped by ctrl-C; 143 by a request to terminate";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    Auto,
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The nightly job: analyse every experiment that is due and write the verdict tables.
    Run(RunArgs),
    /// Check project files and sources; compute nothing.
    Check(CheckArgs),
    /// Analyse one experiment and print everything about it; write nothing.
    Analyze(AnalyzeArgs),
    /// Why an experiment got its verdict, and where its rows and units went; write nothing.
    Why(WhyArgs),
    /// What each look said of an experiment, from the tables; write nothing.
    History(HistoryArgs),
    /// What changed from one run to another: verdicts, metrics, checks and files.
    Diff(DiffArgs),
    /// Make a stored run again and compare, and look whether its files are as they were written.
    Verify(VerifyArgs),
    /// Set in motion what verdicts have asked for; shows what it would do, and does it with --yes.
    Act(ActArgs),
    /// How often the chain is wrong where nothing differs: shuffle variants on your own data;
    /// write nothing.
    Aa(AaArgs),
    /// Let a locked experiment change: a new phase begins, and what came before acts on nothing.
    Unlock(UnlockArgs),
    /// Say that a failed health check was looked into, and is no reason to wait.
    Accept(AcceptArgs),
    /// What is known of one unit, and what each of its rows counts for; write nothing.
    Unit(UnitArgs),
    /// Print the queries of one experiment, stage by stage.
    Sql(SqlArgs),
    /// Print the JSON Schema of the project files, for editors.
    Schema(SchemaArgs),
    /// Estimates from aggregates that you already have: NDJSON, CSV, Parquet or `summaries`.
    #[command(after_long_help = super::estimate::help())]
    Estimate(Box<EstimateArgs>),
    /// Sample size, days, power or smallest effect: before an experiment, or of a running one.
    #[command(after_long_help = POWER_EXAMPLES)]
    Power(Box<PowerArgs>),
    /// Write a synthetic warehouse with known truth, as a complete project.
    Simulate(SimulateArgs),
}

/// A day that exists, written as in the tables.
fn day(text: &str) -> Result<Date, &'static str> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or("not a day, which is written like 2026-10-28")
}

/// The least in which the engine can plan and read anything.
const LEAST_MEMORY: ByteSize = ByteSize::mib(64);

fn memory(text: &str) -> Result<ByteSize, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size >= LEAST_MEMORY => Ok(size),
        Ok(_) => Err(format!("less than {LEAST_MEMORY}, in which nothing can be computed")),
        Err(_) => Err("not a size, which is written like 4GB, 512MiB or 1.5GB".into()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    Table,
    Json,
    Csv,
}

#[derive(Debug, clap::Args)]
pub struct ProjectArgs {
    /// Folder that holds `assize.toml`.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    pub project: PathBuf,
}

/// What a command that computes may take of the machine.
#[derive(Debug, clap::Args)]
pub struct MachineArgs {
    /// Memory that the computation keeps within, such as `4GB`; what does not fit is put aside in
    /// temporary files (TMPDIR) [default: three quarters of what the machine has].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory_limit: Option<ByteSize>,
}

#[derive(Debug, clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// Last day included, in the project's time zone [default: the last day that the
    /// partitioned sources have, yesterday at the latest].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Only these experiments: keys or patterns such as `checkout-*`, separated by commas.
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Write nothing, and say what this night would change in the verdicts that are there.
    #[arg(long)]
    pub dry_run: bool,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub output: Output,
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub project: ProjectArgs,
}

#[derive(Debug, clap::Args)]
pub struct AnalyzeArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// Last day included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Split results by these attributes of the assignments, separated by commas: exploratory, and
    /// of no account for the verdict.
    #[arg(long, value_name = "ATTRIBUTES", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Only this metric's rows are printed; the verdict is still about all.
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<String>,
    /// No verdict, but each day from the start on: what a night as of it would have said, and what
    /// units do in each day since they enrolled.
    #[arg(long, conflicts_with = "by")]
    pub daily: bool,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub output: Output,
}

#[derive(Debug, clap::Args)]
pub struct WhyArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// Last day included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Not the rules, but where every row and every unit went.
    #[arg(long)]
    pub waterfall: bool,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhyOutput {
    Table,
    Json,
}

#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// What is printed on standard output: `json` and `csv` hold every revision and all digits.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub output: Output,
}

#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The run before: its `run_id`, the beginning of it, or a day, whose newest run it is.
    pub before: String,
    /// The run to compare it with.
    pub now: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The run: its `run_id`, the beginning of it, or a day, whose newest run it is.
    pub run: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// Make it again from the sources, checks included, and say which files are others since.
    #[arg(long)]
    pub from_data: bool,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, clap::Args)]
pub struct ActArgs {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Do it. Without this, and without `mode = "apply"` in `[actions]`, targets are asked and
    /// nothing is changed.
    #[arg(long)]
    pub yes: bool,
    /// Say yes to an action that waits for a person, by the beginning of its id.
    #[arg(long, value_name = "ID")]
    pub approve: Vec<String>,
    /// Say no to an action for good, by the beginning of its id.
    #[arg(long, value_name = "ID")]
    pub reject: Vec<String>,
    /// Why, for the record.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, clap::Args)]
pub struct AaArgs {
    /// Key of the experiment [default: every experiment that is due].
    pub key: Option<String>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// How often units are dealt to the variants anew.
    #[arg(long, value_name = "NUMBER", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub shuffles: u32,
    /// Another seed, other shuffles.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Last night, whose day is included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, clap::Args)]
pub struct UnlockArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Why, for the record.
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

#[derive(Debug, clap::Args)]
pub struct AcceptArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Name of the check, as `why` and `health` show it, or `many_roll_backs`.
    #[arg(long, value_name = "CHECK")]
    pub check: String,
    /// Why, for the record.
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

#[derive(Debug, clap::Args)]
pub struct UnitArgs {
    /// The unit, as the sources write it.
    pub id: String,
    /// Key of the experiment.
    #[arg(long, value_name = "KEY")]
    pub experiment: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub machine: MachineArgs,
    /// Last day included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = WhyOutput::Table)]
    pub output: WhyOutput,
}

#[derive(Debug, clap::Args)]
pub struct SqlArgs {
    /// Key of the experiment.
    pub key: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Last day included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
}

#[derive(Debug, clap::Args)]
pub struct SchemaArgs {
    /// Which file's schema.
    #[arg(value_enum, default_value_t = SchemaFile::Project)]
    pub file: SchemaFile,
    /// Write all of them into this folder instead.
    #[arg(long, value_name = "FOLDER")]
    pub write: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFile {
    /// `assize.toml`
    Project,
    /// `metrics.toml`
    Metrics,
    /// `experiments/*.toml`
    Experiment,
}

/// Every option may also stand in a row, which then decides.
#[derive(Debug, clap::Args)]
pub struct EstimateArgs {
    /// File of rows, one a variant; an output folder, for its `summaries`; `-` is standard
    /// input.
    pub file: PathBuf,
    /// How the rows are written [default: by the file's name, else by its first bytes].
    #[arg(long, value_enum)]
    pub format: Option<RowFormat>,
    /// Test or model; `--help` lists all.
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Variant to compare with [default: the one called `control`].
    #[arg(long, value_name = "VARIANT")]
    pub control: Option<String>,
    /// Level [default: 0.05].
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub alpha: Option<String>,
    /// two-sided, greater or less [default: two-sided].
    #[arg(long, value_name = "WORD")]
    pub alternative: Option<String>,
    /// Units at which the confidence sequence is tightest [default: 5000].
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    pub tuning: Option<String>,
    /// Share of the planned information, or a list `[0.25, 0.5]` up to this look.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    pub information_fraction: Option<String>,
    /// Planned sample size of both arms, from which the information fraction follows.
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    pub target: Option<String>,
    /// Non-inferiority margin, relative unless `margin_scale` says otherwise.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub margin: Option<String>,
    /// Normal prior of the lift [default: flat].
    #[arg(long, value_name = "MEAN,VARIANCE", allow_hyphen_values = true)]
    pub prior: Option<String>,
    /// Correction of the p-values of all rows [default: none].
    #[arg(long, value_name = "NAME")]
    pub correction: Option<String>,
    /// Any other option, for all rows that do not say otherwise.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = EstimateOutput::Ndjson)]
    pub output: EstimateOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    Ndjson,
    Csv,
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EstimateOutput {
    /// One JSON object a line, all digits.
    Ndjson,
    /// With a header, all digits.
    Csv,
    /// For people.
    Table,
}

const POWER_EXAMPLES: &str = "Examples:
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

#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// Folder to write into: new or empty, or holding only its `simulate.toml`.
    pub out: PathBuf,
    /// What to simulate [default: FOLDER/simulate.toml where it exists, else a benchmark].
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Units of the benchmark.
    #[arg(long, default_value_t = 20_000, conflicts_with = "spec")]
    pub units: u64,
    /// Events of the benchmark, about.
    #[arg(long, default_value_t = 1_000_000, conflicts_with = "spec")]
    pub events: u64,
    /// Experiments of the benchmark.
    #[arg(long, default_value_t = 5, conflicts_with = "spec")]
    pub experiments: u32,
    /// Another seed, another warehouse [default: the spec's, or 1].
    #[arg(long)]
    pub seed: Option<u64>,
    /// Replace the files of a former simulation in the folder.
    #[arg(long)]
    pub overwrite: bool,
    /// A small random project instead, with all that a project may have; of seeds `1..100`, each
    /// in a folder of its own.
    #[arg(long, value_name = "SEED", value_parser = seeds, conflicts_with_all = ["spec", "units", "events", "experiments", "seed", "overwrite"])]
    pub scenario: Option<Seeds>,
}

/// One seed, or all of a half-open range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seeds {
    One(u64),
    Range(std::ops::Range<u64>),
}

fn seeds(text: &str) -> Result<Seeds, String> {
    let seed = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no seed"));
    match text.split_once("..") {
        None => seed(text).map(Seeds::One),
        Some((first, last)) => Ok(Seeds::Range(seed(first)?..seed(last)?)),
    }
}
