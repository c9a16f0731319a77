//! From Parquet files to the rows of one experiment.

use std::path::PathBuf;
use std::sync::Arc;

use polars::prelude::*;

use super::columns::{Column, ESTIMATES, IS_CURRENT, Kind, VERDICTS};
use crate::error::{Error, Kind as Who, Problem};

/// Live files of two tables. List `verdicts` first: a run that it holds has its estimates.
#[derive(Debug, Clone, Default)]
pub struct HistoryFiles {
    pub verdicts: Vec<PathBuf>,
    pub estimates: Vec<PathBuf>,
}

/// One experiment over its looks.
#[derive(Debug, Clone)]
pub struct History {
    /// Key of the experiment.
    pub experiment: String,
    /// Its rows of `verdicts`, by day and revision.
    pub(super) verdicts: DataFrame,
    /// Its rows of `estimates` about everyone, of the runs that `verdicts` holds.
    pub(super) estimates: DataFrame,
}

impl History {
    /// Whether there is no verdict.
    pub fn is_empty(&self) -> bool {
        self.verdicts.height() == 0
    }
}

/// Reads what the tables hold of an experiment: nothing, where they do not know it.
///
/// # Errors
/// `Environment` where a file cannot be read; it is named.
pub fn read_history(files: &HistoryFiles, experiment: &str) -> Result<History, Error> {
    let of_experiment = || col("experiment").eq(lit(experiment.to_owned()));
    let verdicts = Table { name: "verdicts", files: &files.verdicts, columns: &VERDICTS };
    let verdicts = verdicts.ask(|rows| {
        let newest = col("revision").max().over([col("as_of")])?;
        let is_current = col("revision").eq(newest).alias(IS_CURRENT);
        let rows = rows.filter(of_experiment()).with_column(is_current);
        Ok(rows.sort(["as_of", "revision"], SortMultipleOptions::default()))
    })?;
    let estimates = Table { name: "estimates", files: &files.estimates, columns: &ESTIMATES };
    let estimates = estimates.ask(|rows| {
        let whole_runs = verdicts.clone().lazy().select([col("run_id"), col(IS_CURRENT)]);
        let of_everyone = of_experiment().and(col("segment").is_null());
        let rows = rows.filter(of_everyone).inner_join(whole_runs, col("run_id"), col("run_id"));
        let rows = rows.drop(by_name(["segment"], true, false));
        let order = ["as_of", "revision", "metric", "treatment"];
        Ok(rows.sort(order, SortMultipleOptions::default()))
    })?;
    Ok(History { experiment: experiment.to_owned(), verdicts, estimates })
}

/// Keys of the experiments that some verdict is about, sorted.
///
/// # Errors
/// As [`read_history`].
pub fn experiments_in(verdicts: &[PathBuf]) -> Result<Vec<String>, Error> {
    const KEY: [Column; 1] = [("experiment", Kind::Text)];
    let table = Table { name: "verdicts", files: verdicts, columns: &KEY };
    let keys = table.ask(|rows| {
        let keys = rows.unique(None, UniqueKeepStrategy::Any);
        Ok(keys.sort(["experiment"], SortMultipleOptions::default()))
    })?;
    let texts = keys.column("experiment").and_then(|keys| Ok(keys.str()?.clone()));
    let texts = texts.map_err(|why| Error::bug(why.to_string()))?;
    Ok(texts.iter().flatten().map(str::to_owned).collect())
}

/// Some columns of a table.
struct Table<'a> {
    name: &'static str,
    files: &'a [PathBuf],
    columns: &'static [Column],
}

impl Table<'_> {
    fn ask(
        &self,
        question: impl FnOnce(LazyFrame) -> PolarsResult<LazyFrame>,
    ) -> Result<DataFrame, Error> {
        let answer = self.scan(self.files).and_then(question).and_then(LazyFrame::collect);
        answer.map_err(|why| self.unreadable(&why))
    }

    fn scan(&self, files: &[PathBuf]) -> PolarsResult<LazyFrame> {
        let columns =
            self.columns.iter().map(|(name, kind)| Field::new((*name).into(), kind.data_type()));
        let schema = Arc::new(Schema::from_iter(columns));
        if files.is_empty() {
            return Ok(DataFrame::empty_with_schema(&schema).lazy());
        }
        let paths = files.iter().map(|file| PlRefPath::try_from_path(file));
        let paths = ScanSources::Paths(paths.collect::<PolarsResult<Vec<_>>>()?.into());
        let options = ParquetOptions { schema: Some(schema), ..ParquetOptions::default() };
        Ok(DslBuilder::scan_parquet(paths, options, as_others_write())?.build().into())
    }

    /// Says which file it is.
    fn unreadable(&self, why: &PolarsError) -> Error {
        let is_bad = |file: &&PathBuf| {
            let alone = self.scan(std::slice::from_ref(file)).and_then(LazyFrame::collect);
            alone.is_err()
        };
        let bad = self.files.iter().find(is_bad);
        let place = bad.map_or_else(String::new, |file| file.display().to_string());
        let words = why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        let message = format!("table `{}` cannot be read: {words}", self.name);
        let hint = "restore the file from a copy, or ask whoever compacts the tables";
        Problem::new(Who::Environment, place, message).hint(hint).into()
    }
}

/// Files of older versions and of other writers: columns may be missing, more, or wider.
fn as_others_write() -> UnifiedScanArgs {
    UnifiedScanArgs {
        glob: false,
        hive_options: HiveOptions::new_disabled(),
        cast_columns_policy: CastColumnsPolicy {
            integer_upcast: true,
            integer_to_float_cast: true,
            float_upcast: true,
            categorical_to_string: true,
            ..CastColumnsPolicy::ERROR_ON_MISMATCH
        },
        missing_columns_policy: MissingColumnsPolicy::Insert,
        extra_columns_policy: ExtraColumnsPolicy::Ignore,
        ..UnifiedScanArgs::default()
    }
}
