//! What every intersection of hypotheses says of each.

use super::p_value::PValue;

/// Adjusted p-values of Hommel (1988), from ascending ones.
///
/// By the algorithm of Wright (1992), appendix: for each number of tests from the last to two,
/// the Simes p-value of the largest ones bounds the others. Quadratic in the number of tests.
pub(super) fn hommel(sorted: &[PValue]) -> Vec<PValue> {
    let tests = sorted.len();
    let mut adjusted = sorted.to_vec();
    if let Some(all) = simes(sorted) {
        adjusted.fill(all);
    }
    for size in (2..tests).rev() {
        // The `size - 1` largest p-values, and those below them.
        let (low, high) = sorted.split_at(tests - size + 1);
        let ranked = high.iter().enumerate();
        let scaled = ranked.map(|(at, p)| p.scaled(size as f64, (at + 2) as f64));
        let Some(bound) = scaled.reduce(PValue::min) else { continue };
        let bounded = |p: &PValue| p.times(size as f64).min(bound);
        let last = low.last().map_or(bound, bounded);
        let own = low.iter().map(bounded).chain(std::iter::repeat(last));
        for (adjusted, own) in adjusted.iter_mut().zip(own) {
            *adjusted = adjusted.max(own);
        }
    }
    adjusted.iter().zip(sorted).map(|(own, p)| own.max(*p)).collect()
}

/// `min m p_(i) / i`; `None` of none. Simes (1986).
fn simes(sorted: &[PValue]) -> Option<PValue> {
    let tests = sorted.len() as f64;
    let ranked = sorted.iter().enumerate();
    ranked.map(|(at, p)| p.scaled(tests, (at + 1) as f64)).reduce(PValue::min)
}
