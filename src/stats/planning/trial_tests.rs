use super::*;
use crate::stats::bayes::Prior;
use crate::stats::planning::*;
use crate::stats::{Effect, Rho};
use proptest::prelude::*;

const TWO_SIDED: Alternative = Alternative::TwoSided;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn two_sided(alpha: f64) -> Normal {
    Normal { alternative: TWO_SIDED, alpha }
}

/// R 4.2 `power.t.test(strict = TRUE)`; scipy 1.17 `nct` for the effect, where R stops 1.5e-4
/// too early; statsmodels 0.15 `TTestIndPower` for ratio 3 and one side.
#[test]
fn power_of_a_t_test_is_that_of_r() {
    let design = Means::pooled(36.0, 1.0);
    let rule = Student { alternative: TWO_SIDED, alpha: 0.05 };
    let trial = Trial::new(&design, &rule);
    close(trial.units(0.25, 0.8).unwrap().control, 9_042.847_774_96, 1e-9);
    close(trial.minimum_effect(40_000.0, 0.8).unwrap(), 0.168_098_943_366_744_83, 1e-12);
    let unit = Means::pooled(1.0, 1.0);
    close(Trial::new(&unit, &rule).power(200.0, 0.3).unwrap(), 0.560_059_253_580_847_2, 1e-12);
    let greater = Student { alternative: Alternative::Greater, ..rule };
    close(Trial::new(&unit, &greater).power(200.0, 0.3).unwrap(), 0.680_540_374_989_504_9, 1e-11);
    let less = Student { alternative: Alternative::Less, ..rule };
    close(Trial::new(&unit, &less).power(200.0, -0.3).unwrap(), 0.680_540_374_989_504_9, 1e-11);
    let unequal = Means::pooled(1.0, 3.0);
    let strict = Student { alpha: 0.01, ..rule };
    close(Trial::new(&unequal, &strict).power(32.0, 0.5).unwrap(), 0.078_284_224_432_402_1, 1e-11);
}

/// tea-tasting 1.14: 185774 units in all find 5 % of 5.2 with standard deviation 20.
#[test]
fn units_of_a_welch_test_are_those_of_tea_tasting() {
    let design = Means::welch(400.0, 400.0, 1.0);
    let rule = Student { alternative: TWO_SIDED, alpha: 0.05 };
    let trial = Trial::new(&design, &rule);
    assert_eq!(trial.units(0.26, 0.8).unwrap().total.ceil(), 185_774.0);
    close(trial.minimum_effect(20_000.0, 0.8).unwrap(), 0.792_445_048_171_112_6, 1e-9);
}

/// statsmodels 0.15 `NormalIndPower`, and the closed form.
#[test]
fn units_of_a_normal_test() {
    let design = Means::welch(1.0, 1.0, 9.0);
    let need = Trial::new(&design, &two_sided(0.05)).units(0.05, 0.8).unwrap();
    close(need.control, 3_488.382_446_506_997, 1e-9);
    close(need.treatment, 31_395.442_018_562_97, 1e-9);
    assert_eq!(need.inflation, 1.0);
    let closed = Normal { alternative: Alternative::Greater, alpha: 0.025 };
    close(
        Trial::new(&design, &closed).units(0.05, 0.8).unwrap().control,
        3_488.390_993_043_9,
        1e-12,
    );
}

/// R 4.2 `power.prop.test`, the closed form, and statsmodels with Cohen's h.
#[test]
fn three_ways_to_plan_shares() {
    let shares = Shares { control: 0.05, ratio: 1.0 };
    let one = Normal { alternative: Alternative::Greater, alpha: 0.025 };
    let pooled = Trial::new(&PooledShares(shares), &one).units(0.005, 0.8).unwrap();
    close(pooled.control, 31_233.437_940_1, 1e-10);
    let unpooled = Trial::new(&shares, &one).units(0.005, 0.8).unwrap();
    close(unpooled.control, 31_230.692_462_975, 1e-12);
    let arcsine = ArcsineShares(shares);
    let h = Trial::new(&arcsine, &two_sided(0.05)).units(0.005, 0.8).unwrap();
    close(h.control, 31_217.423_430_777_748, 1e-9);
    let strict = Trial::new(&PooledShares(Shares { control: 0.5, ratio: 1.0 }), &two_sided(0.05))
        .power(40_000.0, 0.01);
    close(strict.unwrap(), 0.516_045_892_497_384, 1e-12);
}

