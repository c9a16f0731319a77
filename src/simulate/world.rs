//! What the spec means in numbers.
//!
//! Dates become instants, metrics' lifts become multipliers on what units do: per
//! experiment, variant and kind of event one factor on the rate and one on the amount.

use jiff::civil::Date;

use super::draws::{Key, Purpose};
use super::spec::{EventSpec, ExperimentSpec, MetricKindSpec, Spec, VariantSpec};

/// Microseconds per day. The project's zone is UTC: all days are equally long.
pub(super) const DAY: i64 = 86_400_000_000;

/// Chance above which effects of several experiments together no longer raise a conversion.
const CEILING: f64 = 0.99;

/// A spec, ready to be drawn from.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) spec: &'a Spec,
    /// First instant of the data, UTC microseconds.
    pub(super) start: i64,
    /// First instant after the data.
    pub(super) end: i64,
    pub(super) kinds: Vec<Kind<'a>>,
    pub(super) trials: Vec<Trial<'a>>,
    pub(super) keys: Keys,
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) unit: Key,
    pub(super) activity: Key,
    pub(super) week: Key,
    /// By days of delay.
    pub(super) facts: [Key; 4],
}

/// One kind of event.
#[derive(Debug)]
pub(super) struct Kind<'a> {
    pub(super) name: &'a str,
    pub(super) pace: Pace,
    pub(super) amount: Option<Amount>,
}

/// How often a kind of event happens to a unit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Events per day, times the unit's activity, times the effects.
    Rate(f64),
    /// Chance of at least one event in so many days, times the effects, for every unit.
    Chance { probability: f64, days: f64 },
}

impl Pace {
    /// Events per day of a unit with this activity, under effects that multiply to `effect`.
    ///
    /// A chance `p` within `T` days is a constant hazard of `-ln(1 - p) / T`.
    pub(super) fn intensity(self, activity: f64, effect: f64) -> f64 {
        match self {
            Pace::Rate(per_day) => per_day * activity * effect,
            Pace::Chance { probability, days } => {
                -(-(probability * effect).min(CEILING)).ln_1p() / days
            }
        }
    }
}

/// A lognormal amount.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) mean: f64,
    /// Mean of the log: `ln(mean) - sigma^2 / 2`.
    pub(super) mu: f64,
    pub(super) sigma: f64,
    pub(super) foreign: f64,
}

/// One experiment.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    pub(super) spec: &'a ExperimentSpec,
    pub(super) start: i64,
    /// First instant after the planned end, possibly beyond the data.
    pub(super) end: i64,
    pub(super) arms: Vec<Arm>,
    /// Draws of assignment and first exposure.
    pub(super) meeting: Key,
    /// Draws of later exposures.
    pub(super) repeat: Key,
}

/// One variant.
#[derive(Debug)]
pub(super) struct Arm {
    /// Upper end of its share of [0, 1).
    pub(super) until: f64,
    /// Share of its units whose exposures are lost.
    pub(super) lost: f64,
    /// Factor on the pace of each kind of event.
    pub(super) pace: Vec<f64>,
    /// Factor on the amount of each kind of event.
    pub(super) amount: Vec<f64>,
}

impl<'a> World<'a> {
    /// Takes a spec that `check` has passed.
    pub(super) fn new(spec: &'a Spec) -> World<'a> {
        let start = instant(spec.start);
        let key = |purpose, detail| Key::new(spec.seed, purpose, detail);
        World {
            spec,
            start,
            end: start + i64::from(spec.days) * DAY,
            kinds: spec.events.iter().map(Kind::new).collect(),
            trials: spec.experiments.iter().map(|e| Trial::new(spec, e)).collect(),
            keys: Keys {
                unit: key(Purpose::Unit, 0),
                activity: key(Purpose::Activity, 0),
                week: key(Purpose::Week, 0),
                facts: [0, 1, 2, 3].map(|late| key(Purpose::Facts, late)),
            },
        }
    }

    /// Where a kind of event stands in `kinds`.
    pub(super) fn kind_of(&self, event: &str) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.name == event)
    }
}

