//! What nights as of each day would have said of the same data, in one pass over the facts.
//!
//! A night as of a day knows what was until its end: the facts, the units that had enrolled, and
//! what they had been seen in. A unit that is left out today because it met a second variant
//! yesterday was analysed until the day before, so it is followed until then.
//!
//! Does not: metrics whose numbers of two days do not add up, or covariates.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use datafusion::error::Result as EngineResult;
use jiff::civil::Date;

use super::accumulate::column;
use super::aside::Aside;
use super::calendar::Days;
use super::compute::count;
use super::double_double::DoubleDouble;
use super::enrollment;
use super::execute::{Stopwatch, Taker, hand_over};
use super::increments::{A_DAY, increments};
use super::ledger::{DayByDay, Ledger, Stay};
use super::night::Night;
use super::numbering::analysed;
use super::segments::Segments;
use super::session::explain;
use super::terms::{Measures, MetricTerms, Shape, Term};
use crate::config::{Cap, Maturity, Metric, MetricKind, Project};
use crate::error::Error;

/// Every variant of a night, day by day.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// First day of every series, on which the first of the experiments started.
    pub first: Option<Date>,
    /// By experiment and variant, then by metric.
    pub arms: BTreeMap<(String, String), BTreeMap<String, DayByDay>>,
}

/// Why a metric has no daily series, in half a sentence; `None` where it has one.
pub fn why_not_daily(project: &Project, metric: &Metric) -> Option<&'static str> {
    let is_retention = matches!(metric.kind, MetricKind::Retention(_));
    if is_retention || metric.maturity == Maturity::Matured {
        return Some("which of its units count changes with the day");
    }
    let MetricKind::Ratio { numerator, denominator } = &metric.kind else {
        return why_not_added(project, metric);
    };
    let parts = [numerator, denominator].map(|key| project.metrics.get(key));
    parts.into_iter().flatten().find_map(|part| why_not_added(project, part))
}

/// Why numbers of units are not known from what each day adds.
fn why_not_added(project: &Project, metric: &Metric) -> Option<&'static str> {
    if matches!(metric.cap, Some(Cap::Quantile(_))) {
        return Some("the quantile that caps it changes with the day");
    }
    match &metric.kind {
        MetricKind::Max { .. } => return Some("the largest values of two days do not add up"),
        MetricKind::Distinct { .. } => return Some("different values of two days do not add up"),
        MetricKind::Quantile { .. } => return Some("quantiles of two days do not add up"),
        MetricKind::Funnel { .. } => return Some("its steps may be taken on different days"),
        MetricKind::Conversion { .. }
        | MetricKind::Count(_)
        | MetricKind::Sum { .. }
        | MetricKind::Ratio { .. }
        | MetricKind::Retention(_) => {}
    }
    let source = project.sources.get(&metric.kind.filter()?.source)?;
    source.columns.time.is_none().then_some("its source does not say when")
}

