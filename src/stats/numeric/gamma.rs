//! What is left of the gamma function after Stirling.

/// From here on eight terms of Stirling's series are exact to a double.
const SERIES_FROM: f64 = 10.0;

/// `ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi)/2` for `x > 0`; infinite at 0.
///
/// Abramowitz and Stegun (1964) 6.1.41, and the recurrence 6.1.15 below 10.
pub fn stirling_remainder(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::INFINITY;
    }
    if x == 0.5 {
        // Student's tail and Jeffreys' prior ask for this one all the time.
        return 0.5 * (1.0 - std::f64::consts::LN_2);
    }
    let (mut at, mut sum) = (x, 0.0);
    while at < SERIES_FROM {
        // The reciprocal of a subnormal is infinite; its logarithm is not.
        let log = if at < 1e-300 { -at.ln() } else { (1.0 / at).ln_1p() };
        sum += (at + 0.5) * log - 1.0;
        at += 1.0;
    }
    sum + stirling_series(at)
}

fn stirling_series(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let v = 1.0 / (x * x);
    TERMS.iter().rev().fold(0.0, |sum, term| sum * v + term) / x
}

/// Riemann's zeta for `s > 1`, by Euler and Maclaurin from the twelfth term on.
pub fn zeta(s: f64) -> f64 {
    const FROM: f64 = 12.0;
    let head: f64 = (1..12).map(|k| f64::from(k).powf(-s)).sum();
    let last = FROM.powf(-s);
    // Bernoulli numbers over factorials: B_2k / (2k)!.
    let weights =
        [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0, 1.0 / 47_900_160.0];
    let mut rising = s * last / FROM;
    let mut tail = 0.0;
    for (k, weight) in (0..5).map(f64::from).zip(weights) {
        tail += weight * rising;
        rising *= (s + 2.0 * k + 1.0) * (s + 2.0 * k + 2.0) / (FROM * FROM);
    }
    head + last * FROM / (s - 1.0) + 0.5 * last + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// mpmath at 40 digits.
    #[test]
    fn remainder_is_that_of_forty_digits() {
        close(stirling_remainder(1.0), 0.081_061_466_795_327_26, 1e-14);
        close(stirling_remainder(0.5), stirling_remainder(0.5f64.next_down()), 1e-14);
        close(stirling_remainder(0.01), 1.434_007_953_703_184_2, 1e-14);
        close(stirling_remainder(12.5), 0.006_665_247_032_707_682, 1e-14);
        close(stirling_remainder(1e9), 1.0 / 12e9, 1e-14);
        close(
            stirling_remainder(1e-310),
            0.5 * 310.0 * 10f64.ln() - 0.918_938_533_204_672_8,
            1e-14,
        );
        assert_eq!(stirling_remainder(0.0), f64::INFINITY);
    }

    /// `pi²/6`, and mpmath at 40 digits.
    #[test]
    fn zeta_is_known() {
        close(zeta(2.0), std::f64::consts::PI.powi(2) / 6.0, 1e-14);
        close(zeta(1.4), 3.105_547_277_977_581, 1e-14);
        close(zeta(1.01), 100.577_943_338_496_78, 1e-14);
    }
}
