//! What a correct analysis must find.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::expected::{ArmTally, Measure};
use super::spec::{ExperimentSpec, MetricKindSpec, MetricSpec};
use super::warehouse::Tally;
use super::world::{Arm, Trial, World};

/// The content of `truth.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    pub name: String,
    pub seed: u64,
    pub first_day: Date,
    /// The `as_of` for which `value` and `lift` below hold.
    pub last_day: Date,
    pub units: u64,
    /// Rows written per source.
    pub rows: RowsTruth,
    /// Distinct events by name; with `rows.duplicate_events` they add up to `rows.events`.
    pub events: BTreeMap<String, u64>,
    pub experiments: BTreeMap<String, ExperimentTruth>,
    /// Files of this simulation, relative to its folder, without this one.
    pub files: Vec<String>,
}

/// Rows written, and the ones with a defect among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsTruth {
    pub assignments: u64,
    pub exposures: u64,
    pub events: u64,
    /// Rows that repeat the id of another.
    pub duplicate_events: u64,
    /// Distinct events stored one to three days after the day they occurred on.
    pub late_events: u64,
}

/// One experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentTruth {
    pub variants: BTreeMap<String, VariantTruth>,
    pub metrics: BTreeMap<String, MetricTruth>,
}

/// Units of one assigned variant, as the data show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantTruth {
    pub assigned: u64,
    /// Units with at least one exposure.
    pub exposed: u64,
    /// Exposed units that were also exposed to another variant.
    pub crossovers: u64,
    /// Exposed less crossovers.
    pub analysed: u64,
    /// Units that met the experiment (and carry its effect) without an exposure row.
    pub lost: u64,
}

/// One metric in one experiment, over its analysed units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricTruth {
    /// Relative effect of each treatment by construction: what an interval should cover.
    pub lift: BTreeMap<String, f64>,
    /// Expected value per variant as of the last day, given which units were enrolled when.
    /// Units enrolled recently have had less time.
    pub value: BTreeMap<String, f64>,
    /// Relative difference of `value` from the control's, per treatment. Differs from `lift`
    /// by chance, where one variant's units came earlier or met other experiments more, and
    /// where windows are still open.
    pub expected_lift: BTreeMap<String, f64>,
}

impl Truth {
    pub(super) fn new(world: &World<'_>, tally: Tally) -> Truth {
        let spec = world.spec;
        let experiments = world.trials.iter().zip(&tally.arms).zip(&tally.measures).map(
            |((trial, arms), measures)| {
                (trial.spec.key.clone(), ExperimentTruth::new(world, trial, arms, measures))
            },
        );
        let names = world.kinds.iter().map(|kind| kind.name.to_owned());
        Truth {
            name: spec.name.clone(),
            seed: spec.seed,
            first_day: spec.start,
            last_day: spec.day(spec.days.saturating_sub(1)),
            units: spec.units,
            experiments: experiments.collect(),
            events: names.zip(tally.facts).collect(),
            rows: tally.rows,
            files: Vec::new(),
        }
    }
}

impl ExperimentTruth {
    fn new(
        world: &World<'_>,
        trial: &Trial<'_>,
        arms: &[ArmTally],
        measures: &[Measure],
    ) -> ExperimentTruth {
        let variants = trial.spec.variants.iter().zip(arms);
        let metrics = trial.spec.metrics().map(|metric| {
            let values = variants.clone().filter_map(|(variant, arm)| {
                Some((variant.key.clone(), value(world, metric, arm, measures)?))
            });
            let treatments = trial.spec.variants.iter().zip(&trial.arms);
            let lifts = treatments.filter(|(variant, _)| !variant.control);
            let lifts = lifts.filter_map(|(variant, arm)| {
                Some((variant.key.clone(), lift(world, metric, arm, measures)?))
            });
            (metric.to_owned(), MetricTruth::new(trial.spec, lifts.collect(), values.collect()))
        });
        ExperimentTruth {
            metrics: metrics.collect(),
            variants: variants.clone().map(|(v, arm)| (v.key.clone(), arm.into())).collect(),
        }
    }
}

impl From<&ArmTally> for VariantTruth {
    fn from(arm: &ArmTally) -> VariantTruth {
        VariantTruth {
            assigned: arm.assigned,
            exposed: arm.exposed,
            crossovers: arm.crossovers,
            analysed: arm.analysed(),
            lost: arm.lost,
        }
    }
}

impl MetricTruth {
    fn new(
        spec: &ExperimentSpec,
        lift: BTreeMap<String, f64>,
        value: BTreeMap<String, f64>,
    ) -> MetricTruth {
        let control = spec.variants.iter().find(|variant| variant.control);
        let base = control.and_then(|variant| value.get(&variant.key)).filter(|base| **base != 0.0);
        let treatments = spec.variants.iter().filter(|variant| !variant.control);
        let expected = treatments
            .filter_map(|one| Some((one.key.clone(), value.get(&one.key)? / base? - 1.0)))
            .collect();
        MetricTruth { lift, expected_lift: expected, value }
    }
}

/// Effect of a variant on a metric by construction; a ratio's follows from its parts.
fn lift(world: &World<'_>, metric: &str, arm: &Arm, measures: &[Measure]) -> Option<f64> {
    let of = |key: &str| measures.iter().find(|m| m.metric == key)?.lift(world, arm);
    match world.spec.metrics.get(metric)? {
        MetricSpec { numerator: Some(over), denominator: Some(under), .. } => {
            Some((1.0 + of(over)?) / (1.0 + of(under)?) - 1.0)
        }
        _ => of(metric),
    }
}

/// Expected value of a metric in one variant; `None` without analysed units.
fn value(world: &World<'_>, metric: &str, arm: &ArmTally, measures: &[Measure]) -> Option<f64> {
    let sum = |key: &str| {
        let position = measures.iter().position(|measure| measure.metric == key)?;
        arm.sums.get(position).copied()
    };
    let spec = world.spec.metrics.get(metric)?;
    let (over, under) = match spec.kind {
        MetricKindSpec::Ratio => {
            (sum(spec.numerator.as_deref()?)?, sum(spec.denominator.as_deref()?)?)
        }
        _ => (sum(metric)?, arm.analysed() as f64),
    };
    (under > 0.0).then(|| over / under)
}

impl super::spec::Spec {
    /// The day so many days after the first; the calendar's last day if there is none.
    pub(super) fn day(&self, index: u32) -> Date {
        self.start.saturating_add(i64::from(index).days())
    }
}

impl ExperimentSpec {
    /// All metrics, in the order of their roles.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &str> {
        let guardrail = self.guardrail.iter().map(|guardrail| &guardrail.metric);
        self.primary.iter().chain(&self.secondary).chain(guardrail).map(String::as_str)
    }
}
