//! What two variants have that can be compared.

use std::collections::BTreeMap;

use super::{Evidence, NoEstimate, Segment, SummaryRow};
use crate::config::{Experiment, Maturity, Metric, MetricKind, Variant};
use crate::stats::proportion::Conversions;
use crate::stats::{Adjustment, Missing, Point, Slope, Summary, Twin, adjustment};

/// Summary rows by metric and segment, in their order.
pub(super) struct Index<'a>(BTreeMap<(&'a str, Option<&'a Segment>), Vec<&'a SummaryRow>>);

impl<'a> Index<'a> {
    pub fn new(evidence: &'a Evidence) -> Index<'a> {
        let mut rows: BTreeMap<_, Vec<&SummaryRow>> = BTreeMap::new();
        for row in &evidence.summaries {
            let key = (row.metric.as_str(), row.segment.as_ref());
            rows.entry(key).or_default().push(row);
        }
        Index(rows)
    }
}

/// One metric, for all units or for those of one segment.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub experiment: &'a Experiment,
    pub evidence: &'a Evidence,
    pub index: &'a Index<'a>,
    pub metric: Option<&'a Metric>,
    pub key: &'a str,
    pub segment: Option<&'a Segment>,
}

/// Both variants, control first, in the phases in which both had units.
pub(super) struct Pair<'a> {
    strata: Vec<Stratum<'a>>,
    /// Units of both in the other phases.
    pub left_out: u64,
}

struct Stratum<'a> {
    /// Units of all variants in this phase.
    weight: f64,
    rows: [&'a SummaryRow; 2],
}

impl<'a> Part<'a> {
    pub fn rows(self) -> impl Iterator<Item = &'a SummaryRow> {
        let found = self.index.0.get(&(self.key, self.segment));
        found.into_iter().flatten().copied()
    }

    fn rows_of(self, variant: &str) -> impl Iterator<Item = &'a SummaryRow> {
        self.rows().filter(move |row| row.variant == variant)
    }

    /// Only units whose window has closed count.
    pub fn is_matured(self) -> bool {
        let is_retention = |metric: &Metric| matches!(metric.kind, MetricKind::Retention(_));
        self.metric.is_some_and(|m| m.maturity == Maturity::Matured || is_retention(m))
    }

    /// Analysed units of a variant, whether or not they count for the metric.
    pub fn analysed(self, variant: &str) -> u64 {
        let Some(segment) = self.segment else { return self.evidence.units_of(variant) };
        let counts = self.evidence.segments.iter();
        let mine = counts.filter(|c| c.variant == variant && c.segment == *segment);
        mine.map(|count| count.units).sum()
    }

    /// The phases in which both variants can be compared.
    ///
    /// A variant without units has no row, and that is not a failure of the metric.
    pub fn pair(self, control: &Variant, treatment: &Variant) -> Result<Pair<'a>, NoEstimate> {
        if let Some(why) = self.evidence.failed.get(self.key) {
            return Err(NoEstimate::Failed(why.clone()));
        }
        for variant in [control, treatment] {
            self.is_present(&variant.key)?;
        }
        let (mut pair, mut worst) = (Pair { strata: Vec::new(), left_out: 0 }, None);
        for phase in 0..self.phases() {
            let found = [control, treatment].map(|variant| self.in_phase(variant, phase));
            let units: u64 = found.iter().flatten().map(|row| row.summary.units).sum();
            match comparable(found) {
                Ok(rows) => pair.strata.push(Stratum { weight: self.units_in(phase), rows }),
                Err(missing) if is_broken(&missing) => return Err(NoEstimate::Undefined(missing)),
                Err(missing) => {
                    pair.left_out += units;
                    worst = worst.filter(|(most, _)| *most >= units).or(Some((units, missing)));
                }
            }
        }
        match worst {
            Some((_, missing)) if pair.strata.is_empty() => Err(NoEstimate::Undefined(missing)),
            _ => Ok(pair),
        }
    }

    fn is_present(self, variant: &str) -> Result<(), NoEstimate> {
        if self.rows_of(variant).next().is_some() {
            return Ok(());
        }
        if self.analysed(variant) == 0 || self.is_matured() {
            return Err(NoEstimate::Undefined(Missing::TooFewUnits { units: 0 }));
        }
        let what = format!("`{}` was not computed for `{variant}`", self.key);
        Err(match self.segment {
            None => NoEstimate::Failed(what),
            Some(segment) => NoEstimate::Skipped(format!("{what} in {segment}")),
        })
    }

    fn phases(self) -> usize {
        let last = self.rows().map(|row| row.phase + 1).max();
        last.unwrap_or(0).max(self.experiment.phases.len())
    }

    /// The row of a variant that was to have units in a phase.
    fn in_phase(self, variant: &Variant, phase: usize) -> Option<&'a SummaryRow> {
        let place = self.experiment.variants.iter().position(|v| v.key == variant.key)?;
        let shares = self.experiment.phases.get(phase).map(|phase| &phase.shares);
        let runs = shares.is_none_or(|shares| shares.get(place).is_none_or(|share| *share > 0.0));
        self.rows_of(&variant.key).find(|row| row.phase == phase).filter(|_| runs)
    }

    fn units_in(self, phase: usize) -> f64 {
        let rows = self.rows().filter(|row| row.phase == phase);
        rows.map(|row| row.summary.units as f64).sum()
    }

    /// One slope on the covariate for all variants and phases; `None` without a covariate.
    pub fn adjustment(self) -> Option<Adjustment> {
        let merged = |variant: &Variant| {
            let parts: Vec<Summary> = self.rows_of(&variant.key).map(|row| row.summary).collect();
            Summary::merge_all(&parts)
        };
        let variants = self.experiment.variants.iter().map(merged);
        let variants: Vec<Summary> = variants.filter(|summary| summary.units > 1).collect();
        let varies = |s: &Summary| s.comoment[2][2] > 0.0 || s.comoment[3][3] > 0.0;
        let has_covariate = self.rows().all(|row| row.quantile.is_none());
        let has_covariate = has_covariate && variants.iter().any(varies);
        has_covariate.then(|| adjustment(&variants, Slope::Auto).ok()).flatten()
    }
}

