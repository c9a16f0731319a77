//! How large is the integral of a function with few peaks.
//!
//! Probabilities as small as 1e-300 are integrals of log-concave functions: everything is
//! relative to the peak, so they lose no digit.

/// Beyond this many nats below the peak an integrand adds nothing.
const DROP: f64 = 40.0;
/// Difference of a panel from its halves at which the halves are right to 1e-13: halving a
/// panel of 16 points makes the error of a smooth function 2^32 times smaller.
const AGREEMENT: f64 = 1e-9;
/// Halvings of panels in one integral; smooth functions need a few.
const HALVINGS: u32 = 2000;

/// Where a function has its peak, and over what distance it falls from it.
#[derive(Debug, Clone, Copy)]
pub(in crate::stats) struct Peak {
    pub at: f64,
    pub scale: f64,
}

impl Peak {
    /// The peak of a function whose slope falls everywhere, to within 0.02 nats; looked for
    /// from `start`, first a `step` away.
    pub fn of_slope(slope: &impl Fn(f64) -> f64, start: f64, step: f64) -> Peak {
        let (mut low, mut high) = bracket(slope, start, step);
        for i in 0..200 {
            let width = high.0 - low.0;
            let settled = width * (low.1 - high.1) < 0.02;
            let middle = match i % 2 {
                0 if low.1.is_finite() && high.1.is_finite() => {
                    low.0 + width * (low.1 / (low.1 - high.1)).clamp(0.01, 0.99)
                }
                _ => low.0 + 0.5 * width,
            };
            if settled || middle <= low.0 || middle >= high.0 {
                break;
            }
            let at = slope(middle);
            if at > 0.0 { low = (middle, at) } else { high = (middle, at) }
        }
        let curvature = (low.1 - high.1) / (high.0 - low.0);
        let scale = 1.0 / curvature.sqrt();
        let at = low.0 + 0.5 * (high.0 - low.0);
        Peak { at, scale: if scale > 0.0 && scale.is_finite() { scale } else { step } }
    }
}

/// Two places, the slope positive at the first and not at the second.
fn bracket(slope: &impl Fn(f64) -> f64, start: f64, step: f64) -> ((f64, f64), (f64, f64)) {
    let first = (start, slope(start));
    let up = first.1 > 0.0;
    let mut distance = if up { step } else { -step };
    let mut near = first;
    for _ in 0..1100 {
        let far = (start + distance, slope(start + distance));
        if (far.1 > 0.0) != up {
            return if up { (near, far) } else { (far, near) };
        }
        near = far;
        distance *= 2.0;
    }
    (near, near)
}

/// Natural logarithm of the integral of `exp(log_f)` over the whole line; relative error about
/// 1e-12. `log_f` rises to the first of its `peaks` and falls after the last, and is smooth but
/// for `bends`, around which it changes within a few of their scales.
///
/// Adaptive halving of Gauss-Legendre panels of 16 points.
pub(in crate::stats) fn log_integral(
    log_f: &impl Fn(f64) -> f64,
    peaks: &[Peak],
    bends: &[Peak],
) -> f64 {
    let tops = peaks.iter().map(|peak| log_f(peak.at));
    let top = tops.fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return top;
    }
    let relative = |x: f64| (log_f(x) - top).exp();
    let edges = edges(&|x| top - log_f(x), peaks, bends);
    let pairs = || edges.iter().zip(edges.iter().skip(1));
    let panels: Vec<_> = pairs().map(|(&a, &b)| (a, b, panel(&relative, a, b))).collect();
    let size: f64 = panels.iter().map(|panel| panel.2).sum();
    let mut halving = Halving { f: &relative, tolerance: AGREEMENT * size, left: HALVINGS };
    let sum: f64 = panels.iter().map(|&(a, b, whole)| halving.refine(a, b, whole)).sum();
    top + sum.ln()
}

