//! How far each effect goes, when a step procedure decided which are there.

use crate::stats::{Alternative, Interval, Missing, normal};

/// The procedure that rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepProcedure {
    /// Holm (1979).
    Holm,
    /// Hommel (1988) or Hochberg (1988).
    Hommel,
}

/// One effect of the family and what the procedure said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneSidedBound {
    pub effect: f64,
    /// Positive, in the unit of `effect`.
    pub std_error: f64,
    /// Value of the effect under the null hypothesis.
    pub null: f64,
    /// `Greater` or `Less`.
    pub alternative: Alternative,
    pub rejected: bool,
}

/// Simultaneous one-sided bounds that agree with a step procedure, as Spotify's Confidence
/// library has them (`ci_for_multiple_comparison_methods`).
///
/// Strassburger and Bretz (2008); Guilbaud (2008). A rejected effect is bounded by its null value
/// or better, the others by the level that the rejected ones leave. With `weight` 1 all of it
/// goes to those not rejected and a rejected bound is the null itself, unless all are rejected;
/// less of it moves the rejected bounds beyond the null.
///
/// `Err(OutOfRange)` for a two-sided alternative, an `alpha` outside (0, 1), a `weight` outside
/// [0, 1] or a standard error that is not positive.
pub fn one_sided_bounds(
    family: &[OneSidedBound],
    procedure: StepProcedure,
    alpha: f64,
    weight: f64,
) -> Result<Vec<Interval>, Missing> {
    if !(alpha > 0.0 && alpha < 1.0 && (0.0..=1.0).contains(&weight)) {
        return Err(Missing::OutOfRange);
    }
    let rejected = family.iter().filter(|one| one.rejected).count();
    let tails = Tails::new(procedure, alpha, weight, family.len() as f64, rejected as f64);
    family.iter().map(|one| one.bound(&tails)).collect()
}

/// Upper tails of the deviates of rejected and of other effects.
struct Tails {
    rejected: f64,
    others: f64,
}

impl Tails {
    fn new(procedure: StepProcedure, alpha: f64, weight: f64, tests: f64, rejected: f64) -> Tails {
        let left = tests - rejected;
        // What one test of an independent family gets, and what all tests together do.
        let one = match procedure {
            StepProcedure::Holm => alpha / tests,
            StepProcedure::Hommel => -((-alpha).ln_1p() / tests).exp_m1(),
        };
        let spent = (1.0 - weight) * one;
        let others = match procedure {
            StepProcedure::Holm => alpha * (1.0 - (1.0 - weight) * rejected / tests),
            StepProcedure::Hommel => -((-alpha).ln_1p() - rejected * (-spent).ln_1p()).exp_m1(),
        };
        Tails { rejected: if left == 0.0 { one } else { spent }, others: others / left }
    }
}

impl OneSidedBound {
    fn bound(&self, tails: &Tails) -> Result<Interval, Missing> {
        let finite = self.effect.is_finite() && self.null.is_finite();
        if !(finite && self.std_error > 0.0 && self.std_error.is_finite()) {
            return Err(Missing::OutOfRange);
        }
        let tail = if self.rejected { tails.rejected } else { tails.others };
        let width = normal::upper_quantile(tail) * self.std_error;
        match self.alternative {
            Alternative::TwoSided => Err(Missing::OutOfRange),
            Alternative::Greater => {
                let bound = self.effect - width;
                let lower = if self.rejected { bound.max(self.null) } else { bound };
                Ok(Interval { lower, upper: f64::INFINITY })
            }
            Alternative::Less => {
                let bound = self.effect + width;
                let upper = if self.rejected { bound.min(self.null) } else { bound };
                Ok(Interval { lower: f64::NEG_INFINITY, upper })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(rejected: [bool; 3], alternative: Alternative) -> Vec<OneSidedBound> {
        let sign = if alternative == Alternative::Less { -1.0 } else { 1.0 };
        let effects = [0.5, 0.1, 0.9].into_iter().zip([0.2, 0.2, 0.25]).zip(rejected);
        let one = |((effect, std_error), rejected)| OneSidedBound {
            effect: sign * effect,
            std_error,
            null: 0.0,
            alternative,
            rejected,
        };
        effects.map(one).collect()
    }

    fn lower(rejected: [bool; 3], procedure: StepProcedure, weight: f64) -> Vec<f64> {
        let family = family(rejected, Alternative::Greater);
        let bounds = one_sided_bounds(&family, procedure, 0.05, weight).unwrap();
        bounds.iter().map(|bound| bound.lower).collect()
    }

    fn close(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-13, "got {got}, want {want}");
        }
    }

    /// Spotify Confidence 4.1.0.
    #[test]
    fn bounds_are_those_of_spotify() {
        let some = [true, false, true];
        close(&lower(some, StepProcedure::Holm, 1.0), &[0.0, -0.228_970_725_390_294_48, 0.0]);
        close(&lower(some, StepProcedure::Hommel, 1.0), &[0.0, -0.228_970_725_390_294_48, 0.0]);
    }

    /// Its formulas evaluated with scipy 1.17.
    #[test]
    fn bounds_follow_weight_and_procedure() {
        close(
            &lower([true, false, true], StepProcedure::Holm, 0.25),
            &[0.05171945447901061, -0.29199279690801083, 0.3396493180987633],
        );
        close(
            &lower([true, false, true], StepProcedure::Hommel, 0.25),
            &[0.0530343951008212, -0.2907204378057475, 0.3412929938760265],
        );
        close(
            &lower([true, true, true], StepProcedure::Holm, 0.25),
            &[0.07439095316300337, 0.0, 0.36798869145375424],
        );
        close(
            &lower([true, true, true], StepProcedure::Hommel, 0.25),
            &[0.07575971406389859, 0.0, 0.3696996425798733],
        );
        close(
            &lower([false, false, false], StepProcedure::Holm, 0.25),
            &[0.07439095316300337, -0.32560904683699665, 0.36798869145375424],
        );
        close(
            &lower([false, false, false], StepProcedure::Hommel, 0.25),
            &[0.07439095316300337, -0.32560904683699665, 0.36798869145375424],
        );
    }

    #[test]
    fn a_decrease_is_the_mirror_of_an_increase() {
        let up = lower([true, false, false], StepProcedure::Holm, 0.5);
        let family = family([true, false, false], Alternative::Less);
        let down = one_sided_bounds(&family, StepProcedure::Holm, 0.05, 0.5).unwrap();
        for (up, down) in up.iter().zip(down) {
            assert_eq!((f64::NEG_INFINITY, -up), (down.lower, down.upper));
        }
    }

    #[test]
    fn impossible_options_have_a_reason() {
        let family = family([true; 3], Alternative::TwoSided);
        let of = |alpha, weight| one_sided_bounds(&family, StepProcedure::Holm, alpha, weight);
        for (alpha, weight) in [(0.05, 1.0), (0.0, 1.0), (0.05, 1.1), (0.05, f64::NAN)] {
            assert_eq!(of(alpha, weight), Err(Missing::OutOfRange));
        }
        assert_eq!(one_sided_bounds(&[], StepProcedure::Holm, 0.05, 1.0), Ok(vec![]));
    }
}
