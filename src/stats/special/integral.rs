//! How much a density with one hump holds above zero.

/// Panels on one side of the hump; 40 suffice for any density of this crate.
const PANELS: usize = 400;
/// What lies this far below the hump, in logarithm, is less than a double's last digit.
const NEGLIGIBLE: f64 = -42.0;

/// How wide a panel may be on either side of a place.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Of the first panel: about one standard deviation of the hump.
    pub first: f64,
    /// Where the logarithm of the density bends, panels stay this narrow; beyond `bends_until`
    /// it is a straight line and they may double.
    pub bends_until: f64,
}

/// `ln` of the integral over `[0, inf)` of `exp(f)`, for a concave `f` that is highest at
/// `peak >= 0`, relative to nothing: `f(peak)` is included.
///
/// Gauss-Legendre, 16 nodes, on panels that grow away from the hump until the density is
/// negligible; exact to about 1e-14.
pub fn log_integral(f: impl Fn(f64) -> f64, peak: f64, width: Width) -> f64 {
    let top = f(peak);
    let density = |w: f64| (f(w) - top).exp();
    let mut sum = 0.0;
    for direction in [1.0, -1.0] {
        let (mut from, mut step) = (peak, width.first);
        for _ in 0..PANELS {
            let to = (from + direction * step).max(0.0);
            if to == from {
                break;
            }
            sum += gauss_legendre(&density, from.min(to), from.max(to));
            if f(to) - top < NEGLIGIBLE {
                break;
            }
            from = to;
            let straight = direction > 0.0 && from >= width.bends_until;
            step = if straight { 2.0 * step } else { (2.0 * step).min(1.0) };
        }
    }
    top + sum.ln()
}

fn gauss_legendre(density: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    const NODES: [(f64, f64); 8] = [
        (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
        (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
        (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
        (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
        (0.755_404_408_355_003, 0.124_628_971_255_533_88),
        (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
        (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
        (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
    ];
    let (center, half) = (0.5 * (from + to), 0.5 * (to - from));
    let pair = |(x, weight): (f64, f64)| {
        weight * (density(center - half * x) + density(center + half * x))
    };
    half * NODES.into_iter().map(pair).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-13, "got {got}, want {want}");
    }

    /// Half a normal density, and an exponential whose scale is far from the first panel's.
    #[test]
    fn known_integrals_are_found() {
        let width = |first: f64| Width { first, bends_until: 0.0 };
        let normal = log_integral(|w| -0.5 * w * w, 0.0, width(1.0));
        close(normal, 0.5 * (0.5 * std::f64::consts::PI).ln());
        let moved = log_integral(|w| -0.5e6 * (w - 3.0) * (w - 3.0), 3.0, width(1e-3));
        close(moved, 0.5 * (std::f64::consts::TAU / 1e6).ln());
        close(log_integral(|w| -1e-9 * w, 0.0, width(1.0)), 1e9f64.ln());
    }
}
