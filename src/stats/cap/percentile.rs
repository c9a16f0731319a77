//! At which value a share of all units is.

use crate::stats::Missing;
use crate::stats::quantile::{Definition, sample_quantile};

/// Whether units with value 0 take part in the percentile. They are capped either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zeros {
    #[default]
    Counted,
    Ignored,
}

/// Percentile of the units of all variants together, as GrowthBook takes it: exact, and one
/// for every variant. The order of variants and of units is of no account.
///
/// `level` is in (0, 1]; at 1 nothing is above. `Err(TooFewValues)` without values, or where all
/// are zero and ignored: then there is nothing to cap.
pub fn pooled_percentile<'a>(
    variants: impl IntoIterator<Item = &'a [f64]>,
    level: f64,
    definition: Definition,
    zeros: Zeros,
) -> Result<f64, Missing> {
    if !(level > 0.0 && level <= 1.0) {
        return Err(Missing::OutOfRange);
    }
    let all = variants.into_iter().flatten().copied();
    let mut pooled: Vec<f64> = match zeros {
        Zeros::Counted => all.collect(),
        Zeros::Ignored => all.filter(|v| *v != 0.0).collect(),
    };
    sample_quantile(&mut pooled, level, definition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 4.0];
    const B: [f64; 5] = [0.0, 10.0, 20.0, 30.0, 40.0];

    /// numpy 2.4: `quantile(a + b, 0.9)` is 31, without zeros 33; of `a` alone it is 3.6.
    #[test]
    fn the_percentile_is_of_all_variants() {
        let of = |zeros| pooled_percentile([&A[..], &B], 0.9, Definition::Linear, zeros).unwrap();
        assert!((of(Zeros::Counted) - 31.0).abs() < 1e-13);
        assert!((of(Zeros::Ignored) - 33.0).abs() < 1e-13);
    }

    #[test]
    fn what_has_no_percentile_says_why() {
        let of = |values: &[f64], level, zeros| {
            pooled_percentile([values], level, Definition::Linear, zeros)
        };
        let none = Missing::TooFewValues { values: 0, needed: 1 };
        assert_eq!(of(&[0.0, -0.0], 0.9, Zeros::Ignored), Err(none.clone()));
        assert_eq!(of(&[], 0.9, Zeros::Counted), Err(none));
        assert_eq!(of(&A, 0.0, Zeros::Counted), Err(Missing::OutOfRange));
        assert_eq!(of(&A, f64::NAN, Zeros::Counted), Err(Missing::OutOfRange));
        assert_eq!(of(&[f64::NAN], 0.9, Zeros::Ignored), Err(Missing::Corrupt));
    }

    proptest! {
        #[test]
        fn order_is_of_no_account(
            a in prop::collection::vec(-1e6..1e6f64, 1..50), b in prop::collection::vec(-9i8..9, 1..50),
            level in 0.01..=1.0f64,
        ) {
            let b: Vec<f64> = b.into_iter().map(f64::from).collect();
            let of = |x: &[f64], y: &[f64]| pooled_percentile([x, y], level, Definition::Linear, Zeros::Counted);
            let reversed: Vec<f64> = a.iter().rev().copied().collect();
            prop_assert_eq!(of(&a, &b), of(&b, &reversed));
        }
    }
}
