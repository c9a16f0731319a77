//! The one scan of a fact source: what each row is, for every metric of the night.
//!
//! A row is never filtered out here: one that cannot count gets a fate, so that rows read
//! equal rows used plus rows left out, by reason.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, ExprSchemable, cast, ident, lit, when};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::accounting::FactFate;
use super::calendar::at;
use super::measure::{Mask, Measures, Said};
use super::members::Members;
use crate::config::Project;
use crate::error::{Error, Kind, Problem};
use crate::source::{OpenSource, Warehouse, predicate, value};

/// A fact source with every column and expression checked against its schema.
pub struct FactScan {
    pub source: String,
    raw: DataFrame,
    /// Or the member, where there are members.
    unit: Expr,
    pub members: Option<Members>,
    /// `None` for a table of units.
    time: Option<Expr>,
    id: Option<Expr>,
    /// Columns that tell the copies of a fact apart.
    content: Vec<String>,
    /// Distinct conditions; `m0`, `m1`, ... in the relation.
    masks: Vec<(Mask, Expr)>,
    /// Distinct (condition, value) pairs; `v0`, `v1`, ... in the relation.
    values: Vec<((usize, Said), Expr)>,
}

/// The instants between which a row can be a fact of this night.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    /// Earlier is no instant.
    pub earliest: i64,
    /// First instant after `as_of`.
    pub until: i64,
    /// At or after it is no instant.
    pub latest: i64,
}

impl FactScan {
    /// Checks everything that the measures need from a source, and the conditions `others`.
    ///
    /// # Errors
    /// All unknown columns and broken expressions together.
    pub fn prepare(
        project: &Project,
        warehouse: &Warehouse,
        open: &OpenSource,
        measures: &Measures,
        others: &[&Mask],
    ) -> Result<FactScan, Error> {
        let session = &warehouse.session;
        let mut problems = Vec::new();
        let members = Members::prepare(warehouse, open);
        let members = members.map_err(|error| problems.extend(error.problems)).ok().flatten();
        let key = members.as_ref().map_or(warehouse.key, |members| members.key);
        let mut scan = FactScan {
            source: open.source.name.clone(),
            raw: open.raw.clone(),
            unit: kept(open.unit(key), &mut problems),
            members,
            time: kept(open.time(), &mut problems),
            id: None,
            content: Vec::new(),
            masks: Vec::new(),
            values: Vec::new(),
        };
        if let Some(column) = &open.source.columns.id {
            scan.id = Some(kept(open.find(("id", column)).map(|(id, _)| id), &mut problems));
            scan.content = content(session, open, project);
        }
        for (_, measure) in measures.of_source(&open.source.name) {
            let mask = scan.mask_of(&measure.mask).unwrap_or_else(|| {
                let expr = kept(condition(session, open, &measure.mask), &mut problems);
                scan.masks.push((measure.mask.clone(), expr));
                scan.masks.len() - 1
            });
            if let Some(said) = &measure.value
                && scan.value_of(mask, said).is_none()
            {
                let expr = kept(value(session, open, &said.0), &mut problems);
                scan.values.push(((mask, said.clone()), expr));
            }
        }
        for &mask in others {
            if scan.mask_of(mask).is_none() {
                let expr = kept(condition(session, open, mask), &mut problems);
                scan.masks.push((mask.clone(), expr));
            }
        }
        Error::check(problems)?;
        Ok(scan)
    }

    pub fn mask_of(&self, mask: &Mask) -> Option<usize> {
        self.masks.iter().position(|(known, _)| known == mask)
    }

    pub fn value_of(&self, mask: usize, said: &Said) -> Option<usize> {
        self.values.iter().position(|((m, v), _)| *m == mask && v == said)
    }

    /// Whether value `v` of a fact is NaN or infinite, if it is of a type that can be: such a
    /// fact is skipped by that metric alone.
    pub fn not_finite(&self, v: usize) -> Option<Expr> {
        let (_, value) = self.values.get(v)?;
        let found = value.get_type(self.raw.schema()).ok()?;
        found.is_floating().then(|| not_finite(ident(format!("v{v}"))))
    }

