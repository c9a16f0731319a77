//! How far a bounded sum may stray.

use super::{Sides, bound, finite, log_threshold};
use crate::stats::numeric::root::root;
use crate::stats::sequential::counts::{cell, margin};
use crate::stats::tail::beta;
use crate::stats::{Interval, Missing};

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

/// Confidence interval of a success probability that holds at every number of trials: the
/// probabilities whose two-sided beta-binomial mixture stays below `1 / alpha`.
pub fn bernoulli_confidence_interval(
    successes: f64,
    trials: u64,
    alpha: f64,
    t_opt: f64,
    alpha_opt: f64,
) -> Result<Interval, Missing> {
    let n = trials as f64;
    Sides::Two.best_rho(t_opt, alpha_opt)?;
    let threshold = log_threshold(n, alpha)?;
    if !(trials > 0 && successes >= 0.0 && successes <= n) {
        return Err(Missing::OutOfRange);
    }
    let excess = |p: f64| {
        let (v, v_opt) = (p * (1.0 - p) * n, p * (1.0 - p) * t_opt);
        let mixture = BetaBinomial::new(v, v_opt, p, 1.0 - p, alpha_opt, Sides::Two);
        // Towards 0 and 1 the mixture has no limit that a double holds.
        mixture.map_or(f64::INFINITY, |mixture| mixture.log(successes - p * n)) - threshold
    };
    let share = successes / n;
    let end = |of_range: f64| {
        // The end itself cannot be asked; next to it, a mixture below the threshold keeps it.
        let next_to = if of_range == 0.0 { 1e-300 } else { 1.0 - f64::EPSILON };
        if share == of_range || excess(next_to) < 0.0 {
            return of_range;
        }
        let inner = share.clamp(1e-300, 1.0 - f64::EPSILON);
        root(excess, inner, next_to, 0.0)
    };
    Ok(Interval { lower: end(0.0), upper: end(1.0) })
}
