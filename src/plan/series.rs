//! What nights as of each day would have said of the same data, in one pass over the facts.
//!
//! A night as of a day knows what was until its end: the facts, the units that had enrolled, and
//! what they had been seen in. A unit that is left out today because it met a second variant
//! yesterday was analysed until the day before, so it is followed until then.
//!
//! Does not: metrics whose numbers of two days do not add up, or covariates.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::error::Result as EngineResult;
use jiff::civil::Date;

use super::aside::Aside;
use super::calendar::Days;
use super::compute::count;
use super::enrollment;
use super::execute::Stopwatch;
use super::follower::follow;
use super::increments::{A_DAY, increments};
use super::ledger::{DayByDay, Ledger, Stay};
use super::night::Night;
use super::numbering::analysed;
use super::segments::Segments;
use super::session::explain;
use super::terms::{Measures, MetricTerms, Term};
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
            let added = increments(&self.session, &self.scans, &self.measures, days).await;
            if let Some(added) = added.map_err(explain)? {
                ledger = follow(added, &self.measures, stays, ledger, watch).await?;
            }
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
