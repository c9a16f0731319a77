//! `assize estimate`.

use std::path::Path;

use serde_json::{Map, Value};

use super::args::{EstimateArgs, EstimateOutput, RowFormat};
use super::{DONE_WITH_ERRORS, log, show};
use crate::aggregates::{self, FIELDS, Format, Kind, METHODS};
use crate::error::{self, Error, Problem};
use crate::output;
use crate::source::nearest;

/// Estimates from aggregates that somebody already has; writes nothing.
pub async fn estimate(args: EstimateArgs) -> Result<u8, Error> {
    let rows = match tables_of(&args.file) {
        Some(root) => table_of(&root).await?,
        None => aggregates::read(&args.file, args.format.map(format))?,
    };
    let estimated = aggregates::estimate(rows, defaults(&args)?)?;
    if !estimated.left_out.is_empty() {
        let names: Vec<_> = estimated.left_out.iter().map(|name| format!("`{name}`")).collect();
        log::note(&format!("columns that mean nothing here are left out: {}", names.join(", ")));
    }
    if !estimated.unused.is_empty() {
        let names: Vec<_> = estimated.unused.iter().map(|name| format!("`{name}`")).collect();
        log::note(&format!("options that these methods do not use: {}", names.join(", ")));
    }
    let answers = &estimated.answers;
    let text = match args.output {
        EstimateOutput::Ndjson => aggregates::ndjson(answers),
        EstimateOutput::Csv => aggregates::csv(answers)?,
        EstimateOutput::Table => aggregates::table(answers, show::width()),
    };
    show::print(&text)?;
    let failed = answers.iter().any(|answer| answer.status() == "error");
    Ok(if failed { DONE_WITH_ERRORS } else { 0 })
}

fn format(format: RowFormat) -> Format {
    match format {
        RowFormat::Ndjson => Format::Ndjson,
        RowFormat::Csv => Format::Csv,
        RowFormat::Parquet => Format::Parquet,
    }
}

/// The output folder that holds this `summaries` table, where the path is one.
fn tables_of(path: &Path) -> Option<std::path::PathBuf> {
    let is_table = path.join("_delta_log").is_dir() && path.ends_with("summaries");
    let root = if is_table { path.parent()? } else { path };
    root.join("summaries").join("_delta_log").is_dir().then(|| root.to_path_buf())
}

/// The newest revision of every row of our own table.
pub async fn table_of(root: &Path) -> Result<Vec<aggregates::Row>, Error> {
    let summaries = table_rows(root, "summaries").await?;
    Ok(aggregates::newest(summaries, &table_rows(root, "verdicts").await?))
}

async fn table_rows(root: &Path, table: &str) -> Result<Vec<aggregates::Row>, Error> {
    let files = output::live_files(root, table).await.map_err(crate::run::explain)?;
    let mut rows = Vec::new();
    for file in files {
        rows.extend(aggregates::read(&file, Some(Format::Parquet))?);
    }
    Ok(rows)
}

/// Options of the command line, as a row that all others fall back to.
fn defaults(args: &EstimateArgs) -> Result<Map<String, Value>, Error> {
    let named = [
        ("method", &args.method),
        ("control", &args.control),
        ("alpha", &args.alpha),
        ("alternative", &args.alternative),
        ("tuning", &args.tuning),
        ("information_fraction", &args.information_fraction),
        ("target", &args.target),
        ("margin", &args.margin),
        ("prior", &args.prior),
        ("correction", &args.correction),
    ];
    let mut row = Map::new();
    for (name, value) in named {
        if let Some(value) = value {
            row.insert(name.into(), value.as_str().into());
        }
    }
    let mut error = Error::default();
    for pair in &args.set {
        match set(pair) {
            Ok((name, value)) => drop(row.insert(name.into(), value.into())),
            Err(problem) => error.problems.push(problem),
        }
    }
    if error.problems.is_empty() { Ok(row) } else { Err(error) }
}

fn set(pair: &str) -> Result<(&'static str, &str), Problem> {
    let wrong = |message: String| Problem::new(error::Kind::Spec, "--set", message);
    let Some((name, value)) = pair.split_once('=') else {
        return Err(wrong(format!("`{pair}` is not NAME=VALUE")));
    };
    let options = || FIELDS.iter().filter(|field| field.kind == Kind::Option);
    let found = options().find(|field| field.name == name);
    found.map(|field| (field.name, value)).ok_or_else(|| {
        let near = nearest(name, options().map(|field| field.name));
        let all = "`assize estimate --help` lists all".to_owned();
        wrong(format!("unknown option `{name}`")).hint(near.unwrap_or(all))
    })
}

const EVERYWHERE: &str = "
Tests of an effect also have alpha, alternative, null, lift, theta, margin, margin_scale, better,
divisor, cap, quantile and correction. Of one row, the row's own option decides, else that of its
control, else the command line.
";

const EXAMPLES: &str = "
Examples:
  assize estimate rows.csv --method t-test --correction holm --output table
      a row for each variant: variant,units,mean,variance or variant,units,conversions
  assize estimate rows.ndjson --method group-sequential --information-fraction 0.25,0.5 \\
      --set statistics=1.7 --set spending=pocock --set futility=pocock
      the second look, at half of the planned units; the first one's z statistic was 1.7
  echo '{\"planned\": [0.25, 0.5, 1], \"spending\": \"obrien-fleming\"}' | \\
      assize estimate - --method boundaries
      the boundaries of a design
  echo '{\"variant\": \"a\", \"looks\": [90, 900]}
  {\"variant\": \"b\", \"looks\": [120, 1060]}' | assize estimate - --method sample-ratio-sequential
      whether two looks at the units of two variants are as promised
  echo '{\"function\": \"normal-mixture-bound\", \"arguments\": [1000, 0.05, 100, 0.05, true]}' | \\
      assize estimate - --method uniform-boundary
      a boundary of confseq, with its arguments in its order
";

/// What `--help` adds: every method, and every field of a row.
pub fn help() -> String {
    let mut help = String::from("Methods (the first is the default):\n");
    for method in METHODS {
        help.push_str(&format!("  {:<26}  {}\n", method.name, method.about));
        if !method.options.is_empty() {
            help.push_str(&format!("  {:<26}    options: {}\n", "", method.options.join(", ")));
        }
    }
    help.push_str(EVERYWHERE);
    for (kind, title) in [
        (Kind::Key, "What a row is about"),
        (Kind::Count, "What a row says of its variant: one shape of these"),
        (Kind::Option, "Options, in a row or as --set NAME=VALUE"),
    ] {
        help.push_str(&format!("\n{title}:\n"));
        for field in FIELDS.iter().filter(|field| field.kind == kind) {
            let also = match field.aliases {
                [] => String::new(),
                aliases => format!(" (also {})", aliases.join(", ")),
            };
            help.push_str(&format!("  {:<26}  {}{also}\n", field.name, field.about));
        }
    }
    help.push_str(EXAMPLES);
    help
}