/// GrowthBook's `power.test.ts`: mean 10, variance 3_909.999_77, 400000 users in three arms.
#[test]
fn relative_effects_are_planned_as_growthbook_does() {
    let variance = 3_909.999_774_999_437_7;
    let design = RelativeMeans {
        control_mean: 10.0,
        control_variance: variance,
        treatment_variance: variance,
        ratio: 1.0,
    };
    let units = 800_000.0 / 3.0;
    let fixed = two_sided(0.05);
    let fixed = Trial::new(&design, &fixed);
    assert!((fixed.power(units, 0.05).unwrap() - 0.521_44).abs() < 5e-6);
    assert!((fixed.minimum_effect(units, 0.8).unwrap() - 0.070_27).abs() < 5e-6);
    let widened = WidenedError { alpha: 0.05, tuning: 5000.0 };
    let widened = Trial::new(&design, &widened);
    assert!((widened.power(units, 0.05).unwrap() - 0.205_96).abs() < 5e-6);
    assert!((widened.minimum_effect(units, 0.8).unwrap() - 0.128_21).abs() < 5e-6);
    let honest = AnyTime { alternative: TWO_SIDED, alpha: 0.05, tuning: 5000.0, rho: Rho::Exact };
    let honest = Trial::new(&design, &honest);
    assert!(
        honest.minimum_effect(units, 0.8).unwrap() < widened.minimum_effect(units, 0.8).unwrap()
    );
    // Fewer users than `k² variance / mean²` find no lift, however large.
    assert_eq!(fixed.minimum_effect(500.0, 0.8), Err(Missing::Unreachable));
}

/// GrowthBook's `power.test.ts`, revenue with a prior of 0.2 and variance 0.3, 3000 users a
/// week in the two arms; its search for the smallest effect stops within 1e-5 above.
#[test]
fn weeks_with_a_prior_are_those_of_growthbook() {
    let design = RelativeMeans {
        control_mean: 0.1,
        control_variance: 0.5,
        treatment_variance: 0.5,
        ratio: 1.0,
    };
    let prior = Prior::Normal { mean: 0.2, variance: 0.3 };
    let rule = Credible { alternative: TWO_SIDED, alpha: 0.05, prior };
    let trial = Trial::new(&design, &rule);
    let power = [0.151_27, 0.293_58, 0.418_93, 0.528_58, 0.622_41, 0.701_03, 0.765_7, 0.818_07];
    let effects = [1.652_87, 0.732_48, 0.540_36, 0.445_61, 0.386_87, 0.346_04, 0.315_6, 0.291_82];
    for (week, (power, effect)) in (1..=8).zip(power.iter().zip(effects)) {
        let units = 3000.0 * f64::from(week);
        assert!((trial.power(units, 0.3).unwrap() - power).abs() < 5.1e-6);
        let got = trial.minimum_effect(units, 0.8).unwrap();
        assert!(got - effect < 5e-6 && effect - got < 1.6e-5, "{got} {effect}");
    }
}

