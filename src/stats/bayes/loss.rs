//! What a wrong choice costs on average.

use crate::stats::normal;

/// An expected loss, in the unit of the effect, and its natural logarithm, which survives
/// where the loss underflows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    pub value: f64,
    pub log: f64,
}

impl Loss {
    pub(super) fn of_log(log: f64) -> Loss {
        Loss { value: log.exp(), log }
    }

    /// The mean of `max(0, -effect)` for a normal effect `z` standard deviations above 0:
    /// `std_dev (φ(z) - z Φ(-z))`, which is never 0.
    pub(super) fn of_normal(z: f64, std_dev: f64) -> Loss {
        Loss::of_log(std_dev.ln() + log_unit_loss(z))
    }
}

/// `ln (φ(z) - z Φ(-z))`.
///
/// From 4 on, where the difference cancels, by the continued fraction of the tail (Abramowitz
/// and Stegun 1964, 26.2.14): with `Φ(-z) = φ(z) / (z + c)` it is `φ(z) c / (z + c)`.
fn log_unit_loss(z: f64) -> f64 {
    let log_density = normal::log_density(z);
    if z < 0.0 {
        return (log_density.exp() - z * normal::sf(z)).ln();
    }
    if z < 4.0 {
        return log_density + (-z / normal::hazard(z)).ln_1p();
    }
    let c = 1.0 / (2..=60).rev().fold(z, |tail, k| z + f64::from(k) / tail);
    log_density + c.ln() - (z + c).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// gbstats 0.8 near the middle; mpmath at 60 digits in the tail, where gbstats has 0.
    #[test]
    fn loss_is_that_of_sixty_digits() {
        close(Loss::of_normal(2.0, 0.05).value, 0.000_424_535_130_841_481_9, 1e-13);
        close(Loss::of_normal(-2.0, 0.05).value, 0.100_424_535_130_841_49, 1e-15);
        close(Loss::of_normal(0.0, 1.0).value, 0.398_942_280_401_432_7, 1e-15);
        close(log_unit_loss(3.0), -7.869_686_059_603_029, 1e-14);
        close(log_unit_loss(15.0), -118.848_170_684_113_58, 1e-14);
        close(log_unit_loss(24.999), -319.836_384_459_684_27, 1e-14);
        close(log_unit_loss(25.001), -319.886_543_700_152_9, 1e-14);
        close(log_unit_loss(1000.0), -500_014.734_452_091_16, 1e-15);
        close(log_unit_loss(-40.0), 3.688_879_454_113_936_3, 1e-15);
    }
}
