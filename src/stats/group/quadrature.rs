//! How a smooth function on an interval is integrated, and read between its nodes.

use std::sync::OnceLock;

/// Nodes of one panel: exact for polynomials of degree 31.
pub(super) const NODES: usize = 16;

/// One number for each node of a panel.
pub(super) type AtNodes = [f64; NODES];

/// Gauss-Legendre quadrature on `[-1, 1]` (Abramowitz and Stegun 1964, 25.4.29).
pub(super) struct Quadrature {
    pub nodes: AtNodes,
    pub weights: AtNodes,
    /// Legendre polynomials of degree 0 to 15 at each node.
    polynomials: [AtNodes; NODES],
}

/// The rule, computed once.
pub(super) fn quadrature() -> &'static Quadrature {
    static RULE: OnceLock<Quadrature> = OnceLock::new();
    RULE.get_or_init(Quadrature::new)
}

impl Quadrature {
    fn new() -> Quadrature {
        let nodes = std::array::from_fn(node);
        let weights = nodes.map(|x| {
            let slope = derivative(x);
            2.0 / ((1.0 - x * x) * slope * slope)
        });
        Quadrature { nodes, weights, polynomials: nodes.map(|x| legendre(x).0) }
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
pub(super) fn sum_series(series: &AtNodes, places: &AtNodes) -> AtNodes {
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

/// Root `index` of the polynomial of degree 16, from Tricomi's guess by Newton.
fn node(index: usize) -> f64 {
    let n = NODES as f64;
    let mut x = -(std::f64::consts::PI * (index as f64 + 0.75) / (n + 0.5)).cos();
    for _ in 0..10 {
        x -= legendre(x).1 / derivative(x);
    }
    x
}

fn derivative(x: f64) -> f64 {
    let (lower, top) = legendre(x);
    NODES as f64 * (lower[NODES - 1] - x * top) / (1.0 - x * x)
}

/// Legendre polynomials of degree 0 to 15, and that of degree 16.
fn legendre(x: f64) -> (AtNodes, f64) {
    let (mut before, mut last) = (0.0, 1.0);
    let lower = std::array::from_fn(|degree| {
        let n = degree as f64;
        let value = last;
        last = ((2.0 * n + 1.0) * x * last - n * before) / (n + 1.0);
        before = value;
        value
    });
    (lower, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Abramowitz and Stegun (1964), table 25.4, n = 16.
    #[test]
    fn nodes_and_weights_are_those_of_the_table() {
        let rule = quadrature();
        assert!((rule.nodes[8] - 0.095_012_509_837_637_44).abs() < 1e-15);
        assert!((rule.nodes[15] - 0.989_400_934_991_649_9).abs() < 1e-15);
        assert!((rule.weights[8] - 0.189_450_610_455_068_5).abs() < 1e-14);
        assert!((rule.weights[0] - 0.027_152_459_411_754_1).abs() < 1e-14);
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
