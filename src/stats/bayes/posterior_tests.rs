use super::*;
use proptest::prelude::*;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn effect(value: f64, std_error: f64) -> Effect {
    Effect { value, std_error, dof: f64::INFINITY, units: 1000.0 }
}

/// gbstats 0.8 with mpmath: means 50.0 and 48.98 of the statistics reference, relative effect
/// 0.035510978584982394 with standard error 0.04848700584278219.
#[test]
fn posterior_is_that_of_gbstats() {
    let effect = effect(0.035_510_978_584_982_394, 0.048_487_005_842_782_19);
    let flat = Posterior::of(&effect, Prior::Flat).unwrap();
    let chance = flat.chance_to_beat_control(Direction::Higher);
    close(chance.better, 0.768_032_079_276_322_7, 1e-13);
    close(flat.loss_of_control(Direction::Higher).value, 0.042_066_748_154_672_71, 1e-13);
    close(flat.loss_of_treatment(Direction::Higher).value, 0.006_555_769_569_690_318, 1e-13);
    let prior = Prior::Normal { mean: 0.0, variance: 0.09 };
    let weak = Posterior::of(&effect, prior).unwrap();
    close(weak.mean, 0.034_606_971_531_096_4, 1e-13);
    close(weak.std_dev, 0.047_865_857_563_722_87, 1e-13);
    close(weak.chance_to_beat_control(Direction::Lower).worse, 0.765_159_778_811_889_8, 1e-13);
}

/// gbstats' quantile test: a prior of mean 0 and variance 1 on the relative effect, control at
/// 7.157987489967789.
#[test]
fn a_prior_on_an_absolute_effect_is_rescaled_by_control() {
    let half_width = 0.5 * (0.615_768_916_204_412_8 - 0.457_255_958_911_542_2);
    let effect = effect(0.536_512_437_557_977_5, half_width / 1.959_963_984_540_054);
    let prior = Prior::Normal { mean: 0.0, variance: 1.0 };
    let prior = prior.on_absolute_effect(-7.157_987_489_967_789).unwrap();
    let posterior = Posterior::of(&effect, prior).unwrap();
    close(posterior.mean, 0.536_495_315_442_269, 1e-12);
    let interval = posterior.credible_interval(0.05).unwrap();
    close(interval.lower, 0.457_240_101_491_048_8, 1e-11);
    close(interval.upper, 0.615_750_529_393_489_2, 1e-11);
}

#[test]
fn what_cannot_be_believed_has_a_reason() {
    let prior = Prior::Normal { mean: 0.0, variance: 0.09 };
    assert_eq!(prior.on_absolute_effect(0.0), Err(Missing::ControlNearZero));
    assert_eq!(Prior::Flat.on_absolute_effect(0.0), Ok(Prior::Flat));
    for variance in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let prior = Prior::Normal { mean: 0.0, variance };
        assert_eq!(Posterior::of(&effect(1.0, 1.0), prior), Err(Missing::OutOfRange));
    }
    assert_eq!(Posterior::new(1.0, 0.0), Err(Missing::NoVariation));
    assert_eq!(Posterior::new(f64::NAN, 1.0), Err(Missing::Corrupt));
    assert_eq!(Posterior::new(1e300, 1e-300), Err(Missing::Overflow));
    let posterior = Posterior::new(0.0, 1.0).unwrap();
    assert_eq!(posterior.credible_interval(1.0), Err(Missing::OutOfRange));
}

proptest! {
    /// The posterior mean lies between prior and estimate, and is surer than either.
    #[test]
    fn the_posterior_is_between_prior_and_estimate(
        value in -1e6..1e6f64, log_se in -20.0..20.0f64, mean in -1e3..1e3f64, log_sd in -20.0..20.0f64,
    ) {
        let (std_error, sd) = (log_se.exp(), log_sd.exp());
        let prior = Prior::Normal { mean, variance: sd * sd };
        let posterior = Posterior::of(&effect(value, std_error), prior).unwrap();
        let slack = 1e-12 * (value.abs() + mean.abs());
        prop_assert!(posterior.mean >= value.min(mean) - slack);
        prop_assert!(posterior.mean <= value.max(mean) + slack);
        prop_assert!(posterior.std_dev <= std_error.min(sd) * (1.0 + 1e-12));
        let chance = posterior.chance_to_beat_control(Direction::Higher);
        prop_assert!((chance.better + chance.worse - 1.0).abs() < 1e-12);
        let (ship, keep) = (
            posterior.loss_of_treatment(Direction::Higher),
            posterior.loss_of_control(Direction::Higher),
        );
        let gain = keep.value - ship.value;
        prop_assert!((gain - posterior.mean).abs() <= 1e-9 * (keep.value + ship.value));
        prop_assert!(ship.log.is_finite() && keep.log.is_finite());
    }
}
