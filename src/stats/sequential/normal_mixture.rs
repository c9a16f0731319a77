//! What a normal mixture says about a statistic.
//!
//! Robbins (1970); Howard, Ramdas, McAuliffe and Sekhon (2021), propositions 5 and 6. A
//! statistic `z` and the ratio `r` of the mixture's variance to that of the estimate are all
//! that the sequential probability ratio test, the asymptotic confidence sequence and the
//! boundaries of a sum have to say; they differ in where `r` comes from.

use std::f64::consts::LN_2;

use crate::stats::normal;
use crate::stats::numeric::root::newton;

/// The variance of a mixture over that of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio {
    /// `ln(1 + r)`.
    log_one_plus: f64,
    /// `r / (1 + r)`.
    shrinkage: f64,
}

impl Ratio {
    pub fn new(r: f64) -> Ratio {
        Ratio { log_one_plus: r.ln_1p(), shrinkage: 1.0 / (1.0 + 1.0 / r) }
    }

    /// From the root of the ratio, whose square may leave a double.
    pub fn from_root(root: f64) -> Ratio {
        let ratio = Ratio::new(root * root);
        if root > 1e150 { Ratio { log_one_plus: 2.0 * root.ln(), ..ratio } } else { ratio }
    }

    /// Natural logarithm of the mixed likelihood ratio against 0, in both directions.
    pub fn log_e_value(&self, z: f64) -> f64 {
        0.5 * z * z * self.shrinkage - 0.5 * self.log_one_plus
    }

    /// The same mixed over positive effects only.
    pub fn log_e_value_above(&self, z: f64) -> f64 {
        self.log_e_value_above_shrunk(z * self.shrinkage.sqrt())
    }

    /// Both again from `y = z sqrt(r/(1 + r))`.
    pub fn log_e_value_shrunk(&self, y: f64) -> f64 {
        0.5 * y * y - 0.5 * self.log_one_plus
    }

    pub fn log_e_value_above_shrunk(&self, y: f64) -> f64 {
        half_mixture(y) - 0.5 * self.log_one_plus
    }

    /// Half-width in standard errors at a level given by `-ln alpha`.
    pub fn width(&self, log_threshold: f64) -> f64 {
        self.width_shrunk(log_threshold) / self.shrinkage.sqrt()
    }

    /// Distance to the one-sided bound in standard errors: exact, where
    /// [`super::OneSidedSequence`] has a closed form that is up to a percent wider.
    pub fn width_above(&self, log_threshold: f64) -> f64 {
        self.width_above_shrunk(log_threshold) / self.shrinkage.sqrt()
    }

    /// Both again in units of `y`.
    pub fn width_shrunk(&self, log_threshold: f64) -> f64 {
        (2.0 * log_threshold + self.log_one_plus).sqrt()
    }

    pub fn width_above_shrunk(&self, log_threshold: f64) -> f64 {
        half_mixture_inverse(log_threshold + 0.5 * self.log_one_plus)
    }
}

/// `ln(2 exp(y²/2) Phi(y))`: increasing and convex, 0 at 0.
fn half_mixture(y: f64) -> f64 {
    if y.abs() < 1.0 {
        return 0.5 * y * y + libm::erf(y / std::f64::consts::SQRT_2).ln_1p();
    }
    if y > -30.0 {
        return LN_2 + 0.5 * y * y + normal::log_sf(-y);
    }
    // The square and the tail cancel; Abramowitz and Stegun (1964), 26.2.12.
    let v = 1.0 / (y * y);
    LN_2 - normal::LOG_ROOT_TAU - (-y).ln()
        + (-v * (1.0 - 3.0 * v * (1.0 - 5.0 * v * (1.0 - 7.0 * v)))).ln_1p()
}

/// The `y >= 0` where [`half_mixture`] reaches `target > 0`; Newton from above, which a convex
/// function cannot lead astray.
fn half_mixture_inverse(target: f64) -> f64 {
    newton((2.0 * target).sqrt(), 0.0, |y| {
        let inverse_mills = (normal::log_density(y) - normal::log_sf(-y)).exp();
        (half_mixture(y) - target, y + inverse_mills)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// mpmath at 40 digits.
    #[test]
    fn the_half_mixture_has_no_step() {
        close(half_mixture(-29.9), -3.624_765_277_968_731_7, 1e-11);
        close(half_mixture(-30.1), -3.631_417_235_822_27, 1e-12);
        close(half_mixture(2.0), 2.670_134_271_230_982, 1e-14);
        for target in [1e-6, 0.1, 3.0, 40.0, 1e4, 1e15] {
            close(half_mixture(half_mixture_inverse(target)), target, 1e-14);
        }
    }

    #[test]
    fn ratios_may_leave_a_double() {
        let ratio = Ratio::from_root(1e200);
        close(ratio.log_e_value(0.0), -200.0 * 10f64.ln(), 1e-14);
        assert_eq!(ratio.shrinkage, 1.0);
        assert_eq!(Ratio::from_root(1e-200).width(3.0), f64::INFINITY);
    }
}
