//! What separates two variants, before anyone judges it.

use super::arms::{Pair, Part};
use super::words::short;
use super::{CovariateUsed, NoEstimate, Reason};
use crate::config::{Direction, MetricKind, Variant};
use crate::stats::proportion::{ENOUGH, expected, fewest};
use crate::stats::{
    self, Estimate, Missing, NonInferiority, Twin, compare_points, non_inferiority_of_points,
};

/// How to compare.
#[derive(Clone, Copy)]
pub(super) struct Question {
    /// Two-sided level of the intervals.
    pub alpha: f64,
    /// Units at which the confidence sequence is tightest.
    pub tuning: f64,
    /// Relative margin and its one-sided level.
    pub margin: Option<(f64, f64)>,
    pub better: Direction,
}

/// The numbers of one comparison.
pub(super) struct Compared {
    pub estimate: Result<Estimate, NoEstimate>,
    pub covariate: Option<CovariateUsed>,
    pub margin: Option<NonInferiority>,
    /// Both values as they are compared, control first.
    pub points: Option<[stats::Point; 2]>,
    /// Units of control and treatment that are compared.
    pub units: [u64; 2],
    pub left_out: u64,
    /// Why no test may decide, at every look and at one.
    pub rare: Option<Rare>,
}

/// Too few units converted, or did not, for the normal distribution.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rare {
    pub reason: Reason,
    /// Of the smaller variant, from both together.
    pub expected: f64,
    /// The tests are those of the score, which needs fewer.
    pub by_score: bool,
}

/// Compares a treatment with control for one part of the units.
pub(super) fn compared(
    part: Part,
    control: &Variant,
    treatment: &Variant,
    question: &Question,
) -> Compared {
    match part.pair(control, treatment) {
        Ok(pair) => of_pair(part, &pair, question),
        Err(why) => Compared {
            estimate: Err(why),
            covariate: None,
            margin: None,
            points: None,
            units: [0, 0],
            left_out: 0,
            rare: None,
        },
    }
}

fn of_pair(part: Part, pair: &Pair, question: &Question) -> Compared {
    let rare = rare(part, pair);
    let found = match &rare {
        Some(_) => few(pair, question).map(|estimate| (estimate, None)),
        None => sharpest(part, pair, question),
    };
    let points = found.as_ref().ok().and_then(|found| points(pair, found));
    let margin = match (&rare, points, question.margin) {
        (None, Some(points), Some(margin)) => non_inferior(&points, margin, question),
        _ => None,
    };
    let (estimate, covariate) = match found {
        Ok((estimate, covariate)) => (Ok(estimate), covariate),
        Err(missing) => (Err(NoEstimate::Undefined(missing)), None),
    };
    let covariate = covariate.map(|(used, _)| used);
    let (units, left_out) = (pair.units(), pair.left_out);
    Compared { estimate, covariate, margin, points, units, left_out, rare }
}

/// An estimate, and where a covariate took part what it did and both variants without it.
type Found = (Estimate, Option<(CovariateUsed, [stats::Point; 2])>);

/// With its covariate, unless that leaves more variance than there was.
fn sharpest(part: Part, pair: &Pair, question: &Question) -> Result<Found, Missing> {
    let Question { alpha, tuning, .. } = *question;
    let [control, treatment] = pair.now()?.map(|twin: Twin| twin.unadjusted());
    let unadjusted = compare_points(&control, &treatment, alpha, tuning)?;
    let (Some(by), Ok([control, treatment])) = (part.adjustment(), pair.twins()) else {
        return Ok((unadjusted, None));
    };
    let adjusted = by.compare(&control, &treatment, alpha, tuning)?;
    if adjusted.std_error > unadjusted.std_error * (1.0 + 1e-9) {
        return Ok((unadjusted, None));
    }
    let variance_reduction = by.variance_reduction(&control, &treatment);
    let points = [by.point(&control), by.point(&treatment)];
    Ok((adjusted, Some((CovariateUsed { unadjusted, variance_reduction }, points))))
}

/// Of few converted units, by the score where all of them are of one phase.
fn few(pair: &Pair, question: &Question) -> Result<Estimate, Missing> {
    let Question { alpha, tuning, .. } = *question;
    let [control, treatment] = pair.now()?.map(|twin: Twin| twin.unadjusted());
    let wald = compare_points(&control, &treatment, alpha, tuning)?;
    let [control, treatment] = pair.conversions();
    match pair.is_one_phase() {
        true => wald.by_score(&control, &treatment, alpha, tuning),
        false => Ok(wald),
    }
}

fn points(pair: &Pair, (_, covariate): &Found) -> Option<[stats::Point; 2]> {
    match covariate {
        Some((_, points)) => Some(*points),
        None => Some(pair.now().ok()?.map(|twin| twin.unadjusted())),
    }
}

fn non_inferior(
    points: &[stats::Point; 2],
    (margin, alpha): (f64, f64),
    question: &Question,
) -> Option<NonInferiority> {
    non_inferiority_of_points(points, margin, question.better, alpha, question.tuning).ok()
}

fn rare(part: Part, pair: &Pair) -> Option<Rare> {
    let kind = &part.metric?.kind;
    let is_share = matches!(
        kind,
        MetricKind::Conversion { .. } | MetricKind::Retention(_) | MetricKind::Funnel { .. }
    );
    let [control, treatment] = pair.conversions();
    if !is_share || fewest(&control, &treatment) >= ENOUGH {
        return None;
    }
    let of_both = |arms: [u64; 2]| arms[0] as f64 + arms[1] as f64;
    let converted = of_both([control.conversions, treatment.conversions]);
    let is_few = 2.0 * converted <= of_both([control.units, treatment.units]);
    let what = if is_few { "converted" } else { "unconverted" };
    let expected = expected(&control, &treatment);
    let words = match expected < ENOUGH {
        true => format!(
            "{} {what} units are to be expected in the smaller variant, and a test at every look \
             needs {ENOUGH}",
            short(expected)
        ),
        false => format!("fewer than {ENOUGH} {what} units in a variant"),
    };
    let reason = Reason { code: "rare_events", words };
    Some(Rare { reason, expected, by_score: pair.is_one_phase() })
}
