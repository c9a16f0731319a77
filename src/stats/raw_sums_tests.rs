use super::*;
use proptest::prelude::*;

fn column(units: u64, sum: f64, squares: f64) -> Result<f64, Missing> {
    let sums = [sum, units as f64, units as f64, units as f64];
    let mut products = [[units as f64; 4]; 4];
    products[0] = [squares, sum, sum, sum];
    Summary::from_sums(units, sums, products).map(|summary| summary.comoment[0][0])
}

/// tea-tasting 1.14 and gbstats 0.8 print 31.76681390115843 from these sums.
#[test]
fn raw_sums_are_a_summary() {
    let moment = column(12000, 18600.0, 410_000.0).unwrap();
    assert!((moment / 11999.0 - 31.766_813_901_158_43).abs() < 1e-14);
    assert_eq!(Summary::from_sums(0, [0.0; 4], [[0.0; 4]; 4]), Ok(Summary::EMPTY));
    assert_eq!(column(1, 0.1, 0.1 * 0.1), Ok(0.0));
}

/// Whole sums keep what they know; those that were rounded say that they cannot tell.
#[test]
fn a_variance_below_the_rounding_of_its_sums_is_refused() {
    for constant in [1.0, 7.0, 0.5, 1e6] {
        assert_eq!(column(1001, 1001.0 * constant, 1001.0 * constant * constant), Ok(0.0));
    }
    let tenths = vec![0.1f64; 1000];
    let (sum, squares) = (tenths.iter().sum(), tenths.iter().map(|v| v * v).sum());
    assert_eq!(column(1000, sum, squares), Err(Missing::Corrupt));
    // Half of 2000 units at 1,000,000, half at 1,000,001: the moment is 500.
    assert_eq!(column(2000, 2_000_001_000.0, 2_000_002_000_001_000.0), Ok(500.0));
    // The same in units of two.
    assert_eq!(column(2000, 1_000_000_500.0, 500_000_500_000_250.0), Ok(125.0));
    // NIST NumAcc4: the sums themselves have lost the variance of 0.01.
    let values: Vec<f64> = (0..1001).map(|i| [1e7 + 0.3, 1e7 + 0.1][i % 2]).collect();
    let (sum, squares) = (values.iter().sum(), values.iter().map(|v| v * v).sum());
    assert_eq!(column(1001, sum, squares), Err(Missing::Corrupt));
}

#[test]
fn impossible_sums_have_a_reason() {
    assert_eq!(column(10, 100.0, 10.0), Err(Missing::Corrupt));
    assert_eq!(column(10, f64::NAN, 10.0), Err(Missing::Corrupt));
    assert_eq!(column(10, f64::INFINITY, 10.0), Err(Missing::Overflow));
    assert_eq!(column(10, 1e200, 1e300), Err(Missing::Overflow));
    assert_eq!(column(1, 3.0, 10.0), Err(Missing::Corrupt));
    let some = Summary::from_sums(0, [1.0, 0.0, 0.0, 0.0], [[0.0; 4]; 4]);
    assert_eq!(some, Err(Missing::Corrupt));
}

proptest! {
    /// Any sums at all: a summary or a reason, and no variance below zero.
    #[test]
    fn any_sums_are_a_summary_or_a_reason(
        units in any::<u64>(), few in 0u64..5, sums in prop::array::uniform4(any::<f64>()),
        products in prop::array::uniform4(prop::array::uniform4(any::<f64>())),
    ) {
        for units in [units, few] {
            if let Ok(summary) = Summary::from_sums(units, sums, products) {
                prop_assert!((0..4).all(|i| summary.comoment[i][i] >= 0.0));
            }
        }
    }
}
