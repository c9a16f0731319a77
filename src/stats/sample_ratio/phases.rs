//! Whether units fell as promised while the promise changed.

use super::{SampleRatio, SampleRatioMethod, chi_square_test, sample_ratio};
use crate::stats::Missing;
use crate::stats::tail::chi_square::upper_tail;

/// Units that must be expected in each arm of a phase for its chi-square (Cochran 1954).
const ENOUGH: f64 = 5.0;

/// Units of disjoint phases, each with the shares promised for it: `(observed, shares)`.
///
/// The chi-squares of phases with enough units are added up, like their degrees of freedom; each
/// of the others keeps its exact test. With m of these answers the smallest p-value counts m
/// times (Bonferroni). One phase is [`sample_ratio`]; a phase without units, or with only one arm
/// that has a share and all the units, says nothing.
///
/// `Err` without units in any phase that has two arms, and for shares that are no shares.
pub fn sample_ratio_by_phase(phases: &[(Vec<u64>, Vec<f64>)]) -> Result<SampleRatio, Missing> {
    let (mut sum, mut answers) = (None, Vec::new());
    for (observed, shares) in phases {
        match chi_square_test(observed, shares) {
            Ok(ratio) if is_plenty(observed, shares) => add(&mut sum, &ratio),
            Ok(_) => answers.push(sample_ratio(observed, shares)?),
            Err(Missing::TooFewUnits { units: 0 }) => {}
            Err(Missing::NoVariation) if !is_misplaced(observed, shares) => {}
            Err(Missing::NoVariation) => answers.push(IMPOSSIBLE),
            Err(missing) => return Err(missing),
        }
    }
    answers.extend(sum);
    let several = answers.len() as f64;
    let least = answers.into_iter().min_by(|a, b| a.log_p_value.total_cmp(&b.log_p_value));
    let least = least.ok_or(Missing::TooFewUnits { units: 0 })?;
    let log_p_value = (least.log_p_value + several.ln()).min(0.0);
    Ok(SampleRatio { p_value: (least.p_value * several).min(1.0), log_p_value, ..least })
}

/// Units in an arm that was not to have any.
const IMPOSSIBLE: SampleRatio = SampleRatio {
    statistic: f64::INFINITY,
    dof: 1,
    p_value: 0.0,
    log_p_value: f64::NEG_INFINITY,
    method: SampleRatioMethod::ChiSquare,
};

fn is_misplaced(observed: &[u64], shares: &[f64]) -> bool {
    observed.iter().zip(shares).any(|(units, share)| *units > 0 && *share == 0.0)
}

fn is_plenty(observed: &[u64], shares: &[f64]) -> bool {
    let whole: f64 = shares.iter().sum();
    let units: f64 = observed.iter().map(|units| *units as f64).sum();
    shares.iter().filter(|share| **share > 0.0).all(|share| units * share / whole >= ENOUGH)
}

fn add(sum: &mut Option<SampleRatio>, ratio: &SampleRatio) {
    let so_far = sum.as_ref().map_or((0.0, 0), |sum| (sum.statistic, sum.dof));
    let (statistic, dof) = (so_far.0 + ratio.statistic, so_far.1 + ratio.dof);
    let (p_value, log_p_value) = upper_tail(statistic, dof);
    let method = SampleRatioMethod::ChiSquare;
    *sum = Some(SampleRatio { statistic, dof, p_value, log_p_value, method });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(phases: &[(&[u64], &[f64])]) -> Result<f64, Missing> {
        let phases: Vec<_> = phases.iter().map(|(n, s)| (n.to_vec(), s.to_vec())).collect();
        sample_ratio_by_phase(&phases).map(|ratio| ratio.p_value)
    }

    #[test]
    fn one_phase_is_the_whole_test() {
        for units in [[44_700, 45_489], [3, 9], [0, 9], [10_150, 9_800]] {
            let one = sample_ratio(&units, &[0.5, 0.5]).map(|ratio| ratio.p_value);
            assert_eq!(p(&[(&units, &[0.5, 0.5])]), one, "{units:?}");
        }
    }

    /// 10 % and then 50 % treated, each phase as promised: pooled it looks like 30 %.
    #[test]
    fn a_ramp_that_keeps_its_promises_passes() {
        let ramp: [(&[u64], &[f64]); 2] =
            [(&[9_010, 990], &[0.9, 0.1]), (&[4_980, 5_020], &[0.5, 0.5])];
        assert!(p(&ramp).unwrap() > 0.5);
        assert!(sample_ratio(&[13_990, 6_010], &[0.5, 0.5]).unwrap().p_value < 1e-99);
    }

    /// Chi-squares of 4 and 9 with one degree of freedom each: exp(-13/2) with two.
    #[test]
    fn chi_squares_of_phases_add_up() {
        let two: [(&[u64], &[f64]); 2] =
            [(&[5_100, 4_900], &[0.5, 0.5]), (&[5_150, 4_850], &[0.5, 0.5])];
        assert!((p(&two).unwrap() / libm::exp(-6.5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_arm_without_a_share_must_have_nobody() {
        let shares: [&[f64]; 2] = [&[0.5, 0.5, 0.0], &[1.0, 0.0, 0.0]];
        assert_eq!(p(&[(&[500, 500, 1], shares[0])]), Ok(0.0));
        assert_eq!(p(&[(&[500, 500, 0], shares[0]), (&[100, 0, 1], shares[1])]), Ok(0.0));
        assert_eq!(p(&[(&[500, 500, 0], shares[0]), (&[100, 0, 0], shares[1])]), Ok(1.0));
        assert_eq!(p(&[(&[0, 0, 0], shares[0])]), Err(Missing::TooFewUnits { units: 0 }));
    }
}