impl<'a> Kind<'a> {
    fn new(event: &'a EventSpec) -> Kind<'a> {
        let pace = match (event.probability, event.within_days) {
            (Some(probability), Some(days)) => Pace::Chance { probability, days: f64::from(days) },
            _ => Pace::Rate(event.per_day.unwrap_or(0.0)),
        };
        let amount = event.amount.as_ref().map(|amount| Amount {
            mean: amount.mean,
            mu: amount.mean.ln() - amount.sigma * amount.sigma / 2.0,
            sigma: amount.sigma,
            foreign: amount.foreign,
        });
        Kind { name: &event.name, pace, amount }
    }
}

impl<'a> Trial<'a> {
    fn new(spec: &Spec, experiment: &'a ExperimentSpec) -> Trial<'a> {
        // By key, not by position: adding an experiment leaves the others' units alone.
        let name = experiment.key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3) // FNV-1a
        });
        let total: f64 = experiment.variants.iter().map(|v| v.weight).sum();
        let mut until = 0.0;
        let arms = experiment.variants.iter().map(|variant| {
            until += variant.weight / total;
            Arm::new(spec, experiment, variant, until)
        });
        Trial {
            spec: experiment,
            start: instant(experiment.start),
            end: instant(experiment.end),
            arms: arms.collect(),
            meeting: Key::new(spec.seed, Purpose::Meeting, name),
            repeat: Key::new(spec.seed, Purpose::Repeat, name),
        }
    }

    /// The variant at a point of [0, 1), by weight.
    pub(super) fn arm_at(&self, point: f64) -> usize {
        self.arms.iter().position(|arm| point < arm.until).unwrap_or(self.arms.len() - 1)
    }
}

impl Arm {
    fn new(spec: &Spec, of: &ExperimentSpec, variant: &VariantSpec, until: f64) -> Arm {
        let lost = match &of.sample_ratio {
            Some(ratio) if ratio.variant == variant.key => ratio.lost,
            _ => 0.0,
        };
        let pace = |event: &EventSpec| 1.0 + pace_lift(spec, variant, &event.name);
        let amount = |event: &EventSpec| match sum_lift(spec, variant, &event.name) {
            Some(lift) => (1.0 + lift) / pace(event),
            None => 1.0,
        };
        Arm {
            until,
            lost,
            pace: spec.events.iter().map(pace).collect(),
            amount: spec.events.iter().map(amount).collect(),
        }
    }
}

/// The lift that a variant sets on how often an event happens; 0 where it sets none.
fn pace_lift(spec: &Spec, variant: &VariantSpec, event: &str) -> f64 {
    use MetricKindSpec::{Conversion, Count};
    lift_on(spec, variant, event, &[Conversion, Count]).unwrap_or(0.0)
}

/// The lift that a variant sets on an event's summed amounts.
fn sum_lift(spec: &Spec, variant: &VariantSpec, event: &str) -> Option<f64> {
    lift_on(spec, variant, event, &[MetricKindSpec::Sum])
}

/// The lift set on a metric of one of these kinds over this event.
fn lift_on(
    spec: &Spec,
    variant: &VariantSpec,
    event: &str,
    kinds: &[MetricKindSpec],
) -> Option<f64> {
    variant.lift.iter().find_map(|(metric, lift)| {
        let metric = spec.metrics.get(metric)?;
        let matches = metric.event.as_deref() == Some(event) && kinds.contains(&metric.kind);
        matches.then_some(*lift)
    })
}

/// Midnight UTC at the start of a day, in microseconds since 1970.
pub(super) fn instant(day: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    let days = day.since(epoch).map_or(0, |span| i64::from(span.get_days()));
    days * DAY
}
