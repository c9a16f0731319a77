//! What is known of one share, exactly.

use crate::stats::Interval;
use crate::stats::tail::{beta, binomial};

/// Clopper and Pearson's (1934) interval of a share, of which `hits` in `units` were seen.
///
/// Exact: it covers the share at least as often as `1 - alpha` says. `None` without units, for
/// more hits than units, and for a level outside (0, 1).
pub fn clopper_pearson(hits: u64, units: u64, alpha: f64) -> Option<Interval> {
    if units == 0 || hits > units || !(alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let (hit, missed) = (hits as f64, (units - hits) as f64);
    let lower = if hits == 0 { 0.0 } else { beta::lower_quantile(alpha / 2.0, hit, missed + 1.0) };
    let upper = match hits == units {
        true => 1.0,
        false => beta::lower_quantile(1.0 - alpha / 2.0, hit + 1.0, missed),
    };
    Some(Interval { lower, upper })
}

/// How likely `hits` or more of `units` are at a share in [0, 1].
pub fn chance_of_at_least(hits: u64, units: u64, share: f64) -> f64 {
    match (hits, share) {
        (0, _) => 1.0,
        (_, share) if share <= 0.0 => 0.0,
        (_, share) if share >= 1.0 => f64::from(hits <= units),
        _ => binomial::log_at_least(hits as f64, units as f64, share).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12, "found {found}, expected {expected}");
    }

    const SCIPY: [(u64, u64, f64, f64); 6] = [
        (10, 100, 0.049_004_689_221_485_95, 0.176_222_597_740_175_32),
        (0, 500, 0.0, 0.007_350_610_051_907_785),
        (500, 500, 0.992_649_389_948_092_3, 1.0),
        (25, 1000, 0.016_242_535_696_713_377, 0.036_684_823_051_959_22),
        (1, 20, 0.001_265_089_497_956_033_9, 0.248_732_762_772_027_72),
        (13, 500, 0.013_914_930_063_284_973, 0.044_050_436_857_360_13),
    ];

    /// scipy 1.17.1: `binomtest(hits, units).proportion_ci(0.95, "exact")`.
    #[test]
    fn intervals_are_those_of_scipy() {
        for (hits, units, lower, upper) in SCIPY {
            let found = clopper_pearson(hits, units, 0.05).unwrap();
            close(found.lower, lower);
            close(found.upper, upper);
        }
    }

    /// By counting: of three throws of a coin, one in eight has three heads, and seven have any.
    #[test]
    fn chances_are_those_of_coins() {
        close(chance_of_at_least(3, 3, 0.5), 0.125);
        close(chance_of_at_least(1, 3, 0.5), 0.875);
        close(chance_of_at_least(0, 3, 0.5), 1.0);
        assert_eq!(chance_of_at_least(1, 3, 0.0), 0.0);
        assert_eq!(chance_of_at_least(3, 3, 1.0), 1.0);
        assert_eq!(chance_of_at_least(4, 3, 1.0), 0.0);
    }

    #[test]
    fn what_was_not_tried_has_no_interval() {
        assert_eq!(clopper_pearson(0, 0, 0.05), None);
        assert_eq!(clopper_pearson(2, 1, 0.05), None);
        assert_eq!(clopper_pearson(1, 2, 0.0), None);
    }
}