    pub fn has_time(&self) -> bool {
        self.time.is_some()
    }

    /// Name of the relation that [`FactScan::relation`] makes.
    pub fn name(&self) -> String {
        format!("{}_facts", self.source)
    }

    /// `unit, time, fate, m*, v*`: one row per row of the source.
    pub async fn relation(&self, session: &SessionContext, horizon: Horizon) -> Result<DataFrame> {
        let mut columns = vec![self.unit.clone().alias("unit")];
        columns.extend(self.time.clone().map(|time| time.alias("time")));
        columns.extend(self.id.clone().map(|id| id.alias("id")));
        for (i, (_, mask)) in self.masks.iter().enumerate() {
            columns.push(or_false(mask.clone())?.alias(format!("m{i}")));
        }
        for (i, ((mask, _), value)) in self.values.iter().enumerate() {
            // Only of facts that match: what else is in the column may be no number at all.
            let matching = when(self.masks[*mask].1.clone(), value.clone()).end()?;
            columns.push(matching.alias(format!("v{i}")));
        }
        for (i, column) in self.content.iter().enumerate() {
            columns.push(ident(column).alias(format!("c{i}")));
        }
        let mut named = self.raw.clone().select(columns)?;
        if let Some(members) = &self.members {
            named = members.look_up(session, named).await?;
        }
        if self.id.is_some() {
            named = named.with_column("unfit", self.unfit(horizon)?.is_not_null())?;
            named = named.with_column("copy", self.copy()?)?;
        }
        let fate = self.fate(horizon)?.alias("fate");
        let mut columns = vec![ident("unit"), fate];
        columns.extend(self.time.iter().map(|_| ident("time")));
        columns.extend((0..self.masks.len()).map(|i| ident(format!("m{i}"))));
        columns.extend((0..self.values.len()).map(|i| ident(format!("v{i}"))));
        named.select(columns)
    }

    /// Which copy of its id a row is, among those that are facts by the end of `as_of`; the
    /// first by instant, unit and content counts, whichever experiments the night has.
    fn copy(&self) -> Result<Expr> {
        let time = self.time.iter().map(|_| "time".to_string());
        let content = (0..self.content.len()).map(|i| format!("c{i}"));
        let columns = time.chain(["unit".to_string()]).chain(content);
        row_number()
            .partition_by(vec![ident("id"), ident("unfit")])
            .order_by(columns.map(|name| ident(name).sort(true, false)).collect())
            .build()
    }

    /// Why a row is no fact of this night, whoever asks; NULL where it is.
    fn unfit(&self, horizon: Horizon) -> Result<Expr> {
        chain(self.unfit_cases(horizon))
    }

    fn unfit_cases(&self, horizon: Horizon) -> Vec<(Expr, FactFate)> {
        let mut cases = match self.members {
            Some(_) => Members::fates(),
            None => vec![(ident("unit").is_null(), FactFate::NullUnit)],
        };
        if self.time.is_some() {
            let time = || ident("time");
            let outside = time().lt(at(horizon.earliest)).or(time().gt_eq(at(horizon.latest)));
            cases.push((time().is_null(), FactFate::NullTime));
            cases.push((outside, FactFate::ImplausibleTime));
            cases.push((time().gt_eq(at(horizon.until)), FactFate::AfterAsOf));
        }
        cases
    }

    /// Why a row cannot count, as the code of its [`FactFate`]; NULL where it can.
    fn fate(&self, horizon: Horizon) -> Result<Expr> {
        let mut cases = self.unfit_cases(horizon);
        if self.id.is_some() {
            let again = ident("id").is_not_null().and(ident("copy").gt(lit(1u64)));
            cases.push((again, FactFate::Duplicate));
        }
        let any_mask = (0..self.masks.len()).map(|i| ident(format!("m{i}"))).reduce(Expr::or);
        cases.push((any_mask.unwrap_or(lit(false)).is_not_true(), FactFate::NoMetric));
        chain(cases)
    }
}