impl Night<'_> {
    /// Reads every source once and follows every unit through its days.
    ///
    /// # Errors
    /// As [`Night::compute`].
    pub async fn series(&self, watch: &Stopwatch) -> Result<Series, Error> {
        let series = async |parts: usize, watch: &Stopwatch| self.series_in(parts, watch).await;
        self.in_parts_that_fit(watch, series).await
    }

    async fn series_in(&self, parts: usize, watch: &Stopwatch) -> Result<Series, Error> {
        self.roll.open(&self.session, &self.scans, watch).await?;
        let aside = match parts {
            1 => None,
            parts => Some(Aside::put(&self.session, &self.files(), parts, watch).await?),
        };
        let numbering = self.roll.numbering()?;
        let arms = self.arms();
        let days = &numbering.days;
        let mut ledger = Ledger::new(arms.len(), self.measures.metrics.len(), days.count());
        for part in 0..count(aside.as_ref()) {
            let rows = self.rows(aside.as_ref(), part)?;
            let stays = self.roll.stay(&self.session, &rows, watch).await?;
            let segments = Segments::default();
            enrollment::number(&self.session, &numbering, &stays, &segments)?;
            self.name_stages(rows.are_aside).await.map_err(explain)?;
            let stays = self.stays(&arms, days, &stays).map_err(explain)?;
            stays.iter().for_each(|stay| ledger.meet(stay));
            ledger = self.follow(days, stays, ledger, watch).await?;
        }
        Ok(self.told(&arms, &ledger))
    }

    /// Every variant of every experiment, with its place.
    fn arms(&self) -> BTreeMap<(String, String), usize> {
        let variants = |e: &&crate::config::Experiment| -> Vec<(String, String)> {
            e.variants.iter().map(|variant| (e.key.clone(), variant.key.clone())).collect()
        };
        let arms = self.roll.experiments.iter().flat_map(variants).enumerate();
        arms.map(|(place, arm)| (arm, place)).collect()
    }

    /// When each unit is analysed, by its number.
    fn stays(
        &self,
        arms: &BTreeMap<(String, String), usize>,
        days: &Days,
        batches: &[RecordBatch],
    ) -> EngineResult<Vec<Stay>> {
        let mut stays = Vec::new();
        for batch in batches {
            let batch = analysed(batch)?;
            let text = |name: &str| cast(&batch[name], &DataType::Utf8View);
            let (experiments, variants) = (text("experiment")?, text("variant")?);
            let (experiments, variants) = (experiments.as_string_view(), variants.as_string_view());
            let instants = |name: &str| batch[name].as_primitive::<TimestampMicrosecondType>();
            let [enrolled, known, left] = ["enrolled_at", "known_at", "left_at"].map(instants);
            for row in 0..batch.num_rows() {
                let arm = (experiments.value(row).to_string(), variants.value(row).to_string());
                let enrolled = enrolled.value(row);
                let left = left.is_valid(row).then(|| days.place_of(left.value(row)));
                let passed = self.horizon.until.saturating_sub(enrolled) / A_DAY;
                stays.push(Stay {
                    arm: arms.get(&arm).copied().unwrap_or(usize::MAX),
                    from: days.place_of(known.value(row).max(enrolled)),
                    to: left.unwrap_or(days.count()),
                    passed: match left {
                        None => usize::try_from(passed).unwrap_or(0),
                        Some(_) => 0,
                    },
                });
            }
        }
        Ok(stays)
    }

    /// Follows the units of one part through the days of their facts.
    async fn follow(
        &self,
        days: &Days,
        stays: Vec<Stay>,
        ledger: Ledger,
        watch: &Stopwatch,
    ) -> Result<Ledger, Error> {
        let added = increments(&self.session, &self.scans, &self.measures, days).await;
        let Some(added) = added.map_err(explain)? else { return Ok(ledger) };
        let measures = self.measures.clone();
        let follower = Arc::new(Mutex::new(Follower { measures, stays, ledger, unit: None }));
        hand_over(added, "facts", watch, |_| Ok(Rows(follower.clone()))).await?;
        let follower = Arc::into_inner(follower).and_then(|follower| follower.into_inner().ok());
        follower.map(Follower::end).ok_or_else(|| Error::bug("units are followed no more"))
    }

    fn told(&self, arms: &BTreeMap<(String, String), usize>, ledger: &Ledger) -> Series {
        let metrics = || self.measures.metrics.iter().enumerate();
        let of_arm = |place: usize| {
            let told = metrics().filter(|(_, terms)| adds_up(&self.measures, terms));
            let told = told.filter_map(|(i, terms)| {
                let found = ledger.day_by_day(place, i, terms.denominator.is_some())?;
                Some((terms.metric.clone(), found))
            });
            told.collect()
        };
        let first = self.roll.experiments.iter().map(|experiment| experiment.start).min();
        let arms = arms.iter().map(|(arm, place)| (arm.clone(), of_arm(*place)));
        Series { first, arms: arms.collect() }
    }
}

/// Whether a metric's numbers follow from sums over days.
fn adds_up(measures: &Measures, terms: &MetricTerms) -> bool {
    let mut now = std::iter::once(terms.numerator).chain(terms.denominator);
    let is_fit = |term: Term| {
        let measure = measures.all.get(term.measure);
        measure.is_some_and(|measure| measure.accumulator.adds_up())
            && !matches!(term.cap, Some(Cap::Quantile(_)))
    };
    terms.level.is_none() && terms.matures_in.is_none() && now.all(is_fit)
}

/// Follows units through their days, one after the other.
struct Follower {
    measures: Measures,
    /// By the number of the unit.
    stays: Vec<Stay>,
    ledger: Ledger,
    unit: Option<Unit>,
}

