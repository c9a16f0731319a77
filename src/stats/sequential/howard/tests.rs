use super::*;
use proptest::prelude::*;

fn near(got: Result<f64, Missing>, want: f64) {
    let got = got.unwrap();
    assert!((got - want).abs() < 1e-5, "got {got}, want {want}");
}

/// The test-suite of confseq 0.0.11, whose values are from a reference in R.
#[test]
fn mixtures_and_bounds_are_those_of_confseq() {
    use Sides::{One, Two};
    near(normal_log_mixture(10.0, 100.0, 100.0, 0.05, Two), -0.6510052);
    near(normal_mixture_bound(100.0, 0.05, 100.0, 0.05, Two), 30.35209);
    near(normal_log_mixture(10.0, 100.0, 100.0, 0.05, One), -0.06502391);
    near(normal_mixture_bound(100.0, 0.05, 100.0, 0.05, One), 27.66071);
    near(gamma_exponential_log_mixture(10.0, 100.0, 100.0, 2.0, 0.05), -0.2490165);
    near(gamma_exponential_mixture_bound(100.0, 0.05, 100.0, 2.0, 0.05), 33.02017);
    near(gamma_poisson_log_mixture(10.0, 100.0, 100.0, 2.0, 0.05), -0.06991219);
    near(gamma_poisson_mixture_bound(100.0, 0.05, 100.0, 2.0, 0.05), 30.1949);
    near(beta_binomial_log_mixture(10.0, 100.0, 100.0, 0.2, 0.8, 0.05, Two), -0.6941012);
    near(beta_binomial_mixture_bound(100.0, 0.05, 100.0, 0.2, 0.8, 0.05, Two), 31.4308);
    near(beta_binomial_log_mixture(10.0, 100.0, 100.0, 0.2, 0.8, 0.05, One), -0.07134019);
    near(beta_binomial_mixture_bound(100.0, 0.05, 100.0, 0.2, 0.8, 0.05, One), 28.41238);
    near(beta_binomial_mixture_bound(0.32, 0.05, 100.0, 0.2, 0.8, 0.05, One), 1.6);
    near(poly_stitching_bound(100.0, 0.05, 10.0, 3.0, 1.4, 2.0), 64.48755);
    near(poly_stitching_bound(100.0, 0.05, 10.0, -1.0, 1.4, 2.0), 28.99389);
    near(empirical_process_lil_bound(1000.0, 0.05, 100.0, 0.85), 0.08204769);
    near(double_stitching_bound(0.5, 1000.0, 0.05, 100.0, 0.5, 1.4, 2.0), 68.62803);
    near(double_stitching_bound(0.9, 1000.0, 0.05, 100.0, 0.5, 1.4, 2.0), 43.72119);
    near(double_stitching_bound(0.1, 1000.0, 0.05, 100.0, 0.5, 1.4, 2.0), 59.96521);
}

#[test]
fn arguments_out_of_range_say_so() {
    let refused = Err(Missing::OutOfRange);
    assert_eq!(normal_mixture_bound(1.0, 0.0, 1.0, 0.05, Sides::Two), refused);
    assert_eq!(normal_mixture_bound(1.0, 0.05, 1.0, 0.5, Sides::One), refused);
    assert_eq!(gamma_exponential_mixture_bound(1.0, 0.05, 1.0, 0.0, 0.05), refused);
    assert_eq!(gamma_exponential_log_mixture(-1e9, 1.0, 1.0, 1.0, 0.05), refused);
    assert_eq!(beta_binomial_mixture_bound(1.0, 0.05, 1.0, -1.0, 1.0, 0.05, Sides::One), refused);
    assert_eq!(poly_stitching_bound(1.0, 0.05, 1.0, 0.0, 1.0, 2.0), refused);
    assert_eq!(empirical_process_lil_bound(9.0, 0.05, 1.0, 0.7), refused);
}

proptest! {
    /// At its boundary a mixture is the threshold, and the boundary widens as the level falls.
    #[test]
    fn boundaries_solve_their_mixtures(
        log_v in -5.0..20.0f64, log_opt in -5.0..20.0f64, log_c in -4.0..4.0f64,
        alpha in 1e-9..0.4f64,
    ) {
        let (v, v_opt, c) = (log_v.exp(), log_opt.exp(), log_c.exp());
        type Bound<'a> = Box<dyn Fn(f64) -> Result<f64, Missing> + 'a>;
        let pairs: [(Bound, Bound); 4] = [
            (
                Box::new(|a| gamma_exponential_mixture_bound(v, a, v_opt, c, 0.05)),
                Box::new(|s| gamma_exponential_log_mixture(s, v, v_opt, c, 0.05)),
            ),
            (
                Box::new(|a| gamma_poisson_mixture_bound(v, a, v_opt, c, 0.05)),
                Box::new(|s| gamma_poisson_log_mixture(s, v, v_opt, c, 0.05)),
            ),
            (
                Box::new(|a| normal_mixture_bound(v, a, v_opt, 0.05, Sides::One)),
                Box::new(|s| normal_log_mixture(s, v, v_opt, 0.05, Sides::One)),
            ),
            (
                Box::new(|a| beta_binomial_mixture_bound(v, a, v_opt, c, 0.7, 0.05, Sides::One)),
                Box::new(|s| beta_binomial_log_mixture(s, v, v_opt, c, 0.7, 0.05, Sides::One)),
            ),
        ];
        for (i, (bound, mixture)) in pairs.iter().enumerate() {
            let at = bound(alpha).unwrap();
            let reached = mixture(at).unwrap();
            let cut_off = i == 3 && at >= v / c;
            prop_assert!(cut_off || (reached + alpha.ln()).abs() < 1e-7, "{i} {at} {reached}");
            prop_assert!(bound(0.5 * alpha).unwrap() >= at);
        }
    }
}
