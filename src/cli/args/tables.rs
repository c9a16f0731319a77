//! What commands ask that read what earlier nights have written.

use super::shared::{MachineArgs, Output, ProjectArgs, WhyOutput};

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
