//! What may be said at every look, whether it stops or not.

use std::f64::consts::LN_2;

use super::boundary::{Rule, Spent, Stage, Walk, wang_tsiatis, weighted, with_constant};
use super::design::{Design, Shape};
use super::deviate;
use super::spending::Spending;
use crate::stats::normal;
use crate::stats::numeric::root::{root, root_of_nearly_linear};

/// From here on the exact recursion gives way to the sum of the tails of the looks.
const FAR: f64 = 8.0;
/// The deviate of a level at which no look has a boundary.
const MOST: f64 = 9.0;
/// Above this a repeated p-value is given as 1.
const MOST_LEVEL: f64 = 0.9;
const TOLERANCE: f64 = 1e-9;
const SETTLED: f64 = 1e-4;

/// The looks so far; a statistic that is not known is taken not to have been in the way.
pub(super) struct Seen<'a> {
    pub fractions: &'a [f64],
    /// Of each look, turned so that it is positive in favor.
    pub statistics: &'a [Option<f64>],
    /// Of each look, at the level of the design.
    pub stages: &'a [Stage],
    pub ended: bool,
}

impl Seen<'_> {
    fn looks(&self) -> impl Iterator<Item = (usize, f64, Option<f64>, bool)> {
        let last = self.fractions.len().saturating_sub(1);
        let looks = self.fractions.iter().zip(self.statistics).enumerate();
        looks.map(move |(i, (&time, &z))| (i, time, z, self.ended && i == last))
    }

    /// How far the statistics are beyond their boundaries, at most.
    fn beyond(&self) -> f64 {
        let looks = self.stages.iter().zip(self.statistics);
        let beyond = looks.filter_map(|(stage, z)| z.map(|z| z.min(FAR) - stage.bound));
        beyond.fold(-FAR, f64::max)
    }
}

impl Design {
    /// Natural logarithm of the repeated p-value: the smallest level, both tails together, at
    /// which the design would have rejected at this or an earlier look.
    ///
    /// Jennison and Turnbull (2000), section 9.3, with the running minimum over the looks
    /// whose statistics are known. Below `ln alpha` exactly where the design has rejected.
    /// From 8 standard errors on the looks are taken as if each spent for itself, which is
    /// conservative (Bonferroni).
    pub(super) fn log_repeated_p_value(&self, seen: &Seen) -> f64 {
        let far = self.far_log_tail(seen);
        let near = match self.shape {
            Shape::Spending(spending) => self.log_tail_by_spending(spending, seen),
            Shape::WangTsiatis { delta } => self.log_tail_by_constant(delta, seen),
        };
        (near.min(far) + self.sides().ln()).min(0.0)
    }

    fn log_tail_by_spending(&self, spending: Spending, seen: &Seen) -> f64 {
        let two_sided = self.is_two_sided();
        // Levels as deviates: the excess then falls nearly as a straight line.
        let shortfall = |deviate: f64| {
            let tail = normal::log_sf(deviate).exp();
            -excess(Rule { shape: Spent::By(spending), tail, two_sided }, seen)
        };
        let least = normal::upper_quantile(MOST_LEVEL / self.sides());
        let guess = normal::upper_quantile(self.tail()) + seen.beyond();
        let near = (guess > least)
            .then(|| root_of_nearly_linear(shortfall, (guess.min(FAR), 1.0), SETTLED))
            .flatten()
            .map(|(deviate, _)| deviate)
            .filter(|deviate| *deviate >= least);
        match near.or_else(|| bracketed(shortfall, least)) {
            Some(deviate) => normal::log_sf(deviate.clamp(least, MOST)),
            None => 0.0,
        }
    }

