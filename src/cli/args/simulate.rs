//! What `assize simulate` asks.

use std::path::PathBuf;

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
