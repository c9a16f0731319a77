//! What a unit does on average.
//!
//! The expected value of each metric for each unit, given when it met which experiments,
//! with everything else integrated out: a Poisson process with intensity `l(t)` has
//! `L = integral of l(t)` events on average, at least one with chance `1 - exp(-L)`, and
//! amounts that sum to `integral of l(t) m(t)`, where `m(t)` is the mean amount at `t`.
//! Activity has mean 1 and drops out. Intensities change only when the unit meets an
//! experiment, so the integrals are sums over spans between two meetings.

use std::ops::Range;

use super::meeting::Meeting;
use super::spec::{MetricKindSpec, MetricSpec};
use super::world::{Arm, DAY, Pace, World};

/// What the units of one variant add up to.
#[derive(Debug, Clone, Default)]
pub(super) struct ArmTally {
    pub(super) assigned: u64,
    /// Units with at least one recorded exposure.
    pub(super) exposed: u64,
    /// Units that met the experiment without a record of it.
    pub(super) lost: u64,
    pub(super) crossovers: u64,
    /// Expected value by measure, summed over units that are exposed and in one variant only.
    pub(super) sums: Vec<f64>,
}

/// A metric that is not a ratio, ready to be integrated.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    pub(super) metric: String,
    kind: MetricKindSpec,
    /// Index of the kind of event.
    event: usize,
    /// Microseconds after enrollment.
    window: Option<i64>,
    /// Share of amounts in the metric's currency.
    share: f64,
}

/// The measures that each experiment needs, by position.
pub(super) fn measures(world: &World<'_>) -> Vec<Vec<Measure>> {
    world
        .trials
        .iter()
        .map(|trial| {
            let mut keys: Vec<&str> = Vec::new();
            for key in trial.spec.metrics() {
                match world.spec.metrics.get(key) {
                    Some(MetricSpec {
                        numerator: Some(over), denominator: Some(under), ..
                    }) => {
                        keys.extend([over.as_str(), under.as_str()]);
                    }
                    _ => keys.push(key),
                }
            }
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().filter_map(|key| Measure::new(world, key)).collect()
        })
        .collect()
}

impl Measure {
    fn new(world: &World<'_>, key: &str) -> Option<Measure> {
        let spec = world.spec.metrics.get(key)?;
        let event = world.kind_of(spec.event.as_deref()?)?;
        let foreign = world.kinds.get(event)?.amount.map_or(0.0, |amount| amount.foreign);
        let share = match spec.currency.as_deref() {
            None => 1.0,
            Some(super::rows::HOME) => 1.0 - foreign,
            Some(_) => foreign,
        };
        let window = spec.window_days.map(|days| i64::from(days) * DAY);
        Some(Measure { metric: key.to_owned(), kind: spec.kind, event, window, share })
    }

    /// The effect that a variant has on this measure by construction, as a fraction.
    ///
    /// Exact for units whose window is closed. A `conversion` without a window is taken at
    /// the days that its chance is defined for.
    pub(super) fn lift(&self, world: &World<'_>, arm: &Arm) -> Option<f64> {
        let pace = world.kinds.get(self.event)?.pace;
        let treated = pace.intensity(1.0, *arm.pace.get(self.event)?);
        let untreated = pace.intensity(1.0, 1.0);
        let ratio = match (self.kind, pace) {
            (MetricKindSpec::Conversion, Pace::Chance { days, .. }) => {
                let days = self.window.map_or(days, |window| window as f64 / DAY as f64);
                (-treated * days).exp_m1() / (-untreated * days).exp_m1()
            }
            (MetricKindSpec::Sum, _) => treated * arm.amount.get(self.event)? / untreated,
            _ => treated / untreated,
        };
        ratio.is_finite().then_some(ratio - 1.0)
    }

    /// Expected value for a unit that enrolled at an instant.
    fn value(&self, course: &Course, enrolled_at: i64, end: i64) -> f64 {
        let until = self.window.map_or(end, |window| end.min(enrolled_at + window));
        let span = enrolled_at..until;
        match self.kind {
            MetricKindSpec::Conversion => -(-course.total(span, |s| &s.pace, self.event)).exp_m1(),
            MetricKindSpec::Sum => self.share * course.total(span, |s| &s.value, self.event),
            MetricKindSpec::Count | MetricKindSpec::Ratio => {
                course.total(span, |s| &s.pace, self.event)
            }
        }
    }
}

