//! What a design costs and what it can find.

use super::chain::Chain;
use super::design::Design;
use super::futility::Course;
use super::region::Region;
use crate::stats::numeric::root::root_of_increasing;
use crate::stats::{Missing, normal};

/// How a design behaves if the drift is known; futility bounds, if it has any, are obeyed.
///
/// The drift is the expected statistic at the planned information: effect over the standard
/// error that the experiment is planned to end with.
#[derive(Debug, Clone, PartialEq)]
pub struct Behavior {
    /// Probability that each look is the first to reject in favor of the drift's side.
    pub power_by_look: Vec<f64>,
    /// Their sum.
    pub power: f64,
    /// Expected information at the end, as a share of that planned.
    pub expected_information: f64,
}

impl Design {
    /// How the planned looks behave under a drift, positive towards the alternative.
    ///
    /// Jennison and Turnbull (2000), sections 2.3 and 19.3. `Err(OutOfRange)` for a drift
    /// that is not within 100 of zero.
    pub fn behavior(&self, drift: f64) -> Result<Behavior, Missing> {
        if drift.is_nan() || drift.abs() > 100.0 {
            return Err(Missing::OutOfRange);
        }
        let looks = self.planned_looks();
        let chain = Chain::new(self.reference(drift), 0.0, &looks);
        let power_by_look: Vec<f64> = chain.upper(drift).collect();
        let saved: f64 =
            (looks.iter().zip(&power_by_look).zip(chain.lower(drift)).zip(chain.inner(drift)))
                .map(|(((look, upper), lower), inner)| (1.0 - look.0) * (upper + lower + inner))
                .sum();
        Ok(Behavior {
            power: power_by_look.iter().sum::<f64>().min(1.0),
            expected_information: 1.0 - saved,
            power_by_look,
        })
    }

