//! How a smooth function on an interval is integrated, and read between its nodes.
//!
//! Gauss-Legendre quadrature with 16 nodes (Abramowitz and Stegun 1964, 25.4.29), exact for
//! polynomials of degree 31.

use std::sync::OnceLock;

/// Nodes of one panel.
pub const NODES: usize = 16;

/// One number for each node of a panel.
pub type AtNodes = [f64; NODES];

/// The positive nodes on `[-1, 1]` and their weights (Abramowitz and Stegun 1964, table 25.4).
pub const PAIRS: [(f64, f64); NODES / 2] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// The integral of a smooth function from one place to another.
pub fn panel(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (center, half) = (from + 0.5 * (to - from), 0.5 * (to - from));
    let pair =
        |&(node, weight): &(f64, f64)| weight * (f(center - half * node) + f(center + half * node));
    half * PAIRS.iter().map(pair).sum::<f64>()
}

/// The rule with all its nodes in order, and the polynomials behind it.
pub struct Quadrature {
    pub nodes: AtNodes,
    pub weights: AtNodes,
    /// Legendre polynomials of degree 0 to 15 at each node.
    polynomials: [AtNodes; NODES],
}

/// The rule, computed once.
pub fn quadrature() -> &'static Quadrature {
    static RULE: OnceLock<Quadrature> = OnceLock::new();
    RULE.get_or_init(Quadrature::new)
}

impl Quadrature {
    fn new() -> Quadrature {
        let in_order = PAIRS.iter().rev().map(|(x, w)| (-x, *w)).chain(PAIRS);
        let (mut nodes, mut weights) = ([0.0; NODES], [0.0; NODES]);
        for ((pair, node), weight) in in_order.zip(&mut nodes).zip(&mut weights) {
            (*node, *weight) = pair;
        }
        Quadrature { nodes, weights, polynomials: nodes.map(polynomials) }
    }

    /// The coefficients of the Legendre series through these values.
    pub fn series(&self, values: &AtNodes) -> AtNodes {
        let mut series = [0.0; NODES];
        for ((value, weight), polynomials) in
            values.iter().zip(&self.weights).zip(&self.polynomials)
        {
            for (degree, (term, p)) in series.iter_mut().zip(polynomials).enumerate() {
                *term += (degree as f64 + 0.5) * weight * value * p;
            }
        }
        series
    }
}

/// A Legendre series at sixteen places of `[-1, 1]` (Clenshaw 1955).
pub fn sum_series(series: &AtNodes, places: &AtNodes) -> AtNodes {
    let mut last = [0.0; NODES];
    let mut before = [0.0; NODES];
    for (degree, term) in series.iter().enumerate().rev() {
        let n = degree as f64;
        let (a, b) = ((2.0 * n + 1.0) / (n + 1.0), (n + 1.0) / (n + 2.0));
        for ((place, last), before) in places.iter().zip(&mut last).zip(&mut before) {
            let next = term + a * place * *last - b * *before;
            *before = *last;
            *last = next;
        }
    }
    last
}

/// Legendre polynomials of degree 0 to 15.
fn polynomials(x: f64) -> AtNodes {
    let (mut before, mut last) = (0.0, 1.0);
    std::array::from_fn(|degree| {
        let n = degree as f64;
        let value = last;
        last = ((2.0 * n + 1.0) * x * last - n * before) / (n + 1.0);
        before = value;
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2 / (k + 1)` for even powers up to 30, 0 for odd ones.
    #[test]
    fn polynomials_are_integrated_exactly() {
        let rule = quadrature();
        for power in 0..=31 {
            let terms = rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * x.powi(power));
            let want = if power % 2 == 0 { 2.0 / f64::from(power + 1) } else { 0.0 };
            let (sum, panel) = (terms.sum::<f64>(), panel(&|x: f64| x.powi(power), -1.0, 1.0));
            assert!((sum - want).abs() < 2e-15 && (panel - want).abs() < 2e-15, "{power}");
        }
    }

    #[test]
    fn a_series_gives_back_its_function() {
        let rule = quadrature();
        let series = rule.series(&rule.nodes.map(f64::exp));
        let places = std::array::from_fn(|i| -1.0 + i as f64 / 7.5);
        for (place, value) in places.iter().zip(sum_series(&series, &places)) {
            assert!((value - place.exp()).abs() < 1e-14, "{place}");
        }
    }
}
