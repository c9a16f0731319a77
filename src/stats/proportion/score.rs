//! Whether two shares differ by more than some value, also with few conversions.

use super::conversions::{check, difference};
use super::interval::one_sided;
use super::{Conversions, ProportionMethod, ProportionTest};
use crate::stats::numeric::root::root;
use crate::stats::{Alternative, Interval, Missing, Test, normal};

/// What the variance of a score test is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScoreVariance {
    /// `N/(N - 1)` for `N` units in both arms (Miettinen and Nurminen 1985, equation 9).
    #[default]
    MiettinenNurminen,
    /// Nothing (Mee 1984; Farrington and Manning 1990).
    FarringtonManning,
}

/// The score test that the difference is `null`, and the interval of all values it keeps.
///
/// The variance is that of the shares which are most likely if they differ by `null`. With
/// `null` at minus a margin and [`Alternative::Greater`] it is the test of non-inferiority.
/// Where none or all converted in both arms, p is 1 against 0 and the interval is finite.
/// `Err(OutOfRange)` for a null value outside (-1, 1).
pub fn score(
    control: &Conversions,
    treatment: &Conversions,
    null: f64,
    variance: ScoreVariance,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    check([control, treatment], alpha)?;
    if !(null > -1.0 && null < 1.0) {
        return Err(Missing::OutOfRange);
    }
    let arms = Arms::new(control, treatment, variance);
    let statistic = arms.statistic(null);
    let log_p_value = alternative.log_p_value(statistic, normal::log_sf);
    let z = normal::upper_quantile(alternative.tail(alpha));
    let interval = one_sided(alternative, arms.interval(z));
    Ok(ProportionTest {
        method: match variance {
            ScoreVariance::MiettinenNurminen => ProportionMethod::MiettinenNurminen,
            ScoreVariance::FarringtonManning => ProportionMethod::FarringtonManning,
        },
        effect: arms.effect,
        std_error: arms.std_error(null),
        statistic,
        dof: f64::INFINITY,
        test: Test::new(log_p_value, interval),
    })
}

/// The smallest shares of control and treatment that differ by `gap`; one of them is 0, so that
/// a share near 0 keeps its digits whichever arm has it.
fn least_shares(gap: f64) -> [f64; 2] {
    [(-gap).max(0.0), gap.max(0.0)]
}

/// Hits and misses of control and treatment.
struct Arms {
    effect: f64,
    hits: [f64; 2],
    misses: [f64; 2],
    /// -1 where hits and misses are exchanged, so that hits are the fewer: a share near 1 has
    /// no digits left for what is missing to it.
    sign: f64,
    inflation: f64,
}

impl Arms {
    fn new(control: &Conversions, treatment: &Conversions, variance: ScoreVariance) -> Arms {
        let hits = [control.conversions as f64, treatment.conversions as f64];
        let misses = [control.failures() as f64, treatment.failures() as f64];
        let units = control.units as f64 + treatment.units as f64;
        let inflation = match variance {
            ScoreVariance::MiettinenNurminen => units / (units - 1.0),
            ScoreVariance::FarringtonManning => 1.0,
        };
        let effect = difference(control, treatment);
        if hits[0] + hits[1] > misses[0] + misses[1] {
            return Arms { effect, hits: misses, misses: hits, sign: -1.0, inflation };
        }
        Arms { effect, hits, misses, sign: 1.0, inflation }
    }

    fn statistic(&self, null: f64) -> f64 {
        let surplus = self.effect - null;
        if surplus == 0.0 { 0.0 } else { surplus / self.std_error(null) }
    }

    /// Standard error of the difference if it is `null`.
    fn std_error(&self, null: f64) -> f64 {
        let least = least_shares(self.sign * null);
        let rise = self.most_likely_rise(least);
        let part = |arm: usize| {
            let share = least[arm] + rise;
            share * (1.0 - share).max(0.0) / (self.hits[arm] + self.misses[arm])
        };
        ((part(0) + part(1)) * self.inflation).sqrt()
    }

    /// How far above the `least` shares, of which one is 0, the most likely shares are.
    ///
    /// The slope of the likelihood falls from end to end, so Newton, or halving where that
    /// would leave the bracket, cannot miss its zero.
    fn most_likely_rise(&self, least: [f64; 2]) -> f64 {
        let (mut low, mut high) = (0.0, 1.0 - least[0].max(least[1]));
        if let Some(end) = self.most_likely_end(high, least) {
            return end;
        }
        let units = [self.hits[0] + self.misses[0], self.hits[1] + self.misses[1]];
        let start = [0, 1].map(|arm| self.hits[arm] - units[arm] * least[arm]);
        let mut rise = ((start[0] + start[1]) / (units[0] + units[1])).clamp(low, high);
        for _ in 0..100 {
            let (slope, bend) = self.likelihood_slope(rise, least);
            if slope > 0.0 {
                low = rise
            } else {
                high = rise
            }
            let step = slope / bend;
            if step.abs() <= 1e-15 * rise {
                break;
            }
            let inside = rise + step > low && rise + step < high;
            let next = if inside { rise + step } else { 0.5 * (low + high) };
            if next == rise {
                break;
            }
            rise = next;
        }
        rise
    }

    /// The end of the bracket, where an arm without hits or without misses holds the maximum.
    fn most_likely_end(&self, high: f64, least: [f64; 2]) -> Option<f64> {
        let without = |counts: &[f64; 2], at: f64| {
            [0, 1].iter().all(|arm| counts[*arm] == 0.0 || least[*arm] != at)
        };
        let most = least[0].max(least[1]);
        let falls = without(&self.hits, 0.0) && self.likelihood_slope(0.0, least).0 <= 0.0;
        let rises = without(&self.misses, most) && self.likelihood_slope(high, least).0 >= 0.0;
        if falls { Some(0.0) } else { rises.then_some(high) }
    }

    /// Slope of the log likelihood in both shares, and how fast the slope falls.
    fn likelihood_slope(&self, rise: f64, least: [f64; 2]) -> (f64, f64) {
        let (mut slope, mut bend) = (0.0, 0.0);
        for (arm, least) in least.into_iter().enumerate() {
            let (hits, misses, share) = (self.hits[arm], self.misses[arm], least + rise);
            if hits > 0.0 {
                slope += hits / share;
                bend += hits / (share * share);
            }
            if misses > 0.0 {
                let missed = (1.0 - share).max(0.0);
                slope -= misses / missed;
                bend += misses / (missed * missed);
            }
        }
        (slope, bend)
    }

    /// The values that the test keeps at `z` standard errors.
    fn interval(&self, z: f64) -> Interval {
        let (low, high) = if z >= 0.0 { (-1.0, 1.0) } else { (1.0, -1.0) };
        Interval {
            lower: root(|null| self.statistic(null) - z, self.effect, low, 0.0),
            upper: root(|null| self.statistic(null) + z, self.effect, high, 0.0),
        }
    }
}
