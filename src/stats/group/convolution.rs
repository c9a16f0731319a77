//! How the density of one panel is spread onto another by a normal step.

use super::panels::Panel;
use crate::stats::numeric::legendre::{AtNodes, NODES, quadrature};

/// Largest product of half-widths, in standard deviations of the step, that is taken apart.
const LARGEST: f64 = 40.0;

/// Normal kernels between the nodes of two panels.
///
/// With `a` and `b` the nodes' distances from the middles of their panels and `d` that of the
/// middles, all in standard deviations of the step,
/// `(d + a - b)^2 = (d + a)^2 + (b^2 - 2 d b) - 2 a b`: one exponential for each node and one
/// for each pair, and the latter depend on the widths alone, which hardly change.
pub(super) struct Kernels {
    product: f64,
    pairs: [AtNodes; NODES],
}

impl Kernels {
    pub fn new() -> Kernels {
        Kernels { product: 0.0, pairs: [[1.0; NODES]; NODES] }
    }

    /// Adds to `onto`, the nodes of a panel around `middle`, the integral of `panel` times
    /// `exp(-(y - x)^2 / 2 spread^2)`; false, and nothing added, if the panels are too wide.
    pub fn spread(
        &mut self,
        panel: &Panel,
        middle: f64,
        half: f64,
        spread: f64,
        onto: &mut AtNodes,
    ) -> bool {
        let (width, source) = (half / spread, panel.half / spread);
        if !(width * source < LARGEST && width < LARGEST && source < LARGEST) {
            return false;
        }
        self.prepare(width * source);
        let rule = quadrature();
        let distance = (middle - panel.middle) / spread;
        let mut sums = [0.0; NODES];
        let nodes = rule.nodes.iter().zip(&rule.weights).zip(&panel.values).zip(&self.pairs);
        for (((node, weight), value), pairs) in nodes {
            let b = node * source;
            let mass = weight * value * (b * (distance - 0.5 * b)).exp();
            for (sum, pair) in sums.iter_mut().zip(pairs) {
                *sum += mass * pair;
            }
        }
        for ((value, sum), node) in onto.iter_mut().zip(sums).zip(&rule.nodes) {
            let u = distance + node * width;
            *value += panel.half * sum * (-0.5 * u * u).exp();
        }
        true
    }

    fn prepare(&mut self, product: f64) {
        if (product - self.product).abs() <= 1e-13 * product {
            return;
        }
        self.product = product;
        let nodes = &quadrature().nodes;
        self.pairs = nodes.map(|a| nodes.map(|b| a * b * product));
        // Opposite nodes have reciprocal exponentials.
        for row in 0..NODES / 2 {
            let exponentials = self.pairs[row].map(f64::exp);
            self.pairs[row] = exponentials;
            self.pairs[NODES - 1 - row] = std::array::from_fn(|i| exponentials[NODES - 1 - i]);
        }
    }
}
