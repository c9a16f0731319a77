//! How large the integral of a function with few peaks is.
//!
//! Probabilities as small as 1e-300 are integrals of log-concave functions: everything is
//! relative to the peak, so they lose no digit.

use super::halving;

/// Beyond this many nats below the peak an integrand adds nothing.
const DROP: f64 = 40.0;
/// A bend is narrow if this many of its scales fit into the line.
const NARROW: f64 = 100.0;

/// Where a function has its peak, and over what distance it falls from it.
#[derive(Debug, Clone, Copy)]
pub struct Peak {
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

/// Natural logarithm of the integral of `exp(log_f)`, a function with one peak, over the whole
/// line; relative error about 1e-12.
pub fn log_integral(log_f: &impl Fn(f64) -> f64, peak: Peak) -> f64 {
    let logs = log_integrals(&|x, out| out.fill(log_f(x)), &[vec![peak]], &[]);
    logs.first().copied().unwrap_or(f64::NEG_INFINITY)
}

/// Natural logarithms of the integrals of several functions over the whole line, which are
/// taken together because they have their costly parts in common.
///
/// `log_f` writes their logarithms. Each rises to the first of its `peaks` and falls after the
/// last, and is smooth but for `bends`, around which it changes within a few of their scales.
/// Adaptive halving of Gauss-Legendre panels of 16 points; relative error about 1e-12 of each,
/// and more where `x` itself has few digits left beside a bend's scale.
pub fn log_integrals(
    log_f: &impl Fn(f64, &mut [f64]),
    peaks: &[Vec<Peak>],
    bends: &[Peak],
) -> Vec<f64> {
    let values = |x: f64| {
        let mut out = vec![0.0; peaks.len()];
        log_f(x, &mut out);
        out
    };
    let value = |x: f64, index: usize| values(x).get(index).copied().unwrap_or(f64::NAN);
    let top = |(index, peaks): (usize, &Vec<Peak>)| {
        peaks.iter().map(|peak| value(peak.at, index)).fold(f64::NEG_INFINITY, f64::max)
    };
    let tops: Vec<f64> = peaks.iter().enumerate().map(top).collect();
    let fall = |x: f64, index: usize| tops.get(index).map_or(f64::NAN, |top| top - value(x, index));
    let relative = |x: f64, out: &mut [f64]| {
        log_f(x, out);
        for (out, top) in out.iter_mut().zip(&tops) {
            *out = if top.is_finite() { (*out - top).exp() } else { 0.0 };
        }
    };
    let edges = edges(&fall, peaks, bends);
    let sums = halving::integrals(&relative, &edges, peaks.len());
    let log = |(top, sum): (&f64, f64)| if top.is_finite() { top + sum.ln() } else { *top };
    tops.iter().zip(sums).map(log).collect()
}

/// Where to cut the line: the outermost ends, the peaks, the middles of the outer parts, and
/// around the bends that are narrow beside all this.
fn edges(fall: &impl Fn(f64, usize) -> f64, peaks: &[Vec<Peak>], bends: &[Peak]) -> Vec<f64> {
    let mut cuts = peaks.concat();
    cuts.sort_by(|one, other| one.at.total_cmp(&other.at));
    let (Some(&first), Some(&last)) = (cuts.first(), cuts.last()) else {
        return Vec::new();
    };
    let ends = |side: f64| {
        peaks.iter().enumerate().filter_map(move |(index, peaks)| {
            let outer = peaks.iter().max_by(|a, b| (side * a.at).total_cmp(&(side * b.at)))?;
            let fall = |distance| fall(outer.at + distance, index);
            Some(outer.at + end(&fall, side * outer.scale))
        })
    };
    let low = ends(-1.0).fold(first.at, f64::min);
    let high = ends(1.0).fold(last.at, f64::max);
    let narrow = bends.iter().filter(|bend| NARROW * bend.scale < high - low);
    let around = |bend: &Peak| {
        [-8.0, -2.0, 2.0, 8.0].map(|k| Peak { at: bend.at + k * bend.scale, scale: bend.scale })
    };
    cuts.extend(narrow.flat_map(around).filter(|cut| low < cut.at && cut.at < high));
    cuts.sort_by(|one, other| one.at.total_cmp(&other.at));
    cuts.dedup_by(|next, kept| next.at - kept.at < next.scale.min(kept.scale));
    let mut edges = vec![low, 0.5 * (low + first.at)];
    edges.extend(cuts.iter().map(|cut| cut.at));
    edges.extend([0.5 * (last.at + high), high]);
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
            let got = log_integral(&f, peak);
            assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
        let corner = log_integral(&|x: f64| -x.abs(), Peak { at: 0.0, scale: 1.0 });
        assert!((corner - 2f64.ln()).abs() < 1e-12, "{corner}");
    }

    #[test]
    fn whatever_the_function_it_returns() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0] {
            let peak = Peak::of_slope(&|_| value, 0.0, 1.0);
            let _ = log_integral(&|_| value, peak);
        }
    }
}