/// A unit on one of its days.
struct Unit {
    slot: i64,
    stay: Stay,
    day: usize,
    /// Sum of each measure so far.
    totals: Vec<DoubleDouble>,
    /// Numbers `[y, d]` of each metric so far.
    numbers: Vec<[f64; 2]>,
    /// The same up to the day before.
    before: Vec<[f64; 2]>,
}

/// The rows of all units, in one stream, for they are sorted.
struct Rows(Arc<Mutex<Follower>>);

impl Taker for Rows {
    fn take(&mut self, batch: RecordBatch) -> EngineResult<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&batch);
        Ok(())
    }
}

impl Follower {
    fn take(&mut self, batch: &RecordBatch) {
        let (slots, since) =
            (batch["slot"].as_primitive::<Int64Type>(), batch["since"].as_primitive::<Int64Type>());
        let days = batch["day"].as_primitive::<Int32Type>();
        let added: Vec<_> = (0..self.measures.all.len())
            .map(|i| batch[column(i).as_str()].as_primitive::<Float64Type>())
            .collect();
        for row in 0..batch.num_rows() {
            let day = usize::try_from(days.value(row)).unwrap_or(0);
            let mut unit = self.unit_on(slots.value(row), day);
            for (total, added) in unit.totals.iter_mut().zip(&added) {
                *total = *total + added.value(row).into();
            }
            let since = usize::try_from(since.value(row)).unwrap_or(0);
            unit.recount(&self.measures, since, &mut self.ledger);
            self.unit = Some(unit);
        }
    }

    fn end(mut self) -> Ledger {
        if let Some(unit) = self.unit.take() {
            unit.leave(&mut self.ledger);
        }
        self.ledger
    }

    /// The unit of a number, come to some day.
    fn unit_on(&mut self, slot: i64, day: usize) -> Unit {
        match self.unit.take() {
            Some(unit) if (unit.slot, unit.day) == (slot, day) => unit,
            Some(mut unit) if unit.slot == slot => {
                unit.close_day(&mut self.ledger);
                Unit { day, ..unit }
            }
            other => {
                if let Some(unit) = other {
                    unit.leave(&mut self.ledger);
                }
                self.new_unit(slot, day)
            }
        }
    }

    fn new_unit(&self, slot: i64, day: usize) -> Unit {
        let nowhere = Stay { arm: usize::MAX, from: 0, to: 0, passed: 0 };
        let stay = usize::try_from(slot).ok().and_then(|slot| self.stays.get(slot));
        let metrics = self.measures.metrics.len();
        Unit {
            slot,
            stay: stay.copied().unwrap_or(nowhere),
            day,
            totals: vec![DoubleDouble::ZERO; self.measures.all.len()],
            numbers: vec![[0.0; 2]; metrics],
            before: vec![[0.0; 2]; metrics],
        }
    }
}

impl Unit {
    /// The numbers of its metrics again, after facts of a day since its enrollment.
    fn recount(&mut self, measures: &Measures, since: usize, ledger: &mut Ledger) {
        for (i, (terms, number)) in measures.metrics.iter().zip(&mut self.numbers).enumerate() {
            let of = |term: Term| number_of(term, &self.totals);
            let now = [of(terms.numerator), terms.denominator.map_or(0.0, of)];
            ledger.change_since((&self.stay, i, since), *number, now);
            *number = now;
        }
    }

    /// Facts of days before the unit was known count when it is.
    fn close_day(&mut self, ledger: &mut Ledger) {
        let day = self.day.max(self.stay.from);
        if day < self.stay.to {
            for (i, (before, now)) in self.before.iter().zip(&self.numbers).enumerate() {
                ledger.change((&self.stay, i, day), *before, *now);
            }
            self.before.clone_from(&self.numbers);
        }
    }

    /// What it had is taken away on the day it leaves; on the day after the last there is nothing
    /// to take it from.
    fn leave(mut self, ledger: &mut Ledger) {
        self.close_day(ledger);
        for (i, before) in self.before.iter().enumerate() {
            ledger.change((&self.stay, i, self.stay.to), *before, [0.0; 2]);
        }
    }
}

fn number_of(term: Term, totals: &[DoubleDouble]) -> f64 {
    let total = totals.get(term.measure).map_or(0.0, |total| total.value());
    match (term.shape, term.cap) {
        (Shape::AtLeast(least), _) => f64::from(u8::from(total >= least as f64)),
        (Shape::Total, Some(Cap::At(cap))) if total > cap => cap,
        (Shape::Total, _) => total,
        (Shape::List, _) => 0.0,
    }
}
