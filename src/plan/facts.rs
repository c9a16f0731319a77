//! The one scan of a fact source: what each row is, for every metric of the night.
//!
//! A row is never filtered out here: one that cannot count gets a fate, so that rows read
//! equal rows used plus rows left out, by reason.

use std::collections::BTreeSet;

use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_window::expr_fn::{rank, row_number};
use datafusion::logical_expr::{Expr, ExprFunctionExt, ExprSchemable, ident, lit, when};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::accounting::FactFate;
use super::calendar::at;
use super::condition::{condition, or_false, read_value};
use super::content::content;
use super::ids::Ids;
use super::measure::{Mask, Measure, Said};
use super::members::Members;
use super::terms::Measures;
use crate::config::{Experiment, Project};
use crate::error::{Error, Problem};
use crate::source::{OpenSource, Warehouse};

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
    ids: Ids,
    /// Columns that tell the copies of a fact apart.
    content: Vec<String>,
    /// Distinct conditions; `m0`, `m1`, ... in the relation.
    masks: Vec<(Mask, Expr)>,
    /// Distinct values; `v0`, `v1`, ... in the relation.
    values: Vec<(ValueKey, Expr)>,
    /// Facts so many microseconds before an enrollment count as if at it.
    pub clock_skew: i64,
    /// Experiments whose metrics ask for each condition; empty where all of them ask for all.
    asked_by: Vec<BTreeSet<String>>,
    /// The event of each row, for those who look at single rows.
    event: Option<Expr>,
    shows_rows: bool,
}

