//! What may be said once the experiment has stopped.
//!
//! Outcomes are ordered by stage (Armitage 1957; Tsiatis, Rosner and Mehta 1984; Jennison and
//! Turnbull 2000, section 8.4): rejecting above earlier is more than rejecting above later,
//! which is more than any statistic at a later look. The p-value and the interval then agree
//! with the boundaries, and do not depend on looks that were never made.

use super::boundary::{Stage, Walk};
use super::chain::Chain;
use super::design::Design;
use super::region::Region;
use crate::stats::normal;
use crate::stats::numeric::root::{root_of_increasing, root_of_nearly_linear};

/// Beyond so many standard errors below, looks that reject above do not matter.
const HOPELESS: f64 = -30.0;
const TOLERANCE: f64 = 1e-11;
const SETTLED: f64 = 1e-6;

/// The drifts that agree with how an experiment stopped, positive towards the alternative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drift {
    /// Natural logarithm of the p-value under the null.
    pub log_p_value: f64,
    /// Lower confidence limit, at the level of one tail.
    pub lower: f64,
    /// Median-unbiased.
    pub median: f64,
    pub upper: f64,
}

/// Where an experiment stopped: at this information with this statistic, turned so that it is
/// positive in favor; of a two-sided design, with its sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub time: f64,
    pub statistic: f64,
}

impl Design {
    /// What stopping at the last look of `walk` says about the drift.
    pub(super) fn stopped(&self, walk: &Walk, statistic: f64) -> Option<Drift> {
        let time = walk.stages.last()?.time;
        let stop = Stop { time, statistic };
        let earlier: Vec<Stage> =
            walk.stages.iter().filter(|stage| stage.time < time).copied().collect();
        let order = Order::new(stop, &earlier, self.is_two_sided(), self.tail());
        Some(Drift {
            log_p_value: self.log_adjusted_p_value(walk, stop),
            lower: order.lower(self.tail()),
            median: order.lower(0.5),
            upper: order.upper(self.tail()),
        })
    }

    fn log_adjusted_p_value(&self, walk: &Walk, stop: Stop) -> f64 {
        let z = if self.is_two_sided() { stop.statistic.abs() } else { stop.statistic };
        let log = if walk.before.is_start() {
            normal::log_sf(z)
        } else {
            let above = walk.before.above(z * stop.time.sqrt(), stop.time, 0.0);
            (walk.spent_before + above.max(0.0)).ln()
        };
        (log + self.sides().ln()).min(0.0)
    }
}

/// The probability of outcomes above and below the one that stopped, under any drift.
struct Order {
    chain: Chain,
    stop: Stop,
    /// Near the drifts that agree with the outcome.
    center: f64,
    /// Nothing but the statistic matters.
    naive: bool,
}

impl Order {
    fn new(stop: Stop, earlier: &[Stage], two_sided: bool, tail: f64) -> Order {
        let center = center(stop, earlier, two_sided);
        let deviations = normal::upper_quantile(tail).max(0.0);
        let naive = !two_sided && stop.statistic < HOPELESS || earlier.is_empty();
        let looks: Vec<(f64, Region)> =
            earlier.iter().map(|stage| (stage.time, stage.region(two_sided))).collect();
        let chain = Chain::new(center, deviations, if naive { &[] } else { &looks });
        Order { chain, stop, center, naive }
    }

    /// The drift under which this or a higher outcome has the probability `level`.
    fn lower(&self, level: f64) -> f64 {
        if self.naive {
            return self.alone(-normal::upper_quantile(level));
        }
        let goal = normal::upper_quantile(level);
        let excess = |drift: f64| goal - normal::upper_quantile(self.at_or_above(drift));
        self.solve(excess, goal).unwrap_or(f64::NEG_INFINITY)
    }

    /// The drift under which this or a lower outcome has the probability `level`.
    fn upper(&self, level: f64) -> f64 {
        if self.naive {
            return self.alone(normal::upper_quantile(level));
        }
        let goal = normal::upper_quantile(level);
        let excess = |drift: f64| normal::upper_quantile(self.at_or_below(drift)) - goal;
        self.solve(excess, -goal).unwrap_or(f64::INFINITY)
    }

    /// On the scale of deviates the probabilities are nearly straight lines.
    fn solve(&self, excess: impl Fn(f64) -> f64, goal: f64) -> Option<f64> {
        let root = self.stop.time.sqrt();
        let excess = |z: f64| excess(z / root);
        let center = self.center * root;
        let z = root_of_nearly_linear(excess, (center - goal, 1.0), SETTLED)
            .map(|(z, _)| z)
            .or_else(|| root_of_increasing(excess, center, 1.0, TOLERANCE));
        z.map(|z| z / root)
    }

    /// The drift so many standard errors from the observed, if there had been one look.
    fn alone(&self, deviate: f64) -> f64 {
        (self.stop.statistic + deviate) / self.stop.time.sqrt()
    }

    fn at_or_above(&self, drift: f64) -> f64 {
        let Stop { time, statistic } = self.stop;
        let earlier: f64 = self.chain.upper(drift).sum();
        earlier + self.chain.end_above(statistic * time.sqrt(), time, drift)
    }

    fn at_or_below(&self, drift: f64) -> f64 {
        let Stop { time, statistic } = self.stop;
        let earlier: f64 = self.chain.lower(drift).sum();
        earlier + self.chain.end_below(statistic * time.sqrt(), time, drift)
    }
}

/// The drift of the statistic, or that which makes an earlier look reject, if that is nearer.
fn center(stop: Stop, earlier: &[Stage], two_sided: bool) -> f64 {
    let size = stop.statistic.abs() / stop.time.sqrt();
    let reject = |stage: &Stage| (stage.bound.max(0.0) + 1.0) / stage.time.sqrt();
    let nearest = earlier.iter().map(reject).fold(size, f64::min);
    // One-sided boundaries do not come nearer to a statistic that is far below.
    let size = if two_sided || stop.statistic > HOPELESS { nearest } else { size };
    size.copysign(stop.statistic)
}
