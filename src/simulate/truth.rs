//! What a correct analysis must find.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::expected::{ArmTally, Measure};
use super::spec::{ExperimentSpec, MetricKindSpec};
use super::warehouse::Tally;
use super::world::{Trial, World};

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
    /// Expected value per variant as of the last day. Units enrolled recently had less time.
    pub value: BTreeMap<String, f64>,
    /// Relative effect per treatment that the spec sets on this metric itself.
    pub set_lift: BTreeMap<String, f64>,
    /// Relative difference of `value` from the control's, per treatment. Differs from
    /// `set_lift` where windows are still open and where experiments overlap by chance.
    pub lift: BTreeMap<String, f64>,
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
            let value = variants.clone().filter_map(|(variant, arm)| {
                Some((variant.key.clone(), value(world, metric, arm, measures)?))
            });
            (metric.to_owned(), MetricTruth::new(trial.spec, metric, value.collect()))
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
    fn new(spec: &ExperimentSpec, metric: &str, value: BTreeMap<String, f64>) -> MetricTruth {
        let treatments = spec.variants.iter().filter(|variant| !variant.control);
        let control = spec.variants.iter().find(|variant| variant.control);
        let base = control.and_then(|variant| value.get(&variant.key)).copied();
        let set_lift = treatments
            .clone()
            .filter_map(|variant| Some((variant.key.clone(), *variant.lift.get(metric)?)));
        let lift = treatments.clone().filter_map(|variant| {
            let base = base.filter(|base| *base != 0.0)?;
            Some((variant.key.clone(), value.get(&variant.key)? / base - 1.0))
        });
        MetricTruth { set_lift: set_lift.collect(), lift: lift.collect(), value }
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
