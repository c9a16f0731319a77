//! Sums of units' numbers by day, kept as changes from the day before.
//!
//! From one day to the next only units with facts on it change, and those that come or leave. So
//! the sums of any day are all changes up to it. What a unit once added is taken away again where
//! another number takes its place, so the sums are exact.

use super::double_double::DoubleDouble;
use super::wide_sum::WideSum;
use crate::stats::Summary;

/// One metric in one variant, day by day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayByDay {
    /// What a night as of each day says, from the first day of the night on.
    pub cumulative: Vec<Summary>,
    /// By days since enrollment, from 0 on.
    pub since: Vec<SinceEnrolled>,
}

/// What units added in one day of 24 hours since their enrollment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SinceEnrolled {
    /// Units for which that day has passed.
    pub units: u64,
    /// Mean of `[y, d]`; a metric without a denominator has `d = 1`.
    pub mean: [f64; 2],
}

/// When a unit is analysed, by the places of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Its variant, by its place among those of the night.
    pub arm: usize,
    pub from: usize,
    /// First day on which it is not analysed any more; that after the last where it still is.
    pub to: usize,
    /// Days since its enrollment that have passed; 0 where it has left.
    pub passed: usize,
}

/// Sums of `y, d, yy, yd, dd`.
type Moments = [WideSum; 5];
const NO_MOMENTS: Moments = [WideSum::ZERO; 5];

/// The changes of one metric in one variant.
#[derive(Clone)]
struct Changes {
    by_day: Vec<Moments>,
    since: Vec<[DoubleDouble; 2]>,
}

/// The changes of one variant.
#[derive(Clone)]
struct OfArm {
    units: Vec<i64>,
    /// Units by how many days since their enrollment have passed.
    passed: Vec<u64>,
    metrics: Vec<Changes>,
}

/// The changes of all variants.
pub struct Ledger {
    arms: Vec<OfArm>,
}

impl Ledger {
    /// Nothing has happened yet.
    pub fn new(arms: usize, metrics: usize, days: usize) -> Ledger {
        let zero = DoubleDouble::ZERO;
        let changes = Changes { by_day: vec![NO_MOMENTS; days], since: vec![[zero; 2]; days + 1] };
        let arm = OfArm {
            units: vec![0; days],
            passed: vec![0; days + 2],
            metrics: vec![changes; metrics],
        };
        Ledger { arms: vec![arm; arms] }
    }

    /// A unit comes, and perhaps leaves.
    pub fn meet(&mut self, stay: &Stay) {
        let Some(arm) = self.arms.get_mut(stay.arm).filter(|_| stay.from < stay.to) else { return };
        for (day, change) in [(stay.from, 1), (stay.to, -1)] {
            if let Some(units) = arm.units.get_mut(day) {
                *units += change;
            }
        }
        if let Some(units) = arm.passed.get_mut(stay.passed) {
            *units += 1;
        }
    }

    /// On some day the numbers `[y, d]` of a unit become others.
    pub fn change(
        &mut self,
        (stay, metric, day): (&Stay, usize, usize),
        before: [f64; 2],
        after: [f64; 2],
    ) {
        let arm = self.arms.get_mut(stay.arm);
        let changes = arm.and_then(|arm| arm.metrics.get_mut(metric)?.by_day.get_mut(day));
        let (Some(sums), true) = (changes, before != after) else { return };
        let (before, after) = (moments(before), moments(after));
        for (sum, (before, after)) in sums.iter_mut().zip(before.into_iter().zip(after)) {
            sum.add_pair(before, -1);
            sum.add_pair(after, 1);
        }
    }

    /// In some day since its enrollment the numbers `[y, d]` of a unit become others.
    pub fn change_since(
        &mut self,
        (stay, metric, since): (&Stay, usize, usize),
        before: [f64; 2],
        after: [f64; 2],
    ) {
        let arm = self.arms.get_mut(stay.arm).filter(|_| since < stay.passed);
        let sums = arm.and_then(|arm| arm.metrics.get_mut(metric)?.since.get_mut(since));
        let Some(sums) = sums else { return };
        for (sum, (before, after)) in sums.iter_mut().zip(before.into_iter().zip(after)) {
            *sum = *sum + after.into() - before.into();
        }
    }

    /// One metric in one variant, day by day.
    pub fn day_by_day(&self, arm: usize, metric: usize, is_ratio: bool) -> Option<DayByDay> {
        let arm = self.arms.get(arm)?;
        let changes = arm.metrics.get(metric)?;
        let (mut units, mut sums) = (0, NO_MOMENTS);
        let days = arm.units.iter().zip(&changes.by_day).map(|(more, change)| {
            units += more;
            sums.iter_mut().zip(change).for_each(|(sum, change)| sum.merge(change));
            summary(u64::try_from(units).unwrap_or(0), &sums, is_ratio)
        });
        Some(DayByDay { cumulative: days.collect(), since: arm.since(changes, is_ratio) })
    }
}

impl OfArm {
    fn since(&self, changes: &Changes, is_ratio: bool) -> Vec<SinceEnrolled> {
        let mut units: u64 = self.passed.iter().sum();
        let mut days = Vec::new();
        for (passed, [y, d]) in self.passed.iter().zip(&changes.since) {
            units -= passed;
            if units == 0 {
                break;
            }
            let mean = |sum: &DoubleDouble| (*sum / units as f64).value();
            let mean = [mean(y), if is_ratio { mean(d) } else { 1.0 }];
            days.push(SinceEnrolled { units, mean });
        }
        days
    }
}

fn moments([y, d]: [f64; 2]) -> [DoubleDouble; 5] {
    let product = DoubleDouble::product;
    [y.into(), d.into(), product(y, y), product(y, d), product(d, d)]
}

/// Means and centred co-moments, in 106 bits until the last step.
fn summary(units: u64, sums: &Moments, is_ratio: bool) -> Summary {
    if units == 0 {
        return Summary::EMPTY;
    }
    let [y, d, yy, yd, dd] = &sums.each_ref().map(WideSum::value);
    let count = units as f64;
    let mean = |sum: &DoubleDouble| (*sum / count).value();
    let centred =
        |ab: &DoubleDouble, a: &DoubleDouble, b: &DoubleDouble| (*ab - *a * *b / count).value();
    let mut summary = Summary { units, mean: [1.0; 4], comoment: [[0.0; 4]; 4] };
    summary.mean[0] = mean(y);
    summary.comoment[0][0] = centred(yy, y, y).max(0.0);
    if is_ratio {
        summary.mean[1] = mean(d);
        summary.comoment[1][1] = centred(dd, d, d).max(0.0);
        let both = centred(yd, y, d);
        (summary.comoment[0][1], summary.comoment[1][0]) = (both, both);
    }
    summary
}
