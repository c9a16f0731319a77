//! Sums that do not depend on the order of their terms.
//!
//! A double sum changes with the order of rows, hence with the number of threads, and loses
//! every digit of a variance far from zero. A pair of doubles carries 106 bits: enough that
//! the sum, rounded to a double, is the same in any order, and that `sum of squares - square
//! of the sum` keeps 15 digits where the mean is 1e8 standard deviations away from zero.

use std::ops::{Add, Div, Mul, Sub};

/// An unevaluated sum of two doubles, the second below half a unit of the first's last place.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DoubleDouble {
    pub high: f64,
    pub low: f64,
}

impl DoubleDouble {
    pub const ZERO: DoubleDouble = DoubleDouble { high: 0.0, low: 0.0 };

    pub fn new(high: f64, low: f64) -> Self {
        DoubleDouble { high, low }
    }

    /// Exact product of two doubles, by a fused multiply-add (Dekker 1971, Kahan).
    pub fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        DoubleDouble { high, low: a.mul_add(b, -high) }
    }

    /// An integer; exact up to 2^106.
    pub fn integer(value: i128) -> Self {
        let high = value as f64;
        DoubleDouble { high, low: value.wrapping_sub(high as i128) as f64 }
    }

    /// The nearest double.
    pub fn value(self) -> f64 {
        self.high + self.low
    }

    /// Beyond the largest double it is what a double makes of it; the correction terms of an
    /// infinity are NaN.
    fn or_plain(self, plain: f64) -> Self {
        if self.high.is_finite() { self } else { DoubleDouble { high: plain, low: 0.0 } }
    }
}

impl From<f64> for DoubleDouble {
    fn from(value: f64) -> Self {
        DoubleDouble { high: value, low: 0.0 }
    }
}

/// Sum and rounding error of two doubles (Knuth 1969, TAOCP 4.2.2).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

impl Add for DoubleDouble {
    type Output = DoubleDouble;

    /// Accurate addition (Li et al. 2002, QD library): relative error below 2^-104.
    fn add(self, other: DoubleDouble) -> DoubleDouble {
        let (high, error) = two_sum(self.high, other.high);
        let (low, low_error) = two_sum(self.low, other.low);
        let (high, error) = quick_two_sum(high, error + low);
        let (high, low) = quick_two_sum(high, error + low_error);
        DoubleDouble { high, low }.or_plain(self.high + other.high)
    }
}

impl Sub for DoubleDouble {
    type Output = DoubleDouble;

    fn sub(self, other: DoubleDouble) -> DoubleDouble {
        self + DoubleDouble { high: -other.high, low: -other.low }
    }
}

impl Mul for DoubleDouble {
    type Output = DoubleDouble;

    fn mul(self, other: DoubleDouble) -> DoubleDouble {
        let product = DoubleDouble::product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        let (high, low) = quick_two_sum(product.high, product.low + cross);
        DoubleDouble { high, low }.or_plain(product.high)
    }
}

impl Div<f64> for DoubleDouble {
    type Output = DoubleDouble;

    fn div(self, divisor: f64) -> DoubleDouble {
        let first = self.high / divisor;
        let rest = self - DoubleDouble::product(first, divisor);
        let second = rest.value() / divisor;
        let (high, low) = quick_two_sum(first, second);
        DoubleDouble { high, low }.or_plain(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[f64]) -> f64 {
        values.iter().fold(DoubleDouble::ZERO, |sum, &x| sum + x.into()).value()
    }

    #[test]
    fn integers_beyond_a_double_are_kept() {
        let a = DoubleDouble::integer(i64::MAX.into());
        let b = DoubleDouble::integer(1);
        assert_eq!((a + b - DoubleDouble::from(2f64.powi(63))).value(), 0.0);
        assert_eq!((a - DoubleDouble::from(2f64.powi(63))).value(), -1.0);
    }

    #[test]
    fn an_overflow_is_infinite_not_nan() {
        let big = DoubleDouble::from(f64::MAX);
        assert_eq!((big + big).value(), f64::INFINITY);
        assert_eq!((big + big + 1.0.into()).value(), f64::INFINITY);
        assert_eq!((big * big).value(), f64::INFINITY);
    }

    proptest! {
        /// However the rows are ordered, the sum is the same to the last bit.
        #[test]
        fn order_changes_nothing(mut values in prop::collection::vec(-1e9..1e9f64, 1..400)) {
            let forward = sum(&values);
            values.reverse();
            prop_assert_eq!(forward.to_bits(), sum(&values).to_bits());
            values.sort_by(f64::total_cmp);
            prop_assert_eq!(forward.to_bits(), sum(&values).to_bits());
        }
    }
}
