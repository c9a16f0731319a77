//! What commands ask by which a person decides something.

use super::shared::{ProjectArgs, WhyOutput};

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
