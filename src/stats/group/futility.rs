//! Where a look may stop because success has become unlikely.

use super::boundary::Stage;
use super::design::{Aim, Design};
use super::recursion::Density;
use super::region::Region;
use super::spending::Spending;
use crate::stats::numeric::root::root_of_increasing;
use crate::stats::{Missing, normal};

/// Less of beta than this is not worth a bound.
const NOTHING: f64 = 1e-15;
const TOLERANCE: f64 = 1e-11;

/// Futility bounds by spending of the type II error (Pampallona, Tsiatis and Kim 2001), at the
/// drift for which the design, if it obeys them, has this power.
///
/// Not binding: the boundaries for efficacy are made as if there were none, so that the level
/// holds whether they are obeyed or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Futility {
    pub spending: Spending,
    /// In (0, 1).
    pub power: f64,
}

impl Futility {
    pub(super) fn is_valid(&self) -> bool {
        self.spending.is_valid() && self.power > 0.0 && self.power < 1.0
    }

    fn beta(&self) -> f64 {
        1.0 - self.power
    }
}

/// The drift at which the planned looks have the power asked for, futility bounds obeyed.
///
/// At the last look the futility bound then meets the boundary. `Err(Unreachable)` if there is
/// no such drift.
pub(super) fn drift(futility: &Futility, design: &Design) -> Result<f64, Missing> {
    let fixed = normal::upper_quantile(design.tail()) - normal::upper_quantile(futility.power);
    let excess = |drift: f64| {
        let aim = Aim { futility: *futility, drift };
        let missed = Course::of(&aim, &design.stages, design.is_two_sided(), true).missed;
        futility.beta().ln() - missed.ln()
    };
    let drift = root_of_increasing(excess, 1.05 * fixed, 0.1, 1e-10);
    drift.filter(|drift| drift.is_finite()).ok_or(Missing::Unreachable)
}

/// The futility bound of each look; `None` where beta has not begun to be spent.
pub(super) fn bounds(
    aim: &Aim,
    stages: &[Stage],
    two_sided: bool,
    ended: bool,
) -> Vec<Option<f64>> {
    Course::of(aim, stages, two_sided, ended).bounds
}

/// The looks one after the other under the drift of the alternative.
pub(super) struct Course {
    two_sided: bool,
    pub bounds: Vec<Option<f64>>,
    /// Where each look goes on.
    pub regions: Vec<Region>,
    /// Probability under the drift that a look stops for futility or rejects on the wrong
    /// side, or that none rejects.
    pub missed: f64,
}

impl Course {
    pub fn of(aim: &Aim, stages: &[Stage], two_sided: bool, ended: bool) -> Course {
        let mut course = Course { two_sided, bounds: Vec::new(), regions: Vec::new(), missed: 0.0 };
        let mut density = Density::start(aim.drift);
        let mut spent = 0.0;
        for (index, stage) in stages.iter().enumerate() {
            let last = ended && index + 1 == stages.len() || stage.time >= 1.0;
            let beta = aim.futility.beta();
            let spend = if last { beta } else { aim.futility.spending.spent(beta, stage.time) };
            let bound = if last {
                Some(stage.bound)
            } else {
                course.bound(&density, stage, spend - spent, aim.drift)
            };
            course.missed += course.stopped(&density, stage, bound, aim.drift);
            if two_sided {
                let lower = stage.region(true).lower;
                course.missed += density.below(lower, stage.time, aim.drift);
            }
            spent = spend;
            course.bounds.push(bound);
            let region = course.region(stage, bound);
            course.regions.push(region);
            if !region.is_everywhere() {
                density = density.advance(stage.time, &region);
            }
        }
        course
    }

    /// The bound that spends `target`, at most the boundary itself.
    fn bound(&self, density: &Density, stage: &Stage, target: f64, drift: f64) -> Option<f64> {
        if target < NOTHING {
            // Without new information the bound stays.
            return self.bounds.last().copied().flatten().filter(|_| density.time == stage.time);
        }
        let below = |z: f64| self.stopped(density, stage, Some(z), drift);
        if below(stage.bound) <= target {
            return Some(stage.bound);
        }
        let excess = |z: f64| below(z).ln() - target.ln();
        let guess = drift * stage.time.sqrt() - normal::upper_quantile(target);
        let guess = if self.two_sided { guess.max(0.1) } else { guess };
        let bound = root_of_increasing(excess, guess.min(stage.bound), 0.25, TOLERANCE)?;
        let least = if self.two_sided { 0.0 } else { f64::NEG_INFINITY };
        Some(bound.clamp(least, stage.bound.max(least)))
    }

    /// Probability that a look stops for futility at this bound.
    fn stopped(&self, density: &Density, stage: &Stage, bound: Option<f64>, drift: f64) -> f64 {
        let Some(bound) = bound else { return 0.0 };
        let score = bound * stage.time.sqrt();
        let below = density.below(score, stage.time, drift);
        if !self.two_sided {
            return below;
        }
        if score <= 0.0 { 0.0 } else { below - density.below(-score, stage.time, drift) }
    }

    fn region(&self, stage: &Stage, bound: Option<f64>) -> Region {
        let outer = stage.region(self.two_sided);
        let bound = bound.map(|bound| bound * stage.time.sqrt());
        match (bound, self.two_sided) {
            (None, _) => outer,
            (Some(bound), true) => Region { inner: Some(bound), ..outer },
            (Some(bound), false) => Region { lower: bound, ..outer },
        }
    }
}
