//! What separates two shares of few converted units.

use super::{Estimate, Lift, LiftMethod};
use crate::stats::proportion::{Conversions, ScoreVariance, score};
use crate::stats::{Alternative, Interval, Missing, Rho, Sequence, Test, normal};

impl Estimate {
    /// The same effect with tests and intervals by Miettinen and Nurminen's score.
    ///
    /// An arm in which hardly anybody converted has hardly any variance of its own; the score
    /// takes that of both arms together. The confidence sequence takes the score for its
    /// statistic. A lift by the delta method is the effect and its intervals over control.
    ///
    /// `Err` as for [`score`].
    pub fn by_score(
        self,
        control: &Conversions,
        treatment: &Conversions,
        alpha: f64,
        tuning: f64,
    ) -> Result<Estimate, Missing> {
        let at = |alpha: f64| {
            let (variance, sides) = (ScoreVariance::default(), Alternative::TwoSided);
            score(control, treatment, 0.0, variance, sides, alpha)
        };
        let sequence = Sequence::new(alpha, tuning, Rho::Exact);
        let units = control.units as f64 + treatment.units as f64;
        let found = at(alpha)?;
        let wide = at(2.0 * normal::log_sf(sequence.width(units)).exp())?;
        let log_p_value = sequence.log_p_value(found.statistic, units);
        let sequential = Test::new(log_p_value, wide.test.interval);
        let of_control = Lift {
            value: self.effect / self.control.abs(),
            std_error: found.std_error / self.control.abs(),
            method: LiftMethod::Delta,
            fixed: part(found.test.interval, self.control),
            sequential: part(sequential.interval, self.control),
        };
        let lift = match self.lift {
            Ok(lift) if lift.method == LiftMethod::Fieller => Ok(lift),
            // Nobody converted, so that the delta method leaves no standard error.
            Err(_) if treatment.conversions > 0 || control.conversions < CLEARLY_SOME => self.lift,
            _ => Ok(of_control),
        };
        Ok(Estimate { fixed: found.test, sequential, lift, ..self })
    }
}

/// Conversions whose share is four standard errors away from zero.
const CLEARLY_SOME: u64 = 16;

fn part(interval: Interval, control: f64) -> Interval {
    Interval { lower: interval.lower / control.abs(), upper: interval.upper / control.abs() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Summary, compare};

    fn few(control: [u64; 2], treatment: [u64; 2]) -> (Estimate, Estimate) {
        let summary = |[units, converted]: [u64; 2]| Summary::from_conversions(units, converted);
        let wald = compare(&summary(control), &summary(treatment), 0.05, 5000.0).unwrap();
        let arm = |[units, converted]: [u64; 2]| Conversions::new(units, converted);
        let by_score = wald.clone().by_score(&arm(control), &arm(treatment), 0.05, 5000.0);
        (wald, by_score.unwrap())
    }

    /// Nobody of 50 where 10 % would: Wald is as sure as if the arm of 50 were endless.
    #[test]
    fn an_arm_without_conversions_is_not_certain() {
        let (wald, score) = few([9_950, 995], [50, 0]);
        assert!(wald.fixed.p_value < 1e-99);
        assert!((score.fixed.p_value - 0.0184).abs() < 2e-4, "{}", score.fixed.p_value);
        assert!(score.sequential.p_value > 0.2);
        assert!(score.lift.unwrap().fixed.upper < 0.0);
    }

    #[test]
    fn intervals_agree_with_their_tests() {
        for treated in 0..30 {
            let (_, found) = few([1_000, 10], [1_000, treated]);
            let leaves_out = |test: &Test| !test.interval.contains(0.0);
            assert_eq!(leaves_out(&found.fixed), found.fixed.p_value < 0.05, "{treated}");
            assert_eq!(leaves_out(&found.sequential), found.sequential.p_value < 0.05, "{treated}");
        }
    }

    #[test]
    fn with_many_conversions_it_is_wald() {
        let (wald, score) = few([100_000, 5_000], [100_000, 5_100]);
        assert!((wald.fixed.log_p_value / score.fixed.log_p_value - 1.0).abs() < 1e-3);
        assert!((wald.sequential.log_p_value - score.sequential.log_p_value).abs() < 1e-3);
    }
}
