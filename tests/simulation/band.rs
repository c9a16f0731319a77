//! How far from its promise chance alone may take a rate.

/// Standard deviations that a rate leaves on either side once in a thousand runs.
const SIGMAS: f64 = 3.29;

/// Experiments behind each rate in `domain.rs`.
const PUBLISHED_FROM: f64 = 100_000.0;

/// What a rate ought to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Promise {
    /// An exact method: this rate, neither more nor less.
    Exactly(f64),
    /// A method that is valid at every look: no more than this.
    AtMost(f64),
    /// The coverage of its interval: no less than this.
    AtLeast(f64),
    /// No promise kept: the rate that was measured before, in `PUBLISHED_FROM` experiments.
    Published(f64),
    /// Of a largest distance, not of a rate: that of Kolmogorov and Smirnov.
    Uniform,
}

/// From where to where a rate may lie, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub lower: f64,
    pub upper: f64,
}

impl Promise {
    /// The rate itself, 0 of a distance.
    pub fn rate(self) -> f64 {
        match self {
            Promise::Exactly(rate) | Promise::AtMost(rate) => rate,
            Promise::AtLeast(rate) | Promise::Published(rate) => rate,
            Promise::Uniform => 0.0,
        }
    }

    /// The band after so many experiments.
    pub fn band(self, experiments: usize) -> Band {
        let experiments = experiments as f64;
        let around = |rate: f64, experiments: f64| {
            let width = SIGMAS * (rate * (1.0 - rate) / experiments).sqrt();
            Band { lower: (rate - width).max(0.0), upper: (rate + width).min(1.0) }
        };
        match self {
            Promise::Exactly(rate) => around(rate, experiments),
            Promise::AtMost(rate) => Band { lower: 0.0, ..around(rate, experiments) },
            Promise::AtLeast(rate) => Band { upper: 1.0, ..around(rate, experiments) },
            // Both rates were measured.
            Promise::Published(rate) => {
                around(rate, 1.0 / (1.0 / experiments + 1.0 / PUBLISHED_FROM))
            }
            Promise::Uniform => Band { lower: 0.0, upper: 1.95 / experiments.sqrt() },
        }
    }
}

impl Band {
    pub fn contains(&self, rate: f64) -> bool {
        self.lower <= rate && rate <= self.upper
    }
}

#[test]
fn bands_are_those_of_a_binomial_share() {
    let band = Promise::Exactly(0.05).band(10_000);
    assert!((band.lower - 0.0428).abs() < 5e-5 && (band.upper - 0.0572).abs() < 5e-5);
    let band = Promise::Exactly(0.01).band(100_000);
    assert!((band.lower - 0.00896).abs() < 5e-6 && (band.upper - 0.01104).abs() < 5e-6);
    assert!((Promise::Uniform.band(100_000).upper - 0.00617).abs() < 5e-6);
}
