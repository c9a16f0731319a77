//! How the continuation region is cut so that the density is smooth on each piece.

use crate::stats::numeric::legendre::{AtNodes, quadrature, sum_series};

/// Widths of a panel in standard deviations of what makes the density bend; sixteen nodes
/// then interpolate it to 1e-10.
const WIDTH: f64 = 2.5;
/// So many standard deviations from an earlier boundary nothing of the cut there is seen.
const FADED: f64 = 8.0;
/// More panels than any sequence of looks needs; the rest would be one coarse panel.
const MOST: usize = 4000;

/// A place at which an earlier look cut the density, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub score: f64,
    pub time: f64,
}

/// A function on a piece of the line, by its values at the nodes.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub middle: f64,
    pub half: f64,
    pub values: AtNodes,
    series: AtNodes,
}

impl Panel {
    /// A panel from the values of its function at the nodes.
    pub fn new(from: f64, to: f64, values: AtNodes) -> Panel {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        Panel { middle, half, values, series: quadrature().series(&values) }
    }

    /// The same function on the other side of 0.
    pub fn mirrored(&self) -> Panel {
        let mut values = self.values;
        values.reverse();
        Panel {
            middle: -self.middle,
            half: self.half,
            values,
            series: quadrature().series(&values),
        }
    }

    pub fn from(&self) -> f64 {
        self.middle - self.half
    }

    pub fn to(&self) -> f64 {
        self.middle + self.half
    }

    /// Integral over the panel of its function times another that is as smooth.
    pub fn integral(&self, other: impl Fn(f64) -> f64) -> f64 {
        let rule = quadrature();
        let mut sum = 0.0;
        for ((node, weight), value) in rule.nodes.iter().zip(&rule.weights).zip(&self.values) {
            sum += weight * value * other(self.middle + self.half * node);
        }
        sum * self.half
    }

    /// Integral over a part of the panel, with values between the nodes by the series.
    pub fn part(&self, from: f64, to: f64, other: impl Fn(f64) -> f64) -> f64 {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        if half <= 0.0 {
            return 0.0;
        }
        let rule = quadrature();
        let scores = rule.nodes.map(|node| middle + half * node);
        let places = scores.map(|score| (score - self.middle) / self.half);
        let values = sum_series(&self.series, &places);
        let mut sum = 0.0;
        for ((score, weight), value) in scores.iter().zip(&rule.weights).zip(values) {
            sum += weight * value * other(*score);
        }
        sum * half
    }
}

/// Cuts `[from, to]` into pieces on which the density at `time` is smooth.
///
/// The density bends within the spread of the whole, and near every earlier boundary within
/// the spread since then; farther than eight of those from it, nothing is seen of it.
pub(super) fn pieces(from: f64, to: f64, time: f64, cuts: &[Cut]) -> Vec<(f64, f64)> {
    let mut pieces = Vec::new();
    let mut start = from;
    while start < to {
        let end = if pieces.len() < MOST { start + step(start, time, cuts) } else { to };
        // What is left over is not worth a piece of its own, unless the density bends there.
        let leftover = 0.2 * step(end, time, cuts).min(end - start);
        let end = if end + leftover >= to { to } else { end };
        if end <= start {
            break;
        }
        pieces.push((start, end));
        start = end;
    }
    pieces
}

fn step(start: f64, time: f64, cuts: &[Cut]) -> f64 {
    let mut width = WIDTH * time.sqrt();
    for cut in cuts {
        let spread = (time - cut.time).sqrt();
        let ahead = cut.score - start;
        if ahead > -FADED * spread {
            width = width.min((ahead - FADED * spread).max(WIDTH * spread));
        }
    }
    width
}
