//! How much of the noise was there before the experiment.

use super::Effect;
use crate::stats::{Missing, Point, Summary, Twin};

/// How the slope of a metric on its pre-period twin is found; one slope for all variants.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Slope {
    /// [`Slope::Pooled`] for a mean or share, [`Slope::LeastVariance`] for a ratio.
    #[default]
    Auto,
    /// Of all variants' units taken as one (gbstats, tea-tasting and Spotify for means,
    /// tea-tasting for ratios).
    Pooled,
    /// The slope that makes the sum of the variants' variances least.
    LeastVariance,
    /// Sums of the variants' (co)variances of one unit, unweighted (gbstats for ratios).
    Unweighted,
    /// Known beforehand.
    Fixed(f64),
}

/// All variants of a metric, with what the pre-period explains taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// The slope in force; 0 where the covariate is constant or would only add noise.
    pub theta: f64,
    /// The pre-period value of all units together; adjusted values are as if every variant
    /// had started there.
    pub center: f64,
    is_mean: bool,
}

/// The slope on the covariate for all `variants` of one metric together.
///
/// CUPED; Deng, Xu, Kohavi and Walker (2013). A constant covariate gets slope 0, and with
/// [`Slope::Auto`] so does one that would make the variance of any comparison larger than
/// without it; the other slopes are what they say. `Err` as for [`Summary::twin`], and for no
/// variants.
pub fn adjustment(variants: &[Summary], slope: Slope) -> Result<Adjustment, Missing> {
    let twins: Result<Vec<Twin>, Missing> = variants.iter().map(Summary::twin).collect();
    let twins = twins?;
    let all = variants.iter().fold(Summary::EMPTY, |sum, variant| sum.merge(variant));
    let whole = all.twin()?;
    let is_mean = all.is_mean();
    let theta = match slope {
        Slope::Fixed(theta) => Some(theta),
        Slope::Pooled => ratio(whole.covariance, whole.before_variance),
        Slope::Auto if is_mean => ratio(whole.covariance, whole.before_variance),
        Slope::Auto | Slope::LeastVariance => of_sums(&twins, |_| 1.0),
        Slope::Unweighted => of_sums(&twins, |twin| twin.units as f64),
    };
    let theta = theta.filter(|theta| theta.is_finite()).unwrap_or_default();
    let theta = if slope == Slope::Auto && !helps(theta, &twins) { 0.0 } else { theta };
    Ok(Adjustment { theta, center: whole.before, is_mean })
}

fn ratio(covariance: f64, variance: f64) -> Option<f64> {
    (variance > 0.0).then(|| covariance / variance)
}

fn of_sums(twins: &[Twin], weight: impl Fn(&Twin) -> f64) -> Option<f64> {
    let covariance = twins.iter().map(|twin| weight(twin) * twin.covariance).sum();
    let variance = twins.iter().map(|twin| weight(twin) * twin.before_variance).sum();
    ratio(covariance, variance)
}

/// Whether no pair of variants is compared less sharply than without the covariate.
fn helps(theta: f64, twins: &[Twin]) -> bool {
    let surplus = |twin: &Twin| twin.adjusted_variance(theta, 1.0) - twin.variance;
    let pairs = twins.iter().enumerate().flat_map(|(i, a)| twins[..i].iter().map(move |b| (a, b)));
    pairs.into_iter().all(|(a, b)| surplus(a) + surplus(b) <= 1e-9 * (a.variance + b.variance))
}

impl Adjustment {
    /// One variant's adjusted value.
    pub fn point(&self, variant: &Twin) -> Point {
        variant.adjusted(self.theta, self.center)
    }

    /// Part of the variance of `treatment - control` that the covariate took away; 0 where there
    /// was none, and negative where a slope that was asked for added some.
    pub fn variance_reduction(&self, control: &Twin, treatment: &Twin) -> f64 {
        let before = control.variance + treatment.variance;
        let after = self.point(control).variance + self.point(treatment).variance;
        let part = if before > 0.0 { 1.0 - after / before } else { 0.0 };
        if part > -1e-9 { part.max(0.0) } else { part }
    }

    /// Adjusted effect over the size of the *unadjusted* control, by the delta method.
    ///
    /// The variance of a mean is gbstats' `frequentist_variance_relative_cuped`, in which
    /// control counts by the ratio of the unadjusted means; that of a ratio metric takes the
    /// adjusted effect there, which is the gradient itself. Degrees of freedom are those of the
    /// absolute effect. `Err(ControlNearZero)` where control is zero.
    pub fn lift(&self, control: &Twin, treatment: &Twin) -> Result<Effect, Missing> {
        let effect = Effect::contrast(&self.point(control), &self.point(treatment), 1.0)?;
        let size = control.value.abs();
        let value = effect.value / size;
        let of_control = match self.is_mean {
            true => treatment.value / control.value,
            false => 1.0 + value * control.value.signum(),
        };
        let variance = treatment.adjusted_variance(self.theta, 1.0)
            + control.adjusted_variance(self.theta, of_control);
        let lift = Effect { value, std_error: variance.sqrt() / size, ..effect };
        if size > 0.0 { lift.checked() } else { Err(Missing::ControlNearZero) }
    }
}

impl Summary {
    /// Whether the denominator is the constant 1: a mean or a share.
    pub fn is_mean(&self) -> bool {
        self.mean[1] == 1.0 && self.comoment[1][1] == 0.0
    }
}

#[cfg(test)]
#[path = "covariate_tests.rs"]
mod tests;
