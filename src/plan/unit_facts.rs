//! The facts of one unit, and what each of them is to every metric.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast as cast_array;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{Expr, cast, ident, lit, not, when};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::accounting::FactFate;
use super::counted::strings;
use super::execute::{Stopwatch, collect};
use super::facts::{FactScan, Horizon};
use super::matched::is_early;
use super::measure::Accumulator;
use super::session::{explain, table};
use super::taken::Taken;
use super::terms::Measures;
use super::unit::{instants, is_unit, kept};
use super::unit_rows::{MetricFate, Part, UnitFact, Value};
use crate::error::Error;

impl FactScan {
    /// Keeps the facts of one unit, and of its members, under the name of the relation; how many.
    ///
    /// # Errors
    /// As the engine's.
    pub async fn keep_unit(
        &self,
        session: &SessionContext,
        unit: &ScalarValue,
        horizon: Horizon,
        watch: &Stopwatch,
    ) -> Result<usize, Error> {
        let facts = self.of_unit(session, unit, horizon, watch).await?;
        let rows = collect(facts, "facts", watch).await?;
        kept(session, &self.name(), rows)
    }

    async fn of_unit(
        &self,
        session: &SessionContext,
        unit: &ScalarValue,
        horizon: Horizon,
        watch: &Stopwatch,
    ) -> Result<DataFrame, Error> {
        let named = self.named(session, horizon).await.map_err(explain)?;
        let of_unit = |rows, member| self.only(rows, member, unit).map_err(explain);
        if !self.has_id() {
            let judged = self.judged(named, horizon).map_err(explain)?;
            return of_unit(judged, "member");
        }
        // Its copies may be of other units, and one of them may be the fact that counts.
        let mine = of_unit(named.clone(), "fact_member")?;
        let ids =
            mine.clone().select(vec![ident("id").alias("wanted")]).and_then(DataFrame::distinct);
        let rows = collect(ids.map_err(explain)?, "facts", watch).await?;
        kept(session, "wanted_ids", rows)?;
        let wanted = table(session, "wanted_ids").await.map_err(explain)?;
        let without_id = mine.filter(ident("id").is_null()).map_err(explain)?;
        let copies = named.join(wanted, JoinType::LeftSemi, &["id"], &["wanted"], None);
        let judged = copies.and_then(|copies| copies.union(without_id)).map_err(explain)?;
        of_unit(self.judged(judged, horizon).map_err(explain)?, "member")
    }

    /// The rows of a unit, or of those who are listed as its members.
    fn only(&self, rows: DataFrame, member: &str, unit: &ScalarValue) -> EngineResult<DataFrame> {
        match &self.members {
            None => rows.filter(is_unit(unit)),
            Some(members) => {
                rows.join(members.of_unit(unit)?, JoinType::LeftSemi, &[member], &["listed"], None)
            }
        }
    }
}

/// Every fact of the unit whose relations are named.
///
/// # Errors
/// As the engine's.
pub async fn facts(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
    watch: &Stopwatch,
) -> Result<Vec<UnitFact>, Error> {
    let rows = judged(session, scan, measures).await.map_err(explain)?;
    let (_, batches) = collect(rows, "facts", watch).await?;
    let mut facts = Vec::new();
    for batch in &batches {
        facts.extend(read(batch, scan, measures)?);
    }
    Ok(facts)
}

/// The matched facts, with what each is to every measure.
async fn judged(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
) -> EngineResult<DataFrame> {
    let matched = table(session, &format!("{}_matched", scan.source)).await?;
    let mut columns = vec![ident("slot")];
    columns.extend(scan.has_time().then(|| ident("time")));
    columns.extend(scan.shows_event().then(|| ident("event")));
    columns.extend(
        scan.members.iter().map(|_| cast(ident("member"), DataType::Utf8View).alias("member")),
    );
    for (i, measure) in measures.of_source(&scan.source) {
        let Some(taken) = Taken::of(scan, measures, measure) else { continue };
        if let Some((v, _)) = &taken.value {
            let value = ident(format!("v{v}"));
            let shown = match measure.accumulator.is_of_numbers() {
                true => cast(value, DataType::Float64),
                false => cast(value, DataType::Utf8View),
            };
            columns.push(shown.alias(format!("value{i}")));
        }
        columns.push(fate(scan, taken, measure.accumulator)?.alias(format!("fate{i}")));
    }
    matched.select(columns)
}

