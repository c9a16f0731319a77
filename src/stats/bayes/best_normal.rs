//! Which of many variants with normal beliefs is the best.

use super::best::{Belief, highest};
use super::grid::on_a_grid;
use super::{Best, Loss, Posterior};
use crate::config::Direction;
use crate::stats::{Missing, normal};

/// Probability of being the best, and expected loss of choosing it, for each of some variants
/// whose means have independent normal posteriors. Of two variants in closed form.
///
/// `Err(OutOfRange)` without a variant; otherwise as in [`Posterior::new`], which refuses a
/// deviation of 0: against a constant, being the best is a matter of definition;
/// `Err(Overflow)` for deviations so different that no double tells places within the narrow
/// belief apart.
pub fn best_of_normals(variants: &[Posterior], better: Direction) -> Result<Best, Missing> {
    let turned = |variant: &Posterior| {
        let checked = Posterior::new(variant.mean, variant.std_dev)?;
        let mean = if better == Direction::Higher { checked.mean } else { -checked.mean };
        Ok(Posterior { mean, ..checked })
    };
    let variants = variants.iter().map(turned).collect::<Result<Vec<_>, Missing>>()?;
    match variants.as_slice() {
        [] => Err(Missing::OutOfRange),
        [one, other] => best_of_two(one, other),
        many => on_a_grid(many).map_or_else(|| highest(many).map(|best| anchored(best, many)), Ok),
    }
}

/// The losses by that of the variant with the highest mean, whose integral has no plateau:
/// `E[max] - mean_i` is its own loss and what its mean is above, two numbers that do not cancel.
fn anchored(mut best: Best, variants: &[Posterior]) -> Best {
    let above = |(i, one): (usize, &Posterior)| (i, one.mean);
    let highest = variants.iter().enumerate().map(above).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((anchor, top)) = highest else { return best };
    let least = best.loss.get(anchor).map_or(0.0, |loss| loss.value);
    for (loss, variant) in best.loss.iter_mut().zip(variants) {
        if variant.mean < top {
            *loss = Loss::of_log((top - variant.mean + least).ln());
        }
    }
    best
}

fn best_of_two(one: &Posterior, other: &Posterior) -> Result<Best, Missing> {
    let difference = Posterior::new(one.mean - other.mean, one.std_dev.hypot(other.std_dev))?;
    let z = difference.mean / difference.std_dev;
    let log_probability = vec![normal::log_sf(-z), normal::log_sf(z)];
    Ok(Best {
        probability: log_probability.iter().map(|log| log.exp()).collect(),
        log_probability,
        loss: [z, -z].map(|z| Loss::of_normal(z, difference.std_dev)).to_vec(),
    })
}

impl Posterior {
    pub(super) fn z(&self, x: f64) -> f64 {
        (x - self.mean) / self.std_dev
    }

    pub(super) fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }
}

impl Belief for Posterior {
    fn center(&self) -> f64 {
        self.mean
    }

    fn spread(&self) -> f64 {
        self.std_dev
    }

    fn log_density(&self, x: f64) -> f64 {
        normal::log_density(self.z(x)) - self.std_dev.ln()
    }

    fn slope(&self, x: f64) -> f64 {
        -self.z(x) / self.std_dev
    }

    fn log_cdf(&self, x: f64) -> f64 {
        normal::log_sf(-self.z(x))
    }

    fn log_sf(&self, x: f64) -> f64 {
        normal::log_sf(self.z(x))
    }

    fn hazard_below(&self, x: f64) -> f64 {
        normal::hazard(-self.z(x)) / self.std_dev
    }

    fn hazard_above(&self, x: f64) -> f64 {
        normal::hazard(self.z(x)) / self.std_dev
    }

    fn log_unit(&self, _: f64) -> (f64, f64) {
        (0.0, 0.0)
    }
}

#[cfg(test)]
#[path = "best_tests.rs"]
mod tests;
