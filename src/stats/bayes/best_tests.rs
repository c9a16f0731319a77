use super::*;
use crate::stats::bayes::{SharePosterior, SharePrior, best_of_shares};
use proptest::prelude::*;

fn close(got: &[f64], want: &[f64], relative: f64) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }
}

fn losses(best: &Best) -> Vec<f64> {
    best.loss.iter().map(|loss| loss.value).collect()
}

fn normals(means: &[f64], deviations: &[f64]) -> Vec<Posterior> {
    let pair = |(&mean, &std_dev)| Posterior { mean, std_dev };
    means.iter().zip(deviations).map(pair).collect()
}

/// Quadrature with mpmath at 50 digits; scipy and mvtnorm (Miwa) agree to their own accuracy.
#[test]
fn best_of_three_is_that_of_fifty_digits() {
    type Case = ([f64; 3], [f64; 3], [f64; 3], [f64; 3]);
    let cases: [Case; 5] = [
        (
            [0.0, 0.03, 0.02],
            [0.02, 0.02, 0.03],
            [0.075_988_325_816_238_35, 0.557_456_280_234_246_6, 0.366_555_393_949_515_03],
            [0.040_860_237_000_159_77, 0.010_860_237_000_159_773, 0.020_860_237_000_159_77],
        ),
        (
            [0.0, 0.3, 0.31],
            [0.05, 0.02, 0.02],
            [8.004_498_083_316_106e-10, 0.361_836_804_573_696_2, 0.638_163_194_625_854],
            [0.316_981_773_251_210_7, 0.016_981_773_251_210_7, 0.006_981_773_251_210_692],
        ),
        (
            [0.0, 1.0, 1.0],
            [1.0, 1e-6, 1e-3],
            [0.158_558_782_023_272_2, 0.420_672_373_130_743_3, 0.420_768_844_845_984_5],
            [1.083_651_179_207_674_8, 0.083_651_179_207_674_79, 0.083_651_179_207_674_79],
        ),
        (
            [0.0, 20.0, 21.5],
            [1.0, 0.5, 1.0],
            [2.430_737_603_472_474e-78, 0.089_856_247_439_499_92, 0.910_143_752_560_500_1],
            [21.546_558_312_550_557, 1.546_558_312_550_557_4, 0.046_558_312_550_557_44],
        ),
        (
            [0.0, 0.0, 0.001],
            [1e-3, 1.0, 1e3],
            [0.249_999_800_688_014_66, 0.250_158_955_339_422_3, 0.499_841_243_972_563],
            [399.142_351_218_058_34, 399.142_351_218_058_34, 399.141_351_218_058_34],
        ),
    ];
    for (means, deviations, probability, loss) in cases {
        let best = best_of_normals(&normals(&means, &deviations), Direction::Higher).unwrap();
        close(&best.probability, &probability, 1e-10);
        close(&losses(&best), &loss, 1e-11);
        let turned = best_of_normals(&normals(&means.map(|m| -m), &deviations), Direction::Lower);
        assert_eq!(turned.unwrap(), best);
    }
}

/// E[max] of five standard normals is 1.16296447364052 (Harter 1961).
#[test]
fn ties_share_the_chance() {
    let best = best_of_normals(&normals(&[0.0; 5], &[1.0; 5]), Direction::Higher).unwrap();
    close(&best.probability, &[0.2; 5], 1e-12);
    close(&losses(&best), &[1.162_964_473_640_519_6; 5], 1e-11);
}

/// scipy 1.17 `quad` of the beta densities, Beta(1, 1) prior.
#[test]
fn best_share_is_that_of_quadrature() {
    let of =
        |units, converted| SharePosterior::of(units, converted, SharePrior::default()).unwrap();
    let two = best_of_shares(&[of(50, 0), of(50, 1)], Direction::Higher).unwrap();
    close(&two.probability, &[25.0 / 101.0, 76.0 / 101.0], 1e-11);
    close(&losses(&two), &[0.023_898_431_665_421_944, 0.004_667_662_434_652_713], 1e-9);
    let four = [of(100, 5), of(100, 9), of(90, 7), of(60, 4)];
    let best = best_of_shares(&four, Direction::Higher).unwrap();
    let want = [
        0.051_209_018_914_972_704,
        0.442_067_097_909_749_35,
        0.276_830_548_689_188_7,
        0.229_893_334_486_089_1,
    ];
    close(&best.probability, &want, 1e-8);
    let want = [
        0.058_418_739_380_725_726,
        0.019_203_053_106_215_923,
        0.030_285_747_053_36,
        0.036_597_107_502_167_85,
    ];
    close(&losses(&best), &want, 1e-8);
    let interval = of(50, 0).credible_interval(0.05).unwrap();
    close(&[interval.upper], &[0.069_777_030_749_538_64], 1e-12);
    let least = best_of_shares(&[of(50, 0), of(50, 1)], Direction::Lower).unwrap();
    close(&least.probability, &[76.0 / 101.0, 25.0 / 101.0], 1e-11);
}

