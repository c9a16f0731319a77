//! How many units an experiment of several arms takes.

use crate::stats::{Missing, normal};

use super::design::check_variances;
use super::trial::MOST_UNITS;

/// Units in the whole experiment for a normal test of each treatment, two-sided at `alpha`,
/// to find `distance` from the null value with probability `power`, each arm rounded up: the
/// closed form, as `spotify_confidence` has it.
///
/// `weights` are the arms' shares of traffic up to a factor, control first; `variances` those
/// of control and of a treatment. The largest number over the treatments.
///
/// `Err(OutOfRange)` for a power that is not in (alpha, 1) or impossible weights;
/// `Err(Unreachable)` for a distance of 0 or more than 1e15 units.
pub fn experiment_units(
    variances: [f64; 2],
    distance: f64,
    weights: &[f64],
    alpha: f64,
    power: f64,
) -> Result<f64, Missing> {
    check_variances(&variances)?;
    let Some((&control, treatments)) = weights.split_first() else {
        return Err(Missing::OutOfRange);
    };
    let weighed = weights.iter().all(|w| *w > 0.0 && w.is_finite()) && !treatments.is_empty();
    let levels = alpha > 0.0 && power > alpha && power < 1.0;
    if !(weighed && levels && distance.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    let z = normal::upper_quantile(0.5 * alpha) + normal::upper_quantile(1.0 - power);
    let whole: f64 = weights.iter().sum();
    let pair = |&treatment: &f64| {
        let kappa = control / treatment;
        let per_arm = variances[0] / kappa + variances[1];
        let in_treatment = ((z / distance).powi(2) * per_arm).ceil();
        (in_treatment * (1.0 + kappa) / ((control + treatment) / whole)).ceil()
    };
    let units = treatments.iter().map(pair).fold(0.0, f64::max);
    (units <= MOST_UNITS).then_some(units).ok_or(Missing::Unreachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// spotify-confidence 4.1.0: mean 4.56, variance 2.13, effect 1 %, alpha 0.1 two-sided,
    /// power 0.8; and its guardrail of 0.3 with margin 2 %, arms 0.8 and 0.2.
    #[test]
    fn units_are_those_of_spotify() {
        let units = experiment_units([2.13; 2], 0.0456, &[1.0, 1.0], 0.1, 0.8);
        assert_eq!(units, Ok(25_334.0));
        let units = experiment_units([0.21; 2], 0.006, &[0.8, 0.2], 0.05, 0.98);
        assert_eq!(units, Ok(587_340.0));
        assert_eq!(experiment_units([1.0; 2], 0.0, &[1.0; 2], 0.1, 0.8), Err(Missing::Unreachable));
        assert_eq!(experiment_units([1.0; 2], 1.0, &[1.0], 0.1, 0.8), Err(Missing::OutOfRange));
    }
}
