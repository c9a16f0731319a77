//! Whether a treatment is at most so much worse.

use super::Effect;
use crate::config::Direction;
use crate::stats::{Missing, OneSidedSequence, Point, Rho, Summary, student};

/// A one-sided test of "worse by at least the margin".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonInferiority {
    /// The ratio of treatment to control at the margin, for instance 0.98.
    pub null_ratio: f64,
    /// Standard error of `treatment - null_ratio * control`, in the metric's unit.
    pub std_error: f64,
    /// Welch-Satterthwaite degrees of freedom.
    pub dof: f64,
    /// Standard errors on the good side of the margin.
    pub statistic: f64,
    /// p-value by the t distribution; valid for one look.
    pub p_value: f64,
    pub log_p_value: f64,
    /// p-value by the one-sided confidence sequence; valid at every look.
    pub sequential_p_value: f64,
    pub sequential_log_p_value: f64,
}

/// Non-inferiority by a margin relative to `|control|`, for instance 0.02.
///
/// The linear contrast `treatment - (1 ∓ margin) control` (R mratios, its `rho`): exact
/// under normality, and the margin is not taken as known, as a fixed share of the observed
/// control would be. `alpha` is one-sided and not corrected for the number of guardrails.
///
/// `Err` as for [`super::compare`]; also for a margin that is not positive and an alpha
/// outside (0, 1/2).
pub fn non_inferiority(
    control: &Summary,
    treatment: &Summary,
    margin: f64,
    better: Direction,
    alpha: f64,
    tuning: f64,
) -> Result<NonInferiority, Missing> {
    let points = [control.point()?, treatment.point()?];
    non_inferiority_of_points(&points, margin, better, alpha, tuning)
}

/// The same of any two values with their uncertainty, control first: quantiles, means over
/// phases, or what is left when the pre-period is taken out.
pub fn non_inferiority_of_points(
    [control, treatment]: &[Point; 2],
    margin: f64,
    better: Direction,
    alpha: f64,
    tuning: f64,
) -> Result<NonInferiority, Missing> {
    if !(margin > 0.0 && margin.is_finite() && alpha > 0.0 && alpha < 0.5) {
        return Err(Missing::OutOfRange);
    }
    let units = control.units as f64 + treatment.units as f64;
    let good = match better {
        Direction::Higher => 1.0,
        Direction::Lower => -1.0,
    };
    let null_ratio = 1.0 - good * margin * control.value.signum();
    let effect = Effect::contrast(control, treatment, null_ratio)?;
    let statistic = good * effect.statistic(0.0);
    let log_p_value = student::log_sf(statistic, effect.dof);
    let sequence = OneSidedSequence::new(alpha, tuning, Rho::Exact);
    let sequential_log_p_value = sequence.log_p_value(statistic, units);
    if !(log_p_value.is_finite() && sequential_log_p_value.is_finite()) {
        return Err(Missing::Overflow);
    }
    Ok(NonInferiority {
        null_ratio,
        std_error: effect.std_error,
        dof: effect.dof,
        statistic,
        p_value: log_p_value.exp(),
        log_p_value,
        sequential_p_value: sequential_log_p_value.exp(),
        sequential_log_p_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17, normal p = 0.027662546457582537.
    #[test]
    fn contrast_is_that_of_the_reference() {
        let variance = 400.0 * 8000.0 / 7999.0;
        let control = Summary::from_mean(8000, 50.0, variance);
        let treatment = Summary::from_mean(8000, 49.6, variance);
        let test =
            non_inferiority(&control, &treatment, 0.02, Direction::Higher, 0.05, 5000.0).unwrap();
        let normal = crate::stats::normal::log_sf(test.statistic).exp();
        assert!((normal - 0.027_662_546_457_582_537).abs() < 1e-5, "{normal}");
        assert!(test.sequential_p_value > test.p_value);
    }

    /// With a negative control the margin still points to the worse side: -50 may fall to -51.
    #[test]
    fn a_negative_control_keeps_the_margin_on_the_worse_side() {
        let control = Summary::from_mean(100_000, -50.0, 1.0);
        let check = |mean: f64, better| {
            let treatment = Summary::from_mean(100_000, mean, 1.0);
            non_inferiority(&control, &treatment, 0.02, better, 0.05, 5000.0).unwrap().p_value
        };
        assert!(check(-50.5, Direction::Higher) < 0.001);
        assert!(check(-51.5, Direction::Higher) > 0.999);
        assert!(check(-49.5, Direction::Lower) < 0.001);
        assert!(check(-48.5, Direction::Lower) > 0.999);
    }
}
