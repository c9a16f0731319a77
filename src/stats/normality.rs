//! Whether units are enough for the normal distribution.
//!
//! Every test of means takes the standardised mean for normal. Equal arms are skewed alike, and
//! in their difference that cancels; in a small arm beside a large one nothing does.
//!
//! Does not: count conversions (see [`proportion`](super::proportion)).

/// Units that an arm needs per square of the skewness for its mean to be taken as normal: Kohavi,
/// Deng, Longbotham and Xu (2014), rule 7.
const PER_SQUARED_SKEWNESS: f64 = 355.0;

/// Arms are balanced up to this many units of the larger for each of the smaller.
const BALANCED: f64 = 3.0;

/// Units that the smaller of two arms needs; 0 for arms that are balanced.
pub fn units_needed(units: [u64; 2], skewness: f64) -> f64 {
    let [smaller, larger] = [units[0].min(units[1]), units[0].max(units[1])];
    match larger as f64 <= BALANCED * smaller as f64 {
        true => 0.0,
        false => PER_SQUARED_SKEWNESS * skewness * skewness,
    }
}

#[cfg(test)]
mod tests {
    use super::units_needed;

    #[test]
    fn only_a_small_arm_beside_a_large_one_needs_more() {
        assert_eq!(units_needed([9_000, 3_000], 10.0), 0.0);
        assert_eq!(units_needed([3_000, 9_001], 10.0), 35_500.0);
        assert_eq!(units_needed([100, 9_900], -2.0), 1_420.0);
        assert_eq!(units_needed([100, 9_900], 0.0), 0.0);
    }
}
