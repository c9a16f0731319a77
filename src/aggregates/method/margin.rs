//! Whether a treatment is at most so much worse.

use super::effect::{Found, Level};
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::contrast::Contrast;
use crate::aggregates::lookup::Lookup;
use crate::stats::{Alternative, Effect, Missing};

const NEEDS_VARIANTS: &str = "a relative margin needs both variants; say `margin_scale` absolute";

/// What the margin is a part of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// `treatment - (1 - margin) control`: exact under normality (R mratios).
    Contrast,
    /// The lift by the delta method against the margin (gbstats).
    Lift,
    /// Of the observed control, as if that were known (Spotify).
    Fixed,
    /// In the metric's unit.
    Absolute,
}

/// The one-sided test of "worse by at least the margin", where there is a margin.
pub fn margin(
    contrast: &Contrast,
    level: &Level,
    options: &Lookup<'_>,
    test: &impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Stop> {
    let Some(margin) = options.positive("margin")? else { return Ok(Fields::default()) };
    let scales = [
        ("contrast", Scale::Contrast),
        ("lift", Scale::Lift),
        ("fixed", Scale::Fixed),
        ("absolute", Scale::Absolute),
    ];
    let scale = options.choice("margin_scale", &scales)?;
    let good = options.choice("better", &[("higher", 1.0), ("lower", -1.0)])?;
    let points = || contrast.points.ok_or_else(|| options.problem(NEEDS_VARIANTS));
    let (effect, null, ratio) = match scale {
        Scale::Contrast => {
            let [control, treatment] = points()?;
            let ratio = 1.0 - good * margin * control.value.signum();
            (Effect::contrast(&control, &treatment, ratio)?, 0.0, Some(ratio))
        }
        Scale::Lift => (contrast.lift.clone()?, -good * margin, None),
        Scale::Fixed => (contrast.absolute, -good * margin * points()?[0].value.abs(), None),
        Scale::Absolute => (contrast.absolute, -good * margin, None),
    };
    let alternative = if good > 0.0 { Alternative::Greater } else { Alternative::Less };
    let unit = match (scale, contrast.points) {
        (Scale::Lift, Some([control, _])) => control.value.abs(),
        _ => 1.0,
    };
    let found = test(&effect, &Level { alternative, null, unit, ..*level })?.test;
    let end = if good > 0.0 { found.interval.lower } else { found.interval.upper };
    let mut fields = Fields::default();
    if let Some(ratio) = ratio {
        fields.number("margin_ratio", ratio);
    }
    fields
        .number("margin_effect", effect.value)
        .number("margin_null", null)
        .number("margin_std_error", effect.std_error)
        .number("margin_dof", effect.dof)
        .number("margin_statistic", good * effect.statistic(null))
        .number("margin_p_value", found.p_value)
        .number("margin_log_p_value", found.log_p_value)
        .number("margin_bound", good * end)
        .put("non_inferior", found.log_p_value < level.alpha.ln());
    Ok(fields)
}
