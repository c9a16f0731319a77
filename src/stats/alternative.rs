//! Which way an effect would have to go to count.

use super::Interval;

/// The hypothesis beside "no effect"; an effect is treatment minus control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alternative {
    #[default]
    TwoSided,
    /// The effect is above the null value.
    Greater,
    /// The effect is below the null value.
    Less,
}

impl Alternative {
    /// The part of `alpha` that one tail gets.
    pub fn tail(self, alpha: f64) -> f64 {
        match self {
            Alternative::TwoSided => 0.5 * alpha,
            Alternative::Greater | Alternative::Less => alpha,
        }
    }

    /// Natural logarithm of the p-value of a statistic whose null distribution is symmetric
    /// around 0, from the logarithm of its upper tail.
    pub fn log_p_value(self, statistic: f64, log_sf: impl Fn(f64) -> f64) -> f64 {
        let log = match self {
            Alternative::TwoSided => std::f64::consts::LN_2 + log_sf(statistic.abs()),
            Alternative::Greater => log_sf(statistic),
            Alternative::Less => log_sf(-statistic),
        };
        log.min(0.0)
    }

    /// The interval that agrees with the test: of one side, its other end is infinite.
    pub fn interval(self, center: f64, half_width: f64) -> Interval {
        let (lower, upper) = (center - half_width, center + half_width);
        match self {
            Alternative::TwoSided => Interval { lower, upper },
            Alternative::Greater => Interval { lower, upper: f64::INFINITY },
            Alternative::Less => Interval { lower: f64::NEG_INFINITY, upper },
        }
    }
}
