//! What a treatment adds in a linear model of one unit per row.

use crate::stats::{Effect, Missing};

/// Least squares of `y` on a constant, `treatment` and covariates: the coefficient of
/// `treatment`, with its classical standard error and `n - p` degrees of freedom.
///
/// Every column is made orthogonal to those before it, twice (Björck 1967), with the treatment
/// last, so its coefficient needs no matrix (Frisch and Waugh 1933). A covariate that adds
/// nothing to the others is left out, and counts as no parameter. `Err(Corrupt)` for columns of
/// different lengths or values that are no numbers, `Err(TooFewUnits)` where no degree of freedom
/// is left, `Err(NoVariation)` for a treatment that the covariates determine or a `y` without
/// residuals.
pub fn regression(y: &[f64], treatment: &[f64], covariates: &[&[f64]]) -> Result<Effect, Missing> {
    let columns = || covariates.iter().copied().chain([treatment, y]);
    let same_length = columns().all(|column| column.len() == y.len());
    if !same_length || columns().flatten().any(|value| !value.is_finite()) {
        return Err(Missing::Corrupt);
    }
    let mut basis = vec![vec![1.0; y.len()]];
    for covariate in covariates {
        let residual = orthogonal(covariate, &basis);
        if remains(&residual, covariate) {
            basis.push(residual);
        }
    }
    let contrast = orthogonal(treatment, &basis);
    let dof = y.len() as f64 - basis.len() as f64 - 1.0;
    if dof < 1.0 {
        return Err(Missing::TooFewUnits { units: y.len() as u64 });
    }
    if !remains(&contrast, treatment) {
        return Err(Missing::NoVariation);
    }
    let outcome = orthogonal(y, &basis);
    let size = product(&contrast, &contrast);
    let value = product(&contrast, &outcome) / size;
    let residual = orthogonal(&outcome, std::slice::from_ref(&contrast));
    if !remains(&residual, y) {
        return Err(Missing::NoVariation);
    }
    let std_error = (product(&residual, &residual) / dof / size).sqrt();
    Effect { value, std_error, dof, units: y.len() as f64 }.checked()
}

/// What is left of a column without its parts along the basis.
fn orthogonal(column: &[f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let mut rest = column.to_vec();
    for other in basis.iter().chain(basis) {
        let share = product(&rest, other) / product(other, other);
        rest.iter_mut().zip(other).for_each(|(value, along)| *value -= share * along);
    }
    rest
}

/// Whether more than rounding is left of a column.
fn remains(rest: &[f64], column: &[f64]) -> bool {
    product(rest, rest) > 1e-28 * column.len() as f64 * product(column, column)
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4: `lm(extra ~ group, sleep)` has 1.58 with standard error 0.8491 on 18 degrees of freedom.
    #[test]
    fn a_covariate_less_model_is_students_t() {
        let y = [
            0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0, 1.9, 0.8, 1.1, 0.1, -0.1, 4.4,
            5.5, 1.6, 4.6, 3.4,
        ];
        let group: Vec<f64> = (0..20).map(|i| f64::from(i / 10)).collect();
        let effect = regression(&y, &group, &[]).unwrap();
        assert!((effect.value - 1.58).abs() < 1e-14);
        assert!((effect.statistic(0.0) - 1.860_813_467_486_853).abs() < 1e-13);
        assert_eq!(effect.dof, 18.0);
        // A covariate that is a sum of the others changes nothing.
        let constant = [3.0; 20];
        assert_eq!(regression(&y, &group, &[&constant]).unwrap().dof, 18.0);
        assert_eq!(regression(&y, &group, &[&group]), Err(Missing::NoVariation));
    }

    #[test]
    fn what_cannot_be_fitted_says_so() {
        let (y, t) = ([1.0, 2.0, 4.0], [0.0, 1.0, 1.0]);
        assert!(regression(&y, &t, &[]).is_ok());
        let too_few = Err(Missing::TooFewUnits { units: 3 });
        assert_eq!(regression(&y, &t, &[&[0.0, 1.0, 5.0]]), too_few);
        assert_eq!(regression(&y, &t[..2], &[]), Err(Missing::Corrupt));
        assert_eq!(regression(&[1.0, f64::NAN, 2.0], &t, &[]), Err(Missing::Corrupt));
        assert_eq!(regression(&[2.0; 3], &t, &[]), Err(Missing::NoVariation));
        assert!(regression(&[], &[], &[]).is_err());
    }
}
