//! How many units' windows have closed, counted without their facts.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::ident;
use datafusion::prelude::SessionContext;

use super::accumulate::count;
use super::calendar::at;
use super::counted::strings;
use super::execute::{Stopwatch, collect};
use super::session::{explain, table};
use super::terms::Measures;
use crate::error::Error;

/// Analysed units by experiment, variant and metric, for each metric that waits for its window to
/// close.
pub async fn matured(
    session: &SessionContext,
    measures: &Measures,
    until: i64,
    watch: &Stopwatch,
) -> Result<BTreeMap<(String, String, String), u64>, Error> {
    let spans = measures.metrics.iter().filter_map(|terms| terms.matures_in);
    let spans: BTreeSet<i64> = spans.collect();
    let mut found = BTreeMap::new();
    if spans.is_empty() {
        return Ok(found);
    }
    let counted = counts(session, &spans, until).await.map_err(explain)?;
    let (_, batches) = collect(counted, "matured", watch).await?;
    for batch in &batches {
        let (experiments, variants) = (strings(batch, "experiment")?, strings(batch, "variant")?);
        for terms in &measures.metrics {
            let Some(span) = terms.matures_in else { continue };
            let units = batch[column(span).as_str()].as_primitive::<Int64Type>();
            for (row, arm) in experiments.iter().zip(&variants).enumerate() {
                let (experiment, variant) = (arm.0.clone(), arm.1.clone());
                let arm = (experiment.unwrap_or_default(), variant.unwrap_or_default());
                let key = (arm.0, arm.1, terms.metric.clone());
                found.insert(key, units.value(row).max(0) as u64);
            }
        }
    }
    Ok(found)
}

fn column(span: i64) -> String {
    format!("after_{span}")
}

async fn counts(
    session: &SessionContext,
    spans: &BTreeSet<i64>,
    until: i64,
) -> EngineResult<DataFrame> {
    let closed = |span: i64| ident("enrolled_at").lt_eq(at(until.saturating_sub(span)));
    let counts = spans.iter().map(|span| count(Some(closed(*span))).alias(column(*span)));
    let units = table(session, "enrollments").await?;
    units.aggregate(vec![ident("experiment"), ident("variant")], counts.collect())
}
