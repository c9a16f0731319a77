//! How many units until an effect worth finding can be told from noise.

use crate::stats::{Rho, Sequence, normal};

/// What a comparison must be able to find, and by which test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Smallest effect worth finding, in the unit of the standard error.
    pub minimum_effect: f64,
    /// Two-sided level.
    pub alpha: f64,
    /// Chance to find it, in (alpha, 1).
    pub power: f64,
    /// Units the confidence sequence is tightest at; `None` for a test of one look.
    pub tuning: Option<f64>,
}

impl Plan {
    /// Standard errors that must fit into the minimum effect after `units`.
    fn widths(&self, units: f64) -> f64 {
        let half_width = match self.tuning {
            Some(tuning) => Sequence::new(self.alpha, tuning, Rho::Exact).width(units),
            None => normal::upper_quantile(0.5 * self.alpha),
        };
        half_width + normal::upper_quantile(1.0 - self.power)
    }
}

/// Units in both arms together at which `half-width + z_power * std_error <= minimum_effect`.
///
/// From the standard error after `units` so far, which shrinks with the root of the units;
/// never from the observed effect, which would promise an end that moves with luck. At least
/// `units`. `None` if the inputs are no numbers, or where no number of units below 1e15 will do.
pub fn units_needed(std_error: f64, units: u64, plan: &Plan) -> Option<u64> {
    let now = units as f64;
    let levels = plan.alpha > 0.0 && plan.alpha < 1.0 && plan.power > 0.0 && plan.power < 1.0;
    let sized = plan.minimum_effect > 0.0 && plan.minimum_effect.is_finite();
    if !(levels && sized && units > 0 && std_error >= 0.0 && std_error.is_finite()) {
        return None;
    }
    let enough = |n: f64| plan.widths(n) * std_error * (now / n).sqrt() <= plan.minimum_effect;
    if enough(now) {
        return Some(units);
    }
    let (mut low, mut high) = (now, 1e15);
    if !enough(high) {
        return None;
    }
    while high - low > 0.5 && high / low > 1.0 + 1e-12 {
        let middle = (low * high).sqrt();
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook: 2 (z + z)² v / delta² per arm. R power.t.test(delta = .25, sd = 6) says
    /// 9042.8 per arm with the t distribution; the normal one needs two units less.
    #[test]
    fn a_test_of_one_look_needs_the_textbook_number() {
        let plan = Plan { minimum_effect: 0.25, alpha: 0.05, power: 0.8, tuning: None };
        let units = 200;
        let std_error = (2.0 * 36.0 / 100.0f64).sqrt();
        let needed = units_needed(std_error, units, &plan).unwrap() as f64;
        assert!((needed / 2.0 - 9042.0).abs() < 3.0, "{needed}");
    }

    #[test]
    fn looking_every_night_needs_more() {
        let once = Plan { minimum_effect: 0.05, alpha: 0.05, power: 0.8, tuning: None };
        let always = Plan { tuning: Some(5000.0), ..once };
        assert!(units_needed(0.1, 1000, &always) > units_needed(0.1, 1000, &once));
        assert_eq!(units_needed(1e-9, 1000, &always), Some(1000));
        assert_eq!(units_needed(f64::NAN, 1000, &always), None);
        assert_eq!(units_needed(0.1, 1000, &Plan { minimum_effect: 0.0, ..once }), None);
    }
}
