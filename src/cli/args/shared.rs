//! What many commands ask in the same words.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::ValueEnum;
use jiff::civil::Date;

/// A day that exists, written as in the tables.
pub fn day(text: &str) -> Result<Date, &'static str> {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhyOutput {
    Table,
    Json,
}
