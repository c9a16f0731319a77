//! Where the score process is at a look, given that no earlier look has stopped it.
//!
//! The score `S(t)` is a Brownian motion with drift: `Z_k = S(t_k) / sqrt t_k`, at `t_k` the
//! share of the planned information (Armitage, McPherson and Rowe 1969; Jennison and Turnbull
//! 2000, chapter 19). Its density on the continuation region is kept at Gauss-Legendre nodes
//! and taken from look to look by convolution; how likely a look stops it is one more integral.

use std::f64::consts::TAU;

use super::convolution::Kernels;
use super::panels::{Cut, Panel, pieces};
use super::region::Region;
use crate::stats::normal;
use crate::stats::numeric::legendre::{NODES, quadrature};

/// Standard deviations beyond those asked for after which the density is left out.
const REACH: f64 = 10.0;
/// So much less below: nothing from there comes back to an upper boundary.
const LESS_BELOW: f64 = 3.0;
/// Standard deviations of a step beyond which it is not made, if it is short; a long one must
/// lead from the middle to the reach.
const WINDOW: f64 = 7.5;
/// Widest panel, in standard deviations of the step, that its own nodes integrate to 1e-14.
const NATIVE: f64 = 5.0;
/// A step shorter than this share of the spread is taken as that long.
const SHORTEST: f64 = 1e-9;

/// The density of the score at one look on its continuation region, under one drift.
#[derive(Debug, Clone)]
pub(super) struct Density {
    pub time: f64,
    pub drift: f64,
    /// Standard deviations from the mean beyond which the density is left out.
    reach: f64,
    /// Whether the two sides of 0 mirror each other.
    symmetric: bool,
    /// Empty at the start, where all probability is at score 0.
    panels: Vec<Panel>,
    cuts: Vec<Cut>,
}

/// What a step does with the probability far below and far above its center.
type Limits = (f64, f64);

