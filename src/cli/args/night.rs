//! What commands ask that read the project and its sources.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use super::shared::{MachineArgs, Output, ProjectArgs, WhyOutput, day};

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
