//! Where each look's boundary is, at the information there really was.

use super::recursion::Density;
use super::region::Region;
use super::spending::Spending;
use crate::stats::normal;
use crate::stats::numeric::root::{root_of_increasing, root_of_nearly_linear};

/// Below this nothing has been spent, and the boundary is infinite. A first look at a thousandth
/// of the information spends less than a double can hold; gsDesign and rpact give up at 1e-15.
const NOTHING: f64 = 1e-290;
/// To which a boundary is solved, in standard deviations of its statistic.
const TOLERANCE: f64 = 1e-11;
/// The last step of its secants.
const SETTLED: f64 = 1e-7;
const ROUGHLY: f64 = 1e-4;

/// One look of a design, on the scale where statistics in favor are positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stage {
    pub time: f64,
    /// The look rejects at this statistic or above; infinite where it cannot.
    pub bound: f64,
    /// Probability that this or an earlier look rejects under the null, in one tail.
    pub spent: f64,
}

impl Stage {
    pub fn region(&self, two_sided: bool) -> Region {
        let upper = self.bound * self.time.sqrt();
        let lower = if two_sided { -upper } else { f64::NEG_INFINITY };
        Region { lower, upper, inner: None }
    }
}

/// How much a tail may spend, and in which of two tails.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'a> {
    pub shape: Spent<'a>,
    /// Level of one tail.
    pub tail: f64,
    pub two_sided: bool,
}

/// What a tail may have spent by a share of the information.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spent<'a> {
    By(Spending),
    /// As the looks of a planned design do, and between them in a straight line.
    As(&'a [Stage]),
}

impl Rule<'_> {
    fn spent(&self, time: f64) -> f64 {
        match self.shape {
            Spent::By(spending) => spending.spent(self.tail, time),
            Spent::As(planned) => interpolate(planned, time).min(self.tail),
        }
    }

    /// The boundary of look `index` if all looks so far were made as planned.
    fn planned(&self, stages: &[Stage], time: f64) -> Option<f64> {
        let Spent::As(planned) = self.shape else { return None };
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b;
        let so_far = stages.iter().zip(planned).all(|(a, b)| same(a.time, b.time));
        let now = planned.get(stages.len()).filter(|stage| so_far && same(time, stage.time));
        now.map(|stage| stage.bound)
    }
}

fn interpolate(planned: &[Stage], time: f64) -> f64 {
    let (mut t, mut spent) = (0.0, 0.0);
    for stage in planned {
        if time < stage.time {
            return spent + (stage.spent - spent) * (time - t) / (stage.time - t);
        }
        (t, spent) = (stage.time, stage.spent);
    }
    spent
}

/// The boundaries of all looks so far, and what they leave of the null distribution.
#[derive(Debug, Clone)]
pub(super) struct Walk<'a> {
    rule: Rule<'a>,
    /// The last step of the secants that solve for a boundary.
    settled: f64,
    /// By how much more than its boundary the deviate of a look's tail last rose.
    slope: f64,
    pub stages: Vec<Stage>,
    /// The score just before the last look, and what had been spent by then.
    pub before: Density,
    pub spent_before: f64,
}

