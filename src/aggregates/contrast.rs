//! A treatment beside its control, before any test.

use super::answer::{Fields, Stop};
use super::arm::{Arm, Substance};
use super::lookup::Lookup;
use super::phases::phase_shares;
use crate::error::Problem;
use crate::stats::{Adjustment, Effect, Missing, Point, Slope, Summary, Twin, adjustment};

/// Absolute and relative effect of a treatment, with and without its covariate.
#[derive(Debug, Clone)]
pub struct Contrast {
    /// Control and treatment; `None` for a finished estimate.
    pub points: Option<[Point; 2]>,
    pub absolute: Effect,
    /// Over the size of control, by the delta method.
    pub lift: Result<Effect, Missing>,
    pub covariate: Option<Covariate>,
    /// Caps and quantiles of both variants.
    more: Fields,
}

/// What the covariate did, and the estimate without it.
#[derive(Debug, Clone)]
pub struct Covariate {
    pub theta: f64,
    pub variance_reduction: f64,
    /// Control and treatment without it.
    pub points: [Point; 2],
    pub unadjusted: Effect,
}

impl Contrast {
    /// Compares `treatment` with `control`; the covariate's slope is that of all `arms`.
    ///
    /// # Errors
    /// `Spec` for rows without moments; undefined as for [`Effect::contrast`].
    pub fn new(
        arms: &[Arm<'_>],
        control: &Arm<'_>,
        treatment: &Arm<'_>,
        options: &Lookup<'_>,
    ) -> Result<Contrast, Stop> {
        if let Some(effect) = treatment.effect() {
            return Contrast::finished(effect);
        }
        for arm in [control, treatment] {
            if let Substance::Undefined(reason) = &arm.substance {
                return Err(Stop::Undefined(reason.clone()));
            }
        }
        let mut contrast = match (control.point(), treatment.point()) {
            (Some(control), Some(treatment)) => Contrast::of_points(control, treatment)?,
            _ => Contrast::of_units(arms, control, treatment, options)?,
        };
        contrast.more = about(control, "control_");
        contrast.more.extend(about(treatment, "treatment_"));
        Ok(contrast)
    }

    fn of_units(
        arms: &[Arm<'_>],
        control: &Arm<'_>,
        treatment: &Arm<'_>,
        options: &Lookup<'_>,
    ) -> Result<Contrast, Stop> {
        let shares = phase_shares(&[control, treatment]);
        let twins = (control.twin(&shares), treatment.twin(&shares));
        match slope(options)? {
            Some(slope) if has_covariate(arms)? => {
                let summaries: Result<Vec<Summary>, _> = arms.iter().map(Arm::summary).collect();
                let summaries: Vec<_> = summaries?.into_iter().filter(|s| s.units > 1).collect();
                let adjustment = adjustment(&summaries, slope)?;
                Contrast::adjusted(&twins.0?, &twins.1?, &adjustment)
            }
            _ => {
                let bare = |arm: &Arm<'_>| arm.without_covariate().twin(&shares);
                let (control, treatment) = (bare(control)?, bare(treatment)?);
                Contrast::of_points(control.unadjusted(), treatment.unadjusted())
            }
        }
    }

    fn finished(effect: Effect) -> Result<Contrast, Stop> {
        let lift = Err(Missing::ControlNearZero);
        Ok(Contrast {
            points: None,
            absolute: effect.sound()?,
            lift,
            covariate: None,
            more: Fields::default(),
        })
    }

    fn of_points(control: Point, treatment: Point) -> Result<Contrast, Stop> {
        let absolute = Effect::contrast(&control, &treatment, 1.0)?;
        let lift = Effect::relative(&control, &treatment);
        let points = Some([control, treatment]);
        Ok(Contrast { points, absolute, lift, covariate: None, more: Fields::default() })
    }

    fn adjusted(control: &Twin, treatment: &Twin, by: &Adjustment) -> Result<Contrast, Stop> {
        let unadjusted = Effect::contrast(&control.unadjusted(), &treatment.unadjusted(), 1.0)?;
        let covariate = Covariate {
            theta: by.theta,
            variance_reduction: by.variance_reduction(control, treatment),
            points: [control.unadjusted(), treatment.unadjusted()],
            unadjusted,
        };
        let lift = by.lift(control, treatment);
        let (control, treatment) = (by.point(control), by.point(treatment));
        let absolute = Effect::contrast(&control, &treatment, 1.0)?;
        let points = Some([control, treatment]);
        Ok(Contrast { points, absolute, lift, covariate: Some(covariate), more: Fields::default() })
    }

    /// The values compared, and what the covariate did.
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        if let Some([control, treatment]) = &self.points {
            fields
                .put("control_units", control.units)
                .put("treatment_units", treatment.units)
                .number("control_value", control.value)
                .number("treatment_value", treatment.value)
                .number("control_variance", control.variance * control.units as f64)
                .number("treatment_variance", treatment.variance * treatment.units as f64);
        }
        fields.extend(self.more.clone());
        if let Some(covariate) = &self.covariate {
            fields
                .number("theta", covariate.theta)
                .number("variance_reduction", covariate.variance_reduction)
                .number("unadjusted_control_value", covariate.points[0].value)
                .number("unadjusted_treatment_value", covariate.points[1].value)
                .number("unadjusted_effect", covariate.unadjusted.value)
                .number("unadjusted_std_error", covariate.unadjusted.std_error);
        }
        fields
    }
}

/// What was done to a variant's values before they were compared.
fn about(arm: &Arm<'_>, prefix: &str) -> Fields {
    let mut fields = Fields::default();
    if let Some(cap) = &arm.cap {
        fields.extend(cap.fields(prefix));
    }
    if let Some(quantile) = &arm.quantile {
        fields.extend(quantile.fields(prefix));
    }
    fields
}

/// `None` where the covariate is not wanted.
fn slope(options: &Lookup<'_>) -> Result<Option<Slope>, Problem> {
    let said = options.text("theta");
    if let Some(theta) = said.as_deref().and_then(|text| text.parse::<f64>().ok()) {
        return Ok(Some(Slope::Fixed(theta)));
    }
    let words = [
        ("auto", Some(Slope::Auto)),
        ("pooled", Some(Slope::Pooled)),
        ("least-variance", Some(Slope::LeastVariance)),
        ("unweighted", Some(Slope::Unweighted)),
        ("none", None),
    ];
    options.choice("theta", &words)
}

/// Whether any variant has a pre-period column that varies.
fn has_covariate(arms: &[Arm<'_>]) -> Result<bool, Problem> {
    let varies = |summary: Summary| summary.comoment[2][2] > 0.0 || summary.comoment[3][3] > 0.0;
    for arm in arms {
        match arm.summary() {
            Ok(summary) if varies(summary) => return Ok(true),
            Err(Stop::Spec(problem)) => return Err(problem),
            _ => {}
        }
    }
    Ok(false)
}
