//! Tests of two shares.

use super::Pair;
use super::effect::Level;
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::error::Problem;
use crate::stats::proportion::{
    Conversions, ProportionMethod, ProportionTest, ScoreVariance, agresti_caffo, fisher, log_ratio,
    newcombe, pooled_share, pooled_z, pooled_z_continuity, score, score_ratio, two_proportions,
    unpooled_ratio, unpooled_z,
};
use crate::stats::{Alternative, Interval, Missing};

/// Control and treatment with the level of the test.
struct Shares {
    control: Conversions,
    treatment: Conversions,
    level: Level,
}

impl Shares {
    fn new(pair: &Pair<'_>) -> Result<Shares, Stop> {
        let of =
            |arm: &Arm<'_>| arm.conversions().map(|(units, hits)| Conversions::new(units, hits));
        Ok(Shares {
            control: of(pair.control)?,
            treatment: of(pair.treatment)?,
            level: Level::new(&pair.options)?,
        })
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields
            .put("valid", "at the planned end")
            .put("control_units", self.control.units)
            .put("treatment_units", self.treatment.units)
            .number("control_value", self.control.share())
            .number("treatment_value", self.treatment.share());
        fields
    }
}

type Run = fn(&Conversions, &Conversions, f64, Alternative, f64) -> Result<ProportionTest, Missing>;

/// Miettinen and Nurminen's score test, as [`Run`].
fn miettinen_nurminen(
    control: &Conversions,
    treatment: &Conversions,
    null: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    score(control, treatment, null, ScoreVariance::default(), alternative, alpha)
}

pub fn automatic(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let run: Run = |a, b, null, alternative, alpha| match null == 0.0 {
        true => two_proportions(a, b, alternative, alpha),
        false => miettinen_nurminen(a, b, null, alternative, alpha),
    };
    tested(pair, run, score_ratio)
}

pub fn unpooled(pair: &Pair<'_>) -> Result<Fields, Stop> {
    tested(pair, unpooled_z, unpooled_ratio)
}

pub fn score_test(pair: &Pair<'_>) -> Result<Fields, Stop> {
    tested(pair, miettinen_nurminen, score_ratio)
}

pub fn pooled(pair: &Pair<'_>) -> Result<Fields, Stop> {
    only_of_no_difference(pair)?;
    let run: Run = |a, b, _, alternative, alpha| pooled_z(a, b, alternative, alpha);
    tested(pair, run, unpooled_ratio)
}

pub fn continuity(pair: &Pair<'_>) -> Result<Fields, Stop> {
    only_of_no_difference(pair)?;
    let run: Run = |a, b, _, alternative, alpha| pooled_z_continuity(a, b, alternative, alpha);
    tested(pair, run, unpooled_ratio)
}

/// One variance for both supposes that they do not differ.
fn only_of_no_difference(pair: &Pair<'_>) -> Result<(), Problem> {
    let said = [pair.options.positive("margin")?, pair.options.number("null")?];
    match said.iter().flatten().all(|number| *number == 0.0) {
        true => Ok(()),
        false => Err(pair.options.problem(POOLED).hint("`z-unpooled` and `score` do")),
    }
}

const POOLED: &str = "a pooled variance tests no `margin` and no `null` other than 0";

/// The difference by one test, the ratio by its logarithm, and the margin by the same test.
fn tested(pair: &Pair<'_>, run: Run, at_ratio: Run) -> Result<Fields, Stop> {
    let shares = Shares::new(pair)?;
    let Shares { control, treatment, level } = &shares;
    let found = run(control, treatment, level.null, level.alternative, level.alpha)?;
    let mut fields = shares.fields();
    fields.put("test", name(found.method));
    if let Ok(pooled) = pooled_share(control, treatment) {
        fields.number("pooled_share", pooled);
    }
    fields
        .number("effect", found.effect)
        .number("std_error", found.std_error)
        .number("dof", found.dof)
        .number("statistic", found.statistic)
        .test("", &found.test);
    fields.extend(ratio(&shares)).extend(margin(pair, &shares, run, at_ratio)?);
    Ok(fields)
}

