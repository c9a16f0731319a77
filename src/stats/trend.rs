//! Whether numbers rise or fall along a line.
//!
//! Does not: know that neighbours may be alike. Numbers that move together from day to day make
//! a trend look surer than it is.

use super::student;

/// A straight line through weighted points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Change of y for a change of 1 in x.
    pub slope: f64,
    pub std_error: f64,
    /// Points less two.
    pub dof: f64,
    /// Two-sided, of no slope.
    pub p_value: f64,
}

/// Weighted least squares through `[x, y, weight]`, the variance of a point being inverse to its
/// weight (Draper and Smith 1998, section 9.2).
///
/// `None` for fewer than three points, for points above one another, and for points that lie on
/// the line without any error, for which no test can speak.
pub fn trend(points: &[[f64; 3]]) -> Option<Trend> {
    let usable = points.iter().filter(|[x, y, weight]| {
        x.is_finite() && y.is_finite() && weight.is_finite() && *weight > 0.0
    });
    let points: Vec<[f64; 3]> = usable.copied().collect();
    let dof = points.len().checked_sub(2).filter(|dof| *dof > 0)? as f64;
    let sum = |of: &dyn Fn(&[f64; 3]) -> f64| points.iter().map(of).sum::<f64>();
    let whole = sum(&|[_, _, weight]| *weight);
    let mean_x = sum(&|[x, _, weight]| weight * x) / whole;
    let mean_y = sum(&|[_, y, weight]| weight * y) / whole;
    let s_xx = sum(&|[x, _, weight]| weight * (x - mean_x).powi(2));
    let s_xy = sum(&|[x, y, weight]| weight * (x - mean_x) * (y - mean_y));
    let slope = s_xy / s_xx;
    let left = sum(&|[x, y, weight]| weight * (y - mean_y - slope * (x - mean_x)).powi(2));
    let std_error = (left / dof / s_xx).sqrt();
    let statistic = slope / std_error;
    let is_told = s_xx > 0.0 && std_error > 0.0 && statistic.is_finite();
    let p_value = student::log_two_sided(statistic, dof).exp();
    is_told.then_some(Trend { slope, std_error, dof, p_value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By exact fractions; the p-value by the closed form of Student's t with 3 degrees of freedom,
    /// to 45 digits.
    #[test]
    fn the_line_is_that_of_weighted_least_squares() {
        let points =
            [[0.0, 5.0, 10.0], [1.0, 4.0, 8.0], [2.0, 3.5, 6.0], [3.0, 2.0, 4.0], [4.0, 2.5, 2.0]];
        let found = trend(&points).unwrap();
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
        close(found.slope, SLOPE);
        close(found.std_error, STD_ERROR);
        close(found.p_value, P_VALUE);
        assert_eq!(found.dof, 3.0);
    }

    const SLOPE: f64 = -0.785_714_285_714_285_7;
    const STD_ERROR: f64 = 0.137_766_439_442_756_5;
    const P_VALUE: f64 = 0.010_690_878_630_270_29;

    #[test]
    fn without_error_or_length_there_is_no_trend() {
        assert_eq!(trend(&[[0.0, 1.0, 1.0], [1.0, 2.0, 1.0]]), None);
        assert_eq!(trend(&[[0.0, 1.0, 1.0], [1.0, 1.0, 1.0], [2.0, 1.0, 1.0]]), None);
        assert_eq!(trend(&[[3.0, 1.0, 1.0], [3.0, 2.0, 1.0], [3.0, 4.0, 1.0]]), None);
        assert_eq!(trend(&[[0.0, f64::NAN, 1.0], [1.0, 1.0, 1.0], [2.0, 3.0, 1.0]]), None);
    }
}
