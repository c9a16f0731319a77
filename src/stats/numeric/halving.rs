//! How large some integrals between given places are.

use super::legendre::PAIRS;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Difference of a panel from its halves, beside the whole integral, at which the halves have
/// all their digits: halving a panel of 16 points makes the error of a smooth function 2^32
/// times smaller.
const AGREEMENT: f64 = 1e-11;
/// Halvings of panels in one integral; smooth functions need a few.
const HALVINGS: usize = 2000;
/// Halvings between two looks at the whole.
const ROUND: usize = 16;

/// The integrals of `count` functions from the first edge to the last.
///
/// The panel that differs most from its halves is halved first (as in QUADPACK, Piessens et al.
/// 1983), until all agree or there have been enough.
pub(super) fn integrals(f: &impl Fn(f64, &mut [f64]), edges: &[f64], count: usize) -> Vec<f64> {
    let rule = Rule { f, count };
    let pairs = edges.iter().zip(edges.iter().skip(1));
    let mut panels: Vec<Panel> =
        pairs.map(|(&from, &to)| rule.panel(from, to, &rule.sum(from, to))).collect();
    let mut left = HALVINGS;
    loop {
        let (before, whole) = (left, total(&panels, count));
        panels = rule.settle(panels, &whole, &mut left);
        // A coarse panel may have shown far more or far less than there is, so the whole is
        // summed again while there is anything to halve.
        if left == before || left == 0 {
            return total(&panels, count);
        }
    }
}

/// Sixteen points a panel, of some functions at once.
struct Rule<'a, F> {
    f: &'a F,
    count: usize,
}

impl<F: Fn(f64, &mut [f64])> Rule<'_, F> {
    /// Halves the worst panels until each agrees with its halves beside the `whole`, or the
    /// round is over.
    fn settle(&self, panels: Vec<Panel>, whole: &[f64], left: &mut usize) -> Vec<Panel> {
        let mut queue: BinaryHeap<Panel> =
            panels.into_iter().map(|panel| panel.beside(whole)).collect();
        for _ in 0..ROUND.min(*left) {
            if queue.peek().is_none_or(|worst| worst.unlike <= AGREEMENT) {
                break;
            }
            let Some(worst) = queue.pop() else { break };
            *left -= 1;
            queue.extend(self.halves(&worst).map(|half| half.beside(whole)));
        }
        queue.into_vec()
    }

    fn halves(&self, whole: &Panel) -> [Panel; 2] {
        let middle = whole.middle();
        [self.panel(whole.from, middle, &whole.near), self.panel(middle, whole.to, &whole.far)]
    }

    fn panel(&self, from: f64, to: f64, coarse: &[f64]) -> Panel {
        let middle = from + 0.5 * (to - from);
        let (near, far) = (self.sum(from, middle), self.sum(middle, to));
        let parts = near.iter().zip(&far).zip(coarse);
        let error = parts.map(|((near, far), coarse)| (near + far - coarse).abs()).collect();
        Panel { from, to, near, far, error, unlike: 0.0 }
    }

    fn sum(&self, from: f64, to: f64) -> Vec<f64> {
        let (center, half) = (from + 0.5 * (to - from), 0.5 * (to - from));
        let (mut sum, mut at) = (vec![0.0; self.count], vec![0.0; self.count]);
        for (node, weight) in PAIRS {
            for node in [-node, node] {
                (self.f)(center + half * node, &mut at);
                add(&mut sum, &at, half * weight);
            }
        }
        sum
    }
}

/// A piece of the line, with the integrals over its two halves.
struct Panel {
    from: f64,
    to: f64,
    near: Vec<f64>,
    far: Vec<f64>,
    /// Differences of the halves' sum from the same integrals by half as many points.
    error: Vec<f64>,
    /// The largest of them beside the whole integrals.
    unlike: f64,
}

impl Panel {
    fn middle(&self) -> f64 {
        self.from + 0.5 * (self.to - self.from)
    }

    fn beside(mut self, whole: &[f64]) -> Panel {
        let middle = self.middle();
        let pairs = self.error.iter().zip(whole).filter(|(error, _)| **error > 0.0);
        let unlike = pairs.map(|(error, whole)| error / whole.abs()).fold(0.0, f64::max);
        // Where no double lies between the ends there is nothing to halve.
        self.unlike = if self.from < middle && middle < self.to { unlike } else { 0.0 };
        self
    }
}

impl Ord for Panel {
    fn cmp(&self, other: &Panel) -> Ordering {
        self.unlike.total_cmp(&other.unlike).then(other.from.total_cmp(&self.from))
    }
}

impl PartialOrd for Panel {
    fn partial_cmp(&self, other: &Panel) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Panel {
    fn eq(&self, other: &Panel) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Panel {}

fn total(panels: &[Panel], count: usize) -> Vec<f64> {
    let mut sum = vec![0.0; count];
    let mut in_order: Vec<&Panel> = panels.iter().collect();
    in_order.sort_by(|one, other| one.from.total_cmp(&other.from));
    for panel in in_order {
        add(&mut sum, &panel.near, 1.0);
        add(&mut sum, &panel.far, 1.0);
    }
    sum
}

fn add(sum: &mut [f64], terms: &[f64], weight: f64) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += weight * term;
    }
}