impl<'a> Walk<'a> {
    pub fn start(rule: Rule<'a>) -> Walk<'a> {
        let before = Density::start(0.0);
        Walk { rule, settled: SETTLED, slope: 1.0, stages: Vec::new(), before, spent_before: 0.0 }
    }

    /// Boundaries to 1e-8 only.
    pub fn rough(rule: Rule<'a>) -> Walk<'a> {
        Walk { settled: ROUGHLY, ..Walk::start(rule) }
    }

    /// Walks through looks that have been checked; `ended` if the last of them spends all.
    pub fn along(rule: Rule<'a>, fractions: &[f64], ended: bool) -> Walk<'a> {
        let mut walk = Walk::start(rule);
        for (index, &time) in fractions.iter().enumerate() {
            walk.look(time, ended && index + 1 == fractions.len());
        }
        walk
    }

    /// Makes one more look.
    pub fn look(&mut self, time: f64, ended: bool) {
        let spent = self.arrive(time, ended);
        self.settle(time, spent);
    }

    /// Makes the look arrived at, which brings what has been spent to this.
    pub fn settle(&mut self, time: f64, spent: f64) {
        let stage = self.solve(time, spent);
        self.stages.push(stage);
    }

    /// Goes on to the information of the next look; what may have been spent by then.
    pub fn arrive(&mut self, time: f64, ended: bool) -> f64 {
        let spent = if ended { self.rule.tail } else { self.rule.spent(time) };
        let Some(last) = self.stages.last().copied() else { return spent };
        if time > last.time {
            let region = last.region(self.rule.two_sided);
            if !region.is_everywhere() {
                self.before = self.before.advance(last.time, &region);
            }
            self.spent_before = last.spent;
        }
        spent.max(last.spent)
    }

    fn solve(&mut self, time: f64, spent: f64) -> Stage {
        if let Some(bound) = self.rule.planned(&self.stages, time) {
            let above = self.before.above(bound * time.sqrt(), time, 0.0);
            return Stage { time, bound, spent: self.spent_before + above };
        }
        // Without new information the boundary stays, unless there is more to spend.
        let last = self.stages.last().filter(|last| last.time == time && last.spent == spent);
        let bound = match last {
            Some(last) => last.bound,
            None => self.bound(time, spent),
        };
        let spent = if spent < NOTHING { 0.0 } else { spent };
        Stage { time, bound, spent }
    }

    /// The boundary if it goes on as straight as between the last two looks.
    fn guess(&self, time: f64) -> f64 {
        match self.stages.as_slice() {
            [.., a, b] if a.bound.is_finite() && a.time < b.time => {
                let step = (b.bound - a.bound) * (time - b.time) / (b.time - a.time);
                b.bound + step.clamp(-0.3, 0.3)
            }
            [.., last] => last.bound,
            [] => f64::INFINITY,
        }
    }

    fn bound(&mut self, time: f64, spent: f64) -> f64 {
        let target = spent - self.spent_before;
        if spent < NOTHING || target <= 0.0 {
            return f64::INFINITY;
        }
        let most = normal::upper_quantile(target);
        if self.before.is_start() {
            return most;
        }
        // On the scale of deviates the tail of the look is nearly a straight line.
        let deviate =
            |z: f64| normal::upper_quantile(self.before.above(z * time.sqrt(), time, 0.0)) - most;
        let guess = (self.guess(time).min(most), self.slope);
        let bound = match root_of_nearly_linear(deviate, guess, self.settled) {
            Some((bound, slope)) => {
                self.slope = slope;
                Some(bound)
            }
            None => root_of_increasing(deviate, most, 0.5, TOLERANCE),
        };
        match (bound, self.rule.two_sided) {
            (Some(bound), true) => bound.max(0.0),
            (Some(bound), false) => bound,
            (None, true) => 0.0,
            (None, false) => f64::NEG_INFINITY,
        }
    }
}

/// Wang and Tsiatis (1987): the looks at `planned` with boundaries `c (t_k / t_K)^(delta - 1/2)`.
///
/// `delta` 0 is O'Brien and Fleming (1979), 1/2 Pocock (1977).
pub(super) fn wang_tsiatis(delta: f64, tail: f64, two_sided: bool, planned: &[f64]) -> Vec<Stage> {
    let design = |constant: f64| with_constant(constant, delta, two_sided, planned);
    let spent = |constant: f64| design(constant).last().map_or(0.0, |stage| stage.spent);
    let excess = |constant: f64| tail.ln() - spent(constant).ln();
    let guess = normal::upper_quantile(tail);
    let constant = root_of_increasing(excess, guess, 0.25, TOLERANCE);
    let mut stages = constant.map(design).unwrap_or_default();
    if let Some(last) = stages.last_mut() {
        last.spent = tail;
    }
    stages
}

/// The looks of a Wang-Tsiatis design with this constant, and what they spend.
pub(super) fn with_constant(
    constant: f64,
    delta: f64,
    two_sided: bool,
    planned: &[f64],
) -> Vec<Stage> {
    let end = planned.last().copied().unwrap_or(1.0);
    let mut before = Density::start(0.0);
    let mut spent = 0.0;
    let mut stages: Vec<Stage> = Vec::with_capacity(planned.len());
    for &time in planned {
        let last = stages.last().map(|last| last.region(two_sided));
        if let Some(region) = last.filter(|region| !region.is_everywhere()) {
            before = before.advance(stages.last().map_or(0.0, |last| last.time), &region);
        }
        let bound = weighted(constant, delta, time / end);
        spent += before.above(bound * time.sqrt(), time, 0.0).max(0.0);
        stages.push(Stage { time, bound, spent });
    }
    stages
}

/// `constant * share^(delta - 1/2)`; that of a two-sided design is not below 0.
pub(super) fn weighted(constant: f64, delta: f64, share: f64) -> f64 {
    constant * share.powf(delta - 0.5)
}

#[cfg(test)]
#[path = "boundary_tests.rs"]
mod tests;