/// A unit's mean behaviour from its first exposure on: constant within each stretch.
#[derive(Debug)]
struct Course {
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    span: Range<i64>,
    /// Events per day, by kind.
    pace: Vec<f64>,
    /// Amounts per day, by kind.
    value: Vec<f64>,
}

impl Course {
    fn new(world: &World<'_>, meetings: &[Meeting]) -> Course {
        let mut turns: Vec<i64> = meetings.iter().filter_map(|m| m.exposed_at).collect();
        turns.sort_unstable();
        turns.dedup();
        turns.push(world.end);
        let stretches = turns.windows(2).filter_map(|pair| match pair {
            [from, until] => Some(Stretch::new(world, meetings, *from..*until)),
            _ => None,
        });
        Course { stretches: stretches.collect() }
    }

    /// Integral over a span.
    fn total(&self, span: Range<i64>, of: impl Fn(&Stretch) -> &Vec<f64>, event: usize) -> f64 {
        self.stretches
            .iter()
            .map(|stretch| {
                let from = stretch.span.start.max(span.start);
                let until = stretch.span.end.min(span.end);
                let days = (until - from).max(0) as f64 / DAY as f64;
                days * of(stretch).get(event).copied().unwrap_or(0.0)
            })
            .sum()
    }
}

impl Stretch {
    fn new(world: &World<'_>, meetings: &[Meeting], span: Range<i64>) -> Stretch {
        let in_force = |kind: usize, of: fn(&Arm) -> &Vec<f64>| -> f64 {
            let met = |m: &&Meeting| m.exposed_at.is_some_and(|at| at <= span.start);
            meetings.iter().filter(met).map(|m| world.factor(m, kind, of)).product()
        };
        let pace: Vec<f64> = world
            .kinds
            .iter()
            .enumerate()
            .map(|(index, kind)| kind.pace.intensity(1.0, in_force(index, |arm| &arm.pace)))
            .collect();
        let value = world
            .kinds
            .iter()
            .zip(&pace)
            .enumerate()
            .map(|(index, (kind, pace))| {
                let mean = kind.amount.map_or(0.0, |amount| amount.mean);
                pace * mean * in_force(index, |arm| &arm.amount)
            })
            .collect();
        Stretch { span, pace, value }
    }
}

/// Sums over a range of units, by experiment and variant.
pub(super) fn tally(
    world: &World<'_>,
    measures: &[Vec<Measure>],
    units: Range<u64>,
) -> Vec<Vec<ArmTally>> {
    let mut tallies = empty(world, measures);
    let mut meetings = Vec::new();
    for unit in units {
        world.meetings(unit, &mut meetings);
        let course = Course::new(world, &meetings);
        for meeting in &meetings {
            let arms = tallies.get_mut(meeting.trial);
            let measures = measures.get(meeting.trial);
            if let (Some(arm), Some(measures)) =
                (arms.and_then(|a| a.get_mut(meeting.arm)), measures)
            {
                arm.add(meeting, measures, &course, world.end);
            }
        }
    }
    tallies
}

/// Tallies of no units.
pub(super) fn empty(world: &World<'_>, measures: &[Vec<Measure>]) -> Vec<Vec<ArmTally>> {
    world
        .trials
        .iter()
        .zip(measures)
        .map(|(trial, measures)| {
            let arm = ArmTally { sums: vec![0.0; measures.len()], ..ArmTally::default() };
            vec![arm; trial.arms.len()]
        })
        .collect()
}

impl ArmTally {
    fn add(&mut self, meeting: &Meeting, measures: &[Measure], course: &Course, end: i64) {
        self.assigned += 1;
        self.lost += u64::from(meeting.lost);
        self.exposed += u64::from(meeting.recorded_at().is_some());
        self.crossovers += u64::from(meeting.crossover.is_some());
        if let (Some(enrolled_at), None) = (meeting.recorded_at(), meeting.crossover) {
            for (sum, measure) in self.sums.iter_mut().zip(measures) {
                *sum += measure.value(course, enrolled_at, end);
            }
        }
    }

    /// Adds another set of units.
    pub(super) fn merge(&mut self, other: &ArmTally) {
        self.assigned += other.assigned;
        self.exposed += other.exposed;
        self.lost += other.lost;
        self.crossovers += other.crossovers;
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum += more;
        }
    }

    /// Units that a correct analysis by exposure counts.
    pub(super) fn analysed(&self) -> u64 {
        self.exposed - self.crossovers
    }
}
