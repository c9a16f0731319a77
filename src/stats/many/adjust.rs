//! Which of several p-values are small, given that there are several.

use super::hommel::hommel;
use super::p_value::PValue;
use crate::stats::Missing;

/// How p-values of a family are adjusted, and which error that bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Family-wise error, any dependence: `m p`.
    Bonferroni,
    /// Family-wise error, any dependence; Holm (1979), step down.
    Holm,
    /// False discovery rate, independent or positively dependent tests; Benjamini and Hochberg
    /// (1995), step up.
    BenjaminiHochberg,
    /// False discovery rate, any dependence; Benjamini and Yekutieli (2001).
    BenjaminiYekutieli,
    /// Family-wise error, independent tests: `1 - (1 - p)^m`; Šidák (1967).
    Sidak,
    /// Family-wise error, independent tests, step down; Holland and Copenhaver (1987).
    HolmSidak,
    /// Family-wise error, independent or positively dependent tests, step up; Hochberg (1988).
    Hochberg,
    /// The same and never less powerful; Hommel (1988).
    Hommel,
}

/// A p-value after correction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// The smallest level of the family at which this test rejects; at most 1.
    pub p_value: f64,
    /// Natural logarithm of it; accurate where `p_value` underflows.
    pub log_p_value: f64,
    /// Whether it is at most alpha.
    pub rejected: bool,
}

/// Adjusts p-values given by their natural logarithms, in the order given; none of none.
///
/// Rejections are at the family's level `alpha` in (0, 1), ties included: an adjusted p-value
/// within rounding of `alpha` rejects. `Err(OutOfRange)` for an `alpha` or a p-value outside its
/// range, NaN included.
pub fn adjust_logs(
    log_p_values: &[f64],
    correction: Correction,
    alpha: f64,
) -> Result<Vec<Adjusted>, Missing> {
    let p_values: Option<Vec<PValue>> =
        log_p_values.iter().map(|log| PValue::from_log(*log)).collect();
    let p_values = p_values.filter(|_| alpha > 0.0 && alpha < 1.0).ok_or(Missing::OutOfRange)?;
    let mut ranked: Vec<(usize, PValue)> = p_values.into_iter().enumerate().collect();
    ranked.sort_by(|one, other| one.1.order(&other.1));
    let sorted: Vec<PValue> = ranked.iter().map(|(_, p)| *p).collect();
    let adjusted = correction.adjust_sorted(&sorted);
    let mut back: Vec<(usize, PValue)> = ranked.iter().map(|(at, _)| *at).zip(adjusted).collect();
    back.sort_unstable_by_key(|(at, _)| *at);
    Ok(back.into_iter().map(|(_, p)| p.against(alpha)).collect())
}

impl PValue {
    /// 16 units in the last place are rounding: those of a p-value, a factor and a logarithm.
    fn against(self, alpha: f64) -> Adjusted {
        let rejected = self.value <= alpha * (1.0 + 16.0 * f64::EPSILON);
        Adjusted { p_value: self.value, log_p_value: self.log, rejected }
    }
}

impl Correction {
    /// `sorted` ascends; so does what comes back.
    fn adjust_sorted(self, sorted: &[PValue]) -> Vec<PValue> {
        let tests = sorted.len() as f64;
        let harmonic = || (1..=sorted.len()).map(|rank| 1.0 / rank as f64).sum::<f64>();
        match self {
            Correction::Bonferroni => sorted.iter().map(|p| p.times(tests)).collect(),
            Correction::Sidak => sorted.iter().map(|p| p.of_any(tests)).collect(),
            Correction::Holm => step_down(sorted, |p, left| p.times(left)),
            Correction::HolmSidak => step_down(sorted, |p, left| p.of_any(left)),
            Correction::Hochberg => step_up(sorted, |p, rank| p.times(tests - rank + 1.0)),
            Correction::BenjaminiHochberg => step_up(sorted, |p, rank| p.scaled(tests, rank)),
            Correction::BenjaminiYekutieli => {
                let factor = tests * harmonic();
                step_up(sorted, |p, rank| p.scaled(factor, rank))
            }
            Correction::Hommel => hommel(sorted),
        }
    }
}

/// Each p-value with the number of tests from it on; never below the one before.
fn step_down(sorted: &[PValue], adjusted: impl Fn(PValue, f64) -> PValue) -> Vec<PValue> {
    let mut least: Option<PValue> = None;
    let mut step = |(at, p): (usize, &PValue)| {
        let own = adjusted(*p, (sorted.len() - at) as f64);
        let raised = least.map_or(own, |before| own.max(before));
        least = Some(raised);
        raised
    };
    sorted.iter().enumerate().map(&mut step).collect()
}

/// Each p-value with its rank; never above the one after.
fn step_up(sorted: &[PValue], adjusted: impl Fn(PValue, f64) -> PValue) -> Vec<PValue> {
    let mut most = PValue::ONE;
    let mut step = |(at, p): (usize, &PValue)| {
        most = adjusted(*p, (at + 1) as f64).min(most);
        most
    };
    let mut all: Vec<PValue> = sorted.iter().enumerate().rev().map(&mut step).collect();
    all.reverse();
    all
}

#[cfg(test)]
#[path = "adjust_tests.rs"]
mod tests;
