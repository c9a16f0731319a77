//! What is counted and added up for each enrollment, and where it is kept.
//!
//! Does not: order facts, tell values apart or keep them: those measures stay with the engine.

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, cast, ident};

use super::super::accumulate::{column, missing_column, not_finite_column};
use super::super::exact_sum::summed_as;
use super::super::facts::FactScan;
use super::super::measure::{Accumulator, Anchor, Measure};
use super::super::terms::Measures;

/// A number that is counted, added up or compared: its place among those of its kind.
pub type Place = usize;

/// How the facts of one source become the measures of enrollments.
#[derive(Debug)]
pub struct Recipe {
    /// How many numbers of each kind an enrollment has.
    pub counts: usize,
    pub sums: usize,
    pub largest: usize,
    /// Conditions of facts that somebody asks for, by their number in the scan.
    pub masks: Vec<usize>,
    /// What each of these conditions adds to.
    pub takes: Vec<Vec<Takes>>,
    /// The measures that read values, in the order of their columns.
    pub values: Vec<usize>,
    pub met: Met,
    /// Columns of the relation, in order, after its slot.
    pub outputs: Vec<(String, Output)>,
}

/// How facts are counted that meet an enrollment, whatever they are.
#[derive(Debug)]
pub struct Met {
    pub rows: Place,
    /// Those that the enrollment's own experiment asks for, where experiments differ in that.
    pub own: Option<Place>,
    /// `None` for a table of units.
    pub time: Option<Near>,
    /// Whether some span begins where a unit met its experiment.
    pub needs_met_at: bool,
}

/// Facts before an enrollment, and in the hours beside it.
#[derive(Debug)]
pub struct Near {
    pub early: Place,
    pub before: Place,
    pub after: Place,
    pub clock_skew: i64,
}

/// What one measure takes of a fact that matches it.
#[derive(Debug)]
pub struct Takes {
    pub anchor: Anchor,
    /// Half-open, relative to the anchor.
    pub from: i64,
    pub to: i64,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Fact(Place),
    Value(Value),
}

#[derive(Debug)]
pub struct Value {
    /// Among the values of the recipe.
    pub column: usize,
    pub missing: Place,
    /// `None` for a type that is always finite.
    pub not_finite: Option<Place>,
    pub of: Of,
}

#[derive(Debug)]
pub enum Of {
    Sum(Place),
    Largest(Place),
}

/// What a column of the relation shows.
#[derive(Debug, Clone, Copy)]
pub enum Output {
    Count(Place),
    /// The same, of an enrollment that is the first of its unit; else 0.
    OfFirst(Place),
    Sum(Place),
    Largest(Place),
}

impl Recipe {
    /// `None` where some measure of the source needs more than counts, sums and extremes.
    pub fn of(scan: &FactScan, measures: &Measures) -> Option<Recipe> {
        let mut recipe = Recipe {
            counts: 0,
            sums: 0,
            largest: 0,
            masks: Vec::new(),
            takes: Vec::new(),
            values: Vec::new(),
            met: Met { rows: 0, own: None, time: None, needs_met_at: false },
            outputs: Vec::new(),
        };
        recipe.meet(scan);
        for (i, measure) in measures.of_source(&scan.source) {
            recipe.measure(scan, i, measure)?;
        }
        Some(recipe)
    }

    fn meet(&mut self, scan: &FactScan) {
        let named = |name: &str| format!("{}_{name}", scan.source);
        self.met.rows = self.count(named("rows"));
        self.outputs.push((named("first"), Output::OfFirst(self.met.rows)));
        if scan.is_shared_unevenly() {
            self.met.own = Some(self.count(named("own")));
            for (mask, _) in scan.asked_by() {
                self.bit(mask);
            }
        }
        if scan.has_time() {
            self.met.time = Some(Near {
                early: self.count(named("early")),
                before: self.count(named("before")),
                after: self.count(named("after")),
                clock_skew: scan.clock_skew,
            });
        }
    }

    fn measure(&mut self, scan: &FactScan, i: usize, measure: &Measure) -> Option<()> {
        let [mask] = measure.masks.as_slice() else { return None };
        let bit = self.bit(scan.mask_of(mask)?);
        let what = match (measure.accumulator, scan.value_of(measure)) {
            (Accumulator::Count, None) => What::Fact(self.count(column(i))),
            (Accumulator::Sum | Accumulator::Max, Some(v)) => {
                What::Value(self.value(i, measure, scan.is_floating(v)))
            }
            _ => return None,
        };
        let (from, to) = match scan.has_time() {
            true => (measure.span.from, measure.span.to.unwrap_or(i64::MAX)),
            false => (i64::MIN, i64::MAX),
        };
        let anchor = measure.span.anchor;
        self.met.needs_met_at |= scan.has_time() && anchor == Anchor::Met;
        self.takes[bit].push(Takes { anchor, from, to, what });
        Some(())
    }

    fn value(&mut self, i: usize, measure: &Measure, is_floating: bool) -> Value {
        let of = match measure.accumulator {
            Accumulator::Max => {
                self.outputs.push((column(i), Output::Largest(self.largest)));
                self.largest += 1;
                Of::Largest(self.largest - 1)
            }
            _ => {
                self.outputs.push((column(i), Output::Sum(self.sums)));
                self.sums += 1;
                Of::Sum(self.sums - 1)
            }
        };
        self.values.push(i);
        Value {
            column: self.values.len() - 1,
            missing: self.count(missing_column(i)),
            not_finite: is_floating.then(|| self.count(not_finite_column(i))),
            of,
        }
    }

    /// A new number that is counted and shown.
    fn count(&mut self, name: String) -> Place {
        self.outputs.push((name, Output::Count(self.counts)));
        self.counts += 1;
        self.counts - 1
    }

    /// The place of a condition among those of the recipe.
    fn bit(&mut self, mask: usize) -> usize {
        self.masks.iter().position(|known| *known == mask).unwrap_or_else(|| {
            self.masks.push(mask);
            self.takes.push(Vec::new());
            self.masks.len() - 1
        })
    }

    /// Words of 64 bits that the conditions of a fact take.
    pub fn words(&self) -> usize {
        self.masks.len().div_ceil(64)
    }

    /// `unit, fate, time, m*, n*`: the facts with what the recipe reads of them.
    ///
    /// # Errors
    /// As the engine's.
    pub fn ingredients(
        &self,
        facts: DataFrame,
        scan: &FactScan,
        measures: &Measures,
    ) -> Result<DataFrame> {
        let mut columns = vec![ident("unit"), ident("fate")];
        columns.extend(self.met.time.iter().map(|_| ident("time")));
        columns.extend(self.masks.iter().map(|mask| ident(format!("m{mask}"))));
        for &i in &self.values {
            columns.extend(number(&facts, scan, i, &measures.all[i])?);
        }
        facts.select(columns)
    }
}

/// The value of a measure in the type in which it is added up or compared.
fn number(facts: &DataFrame, scan: &FactScan, i: usize, of: &Measure) -> Result<Option<Expr>> {
    let Some(v) = scan.value_of(of) else { return Ok(None) };
    let name = format!("v{v}");
    let found = facts.schema().field_with_unqualified_name(&name)?.data_type();
    let wanted = match of.accumulator {
        Accumulator::Sum => summed_as(found),
        _ => DataType::Float64,
    };
    Ok(Some(cast(ident(name), wanted).alias(format!("n{i}"))))
}
