//! How far a bounded sum may stray.

use super::{Sides, bound, finite, log_threshold};
use crate::stats::Missing;
use crate::stats::sequential::counts::{cell, margin};
use crate::stats::tail::beta;

/// Natural logarithm of the beta-binomial mixture at sum `s` and time `v`, for a sum of values
/// in `[-g, h]` (Howard et al. 2021, propositions 7 and 8).
pub fn beta_binomial_log_mixture(
    s: f64,
    v: f64,
    v_opt: f64,
    g: f64,
    h: f64,
    alpha_opt: f64,
    sides: Sides,
) -> Result<f64, Missing> {
    let mixture = BetaBinomial::new(v, v_opt, g, h, alpha_opt, sides)?;
    if !(s.is_finite() && mixture.reaches(s)) {
        return Err(Missing::OutOfRange);
    }
    finite(mixture.log(s))
}

/// The boundary of [`beta_binomial_log_mixture`] at level `alpha`; at most `v / g`, the largest
/// sum of such values.
pub fn beta_binomial_mixture_bound(
    v: f64,
    alpha: f64,
    v_opt: f64,
    g: f64,
    h: f64,
    alpha_opt: f64,
    sides: Sides,
) -> Result<f64, Missing> {
    let mixture = BetaBinomial::new(v, v_opt, g, h, alpha_opt, sides)?;
    let threshold = log_threshold(v, alpha)?;
    bound(|s| mixture.log(s), threshold, (v + mixture.r).sqrt(), v / g)
}

struct BetaBinomial {
    v: f64,
    g: f64,
    h: f64,
    r: f64,
    sides: Sides,
}

impl BetaBinomial {
    fn new(
        v: f64,
        v_opt: f64,
        g: f64,
        h: f64,
        alpha_opt: f64,
        sides: Sides,
    ) -> Result<BetaBinomial, Missing> {
        let usable = |value: f64| value > 0.0 && value.is_finite();
        let product = g * h;
        if !(v >= 0.0 && v.is_finite() && usable(g) && usable(h) && usable(product)) {
            return Err(Missing::OutOfRange);
        }
        let rho = sides.best_rho(v_opt, alpha_opt)?;
        Ok(BetaBinomial { v, g, h, r: (rho - product).max(1e-3 * product), sides })
    }

    /// Whether both parameters of the beta function stay positive.
    fn reaches(&self, s: f64) -> bool {
        self.r + self.v > self.g * s && self.r + self.v > -self.h * s
    }

    /// Two-sided it is the Dirichlet mixture of two counts, `v / (g h)` together, with shares
    /// `h/(g + h)` and `g/(g + h)`; one-sided both are cut off at the first share.
    fn log(&self, s: f64) -> f64 {
        let (v, g, h, r, span) = (self.v, self.g, self.h, self.r, self.g + self.h);
        let (down, up) = ((v - g * s) / (g * span), (v + h * s) / (h * span));
        let prior = (r / (g * span), r / (h * span));
        match self.sides {
            Sides::Two => {
                let cells = cell(down, -s / span, prior.0) + cell(up, s / span, prior.1);
                cells + margin(v / (g * h), r / (g * h))
            }
            Sides::One => {
                let part = |a: f64, b: f64| beta::log_integral_over_power(h / span, g / span, a, b);
                part(prior.0 + down, prior.1 + up) - part(prior.0, prior.1)
            }
        }
    }
}