/// gbstats 0.8 `MidExperimentPower`, its root refined with scipy's `brentq`.
#[test]
fn a_running_experiment_needs_what_gbstats_says() {
    let value = 0.05;
    let variance: f64 = 2.004_008_016_032_061_7 / 500.0 * (1.0 + 1.05 * 1.05);
    let effect = Effect { value, std_error: variance.sqrt(), dof: 998.0, units: 1000.0 };
    let design = PerUnit::of(&effect, 1.0);
    let rule = two_sided(0.05);
    let fixed = Trial::new(&design, &rule);
    close(fixed.power(1000.0, 0.05).unwrap(), 0.084_620_686_753_768_12, 1e-7);
    close(fixed.units(0.05, 0.8).unwrap().total, 26_456.479_712_798_944, 1e-7);
    let prior = Prior::Normal { mean: 0.05, variance: 0.001 };
    let rule = Credible { alternative: TWO_SIDED, alpha: 0.05, prior };
    let sure = Trial::new(&design, &rule);
    close(sure.power(1000.0, 0.05).unwrap(), 0.188_579_383_918_420_22, 1e-7);
    close(sure.units(0.05, 0.8).unwrap().total, 14_940.199_825_017_903, 1e-7);
    // gbstats' formula in scipy: the sequence, two goals and two treatments, corrected.
    let alpha = 0.05 / 4.0;
    let rule = AnyTime { alternative: TWO_SIDED, alpha, tuning: 5000.0, rho: Rho::GrowthBook };
    let looked = Trial::new(&design, &rule);
    close(looked.power(1000.0, 0.05).unwrap(), 0.000_577_038_327_938_882_4, 1e-9);
    close(looked.units(0.05, 0.8f64.sqrt()).unwrap().total, 84_323.471_666_527_35, 1e-10);
    assert_eq!(fixed.units(0.0, 0.8), Err(Missing::Unreachable));
    assert_eq!(fixed.units(1e-9, 0.8), Err(Missing::Unreachable));
    assert_eq!(fixed.units(0.05, 0.04), Err(Missing::OutOfRange));
}

/// A margin is an effect: not worse by 2 with no effect is as hard as better by 2.
#[test]
fn a_margin_moves_the_null_value() {
    let design = Means::welch(100.0, 120.0, 1.0);
    let rule = Normal { alternative: Alternative::Greater, alpha: 0.05 };
    let better = Trial::new(&design, &rule).units(2.0, 0.9).unwrap();
    let margin = Trial::new(&design, &rule).against(-2.0).units(0.0, 0.9).unwrap();
    assert_eq!(better, margin);
    assert_eq!(Trial::new(&design, &rule).units(-2.0, 0.9), Err(Missing::Unreachable));
    assert_eq!(Trial::new(&design, &rule).units(0.0, 0.9), Err(Missing::Unreachable));
}

/// The price of a rule: that of a group-sequential design is its own factor.
#[test]
fn rules_cost_what_they_say() {
    let design = Means::welch(1.0, 1.0, 1.0);
    let inflation = 1.028;
    let group = GroupSequential { alternative: TWO_SIDED, alpha: 0.05, inflation };
    close(Trial::new(&design, &group).units(0.1, 0.8).unwrap().inflation, inflation, 1e-12);
    let any = AnyTime { alternative: TWO_SIDED, alpha: 0.05, tuning: 5000.0, rho: Rho::Exact };
    let cost = Trial::new(&design, &any).units(0.1, 0.8).unwrap().inflation;
    assert!(cost > 1.5 && cost < 2.5, "{cost}");
    let mixture = ByWidth {
        alternative: TWO_SIDED,
        alpha: 0.05,
        width: |look: &Look| {
            let v = look.std_error * look.std_error;
            let ratio = (v + 0.01) / v;
            ((v + 0.01) / 0.01 * (ratio.ln() - 2.0 * 0.05f64.ln())).sqrt()
        },
    };
    let cost = Trial::new(&design, &mixture).units(0.1, 0.8).unwrap().inflation;
    assert!(cost > 1.3 && cost < 2.5, "{cost}");
    let halved = Adjusted { design, correlation: 0.5f64.sqrt() };
    let fixed = two_sided(0.05);
    let full = Trial::new(&design, &fixed).units(0.1, 0.8).unwrap().total;
    close(Trial::new(&halved, &fixed).units(0.1, 0.8).unwrap().total, 0.5 * full, 1e-12);
}