/// Where to cut the line: both ends, the peaks, the middles of the outer parts, and around
/// the bends that are narrow beside all this.
fn edges(fall: &impl Fn(f64) -> f64, peaks: &[Peak], bends: &[Peak]) -> Vec<f64> {
    let mut sorted = peaks.to_vec();
    sorted.sort_by(|one, other| one.at.total_cmp(&other.at));
    sorted.dedup_by(|next, kept| next.at - kept.at < kept.scale.min(next.scale));
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let low = first.at + end(&|distance| fall(first.at + distance), -first.scale);
    let high = last.at + end(&|distance| fall(last.at + distance), last.scale);
    let narrow = bends.iter().filter(|bend| 16.0 * bend.scale < high - low);
    let around = narrow.flat_map(|bend| [-8.0, -2.0, 2.0, 8.0].map(|k| bend.at + k * bend.scale));
    let mut edges: Vec<f64> = around.filter(|&x| low < x && x < high).collect();
    edges.extend(sorted.iter().map(|peak| peak.at));
    edges.extend([low, 0.5 * (low + first.at), 0.5 * (last.at + high), high]);
    edges.sort_by(f64::total_cmp);
    edges
}

/// A distance, with the sign of `step`, at which the fall is between one and two [`DROP`]s.
fn end(fall: &impl Fn(f64) -> f64, step: f64) -> f64 {
    let (mut near, mut far) = (0.0, f64::INFINITY * step);
    let mut distance = 9.0 * step;
    for _ in 0..400 {
        let fell = fall(distance);
        if fell < DROP {
            near = distance;
        } else if fell <= 2.0 * DROP {
            break;
        } else {
            far = distance;
        }
        let next = if far.is_finite() { near + 0.5 * (far - near) } else { 2.0 * distance };
        if next == distance || !next.is_finite() {
            break;
        }
        distance = next;
    }
    distance
}

/// Halves panels until they agree with their halves, or there have been enough.
struct Halving<'a, F> {
    f: &'a F,
    tolerance: f64,
    left: u32,
}

impl<F: Fn(f64) -> f64> Halving<'_, F> {
    fn refine(&mut self, from: f64, to: f64, whole: f64) -> f64 {
        let middle = from + 0.5 * (to - from);
        let (near, far) = (panel(self.f, from, middle), panel(self.f, middle, to));
        let agrees = (near + far - whole).abs() <= self.tolerance;
        if agrees || self.left == 0 || middle == from || middle == to {
            return near + far;
        }
        self.left -= 1;
        self.refine(from, middle, near) + self.refine(middle, to, far)
    }
}

/// Gauss-Legendre over one panel.
pub(super) fn panel(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (center, half) = (from + 0.5 * (to - from), 0.5 * (to - from));
    let pair =
        |&(node, weight): &(f64, f64)| weight * (f(center - half * node) + f(center + half * node));
    half * NODES.iter().map(pair).sum::<f64>()
}

/// Positive nodes and their weights, 16 points (Abramowitz and Stegun 1964, table 25.4).
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The normal density, `ln(2π)/2`, wherever and however wide; the two-sided exponential,
    /// `ln 2`, has a corner.
    #[test]
    fn known_integrals() {
        for (center, scale) in [(0.0, 1.0), (10.0, 0.1), (-3.0, 1e7)] {
            let f = |x: f64| -0.5 * ((x - center) / scale) * ((x - center) / scale);
            let slope = |x: f64| -(x - center) / (scale * scale);
            let peak = Peak::of_slope(&slope, center + 3.7 * scale, 0.1 * scale);
            let want = 0.918_938_533_204_672_8 + scale.ln();
            let got = log_integral(&f, &[peak], &[]);
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
        let corner = log_integral(&|x: f64| -x.abs(), &[Peak { at: 0.0, scale: 1.0 }], &[]);
        assert!((corner - 2f64.ln()).abs() < 1e-12, "{corner}");
    }

    #[test]
    fn whatever_the_function_it_returns() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0] {
            let peak = Peak::of_slope(&|_| value, 0.0, 1.0);
            let _ = log_integral(&|_| value, &[peak], &[]);
        }
    }
}