    /// The drift at which the planned looks have this power; that of a fixed sample is
    /// `z_alpha + z_power`.
    ///
    /// Of a two-sided design only rejection on the right side counts; futility bounds are
    /// obeyed. `Err(OutOfRange)` for a power that is not between the level of one tail and 1,
    /// `Err(Unreachable)` if futility bounds keep the power away.
    pub fn drift_for_power(&self, power: f64) -> Result<f64, Missing> {
        if !(power > self.tail() && power < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let fixed = self.fixed_drift(power);
        let chain = Chain::new(self.reference(fixed), 2.0, &self.planned_looks());
        let excess = |drift: f64| {
            let reached: f64 = chain.upper(drift).sum();
            (1.0 - power).ln() - (1.0 - reached).max(1e-300).ln()
        };
        let drift = root_of_increasing(excess, 1.05 * fixed, 0.1, 1e-11);
        drift.filter(|drift| drift.is_finite() && *drift <= 100.0).ok_or(Missing::Unreachable)
    }

    /// The planned information over that of a fixed sample with the same level and power.
    ///
    /// Jennison and Turnbull (2000), section 2.3: their R. Errors as of
    /// [`Design::drift_for_power`].
    pub fn inflation_factor(&self, power: f64) -> Result<f64, Missing> {
        let ratio = self.drift_for_power(power)? / self.fixed_drift(power);
        Ok(ratio * ratio)
    }

    fn fixed_drift(&self, power: f64) -> f64 {
        normal::upper_quantile(self.tail()) - normal::upper_quantile(power)
    }

    fn planned_looks(&self) -> Vec<(f64, Region)> {
        let two_sided = self.is_two_sided();
        let regions = match &self.futility {
            Some(aim) => Course::of(aim, &self.stages, two_sided, true).regions,
            None => self.stages.iter().map(|stage| stage.region(two_sided)).collect(),
        };
        self.stages.iter().map(|stage| stage.time).zip(regions).collect()
    }

    /// The null where the regions are bounded, so that its symmetry helps; else the drift.
    fn reference(&self, drift: f64) -> f64 {
        if self.is_two_sided() && drift.abs() < 8.0 { 0.0 } else { drift }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Alternative;
    use crate::stats::group::{Futility, Shape, Spending};

    fn equal(looks: usize) -> Vec<f64> {
        (1..=looks).map(|k| k as f64 / looks as f64).collect()
    }

    fn design(shape: Shape, looks: usize) -> Design {
        Design::new(0.05, Alternative::TwoSided, shape, None, &equal(looks)).unwrap()
    }

    /// Jennison and Turnbull (2000), tables 2.2 and 2.4.
    #[test]
    fn inflation_factors_are_those_of_the_tables() {
        let pocock = [(2, 1.110, 1.100), (5, 1.229, 1.207), (10, 1.301, 1.271)];
        for (looks, at_80, at_90) in pocock {
            let design = design(Shape::POCOCK, looks);
            assert!((design.inflation_factor(0.8).unwrap() - at_80).abs() < 6e-4, "{looks}");
            assert!((design.inflation_factor(0.9).unwrap() - at_90).abs() < 6e-4, "{looks}");
        }
        let obrien_fleming = [(2, 1.008, 1.007), (5, 1.028, 1.026), (10, 1.040, 1.037)];
        for (looks, at_80, at_90) in obrien_fleming {
            let design = design(Shape::OBRIEN_FLEMING, looks);
            assert!((design.inflation_factor(0.8).unwrap() - at_80).abs() < 6e-4, "{looks}");
            assert!((design.inflation_factor(0.9).unwrap() - at_90).abs() < 6e-4, "{looks}");
        }
    }

    /// rpact 3.3.4, at power 0.8: Lan-DeMets O'Brien-Fleming K = 4, Pocock type K = 14.
    #[test]
    fn inflation_factors_are_those_of_rpact() {
        let of = design(Shape::Spending(Spending::OBrienFleming), 4);
        assert!((of.inflation_factor(0.8).unwrap() - 1.019_637_285_191_61).abs() < 1e-6);
        let pocock = design(Shape::Spending(Spending::Pocock), 14);
        assert!((pocock.inflation_factor(0.8).unwrap() - 1.258_178_438_493_66).abs() < 1e-5);
    }

    /// A single look is a fixed sample, with z_0.025 + z_0.2 as its drift.
    #[test]
    fn one_look_is_a_fixed_sample() {
        let design = design(Shape::Spending(Spending::Pocock), 1);
        assert!((design.drift_for_power(0.8).unwrap() - 2.801_585_218_112_96).abs() < 1e-9);
        let behavior = design.behavior(0.0).unwrap();
        assert!((behavior.power - 0.025).abs() < 1e-14 && behavior.expected_information == 1.0);
        assert_eq!(design.drift_for_power(1.0), Err(Missing::OutOfRange));
        assert_eq!(design.drift_for_power(0.01), Err(Missing::OutOfRange));
        assert_eq!(design.behavior(f64::NAN), Err(Missing::OutOfRange));
    }

    /// gsDesign's own example, `gsDesign()`: k = 3, test.type 4, alpha 0.025, beta 0.1,
    /// Hwang-Shih-DeCani -4 and -2: bounds (-0.24, 0.94, 2.00) and (3.01, 2.55, 2.00),
    /// inflation 1.07.
    #[test]
    fn futility_bounds_are_those_of_gsdesign() {
        let spending = |gamma| Spending::HwangShihDeCani { gamma };
        let futility = Futility { spending: spending(-2.0), power: 0.9 };
        let shape = Shape::Spending(spending(-4.0));
        let design =
            Design::new(0.025, Alternative::Greater, shape, Some(futility), &equal(3)).unwrap();
        let looks = design.looks(&equal(3), Default::default()).unwrap();
        let want = [(-0.24, 3.01), (0.94, 2.55), (2.00, 2.00)];
        for (look, (lower, upper)) in looks.iter().zip(want) {
            assert!((look.futility.unwrap() - lower).abs() < 5e-3);
            assert!((look.boundary - upper).abs() < 5e-3);
        }
        assert!((design.inflation_factor(0.9).unwrap() - 1.07).abs() < 5e-4);
        let behavior = design.behavior(design.futility.as_ref().unwrap().drift).unwrap();
        assert!((behavior.power - 0.9).abs() < 1e-9);
    }

    /// The power promised with futility bounds is the power there is, two-sided too.
    #[test]
    fn futility_bounds_keep_the_power_they_were_made_for() {
        let spending = Spending::OBrienFleming;
        let futility = Futility { spending: Spending::Pocock, power: 0.85 };
        for alternative in [Alternative::TwoSided, Alternative::Less] {
            let shape = Shape::Spending(spending);
            let design =
                Design::new(0.05, alternative, shape, Some(futility), &[0.3, 0.5, 1.0]).unwrap();
            let drift = design.futility.as_ref().unwrap().drift;
            assert!((design.behavior(drift).unwrap().power - 0.85).abs() < 1e-8);
            assert!((design.drift_for_power(0.85).unwrap() - drift).abs() < 1e-7);
            let null = design.behavior(0.0).unwrap();
            assert!(null.power < 0.05 && null.expected_information < 0.8);
        }
    }
}