/// The code of the first reason for which a fact does not count.
fn fate(scan: &FactScan, taken: Taken, accumulator: Accumulator) -> EngineResult<Expr> {
    let code = |fate: MetricFate| lit(fate.code());
    let mut chain = when(not(taken.matches), code(MetricFate::NoMatch));
    if let Some(begun) = taken.has_begun {
        let early = not(begun.clone()).and(is_early(scan));
        chain = chain.when(early, code(MetricFate::BeforeEnrollment));
        chain = chain.when(not(begun), code(MetricFate::BeforeWindow));
    }
    if let Some(on) = taken.is_not_over {
        chain = chain.when(not(on), code(MetricFate::AfterWindow));
    }
    if let Some((_, value)) = taken.value {
        chain = chain.when(value.is_missing, code(MetricFate::NoValue));
        if let Some(bad) = value.is_not_finite {
            chain = chain.when(bad, code(MetricFate::NotFinite));
        }
    }
    chain.otherwise(code(match accumulator {
        Accumulator::Steps => MetricFate::Step,
        _ => MetricFate::Counted,
    }))
}

fn read(batch: &RecordBatch, scan: &FactScan, measures: &Measures) -> Result<Vec<UnitFact>, Error> {
    let rows = batch.num_rows();
    let texts = |is_there: bool, name: &str| match is_there {
        true => strings(batch, name),
        false => Ok(vec![None; rows]),
    };
    let instants = match scan.has_time() {
        true => instants(batch, "time")?,
        false => vec![None; rows],
    };
    let events = texts(scan.shows_event(), "event")?;
    let members = texts(scan.members.is_some(), "member")?;
    let slots = batch["slot"].as_primitive::<Int64Type>();
    let mut facts = Vec::new();
    for row in 0..rows {
        let fate = FactFate::of_code(slots.value(row));
        facts.push(UnitFact {
            source: scan.source.clone(),
            member: members[row].clone(),
            at: instants[row],
            event: events[row].clone(),
            fate,
            parts: match fate {
                Some(_) => Vec::new(),
                None => parts(batch, row, &scan.source, measures)?,
            },
        });
    }
    Ok(facts)
}

fn parts(
    batch: &RecordBatch,
    row: usize,
    source: &str,
    measures: &Measures,
) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for terms in &measures.metrics {
        for (letter, term) in terms.terms() {
            if measures.all[term.measure].source != source {
                continue;
            }
            let codes = batch[format!("fate{}", term.measure).as_str()].as_primitive::<Int64Type>();
            let fate = MetricFate::of_code(codes.value(row));
            let fate = fate.ok_or_else(|| Error::bug("a fact of no fate"))?;
            let value = value(batch, row, term.measure)?;
            parts.push(Part { metric: terms.metric.clone(), letter, fate, value });
        }
    }
    Ok(parts)
}

/// The value of a fact that matches.
fn value(batch: &RecordBatch, row: usize, measure: usize) -> Result<Option<Value>, Error> {
    let Some(column) = batch.column_by_name(&format!("value{measure}")) else { return Ok(None) };
    if column.is_null(row) {
        return Ok(None);
    }
    if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        return Ok(Some(Value::Number(numbers.value(row))));
    }
    let texts =
        cast_array(column, &DataType::Utf8).map_err(|error| Error::bug(error.to_string()))?;
    Ok(Some(Value::Text(texts.as_string::<i32>().value(row).to_string())))
}
