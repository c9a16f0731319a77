//! The fact that enrolls a unit once it has met its experiment.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::prelude::SessionContext;

use super::calendar::span;
use super::facts::FactScan;
use super::measure::Mask;
use super::session::table;
use super::terms::sources_of;
use crate::config::{Experiment, Project, Window};

/// Which fact enrolls the units of an experiment.
pub struct Entry {
    pub experiment: String,
    pub source: String,
    pub mask: Mask,
    /// Relative to when the unit met its experiment.
    window: Window,
    /// Facts up to so many microseconds before that count as at it.
    clock_skew: i64,
}

impl Entry {
    /// The entries of those experiments that have one.
    pub fn of(project: &Project, experiments: &[&Experiment]) -> Vec<Entry> {
        let entry = |experiment: &&Experiment| {
            let filter = experiment.entry.as_ref()?;
            let source = project.sources.get(&filter.source);
            Some(Entry {
                experiment: experiment.key.clone(),
                source: filter.source.clone(),
                mask: Mask::of(filter),
                window: filter.window,
                clock_skew: source.map_or(0, |source| source.clock_skew),
            })
        };
        experiments.iter().filter_map(entry).collect()
    }

    /// Whether a fact that met an enrollment can be this one.
    fn matches(&self, scan: &FactScan) -> Option<Expr> {
        let mask = scan.mask_of(&self.mask)?;
        let after = |offset: i64| ident("met_at") + span(offset);
        let from = if self.window.from == 0 { -self.clock_skew } else { self.window.from };
        let mine = ident("experiment").eq(lit(self.experiment.as_str()));
        let begun = mine.and(ident(format!("m{mask}"))).and(ident("time").gt_eq(after(from)));
        Some(match self.window.to {
            Some(to) => begun.and(ident("time").lt(after(to))),
            None => begun,
        })
    }
}

/// Name of the relation that [`entries`] makes.
pub fn name(scan: &FactScan) -> String {
    format!("{}_entries", scan.source)
}

/// `slot, time`: the first fact of a source that enters a unit, by the number it has so far.
pub async fn entries(
    session: &SessionContext,
    scan: &FactScan,
    entries: &[Entry],
) -> Result<DataFrame> {
    let mine = entries.iter().filter(|entry| entry.source == scan.source);
    let enters = mine.filter_map(|entry| entry.matches(scan)).reduce(Expr::or);
    let met = ["slot", "experiment", "met_at"].map(ident);
    let met = met.into_iter().chain([ident("unit").alias("enrolled_unit")]);
    let met = table(session, "enrollments").await?.select(met)?;
    let facts = table(session, &scan.name()).await?.filter(ident("fate").is_null())?;
    met.join(facts, JoinType::Inner, &["enrolled_unit"], &["unit"], None)?
        .filter(enters.unwrap_or(lit(false)))?
        .aggregate(vec![ident("slot")], vec![min(ident("time")).alias("time")])
}

/// Reads what [`entries`] found into one map.
pub fn read(batches: &[RecordBatch], found: &mut HashMap<i64, i64>) {
    for batch in batches {
        let slots = batch["slot"].as_primitive::<Int64Type>().values().iter();
        let times = batch["time"].as_primitive::<TimestampMicrosecondType>().values().iter();
        found.extend(slots.copied().zip(times.copied()));
    }
}

/// The rows of `enrolled` again: a unit of an experiment with an entry is enrolled by it, or left
/// out where it has none.
///
/// # Errors
/// As the engine's, for rows that are not those of `enrolled`.
pub fn enter(
    enrolled: &[RecordBatch],
    entries: &[Entry],
    found: &HashMap<i64, i64>,
) -> Result<Vec<RecordBatch>> {
    let entering: BTreeSet<&str> = entries.iter().map(|entry| entry.experiment.as_str()).collect();
    let mut slot = 0;
    let enter = |batch: &RecordBatch| enter_batch(batch, &entering, found, &mut slot);
    enrolled.iter().map(enter).collect()
}

fn enter_batch(
    batch: &RecordBatch,
    entering: &BTreeSet<&str>,
    found: &HashMap<i64, i64>,
    slot: &mut i64,
) -> Result<RecordBatch> {
    let text = |name: &str| cast(&batch[name], &DataType::Utf8View);
    let (experiments, reasons) = (text("experiment")?, text("reason")?);
    let (experiments, reasons) = (experiments.as_string_view(), reasons.as_string_view());
    let met_at = batch["met_at"].as_primitive::<TimestampMicrosecondType>();
    let (mut instants, mut whys) = (Vec::new(), Vec::new());
    for row in 0..batch.num_rows() {
        let mut why = reasons.is_valid(row).then(|| reasons.value(row));
        let mut instant = met_at.is_valid(row).then(|| met_at.value(row));
        if why.is_none() {
            if entering.contains(experiments.value(row)) {
                match found.get(slot) {
                    // A fact within the skew of the clocks counts as at the meeting.
                    Some(entered) => instant = instant.map(|met| met.max(*entered)),
                    None => why = Some("no_entry"),
                }
            }
            *slot += 1;
        }
        instants.push(instant);
        whys.push(why);
    }
    let instants = TimestampMicrosecondArray::from(instants).with_timezone("UTC");
    let mut changed: BTreeMap<&str, ArrayRef> = BTreeMap::new();
    changed.insert("enrolled_at", Arc::new(instants));
    changed.insert("reason", Arc::new(StringViewArray::from_iter(whys)));
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let column = changed.get(field.name().as_str()).unwrap_or(column);
        cast(column, field.data_type())
    });
    let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Names of the fact sources that one experiment reads, each once.
pub fn sources_read(project: &Project, experiment: &Experiment) -> Vec<String> {
    let metrics: Vec<&str> = experiment.metrics.iter().map(|used| used.metric.as_str()).collect();
    let mut sources = sources_of(project, &metrics);
    sources.extend(experiment.entry.iter().map(|entry| entry.source.clone()));
    sources.sort_unstable();
    sources.dedup();
    sources
}
