//! Whether one share is at least some part of another.

use super::conversions::check;
use super::{Conversions, ProportionMethod, ProportionTest};
use crate::stats::{Alternative, Effect, Missing};

/// The z-test that treatment is `ratio` times control, each arm with its own variance.
///
/// With `ratio` at one minus a margin and [`Alternative::Greater`] it is the test of
/// non-inferiority by a relative margin; `effect` is `treatment - ratio control`.
/// `Err(NoVariation)` if each arm converted wholly or not at all, `Err(OutOfRange)` for a ratio
/// that is not positive.
pub fn unpooled_ratio(
    control: &Conversions,
    treatment: &Conversions,
    ratio: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    check_ratio(control, treatment, ratio, alpha)?;
    let variance = treatment.variance() + ratio * ratio * control.variance();
    if variance == 0.0 {
        return Err(Missing::NoVariation);
    }
    let (effect, std_error) = (contrast(control, treatment, ratio), variance.sqrt());
    Ok(test(ProportionMethod::UnpooledZ, effect, std_error, alternative, alpha))
}

/// The same with the shares that are most likely if treatment is `ratio` times control
/// (Miettinen and Nurminen 1985, equation 10; Farrington and Manning 1990, in closed form).
///
/// Also where nobody or everybody converted. `Err(OutOfRange)` for a ratio that is not positive.
pub fn score_ratio(
    control: &Conversions,
    treatment: &Conversions,
    ratio: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    check_ratio(control, treatment, ratio, alpha)?;
    let (a, b) = (control.units as f64, treatment.units as f64);
    let share = most_likely_share(control, treatment, ratio);
    let treated = (ratio * share).min(1.0);
    let of_control = ratio * ratio * share * (1.0 - share) / a;
    let variance = (treated * (1.0 - treated) / b + of_control) * (a + b) / (a + b - 1.0);
    let (effect, std_error) = (contrast(control, treatment, ratio), variance.max(0.0).sqrt());
    Ok(test(ProportionMethod::MiettinenNurminen, effect, std_error, alternative, alpha))
}

fn check_ratio(
    control: &Conversions,
    treatment: &Conversions,
    ratio: f64,
    alpha: f64,
) -> Result<(), Missing> {
    check([control, treatment], alpha)?;
    if ratio > 0.0 && ratio.is_finite() { Ok(()) } else { Err(Missing::OutOfRange) }
}

fn contrast(control: &Conversions, treatment: &Conversions, ratio: f64) -> f64 {
    treatment.share() - ratio * control.share()
}

/// The smaller root of the likelihood's quadratic, without its cancellation.
fn most_likely_share(control: &Conversions, treatment: &Conversions, ratio: f64) -> f64 {
    let (a, b) = (control.units as f64, treatment.units as f64);
    let (hits, treated) = (control.conversions as f64, treatment.conversions as f64);
    let slope = b * ratio + treated + a + hits * ratio;
    let room = slope * slope - 4.0 * (a + b) * ratio * (hits + treated);
    (2.0 * (hits + treated) / (slope + room.max(0.0).sqrt())).min(1.0)
}

fn test(
    method: ProportionMethod,
    effect: f64,
    std_error: f64,
    alternative: Alternative,
    alpha: f64,
) -> ProportionTest {
    let dof = f64::INFINITY;
    let found = Effect { value: effect, std_error, dof, units: f64::INFINITY };
    if std_error == 0.0 {
        // Nothing converted, or everything where the ratio is 1: no evidence either way.
        let log = alternative.log_p_value(0.0, crate::stats::normal::log_sf);
        let test = crate::stats::Test::new(log, alternative.interval(effect, 0.0));
        return ProportionTest { method, effect, std_error, statistic: 0.0, dof, test };
    }
    let test = found.z_test(0.0, alternative, alpha);
    ProportionTest { method, effect, std_error, statistic: found.statistic(0.0), dof, test }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOVE: Alternative = Alternative::Greater;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-12 * want.abs(), "got {got}, want {want}");
    }

    /// statsmodels 0.15, `test_proportions_2indep(compare="ratio", method="score", value=ratio)`;
    /// the last is the unpooled statistic by its formula.
    #[test]
    fn margins_are_those_of_statsmodels() {
        let of = |a: [u64; 2], b: [u64; 2], ratio, side| {
            let [a, b] = [a, b].map(|[hits, units]| Conversions::new(units, hits));
            score_ratio(&a, &b, ratio, side, 0.05).unwrap()
        };
        let many = of([820, 10_000], [805, 10_050], 0.95, ABOVE);
        close(many.statistic, 0.585_406_717_463_464_6);
        close(many.test.p_value, 0.279_137_136_510_364);
        let few = of([3, 200], [5, 180], 0.8, ABOVE);
        close(few.statistic, 1.194_682_208_765_211_6);
        close(few.test.p_value, 0.116_105_608_073_395_1);
        let high = of([195, 200], [180, 190], 1.02, Alternative::Less);
        close(high.statistic, -2.263_716_777_670_408_6);
        close(high.test.p_value, 0.011_795_769_954_369_211);
        assert!(high.test.interval.upper < 0.0 && few.test.interval.lower < 0.0);
        let (a, b) = (Conversions::new(10_000, 820), Conversions::new(10_050, 805));
        let wald = unpooled_ratio(&a, &b, 0.95, ABOVE, 0.05).unwrap();
        close(wald.statistic, 0.585_227_505_873_007_6);
    }

    /// Nobody converted: nothing is known, whatever the margin.
    #[test]
    fn nobody_is_no_evidence() {
        let none = Conversions::new(50, 0);
        let test = score_ratio(&none, &none, 0.98, ABOVE, 0.05).unwrap();
        assert_eq!((test.statistic, test.test.p_value), (0.0, 0.5));
        assert_eq!(unpooled_ratio(&none, &none, 0.98, ABOVE, 0.05), Err(Missing::NoVariation));
        assert_eq!(score_ratio(&none, &none, 0.0, ABOVE, 0.05), Err(Missing::OutOfRange));
    }
}
