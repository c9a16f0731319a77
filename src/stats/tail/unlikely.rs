//! Where the outcomes begin that are no more likely than the one seen.

/// Outcomes at most this much more likely, in logarithm, count as equally likely: R's
/// `binom.test` and `fisher.test`, and scipy's.
pub const SLACK: f64 = 1e-7;

/// The first outcome above `likely`, up to `last`, that is unlikely; by halving, for a
/// distribution with one hump.
pub fn first_unlikely(likely: u64, last: u64, unlikely: impl Fn(u64) -> bool) -> Option<u64> {
    if !unlikely(last) {
        return None;
    }
    let (mut low, mut high) = (likely, last);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if unlikely(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// The last outcome below `likely`, down to `first`, that is unlikely.
pub fn last_unlikely(likely: u64, first: u64, unlikely: impl Fn(u64) -> bool) -> Option<u64> {
    first_unlikely(0, likely - first, |below| unlikely(likely - below)).map(|below| likely - below)
}
