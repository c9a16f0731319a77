use super::Correction::*;
use super::*;
use proptest::prelude::*;

const ALL: [Correction; 8] =
    [Bonferroni, Holm, BenjaminiHochberg, BenjaminiYekutieli, Sidak, HolmSidak, Hochberg, Hommel];

fn adjust(p_values: &[f64], correction: Correction, alpha: f64) -> Result<Vec<Adjusted>, Missing> {
    let logs: Vec<f64> = p_values.iter().map(|p| p.ln()).collect();
    adjust_logs(&logs, correction, alpha)
}

fn values(p_values: &[f64], correction: Correction) -> Vec<f64> {
    adjust(p_values, correction, 0.05).unwrap().iter().map(|a| a.p_value).collect()
}

fn close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= 1e-14 * want, "got {got}, want {want}");
    }
}

/// statsmodels 0.15, `multipletests`; two of the p-values are tied.
#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    let p = [0.004, 0.03, 0.012, 0.2, 0.03];
    close(&values(&p, Bonferroni), &[0.02, 0.15, 0.06, 1.0, 0.15]);
    close(&values(&p, Holm), &[0.02, 0.09, 0.048, 0.2, 0.09]);
    close(&values(&p, BenjaminiHochberg), &[0.02, 0.0375, 0.03, 0.2, 0.0375]);
    close(
        &values(&p, BenjaminiYekutieli),
        &[
            0.04566666666666667,
            0.08562499999999999,
            0.06849999999999999,
            0.45666666666666667,
            0.08562499999999999,
        ],
    );
    close(
        &values(&p, Sidak),
        &[
            0.019840638721024,
            0.14126597429999999,
            0.05857717656883201,
            0.67232,
            0.14126597429999999,
        ],
    );
    close(&values(&p, HolmSidak), &[0.019840638721024, 0.087327, 0.047142891264, 0.2, 0.087327]);
    close(&values(&p, Hochberg), &[0.02, 0.06, 0.048, 0.2, 0.06]);
    close(&values(&p, Hommel), &[0.02, 0.06, 0.04, 0.2, 0.06]);
}

/// 0.0125 * 4 is 0.05, though neither has an exact logarithm.
#[test]
fn a_tie_with_alpha_rejects() {
    for p in [0.0125, 0.05 / 3.0, 0.01] {
        let tests = (0.05f64 / p).round() as usize;
        let family = vec![p; tests];
        for correction in [Bonferroni, Holm, BenjaminiHochberg, Hochberg, Hommel] {
            let all = |adjusted: Vec<Adjusted>| adjusted.iter().all(|a| a.rejected);
            assert!(all(adjust(&family, correction, 0.05).unwrap()), "{correction:?} {p}");
        }
    }
}

#[test]
fn no_test_needs_no_correction_and_one_needs_none_either() {
    for correction in ALL {
        assert_eq!(adjust(&[], correction, 0.05), Ok(vec![]));
        close(&values(&[0.03], correction), &[0.03]);
    }
}

#[test]
fn what_is_no_p_value_is_refused() {
    for correction in ALL {
        for p in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
            assert_eq!(adjust(&[0.5, p], correction, 0.05), Err(Missing::OutOfRange));
        }
        for log in [f64::NAN, 0.1, f64::INFINITY] {
            assert_eq!(adjust_logs(&[-1.0, log], correction, 0.05), Err(Missing::OutOfRange));
        }
        for alpha in [0.0, 1.0, f64::NAN] {
            assert_eq!(adjust(&[0.5], correction, alpha), Err(Missing::OutOfRange));
        }
    }
}

/// Below 1e-308 the order and the factors are those of the logarithms; zero stays zero.
#[test]
fn logarithms_go_on_where_doubles_end() {
    let logs = [-3000.0, -2000.0, f64::NEG_INFINITY, -1.0];
    let holm = adjust_logs(&logs, Holm, 0.05).unwrap();
    assert_eq!(holm[0].p_value, 0.0);
    assert!((holm[0].log_p_value - (3f64.ln() - 3000.0)).abs() < 1e-12);
    assert!((holm[1].log_p_value - (2f64.ln() - 2000.0)).abs() < 1e-12);
    assert_eq!(holm[2].log_p_value, f64::NEG_INFINITY);
    assert!(!holm[3].rejected && holm[..3].iter().all(|a| a.rejected));
    let sidak = adjust_logs(&logs, Sidak, 0.05).unwrap();
    assert!((sidak[0].log_p_value - (4f64.ln() - 3000.0)).abs() < 1e-12);
}

fn p_values() -> impl Strategy<Value = Vec<f64>> {
    let p = prop_oneof![0.0..=1.0f64, (0u32..20).prop_map(|k| f64::from(k) / 20.0), 0.0..1e-12f64];
    prop::collection::vec(p, 0..40)
}

proptest! {
    /// Hommel is the closed test of Simes: every set of hypotheses is tested, none left out.
    #[test]
    fn hommel_is_the_closed_test_of_simes(p in prop::collection::vec(0.0..=1.0f64, 1..9)) {
        let adjusted = values(&p, Hommel);
        let simes = |set: u32| {
            let mut inside: Vec<f64> =
                (0..p.len()).filter(|i| set >> i & 1 == 1).map(|i| p[i]).collect();
            inside.sort_by(f64::total_cmp);
            let size = inside.len() as f64;
            let scaled = inside.iter().enumerate().map(|(at, p)| size * p / (at + 1) as f64);
            scaled.fold(1.0, f64::min)
        };
        for (i, got) in adjusted.iter().enumerate() {
            let sets = (1u32..1 << p.len()).filter(|set| set >> i & 1 == 1);
            let want = sets.map(simes).fold(0.0, f64::max);
            prop_assert!((got - want).abs() <= 1e-14);
        }
    }

    /// Laws: never below the p-value, at most 1, in its order, and in this order of power.
    #[test]
    fn corrections_keep_their_order(p in p_values()) {
        let [bonferroni, holm, bh, by, sidak, holm_sidak, hochberg, hommel] =
            ALL.map(|correction| values(&p, correction));
        for i in 0..p.len() {
            let slack = 1e-13;
            let chain = [bonferroni[i], holm[i], hochberg[i], hommel[i], bh[i], p[i]];
            prop_assert!(chain.windows(2).all(|w| w[0] >= w[1] * (1.0 - slack)), "{:?}", chain);
            prop_assert!(bonferroni[i] >= sidak[i] * (1.0 - slack) && holm[i] >= holm_sidak[i] * (1.0 - slack));
            prop_assert!(by[i] >= bh[i] && chain[0] <= 1.0);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || hommel[i] <= hommel[j]);
            }
        }
    }

    /// The same in any order of tests, and monotone in alpha.
    #[test]
    fn order_changes_nothing(p in p_values(), one in 0.001..0.5f64, other in 0.001..0.5f64) {
        for correction in ALL {
            let adjusted = adjust(&p, correction, one.min(other)).unwrap();
            let reversed: Vec<f64> = p.iter().rev().copied().collect();
            let mut back = adjust(&reversed, correction, one.max(other)).unwrap();
            back.reverse();
            for (a, b) in adjusted.iter().zip(&back) {
                prop_assert_eq!(a.p_value, b.p_value);
                prop_assert!(b.rejected || !a.rejected);
            }
        }
    }
}