impl Density {
    /// Before any look.
    pub fn start(drift: f64) -> Density {
        Density {
            time: 0.0,
            drift,
            reach: REACH,
            symmetric: drift == 0.0,
            panels: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// The same, to be asked about drifts that move the score by so many standard deviations.
    pub fn reaching(self, deviations: f64) -> Density {
        Density { reach: REACH + deviations.clamp(0.0, REACH), ..self }
    }

    /// Whether no look has been able to stop the process yet.
    pub fn is_start(&self) -> bool {
        self.time == 0.0
    }

    /// Probability, under a drift, that the process gets here and is at `score` or above at a
    /// later `time`.
    pub fn above(&self, score: f64, time: f64, drift: f64) -> f64 {
        self.tail(score, time, drift, normal::sf, (0.0, 1.0))
    }

    /// The same for `score` or below.
    pub fn below(&self, score: f64, time: f64, drift: f64) -> f64 {
        self.tail(score, time, drift, |u| normal::sf(-u), (1.0, 0.0))
    }

    fn tail(
        &self,
        score: f64,
        time: f64,
        drift: f64,
        kernel: impl Fn(f64) -> f64,
        limits: Limits,
    ) -> f64 {
        if score.is_infinite() {
            let all = if score > 0.0 { limits.0 } else { limits.1 };
            return if all == 0.0 { 0.0 } else { self.mass(drift) };
        }
        let step = Step::new(self.time, time);
        self.integral(kernel, limits, score - drift * step.time, &step, drift)
    }

    /// Probability, under a drift, that no look has stopped the process.
    pub fn mass(&self, drift: f64) -> f64 {
        if self.is_start() {
            return 1.0;
        }
        self.panels.iter().map(|panel| panel.integral(|x| self.tilt(x, drift))).sum()
    }

    /// The density at a later `time`, cut to the region where the process goes on.
    pub fn advance(&self, time: f64, region: &Region) -> Density {
        let symmetric = self.symmetric && region.is_symmetric();
        let mut panels = Vec::new();
        let (step, mut kernels) = (Step::new(self.time, time), Kernels::new());
        for (from, to) in region.intervals() {
            let (from, to) = self.within_reach(from, to, time, symmetric);
            for (from, to) in pieces(from, to, time, &self.cuts) {
                panels.push(self.arrival(from, to, &step, &mut kernels));
            }
        }
        if symmetric {
            let mirrored: Vec<Panel> = panels.iter().rev().map(Panel::mirrored).collect();
            panels.splice(0..0, mirrored);
        }
        let mut cuts = self.cuts.clone();
        cuts.extend(region.edges().map(|score| Cut { score, time }));
        Density { time, drift: self.drift, reach: self.reach, symmetric, panels, cuts }
    }

    /// The part of an interval where there is any density; its upper half if the lower
    /// mirrors it.
    fn within_reach(&self, from: f64, to: f64, time: f64, symmetric: bool) -> (f64, f64) {
        let (center, root) = (self.drift * time, time.sqrt());
        let from = if symmetric { from.max(0.0) } else { from };
        let below = self.reach - LESS_BELOW;
        (from.max(center - below * root), to.min(center + self.reach * root))
    }

    /// The density after a step, on one piece of the line.
    fn arrival(&self, from: f64, to: f64, step: &Step, kernels: &mut Kernels) -> Panel {
        let (middle, half) = (0.5 * (from + to) - self.drift * step.time, 0.5 * (to - from));
        let centers = quadrature().nodes.map(|node| middle + half * node);
        let kernel = |u: f64| (-0.5 * u * u).exp();
        let mut values = [0.0; NODES];
        if self.is_start() {
            values = centers.map(|center| kernel(center / step.spread));
        }
        let window = step.window;
        for panel in &self.panels {
            if panel.to() < middle - half - window || panel.from() > middle + half + window {
                continue;
            }
            let native = 2.0 * panel.half <= NATIVE * step.spread;
            if native && kernels.spread(panel, middle, half, step.spread, &mut values) {
                continue;
            }
            for (value, center) in values.iter_mut().zip(&centers) {
                let around = (center - window, center + window);
                let at = |x: f64| kernel((center - x) / step.spread);
                *value += over(panel, around, step.spread, (0.0, 0.0), at, |_| 1.0);
            }
        }
        let scale = step.spread * TAU.sqrt();
        Panel::new(from, to, values.map(|value| value / scale))
    }

    /// Integral of the density under `drift` times a kernel of `(center - score) / spread`.
    fn integral(
        &self,
        kernel: impl Fn(f64) -> f64,
        limits: Limits,
        center: f64,
        step: &Step,
        drift: f64,
    ) -> f64 {
        let spread = step.spread;
        if self.is_start() {
            return kernel(center / spread);
        }
        let window = (center - step.window, center + step.window);
        let at = |x: f64| kernel((center - x) / spread);
        let mut sum = 0.0;
        for panel in &self.panels {
            sum += if drift == self.drift {
                over(panel, window, spread, limits, at, |_| 1.0)
            } else {
                over(panel, window, spread, limits, at, |x| self.tilt(x, drift))
            };
        }
        sum
    }

    /// The likelihood ratio of a drift against that of the density, at a score (Jennison and
    /// Turnbull 2000, section 8.3): one recursion serves every drift.
    fn tilt(&self, score: f64, drift: f64) -> f64 {
        let mean = 0.5 * (drift + self.drift) * self.time;
        ((drift - self.drift) * (score - mean)).exp()
    }
}

/// How far the process moves from one look to the next.
struct Step {
    time: f64,
    spread: f64,
    /// How far it may lead.
    window: f64,
}

impl Step {
    fn new(from: f64, to: f64) -> Step {
        let time = (to - from).max(0.0);
        let root = to.sqrt();
        let spread = time.sqrt().max(SHORTEST * root);
        Step { time, spread, window: (WINDOW + REACH * (spread / root).min(1.0)) * spread }
    }
}

/// Integral over one panel of its density times `at` times `tilt`.
fn over(
    panel: &Panel,
    (from, to): (f64, f64),
    spread: f64,
    limits: Limits,
    at: impl Fn(f64) -> f64,
    tilt: impl Fn(f64) -> f64 + Copy,
) -> f64 {
    let far = |limit: f64| if limit == 0.0 { 0.0 } else { limit * panel.integral(tilt) };
    if panel.to() <= from {
        return far(limits.0);
    }
    if panel.from() >= to {
        return far(limits.1);
    }
    if 2.0 * panel.half <= NATIVE * spread {
        return panel.integral(|x| at(x) * tilt(x));
    }
    let (start, end) = (from.max(panel.from()), to.min(panel.to()));
    let mut sum = 0.0;
    if limits.0 != 0.0 {
        sum += limits.0 * panel.part(panel.from(), start, tilt);
    }
    if limits.1 != 0.0 {
        sum += limits.1 * panel.part(end, panel.to(), tilt);
    }
    let parts = ((end - start) / (NATIVE * spread)).ceil().clamp(1.0, 64.0);
    for part in 0..parts as usize {
        let edge = |i: usize| start + (end - start) * (i as f64 / parts);
        sum += panel.part(edge(part), edge(part + 1), |x| at(x) * tilt(x));
    }
    sum
}