    /// The constant of the design whose boundary meets a statistic, and what it spends.
    fn log_tail_by_constant(&self, delta: f64, seen: &Seen) -> f64 {
        let two_sided = self.is_two_sided();
        let design = |constant: f64| with_constant(constant, delta, two_sided, &self.planned);
        let spent = |constant: f64| design(constant).last().map_or(1.0, |stage| stage.spent);
        let shortfall = |constant: f64| {
            let stages = design(constant);
            let tail = stages.last().map_or(1.0, |stage| stage.spent);
            -excess(Rule { shape: Spent::As(&stages), tail, two_sided }, seen)
        };
        let most = MOST_LEVEL / self.sides();
        let planned = self.stages.last().map_or(0.0, |stage| stage.bound);
        let guess = (planned + seen.beyond()).min(MOST);
        let constant =
            root_of_nearly_linear(shortfall, (guess, 1.0), SETTLED).map(|(c, _)| c).or_else(|| {
                let least = wang_tsiatis(delta, most, two_sided, &self.planned);
                bracketed(shortfall, least.last().map_or(0.0, |stage| stage.bound))
            });
        let tail = constant.map_or(1.0, spent);
        if tail < most * (1.0 - 1e-6) { tail.ln() } else { 0.0 }
    }

    /// The same where statistics are so large that the tails of the looks hardly overlap.
    fn far_log_tail(&self, seen: &Seen) -> f64 {
        let mut least = 0.0f64;
        let mut before = 0.0;
        for (index, time, z, ended) in seen.looks() {
            let may_reject = seen.stages.get(index).is_some_and(|stage| stage.bound.is_finite());
            if let Some(z) = z.filter(|z| *z > FAR && may_reject) {
                least = least.min(match self.shape {
                    Shape::Spending(spending) => far_by_spending(spending, before, time, z, ended),
                    Shape::WangTsiatis { delta } => self.far_by_constant(delta, time, z),
                });
            }
            before = time;
        }
        least
    }

    fn far_by_constant(&self, delta: f64, time: f64, z: f64) -> f64 {
        let constant = z / weighted(1.0, delta, time.min(1.0));
        let tail = |t: &f64| normal::log_sf(weighted(constant, delta, *t));
        let most = self.planned.iter().map(tail).fold(f64::NEG_INFINITY, f64::max);
        most + (self.planned.len() as f64).ln()
    }
}

/// Where a shortfall ends, if it is not one even at the highest level.
fn bracketed(shortfall: impl Fn(f64) -> f64, least: f64) -> Option<f64> {
    (shortfall(least) <= 0.0).then(|| root(shortfall, least, MOST, TOLERANCE))
}

/// The logarithm of the level of which one look alone may spend the tail of `z`.
fn far_by_spending(spending: Spending, before: f64, time: f64, z: f64, ended: bool) -> f64 {
    let time = if ended { 1.0 } else { time };
    let target = normal::log_sf(z);
    let excess = |log_tail: f64| {
        let now = spending.log_spent(log_tail, time);
        let earlier =
            if before > 0.0 { spending.log_spent(log_tail, before) } else { f64::NEG_INFINITY };
        now + (-(earlier - now).exp_m1()).ln() - target
    };
    if excess(-LN_2) < 0.0 { 0.0 } else { root(excess, target * 2.0 - 100.0, -LN_2, TOLERANCE) }
}

/// How far a statistic is beyond the boundary of its look, as a deviate: what the look may
/// spend against what is at or beyond the statistic; the largest over the looks.
fn excess(rule: Rule, seen: &Seen) -> f64 {
    let mut walk = Walk::rough(rule);
    let mut most = f64::NEG_INFINITY;
    for (index, time, z, ended) in seen.looks() {
        let spent = walk.arrive(time, ended);
        if let Some(z) = z {
            let above = walk.before.above(z.min(FAR) * time.sqrt(), time, 0.0);
            let allowed = normal::upper_quantile(spent - walk.spent_before);
            most = most.max(normal::upper_quantile(above) - allowed);
        }
        if index + 1 < seen.fractions.len() {
            walk.settle(time, spent);
        }
    }
    most
}

/// The multiple of the standard error in a repeated confidence interval (Jennison and Turnbull
/// 1989): that of the look's boundary, in Student's scale.
pub(super) fn multiple(boundary: f64, dof: f64) -> f64 {
    if boundary.is_infinite() { boundary } else { deviate::to_student(boundary, dof) }
}
