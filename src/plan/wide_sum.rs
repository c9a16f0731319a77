//! Sums from which terms can be taken away again, without a trace.
//!
//! A pair of doubles forgets what is small beside what was once in it: of 1e24 - 1e24 + 1 the last
//! digits are gone, and numbers that are all the same seem to differ. Here every bit that a double
//! can have keeps its place (Kulisch and Miranker 1986), so nothing is ever rounded.

use super::double_double::DoubleDouble;

/// Bits of a digit.
const BITS: usize = 32;
/// Digits from the least bit of a double, 2^-1074, to beyond its largest, 2^1024.
const DIGITS: usize = 68;
/// So many terms of 32 bits a digit of 64 bits can hold before it has to carry.
const BEFORE_CARRY: u32 = 1 << 30;

/// An exact sum of doubles.
#[derive(Debug, Clone, PartialEq)]
pub struct WideSum {
    digits: [i64; DIGITS],
    /// Terms since the last carry.
    terms: u32,
    /// Terms that are infinite, minus infinite, and not a number.
    wild: [i64; 3],
}

impl WideSum {
    pub const ZERO: WideSum = WideSum { digits: [0; DIGITS], terms: 0, wild: [0; 3] };

    /// Adds a term, or with `times` -1 takes it away.
    pub fn add(&mut self, term: f64, times: i64) {
        if !term.is_finite() {
            let kind = if term.is_nan() { 2 } else { usize::from(term < 0.0) };
            self.wild.iter_mut().skip(kind).take(1).for_each(|count| *count += times);
            return;
        }
        let (bits, times) = (term.to_bits(), if term < 0.0 { -times } else { times });
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as usize, bits & ((1 << 52) - 1));
        let hidden = if exponent == 0 { 0 } else { 1 << 52 };
        let shift = exponent.saturating_sub(1);
        let mut rest = u128::from(fraction | hidden) << (shift % BITS);
        for digit in self.digits.iter_mut().skip(shift / BITS).take(3) {
            *digit += times * i64::from(rest as u32);
            rest >>= BITS;
        }
        self.terms += 1;
        if self.terms >= BEFORE_CARRY {
            self.carry();
        }
    }

    /// Adds both parts of a pair; of an infinite product the second is nothing.
    pub fn add_pair(&mut self, pair: DoubleDouble, times: i64) {
        self.add(pair.high, times);
        if pair.high.is_finite() {
            self.add(pair.low, times);
        }
    }

    /// Adds all terms of another sum.
    pub fn merge(&mut self, other: &WideSum) {
        self.carry();
        let mut other = other.clone();
        other.carry();
        self.digits.iter_mut().zip(other.digits).for_each(|(mine, other)| *mine += other);
        self.wild.iter_mut().zip(other.wild).for_each(|(mine, other)| *mine += other);
        self.carry();
    }

    /// The nearest pair of doubles.
    pub fn value(&self) -> DoubleDouble {
        let wild = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN].into_iter().zip(self.wild);
        let wild = wild.filter(|(_, count)| *count != 0).map(|(term, _)| term);
        if let Some(wild) = wild.reduce(|a, b| a + b) {
            return wild.into();
        }
        let mut sum = self.clone();
        sum.carry();
        let is_negative = sum.digits.last().is_some_and(|digit| *digit < 0);
        if is_negative {
            sum.digits.iter_mut().for_each(|digit| *digit = -*digit);
            sum.carry();
        }
        let places = sum.digits.iter().enumerate().filter(|(_, digit)| **digit != 0);
        let size = places.fold(DoubleDouble::ZERO, |size, (place, digit)| {
            size + scaled(*digit as f64, (BITS * place) as i32 - 1074).into()
        });
        if is_negative { DoubleDouble::ZERO - size } else { size }
    }

    /// Leaves 32 bits in each digit but the last.
    fn carry(&mut self) {
        let [digits @ .., last] = &mut self.digits;
        let mut carried = 0;
        for digit in digits {
            let whole = *digit + carried;
            carried = whole >> BITS;
            *digit = whole & 0xffff_ffff;
        }
        *last += carried;
        self.terms = 0;
    }
}

/// A number times a power of two, in two steps, for half of a power is always a double.
fn scaled(number: f64, power: i32) -> f64 {
    let half = power / 2;
    number * 2f64.powi(half) * 2f64.powi(power - half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> WideSum {
        let mut sum = WideSum::ZERO;
        terms.iter().for_each(|term| sum.add(*term, 1));
        sum
    }

    #[test]
    fn what_is_small_is_not_forgotten() {
        let mut sum = sum(&[1e300, 1e-300, 5e-324, -7.5]);
        sum.add(1e300, -1);
        assert_eq!(sum.value().value(), -7.5);
        sum.add(-7.5, -1);
        assert_eq!(sum.value().value(), 1e-300 + 5e-324);
        sum.add(1e-300, -1);
        assert_eq!(sum.value().value(), 5e-324);
        sum.add(f64::MAX, 1);
        assert_eq!(sum.value().value(), f64::MAX);
    }

    #[test]
    fn an_infinite_term_can_be_taken_away() {
        let mut sum = sum(&[2.0, f64::INFINITY]);
        assert_eq!(sum.value().value(), f64::INFINITY);
        sum.add(f64::INFINITY, -1);
        assert_eq!(sum.value().value(), 2.0);
        sum.add_pair(DoubleDouble::product(1e300, 1e300), 1);
        assert_eq!(sum.value().value(), f64::INFINITY);
    }

    proptest! {
        /// Terms of any size in any order, in one sum or two; and nothing is left of all of them.
        #[test]
        fn order_and_parts_change_nothing(
            terms in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..60),
            cut in 0usize..60,
        ) {
            let whole = sum(&terms);
            let (head, tail) = terms.split_at(cut.min(terms.len()));
            let mut parts = sum(tail);
            parts.merge(&sum(head));
            prop_assert_eq!(parts.value(), whole.value());
            terms.iter().for_each(|term| parts.add(*term, -1));
            prop_assert_eq!(parts.value(), DoubleDouble::ZERO);
        }

        /// As a pair of doubles says it, where that is exact enough.
        #[test]
        fn as_pairs_of_doubles(terms in prop::collection::vec(-1e9..1e9f64, 1..200)) {
            let pairs = terms.iter().fold(DoubleDouble::ZERO, |sum, x| sum + (*x).into());
            prop_assert_eq!(sum(&terms).value().value().to_bits(), pairs.value().to_bits());
        }
    }
}