fn name(method: ProportionMethod) -> &'static str {
    match method {
        ProportionMethod::PooledZ => "pooled z",
        ProportionMethod::PooledZContinuity => "pooled z with continuity correction",
        ProportionMethod::UnpooledZ => "unpooled z",
        ProportionMethod::LogRatio => "log ratio",
        ProportionMethod::MiettinenNurminen => "Miettinen-Nurminen score",
        ProportionMethod::FarringtonManning => "Farrington-Manning score",
    }
}

/// The lift with the interval of the log ratio; a lift that is undefined stops nothing.
fn ratio(shares: &Shares) -> Fields {
    let Shares { control, treatment, level } = shares;
    let mut fields = Fields::default();
    fields.put("lift_method", "log");
    match log_ratio(control, treatment, level.alternative, level.alpha) {
        Ok(found) => fields
            .number("lift", found.effect)
            .number("lift_log_std_error", found.std_error)
            .test("lift_", &found.test),
        Err(missing) => fields.maybe("lift", None).put("lift_reason", missing.code()),
    };
    fields
}

/// What the margin is a part of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// `treatment - (1 - margin) control`, so that noise in control counts.
    Contrast,
    /// Of the observed control, as if that were known.
    Fixed,
    /// A difference of shares.
    Absolute,
}

/// Non-inferiority by a margin; `at_ratio` tests that treatment is a part of control.
fn margin(pair: &Pair<'_>, shares: &Shares, run: Run, at_ratio: Run) -> Result<Fields, Stop> {
    let Some(margin) = pair.options.positive("margin")? else { return Ok(Fields::default()) };
    let good = pair.options.choice("better", &[("higher", 1.0), ("lower", -1.0)])?;
    let scales =
        [("contrast", Scale::Contrast), ("fixed", Scale::Fixed), ("absolute", Scale::Absolute)];
    let alternative = if good > 0.0 { Alternative::Greater } else { Alternative::Less };
    let Shares { control, treatment, level } = shares;
    let mut fields = Fields::default();
    let (run, null) = match pair.options.choice("margin_scale", &scales)? {
        Scale::Contrast => {
            fields.number("margin_ratio", 1.0 - good * margin);
            (at_ratio, 1.0 - good * margin)
        }
        Scale::Fixed => (run, -good * margin * control.share()),
        Scale::Absolute => (run, -good * margin),
    };
    let found = run(control, treatment, null, alternative, level.alpha)?;
    let end = match found.test.interval {
        Interval { lower, .. } if good > 0.0 => lower,
        Interval { upper, .. } => upper,
    };
    let null = if fields.get("margin_ratio").is_some() { 0.0 } else { null };
    fields
        .number("margin_effect", found.effect)
        .number("margin_null", null)
        .number("margin_std_error", found.std_error)
        .number("margin_statistic", good * found.statistic)
        .number("margin_p_value", found.test.p_value)
        .number("margin_log_p_value", found.test.log_p_value)
        .number("margin_bound", good * end)
        .put("non_inferior", found.test.log_p_value < level.alpha.ln());
    Ok(fields)
}

pub fn fisher_exact(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let shares = Shares::new(pair)?;
    let log_p_value = fisher(&shares.control, &shares.treatment, shares.level.alternative)?;
    let mut fields = with_effect(&shares);
    fields.number("p_value", log_p_value.exp()).number("log_p_value", log_p_value);
    Ok(fields)
}

pub fn newcombe_interval(pair: &Pair<'_>) -> Result<Fields, Stop> {
    interval_only(pair, newcombe)
}

pub fn agresti_caffo_interval(pair: &Pair<'_>) -> Result<Fields, Stop> {
    interval_only(pair, agresti_caffo)
}

fn interval_only(
    pair: &Pair<'_>,
    of: fn(&Conversions, &Conversions, Alternative, f64) -> Result<Interval, Missing>,
) -> Result<Fields, Stop> {
    let shares = Shares::new(pair)?;
    let Level { alternative, alpha, .. } = shares.level;
    let interval = of(&shares.control, &shares.treatment, alternative, alpha)?;
    let mut fields = with_effect(&shares);
    fields.interval("", interval);
    Ok(fields)
}

fn with_effect(shares: &Shares) -> Fields {
    let mut fields = shares.fields();
    fields.number("effect", shares.treatment.share() - shares.control.share());
    fields
}
