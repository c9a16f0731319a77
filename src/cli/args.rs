//! What can be asked.

use std::path::PathBuf;

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
  10  done, but some experiment has an error
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
    /// Print the queries of one experiment, stage by stage.
    Sql(SqlArgs),
    /// Print the JSON Schema of the project files, for editors.
    Schema(SchemaArgs),
    /// Estimates from aggregates that you already have: NDJSON, CSV, Parquet or `summaries`.
    #[command(after_long_help = super::estimate::help())]
    Estimate(Box<EstimateArgs>),
    /// Write a synthetic warehouse with known truth, as a complete project.
    Simulate(SimulateArgs),
}

/// A day that exists, written as in the tables.
fn day(text: &str) -> Result<Date, &'static str> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or("not a day, which is written like 2026-10-28")
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

#[derive(Debug, clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Last day included, in the project's time zone [default: the last day that the
    /// partitioned sources have, yesterday at the latest].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Only these experiments: keys or patterns such as `checkout-*`, separated by commas.
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub select: Vec<String>,
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
    /// Last day included [default: as for `run`].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Only this metric's rows are printed; the verdict is still about all.
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<String>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub output: Output,
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
    #[arg(long, value_name = "NUMBER")]
    pub alpha: Option<String>,
    /// two-sided, greater or less [default: two-sided].
    #[arg(long, value_name = "WORD")]
    pub alternative: Option<String>,
    /// Units at which the confidence sequence is tightest [default: 5000].
    #[arg(long, value_name = "UNITS")]
    pub tuning: Option<String>,
    /// Share of the planned information, or a list `[0.25, 0.5]` up to this look.
    #[arg(long, value_name = "FRACTION")]
    pub information_fraction: Option<String>,
    /// Planned sample size of both arms, from which the information fraction follows.
    #[arg(long, value_name = "UNITS")]
    pub target: Option<String>,
    /// Non-inferiority margin, relative unless `margin_scale` says otherwise.
    #[arg(long, value_name = "NUMBER")]
    pub margin: Option<String>,
    /// Normal prior of the lift [default: flat].
    #[arg(long, value_name = "MEAN,VARIANCE")]
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
}