/// The code of the first fate whose condition holds.
fn chain(cases: Vec<(Expr, FactFate)>) -> Result<Expr> {
    let mut cases = cases.into_iter();
    let Some((first, fate)) = cases.next() else { return Ok(lit(ScalarValue::Int64(None))) };
    let mut chain = when(first, lit(fate.code()));
    for (condition, fate) in cases {
        chain = chain.when(condition, lit(fate.code()));
    }
    chain.end()
}

/// Columns that some metric of the project reads from a source, by name. Not only those of the
/// night: of two copies, the same one counts in every night. A metric that cannot be read is
/// reported where it is used.
fn content(session: &SessionContext, open: &OpenSource, project: &Project) -> Vec<String> {
    let measures = Measures::of(project, project.metrics.keys().map(String::as_str));
    let mut columns = BTreeSet::new();
    for (_, measure) in measures.of_source(&open.source.name) {
        let event = measure.mask.event.iter().flat_map(|_| &open.source.columns.event);
        columns.extend(event.map(|(column, _)| column.clone()));
        let predicates = measure.mask.predicate.iter().map(|s| predicate(session, open, &s.0));
        let values = measure.value.iter().map(|said| value(session, open, &said.0));
        for expr in predicates.chain(values).flatten() {
            columns.extend(expr.column_refs().into_iter().map(|column| column.name.clone()));
        }
    }
    let known = |column: &String| open.raw.schema().has_column_with_unqualified_name(column);
    columns.into_iter().filter(known).collect()
}

/// Keeps a problem for later and goes on with a stand-in.
fn kept<T: StandIn>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> T {
    result.unwrap_or_else(|problem| {
        problems.push(problem);
        T::stand_in()
    })
}

trait StandIn {
    fn stand_in() -> Self;
}

impl StandIn for Expr {
    fn stand_in() -> Self {
        lit(ScalarValue::Null)
    }
}

impl<T> StandIn for Option<T> {
    fn stand_in() -> Self {
        None
    }
}

/// The event's name and the user's predicate, both.
fn condition(session: &SessionContext, open: &OpenSource, mask: &Mask) -> Result<Expr, Problem> {
    let mut named = None;
    if let Some(Said((event, place))) = &mask.event {
        let column = open.source.columns.event.clone().ok_or_else(|| {
            let message = format!("source `{}` names no `event` column", open.source.name);
            Problem::new(Kind::Spec, place, message)
        })?;
        named = Some(open.text("event", &column)?.eq(lit(event.as_str())));
    }
    let said = match &mask.predicate {
        Some(Said(said)) => Some(predicate(session, open, said)?),
        None => None,
    };
    match (named, said) {
        (Some(named), Some(said)) => {
            let both = both(named, said);
            both.map_err(|error| Problem::new(Kind::Bug, "", error.strip_backtrace()))
        }
        (named, said) => Ok(named.or(said).unwrap_or(lit(true))),
    }
}

/// Two conditions, the second asked only where the first holds: of other events a predicate may
/// make no sense. By numbers, because the engine turns a CASE of conditions into an AND, which
/// asks both.
fn both(first: Expr, second: Expr) -> Result<Expr> {
    let second = when(second, lit(1i64)).otherwise(lit(0i64))?;
    Ok(when(first, second).otherwise(lit(0i64))?.eq(lit(1i64)))
}

/// A condition that is unknown does not hold.
///
/// Not `IS TRUE`: the engine plans that column as never NULL and then makes it nullable, and
/// refuses its own plan (`tests/engine/facts.rs`).
fn or_false(condition: Expr) -> Result<Expr> {
    when(condition, lit(true)).otherwise(lit(false))
}

/// NaN and both infinities: what is not 0 when it is taken from itself.
fn not_finite(value: Expr) -> Expr {
    let value = cast(value, DataType::Float64);
    (value.clone() - value).not_eq(lit(0.0))
}
