//! The four columns that every row of an experiment carries.

use jiff::civil::Date;

use super::column::Column;
use super::tables::Writing;

/// Which run, experiment, day and revision a row belongs to.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub run_id: String,
    pub experiment: String,
    pub as_of: Date,
    pub revision: i32,
}

impl Key {
    pub fn new(writing: &Writing, experiment: &str) -> Key {
        Key {
            run_id: writing.run_id.to_string(),
            experiment: experiment.to_string(),
            as_of: writing.night.as_of,
            revision: writing.revisions.next(experiment),
        }
    }
}

/// A row that belongs to an experiment.
pub(super) trait Keyed {
    fn key(&self) -> &Key;
}

/// `run_id`, `experiment`, `as_of`, `revision`: the same words in every table.
pub(super) fn columns<R: Keyed>() -> Vec<Column<R>> {
    vec![
        run_id(|row: &R| row.key().run_id.as_str()),
        experiment(|row: &R| row.key().experiment.as_str()),
        as_of(|row: &R| row.key().as_of),
        Column::integer(
            "revision",
            "1 for the first verdict on this experiment and as_of, one more each time it was \
             computed again from changed inputs; the highest is current.",
            |row: &R| Some(row.key().revision),
        )
        .required(),
    ]
}

pub(super) fn run_id<R>(get: impl for<'r> Fn(&'r R) -> &'r str + 'static) -> Column<R> {
    let comment = "Run that wrote the row: as_of and 12 hex digits of a hash of its inputs and revisions. \
                   The run is complete once `verdicts` holds it.";
    Column::text("run_id", comment, move |row| Some(get(row))).required()
}

pub(super) fn as_of<R>(get: impl Fn(&R) -> Date + 'static) -> Column<R> {
    let comment = "Last complete day included, in the project's time zone.";
    Column::day("as_of", comment, move |row| Some(get(row))).required()
}

pub(super) fn experiment<R>(get: impl for<'r> Fn(&'r R) -> &'r str + 'static) -> Column<R> {
    Column::text("experiment", "Key of the experiment.", move |row| Some(get(row))).required()
}

pub(super) fn lock_phase<R>(get: impl Fn(&R) -> u32 + 'static) -> Column<R> {
    let comment = "Phase of the experiment's lock: 1, and one more with each `assize unlock`.";
    Column::integer("lock_phase", comment, move |row| Some(whole(get(row)))).required()
}

/// A number beyond `i32::MAX`, which nothing here reaches, is that maximum.
pub(super) fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
