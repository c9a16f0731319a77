//! How a p-value stays exact from 1 down to below what a double holds.

use std::cmp::Ordering;

/// From here up, doubles have all their digits, also after a division.
const FULL_PRECISION: f64 = 1e-290;

/// A probability with its natural logarithm. Ordinary ones compute in the first, so that
/// `0.0125 * 4` is 0.05; the others in the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PValue {
    pub value: f64,
    pub log: f64,
}

impl PValue {
    pub const ONE: PValue = PValue { value: 1.0, log: 0.0 };

    /// `None` for a NaN or a positive logarithm.
    pub fn from_log(log: f64) -> Option<PValue> {
        (log <= 0.0).then(|| PValue { value: log.exp(), log })
    }

    /// At most 1.
    pub fn times(self, factor: f64) -> PValue {
        self.scaled(factor, 1.0)
    }

    /// `p * factor / divisor`, at most 1.
    pub fn scaled(self, factor: f64, divisor: f64) -> PValue {
        let (value, log) = (self.value * factor / divisor, self.log + (factor / divisor).ln());
        if value >= 1.0 {
            return PValue::ONE;
        }
        let value = if self.value >= FULL_PRECISION { value } else { log.exp() };
        PValue { value, log: log.min(0.0) }
    }

    /// `1 - (1 - p)^tests`, without its cancellation (Šidák 1967).
    pub fn of_any(self, tests: f64) -> PValue {
        if self.value < FULL_PRECISION {
            return self.times(tests);
        }
        let value = -(tests * (-self.value).ln_1p()).exp_m1();
        PValue { value, log: value.ln() }
    }

    pub fn order(&self, other: &PValue) -> Ordering {
        if self.value >= FULL_PRECISION || other.value >= FULL_PRECISION {
            return self.value.total_cmp(&other.value);
        }
        self.log.total_cmp(&other.log)
    }

    pub fn max(self, other: PValue) -> PValue {
        if self.order(&other) == Ordering::Less { other } else { self }
    }

    pub fn min(self, other: PValue) -> PValue {
        if self.order(&other) == Ordering::Greater { other } else { self }
    }
}
