//! What `assize estimate` asks.

use std::path::PathBuf;

use clap::ValueEnum;

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