/// Numbers that no units have, or that leave a double.
pub(super) fn is_broken(missing: &Missing) -> bool {
    matches!(missing, Missing::Corrupt | Missing::Overflow | Missing::OutOfRange)
}

fn comparable<'a>(found: [Option<&'a SummaryRow>; 2]) -> Result<[&'a SummaryRow; 2], Missing> {
    let [control, treatment] = found;
    let has_value = |row: Option<&'a SummaryRow>| {
        let row = row.ok_or(Missing::TooFewUnits { units: 0 })?;
        now(row).map(|_| row)
    };
    Ok([has_value(control)?, has_value(treatment)?])
}

/// The metric's value, as if nothing were known of the time before.
fn now(row: &SummaryRow) -> Result<Twin, Missing> {
    match &row.quantile {
        None => {
            let twin = row.summary.without_covariate().twin()?;
            // Less than nothing to divide by would turn better into worse.
            if row.summary.mean[1] > 0.0 { Ok(twin) } else { Err(Missing::ZeroDenominator) }
        }
        Some(quantile) => twin_of(quantile.as_ref().map_err(Missing::clone)?),
    }
}

/// A quantile, of which nothing is known from before.
fn twin_of(point: &Point) -> Result<Twin, Missing> {
    let Point { units, dof, value, variance } = *point;
    let is_sound = value.is_finite() && variance.is_finite() && variance >= 0.0 && dof > 0.0;
    let (before, before_variance, covariance) = (1.0, 0.0, 0.0);
    let twin = Twin { units, dof, value, variance, before, before_variance, covariance };
    if is_sound { Ok(twin) } else { Err(Missing::Corrupt) }
}

impl Pair<'_> {
    /// Units of control and treatment.
    pub fn units(&self) -> [u64; 2] {
        [0, 1].map(|arm| self.strata.iter().map(|s| s.rows[arm].summary.units).sum())
    }

    /// Units of each that converted, where the metric is a share of units.
    pub fn conversions(&self) -> [Conversions; 2] {
        let converted = |row: &SummaryRow| {
            let sum = (row.summary.mean[0] * row.summary.units as f64).round();
            (sum as u64).min(row.summary.units)
        };
        let of = |arm: usize| self.strata.iter().map(|s| converted(s.rows[arm])).sum();
        let [control, treatment] = self.units();
        [Conversions::new(control, of(0)), Conversions::new(treatment, of(1))]
    }

    pub fn is_one_phase(&self) -> bool {
        self.strata.len() == 1
    }

    /// Both variants without their covariate.
    pub fn now(&self) -> Result<[Twin; 2], Missing> {
        self.over_phases(now)
    }

    /// Both variants beside what they were before.
    pub fn twins(&self) -> Result<[Twin; 2], Missing> {
        self.over_phases(|row| row.summary.twin())
    }

    /// Phases by their weight, never pooled.
    fn over_phases(
        &self,
        twin: impl Fn(&SummaryRow) -> Result<Twin, Missing>,
    ) -> Result<[Twin; 2], Missing> {
        let whole: f64 = self.strata.iter().map(|stratum| stratum.weight).sum();
        let arm = |arm: usize| match self.strata.as_slice() {
            [only] => twin(only.rows[arm]),
            strata => {
                let weighted = |s: &Stratum| Ok((s.weight / whole, twin(s.rows[arm])?));
                Twin::stratified(&strata.iter().map(weighted).collect::<Result<Vec<_>, _>>()?)
            }
        };
        Ok([arm(0)?, arm(1)?])
    }
}