/// Of a million units a share is nearly normal.
#[test]
fn many_units_make_shares_normal() {
    let of = |converted| SharePosterior::of(1_000_000, converted, SharePrior::default()).unwrap();
    let shares = [of(200_000), of(200_300), of(200_500)];
    let normals: Vec<_> =
        shares.map(|s| Posterior { mean: s.mean(), std_dev: s.std_dev() }).to_vec();
    let exact = best_of_shares(&shares, Direction::Higher).unwrap();
    let nearly = best_of_normals(&normals, Direction::Higher).unwrap();
    close(&exact.probability, &nearly.probability, 1e-3);
    close(&losses(&exact), &losses(&nearly), 1e-3);
}

#[test]
fn few_variants_and_impossible_ones() {
    let one = best_of_normals(&normals(&[3.0], &[1.0]), Direction::Higher).unwrap();
    assert_eq!((one.probability, one.loss[0].value), (vec![1.0], 0.0));
    assert_eq!(best_of_normals(&[], Direction::Higher), Err(Missing::OutOfRange));
    let constant = normals(&[1.0, 2.0], &[0.0, 1.0]);
    assert_eq!(best_of_normals(&constant, Direction::Higher), Err(Missing::NoVariation));
    assert_eq!(SharePosterior::of(1, 2, SharePrior::default()), Err(Missing::Corrupt));
    let prior = SharePrior { converted: f64::NAN, unconverted: 1.0 };
    assert_eq!(SharePosterior::of(2, 1, prior), Err(Missing::OutOfRange));
}

/// From the least to the largest double: chances that add up to one, or a reason.
#[test]
fn extreme_beliefs_have_chances_or_a_reason() {
    for mean in [-1e300, -1.0, 1e-300, 1e150] {
        for one in [1e-300, 1.0, 1e150, 1e300] {
            for other in [1e-300, 1e-150, 1.0, 1e300] {
                let variants = normals(&[mean, 0.0, 1.0], &[one, other, 1.0]);
                let Ok(best) = best_of_normals(&variants, Direction::Higher) else {
                    continue;
                };
                assert!((best.probability.iter().sum::<f64>() - 1.0).abs() < 1e-6);
                assert!(best.loss.iter().all(|loss| loss.value >= 0.0));
            }
        }
    }
}

/// A sure winner far from narrow rivals: the losses are the distances.
#[test]
fn losses_of_narrow_beliefs_far_apart_are_distances() {
    let variants = normals(&[-497.0, 0.0, 743.0], &[0.0067, 31.0, 0.044]);
    let best = best_of_normals(&variants, Direction::Higher).unwrap();
    assert!((best.loss[0].value - 1240.0).abs() < 1e-9, "{:?}", best.loss);
    assert!((best.loss[1].value - 743.0).abs() < 1e-9, "{:?}", best.loss);
}

/// Two rivals that change within a few doubles, and one whose logarithms have no digits left
/// behind the point, must not take the halvings that the others need. By mpmath.
#[test]
fn functions_without_digits_leave_the_others_theirs() {
    let means = [670.1976308492817, 879.4026505298942, 733.1377760031929, 0.0, 0.0, 0.0];
    let logs: [f64; 6] = [-5.905115305327341, 0.0, 0.0, 0.0, -5.829781159343119, 6.055314848728524];
    let wide = best_of_normals(&normals(&means, &logs.map(f64::exp)), Direction::Higher).unwrap();
    assert!((wide.probability[5] - 0.019579447890905342).abs() < 1e-14, "{wide:?}");

    let means = [980.3969840314575, -927.5925978310811, 920.1010919757291, 0.0];
    let logs: [f64; 4] =
        [4.023225327260864, -3.749144005605408, 5.4944554601655575, -6.079570978259689];
    let far = best_of_normals(&normals(&means, &logs.map(f64::exp)), Direction::Higher).unwrap();
    assert!((far.probability[0] - 0.5954160196240094).abs() < 1e-14, "{far:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Somebody is the best, and no choice is better than knowing.
    #[test]
    fn chances_add_up_to_one(
        means in prop::collection::vec(-1e3..1e3f64, 3..12),
        logs in prop::collection::vec(-7.0..7.0f64, 12),
    ) {
        let deviations: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        let best = best_of_normals(&normals(&means, &deviations), Direction::Higher).unwrap();
        prop_assert!((best.probability.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let expected_best = means[0] + best.loss[0].value;
        for (mean, loss) in means.iter().zip(&best.loss) {
            prop_assert!((mean + loss.value - expected_best).abs() < 1e-8 * 1e3);
        }
    }

    #[test]
    fn chances_of_shares_add_up_to_one(
        arms in prop::collection::vec((1u64..400, 0.0..1.0f64), 3),
    ) {
        let of = |&(units, share): &(u64, f64)| {
            let converted = (units as f64 * share) as u64;
            SharePosterior::of(units, converted, SharePrior::default()).unwrap()
        };
        let shares: Vec<_> = arms.iter().map(of).collect();
        let best = best_of_shares(&shares, Direction::Higher).unwrap();
        prop_assert!((best.probability.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