#[test]
fn impossible_requests_have_a_reason() {
    let design = Means::welch(1.0, 1.0, 1.0);
    let rule = two_sided(0.05);
    let trial = Trial::new(&design, &rule);
    for power in [0.05, 0.01, 1.0, f64::NAN] {
        assert_eq!(trial.units(0.1, power), Err(Missing::OutOfRange));
    }
    assert_eq!(trial.units(1e-9, 0.8), Err(Missing::Unreachable));
    assert_eq!(trial.units(f64::NAN, 0.8), Err(Missing::OutOfRange));
    assert_eq!(trial.power(3.0, 0.1), Err(Missing::TooFewUnits { units: 3 }));
    assert_eq!(trial.power(f64::INFINITY, 0.1), Err(Missing::OutOfRange));
    let constant = Means::welch(0.0, 0.0, 1.0);
    assert_eq!(Trial::new(&constant, &rule).units(0.1, 0.8), Err(Missing::NoVariation));
    let shares = Shares { control: 0.9, ratio: 1.0 };
    assert_eq!(Trial::new(&shares, &rule).units(0.2, 0.8), Err(Missing::OutOfRange));
    assert_eq!(Trial::new(&shares, &rule).minimum_effect(20.0, 0.9), Err(Missing::Unreachable));
    for alpha in [0.0, 1.0, f64::NAN] {
        assert_eq!(
            Trial::new(&design, &two_sided(alpha)).power(100.0, 0.1),
            Err(Missing::OutOfRange)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// After the units it takes, the power is the one asked for, and so is the effect.
    #[test]
    fn power_units_and_effect_agree(
        effect in 0.01..3.0f64, power in 0.2..0.999f64, ratio in 0.1..10.0f64, alpha in 1e-6..0.1f64,
    ) {
        let design = Means::welch(1.0, 2.0, ratio);
        let rule = Student { alternative: TWO_SIDED, alpha };
        let trial = Trial::new(&design, &rule);
        let total = trial.units(effect, power).unwrap().total;
        if total <= design.fewest_units() {
            return Ok(());
        }
        prop_assert!((trial.power(total, effect).unwrap() - power).abs() < 1e-9);
        prop_assert!((trial.minimum_effect(total, power).unwrap() - effect).abs() < 1e-7 * effect);
        prop_assert!(trial.power(2.0 * total, effect).unwrap() > power);
    }

    /// Whatever the numbers, there is an answer or a reason.
    #[test]
    fn anything_returns(
        v in any::<f64>(), w in any::<f64>(), effect in any::<f64>(), power in any::<f64>(),
        units in any::<f64>(), alpha in any::<f64>(), ratio in any::<f64>(),
    ) {
        let rules: [&dyn Rule; 4] = [
            &Normal { alternative: TWO_SIDED, alpha },
            &Student { alternative: Alternative::Less, alpha: alpha.abs().fract() },
            &AnyTime { alternative: TWO_SIDED, alpha: 0.05, tuning: v, rho: Rho::Exact },
            &Credible {
                alternative: TWO_SIDED,
                alpha: 0.05,
                prior: Prior::Normal { mean: v, variance: w.abs() },
            },
        ];
        let designs: [&dyn Design; 4] = [
            &Means::welch(v, w, ratio),
            &RelativeMeans { control_mean: w, control_variance: v, treatment_variance: v, ratio: 1.0 },
            &ArcsineShares(Shares { control: v.abs().fract(), ratio: 2.0 }),
            &PerUnit { variance: v.abs(), ratio: 1.0 },
        ];
        for rule in rules {
            for design in designs {
                let trial = Trial::new(design, rule);
                for (units, power) in [(units, power), (1e3, 0.8)] {
                    if let Ok(chance) = trial.power(units, effect) {
                        prop_assert!((0.0..=1.0).contains(&chance));
                    }
                    if let Ok(need) = trial.units(effect, power) {
                        prop_assert!(need.total.is_finite() && need.inflation.is_finite());
                    }
                    if let Ok(effect) = trial.minimum_effect(units, power) {
                        prop_assert!(effect.is_finite());
                    }
                }
            }
        }
    }
}
