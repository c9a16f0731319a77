//! How likely given boundaries are crossed, and at which look first.

use super::recursion::Density;
use super::region::Region;
use crate::stats::Missing;

/// Most looks that one sequence may have: every night for two years.
pub(super) const MOST_LOOKS: usize = 750;

/// The statistics at which one look stops: at `upper` or above, at `lower` or below. Infinite
/// where it does not stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub lower: f64,
    pub upper: f64,
}

impl Bounds {
    /// The same distance above and below 0.
    pub fn symmetric(z: f64) -> Bounds {
        Bounds { lower: -z, upper: z }
    }

    /// None below.
    pub fn upper(z: f64) -> Bounds {
        Bounds { lower: f64::NEG_INFINITY, upper: z }
    }
}

/// Probability that a look is the first to cross its boundary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    pub lower: f64,
    pub upper: f64,
}

/// The probability of first crossing at each look, when `Z_k ~ N(drift sqrt t_k, 1)` at the
/// shares of information `fractions`.
///
/// Good to about 1e-10. `Err(OutOfRange)` for fractions that are not positive or fall, bounds
/// that are no numbers or cross each other, and a drift that is not finite.
pub fn crossing(
    fractions: &[f64],
    bounds: &[Bounds],
    drift: f64,
) -> Result<Vec<Crossing>, Missing> {
    check_fractions(fractions)?;
    let usable = |b: &Bounds| b.lower <= b.upper && b.lower < f64::INFINITY;
    if bounds.len() != fractions.len() || !bounds.iter().all(usable) || !drift.is_finite() {
        return Err(Missing::OutOfRange);
    }
    let mut density = Density::start(drift);
    let mut crossings = Vec::with_capacity(fractions.len());
    for (&time, bounds) in fractions.iter().zip(bounds) {
        let region = bounds.region(time);
        crossings.push(Crossing {
            lower: probability(density.below(region.lower, time, drift)),
            upper: probability(density.above(region.upper, time, drift)),
        });
        if !region.is_everywhere() {
            density = density.advance(time, &region);
        }
    }
    Ok(crossings)
}

impl Bounds {
    pub(super) fn region(&self, time: f64) -> Region {
        let root = time.sqrt();
        Region { lower: self.lower * root, upper: self.upper * root, inner: None }
    }
}

/// Shares of information in (0, inf) that do not fall, and not too many.
pub(super) fn check_fractions(fractions: &[f64]) -> Result<(), Missing> {
    let usable = |t: &f64| t.is_finite() && *t > 0.0;
    let ordered = fractions.windows(2).all(|pair| pair.first() <= pair.last());
    let fit = fractions.len() <= MOST_LOOKS && fractions.iter().all(usable) && ordered;
    if fit { Ok(()) } else { Err(Missing::OutOfRange) }
}

pub(super) fn probability(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Armitage, McPherson and Rowe (1969), table 2: 1.96 at each of K looks; to more digits
    /// by gsDesign 3.10.1 for K = 3 and 20.
    #[test]
    fn peeking_costs_what_is_known() {
        let table = [(2, 0.083), (3, 0.107), (5, 0.142), (10, 0.193), (20, 0.248)];
        for (looks, want) in table {
            assert!((peeking(looks) - want).abs() < 5e-4, "{looks}");
        }
        assert!((peeking(3) - 0.107_256_374_649_131_21).abs() < 1e-10);
        assert!((peeking(20) - 0.247_910_939_393_696_46).abs() < 1e-9);
    }

    fn peeking(looks: usize) -> f64 {
        let fractions: Vec<f64> = (1..=looks).map(|k| k as f64 / looks as f64).collect();
        let bounds = vec![Bounds::symmetric(1.959_963_984_540_05); looks];
        crossing(&fractions, &bounds, 0.0).unwrap().iter().map(|c| c.upper + c.lower).sum()
    }
}
