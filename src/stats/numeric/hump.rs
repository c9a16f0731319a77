//! How much a density with one hump holds above zero.

use super::legendre::panel;

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
            sum += panel(&density, from.min(to), from.max(to));
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