/// What tells one value of facts from another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ValueKey {
    /// Index of the condition under which it is asked for.
    mask: usize,
    said: Said,
    is_number: bool,
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
        let unit = kept(open.unit(key), &mut problems);
        let id = open.source.columns.id.as_ref().map(|id| open.find(("id", id)));
        let id = id.map(|id| kept(id.map(|(id, _)| id), &mut problems));
        let mut scan = FactScan {
            source: open.source.name.clone(),
            raw: open.raw.clone(),
            ids: Ids::of(open, (&unit, key), id.as_ref()),
            unit,
            members,
            time: kept(open.time(), &mut problems),
            content: id.iter().flat_map(|_| content(session, open, project)).collect(),
            id,
            masks: Vec::new(),
            values: Vec::new(),
            clock_skew: open.source.clock_skew,
            asked_by: Vec::new(),
            event: None,
            shows_rows: false,
        };
        for (_, measure) in measures.of_source(&open.source.name) {
            for mask in &measure.masks {
                if scan.mask_of(mask).is_none() {
                    let expr = kept(condition(session, open, mask), &mut problems);
                    scan.masks.push((mask.clone(), expr));
                }
            }
            if let (Some(key), None) = (scan.key_of(measure), scan.value_of(measure)) {
                let expr = kept(read_value(session, open, measure, &key.said), &mut problems);
                scan.values.push((key, expr));
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

    /// Keeps which of the night's experiments ask for which conditions.
    pub fn ask(&mut self, project: &Project, experiments: &[&Experiment]) {
        let mut asked_by = vec![BTreeSet::new(); self.masks.len()];
        for experiment in experiments {
            let metrics = experiment.metrics.iter().map(|used| used.metric.as_str());
            let measures = Measures::of(project, metrics);
            let masks = measures.of_source(&self.source).flat_map(|(_, measure)| &measure.masks);
            for mask in masks.filter_map(|mask| self.mask_of(mask)) {
                asked_by[mask].insert(experiment.key.clone());
            }
        }
        if asked_by.iter().any(|by| by.len() < experiments.len()) {
            self.asked_by = asked_by;
        }
    }

    /// Keeps `event` and `member` of each row, where the source has them.
    ///
    /// # Errors
    /// As [`OpenSource::text`].
    pub fn show(&mut self, open: &OpenSource) -> Result<(), Problem> {
        let event = open.source.columns.event.as_ref();
        self.event = event.map(|column| open.text("event", column)).transpose()?;
        self.shows_rows = true;
        Ok(())
    }

    /// Conditions with the experiments that ask for them; none where all ask for all.
    pub fn asked_by(&self) -> impl Iterator<Item = (usize, &BTreeSet<String>)> {
        self.asked_by.iter().enumerate().filter(|(_, experiments)| !experiments.is_empty())
    }

    /// Whether experiments differ in the facts they ask for.
    pub fn is_shared_unevenly(&self) -> bool {
        self.asked_by().next().is_some()
    }

    pub fn mask_of(&self, mask: &Mask) -> Option<usize> {
        self.masks.iter().position(|(known, _)| known == mask)
    }

    fn key_of(&self, measure: &Measure) -> Option<ValueKey> {
        let mask = measure.masks.first().and_then(|mask| self.mask_of(mask))?;
        let (said, is_number) = (measure.value.clone()?, measure.accumulator.is_of_numbers());
        Some(ValueKey { mask, said, is_number })
    }

    /// Which column holds the values of a measure, if it has any.
    pub fn value_of(&self, measure: &Measure) -> Option<usize> {
        let key = self.key_of(measure)?;
        self.values.iter().position(|(known, _)| *known == key)
    }

    /// Whether value `v` of a fact is of a type that can be NaN or infinite.
    pub fn is_floating(&self, v: usize) -> bool {
        let found = self.values.get(v).map(|(_, value)| value.get_type(self.raw.schema()));
        found.is_some_and(|found| found.is_ok_and(|found| found.is_floating()))
    }

    pub fn has_id(&self) -> bool {
        self.id.is_some()
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
        self.judged(self.named(session, horizon).await?, horizon)
    }

    /// The rows of the source with our names, before their copies are told apart.
    pub async fn named(&self, session: &SessionContext, horizon: Horizon) -> Result<DataFrame> {
        let mut columns = vec![self.unit.clone().alias("unit")];
        columns.extend(self.time.clone().map(|time| time.alias("time")));
        let id = self.id.clone().map(|id| self.ids.short(id)).transpose()?;
        columns.extend(id.map(|id| id.alias("id")));
        columns.extend(self.ids.are_too_long()?.map(|long| long.alias("long_id")));
        columns.extend(self.event.clone().map(|event| event.alias("event")));
        for (i, (_, mask)) in self.masks.iter().enumerate() {
            columns.push(or_false(mask.clone())?.alias(format!("m{i}")));
        }
        for (i, (key, value)) in self.values.iter().enumerate() {
            // Only of facts that match: what else is in the column may be no number at all.
            let matching = when(self.masks[key.mask].1.clone(), value.clone()).end()?;
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
        }
        Ok(named)
    }

    /// The relation, from all rows that have an id in common with one of these.
    pub fn judged(&self, mut named: DataFrame, horizon: Horizon) -> Result<DataFrame> {
        if self.id.is_some() {
            let mut columns: Vec<Expr> =
                named.schema().columns().into_iter().map(Expr::Column).collect();
            columns.push(self.among_copies(row_number())?.alias("copy"));
            columns.push(self.among_copies(rank())?.alias("edition"));
            named = named.select(columns)?;
        }
        let fate = self.fate(horizon)?.alias("fate");
        let mut columns = vec![ident("unit"), fate];
        columns.extend(self.time.iter().map(|_| ident("time")));
        columns.extend((0..self.masks.len()).map(|i| ident(format!("m{i}"))));
        columns.extend((0..self.values.len()).map(|i| ident(format!("v{i}"))));
        if self.shows_rows {
            columns.extend(self.event.iter().map(|_| ident("event")));
            columns.extend(self.members.iter().map(|_| ident("fact_member").alias("member")));
        }
        named.select(columns)
    }

    /// Whether rows carry what happened.
    pub fn shows_event(&self) -> bool {
        self.event.is_some()
    }

    /// Which copy of its id a row is, among those that are facts by the end of `as_of`; the
    /// first by instant, unit and content counts, whichever experiments the night has.
    fn among_copies(&self, number: Expr) -> Result<Expr> {
        let time = self.time.iter().map(|_| "time".to_string());
        let content = (0..self.content.len()).map(|i| format!("c{i}"));
        let columns = time.chain(["unit".to_string()]).chain(content);
        number
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
            Some(_) => [self.ids.fates("fact_member"), Members::fates()].concat(),
            None => self.ids.fates("unit"),
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
            let differs = again.clone().and(ident("edition").gt(lit(1u64)));
            cases.push((differs, FactFate::DifferingDuplicate));
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
