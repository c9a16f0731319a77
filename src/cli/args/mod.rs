//! What can be asked.

mod estimate;
mod night;
mod people;
mod power;
mod shared;
mod simulate;
mod tables;

use clap::{Parser, Subcommand, ValueEnum};

use self::power::POWER_EXAMPLES;

pub use estimate::{EstimateArgs, EstimateOutput, RowFormat};
pub use night::{
    AaArgs, AnalyzeArgs, CheckArgs, RunArgs, SchemaArgs, SchemaFile, SqlArgs, UnitArgs, WhyArgs,
};
pub use people::{AcceptArgs, ActArgs, UnlockArgs};
pub use power::{PowerArgs, PowerOutput};
pub use shared::{MachineArgs, Output, ProjectArgs, WhyOutput};
pub use simulate::{Seeds, SimulateArgs};
pub use tables::{DiffArgs, HistoryArgs, VerifyArgs};

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
