//! How large some integrals between given places are.

use super::legendre::PAIRS;

/// Difference of a panel from its halves at which the halves have all their digits: halving a
/// panel of 16 points makes the error of a smooth function 2^32 times smaller.
const AGREEMENT: f64 = 1e-11;
/// Halvings of panels in one integral; smooth functions need a few.
const HALVINGS: u32 = 2000;

/// Halves panels until they agree with their halves, or there have been enough.
pub(super) struct Halving<'a, F> {
    f: &'a F,
    tolerance: Vec<f64>,
    sum: Vec<f64>,
    left: u32,
}

impl<'a, F: Fn(f64, &mut [f64])> Halving<'a, F> {
    /// The integrals of `count` functions from the first edge to the last.
    pub(super) fn over(f: &'a F, edges: &[f64], count: usize) -> Vec<f64> {
        let mut halving =
            Halving { f, tolerance: vec![0.0; count], sum: vec![0.0; count], left: HALVINGS };
        let pairs = edges.iter().zip(edges.iter().skip(1));
        let wholes: Vec<_> = pairs.map(|(&a, &b)| (a, b, halving.panel(a, b))).collect();
        for (_, _, whole) in &wholes {
            add(&mut halving.tolerance, whole, AGREEMENT);
        }
        for (a, b, whole) in &wholes {
            halving.refine(*a, *b, whole);
        }
        halving.sum
    }

    fn refine(&mut self, from: f64, to: f64, whole: &[f64]) {
        let middle = from + 0.5 * (to - from);
        let (near, far) = (self.panel(from, middle), self.panel(middle, to));
        let parts = near.iter().zip(&far).zip(whole.iter().zip(&self.tolerance));
        let agree = parts
            .into_iter()
            .all(|((near, far), (whole, tolerance))| (near + far - whole).abs() <= *tolerance);
        if agree || self.left == 0 || middle == from || middle == to {
            add(&mut self.sum, &near, 1.0);
            add(&mut self.sum, &far, 1.0);
            return;
        }
        self.left -= 1;
        self.refine(from, middle, &near);
        self.refine(middle, to, &far);
    }

    fn panel(&self, from: f64, to: f64) -> Vec<f64> {
        let (center, half) = (from + 0.5 * (to - from), 0.5 * (to - from));
        let (mut sum, mut at) = (vec![0.0; self.sum.len()], vec![0.0; self.sum.len()]);
        for (node, weight) in PAIRS {
            for node in [-node, node] {
                (self.f)(center + half * node, &mut at);
                add(&mut sum, &at, half * weight);
            }
        }
        sum
    }
}

fn add(sum: &mut [f64], terms: &[f64], weight: f64) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += weight * term;
    }
}
