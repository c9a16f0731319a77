//! Tests of an effect.

use super::Pair;
use super::margin;
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::contrast::Contrast;
use crate::aggregates::lookup::Lookup;
use crate::error::Problem;
use crate::stats::{Alternative, Effect, Interval, Missing, Point, Test, fieller, fieller_within};

pub fn t_test(pair: &Pair<'_>) -> Result<Fields, Stop> {
    fixed(pair, |effect, level| effect.t_test(level.null, level.alternative, level.alpha))
}

pub fn z_test(pair: &Pair<'_>) -> Result<Fields, Stop> {
    fixed(pair, |effect, level| effect.z_test(level.null, level.alternative, level.alpha))
}

fn fixed(pair: &Pair<'_>, test: impl Fn(&Effect, &Level) -> Test) -> Result<Fields, Stop> {
    let mut fields = Fields::default();
    fields.put("valid", "at the planned end");
    fields.extend(effects(pair, |effect, level| Ok(test(effect, level).into()))?);
    Ok(fields)
}

/// By how much a correction divides the level; no field of a row.
pub const ALPHA_DIVISOR: &str = "alpha divisor";

/// What every test of an effect must know.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    pub alpha: f64,
    /// What `alpha` was before a correction divided it; it tunes what is tuned.
    pub stated_alpha: f64,
    pub alternative: Alternative,
    pub null: f64,
    /// What an effect of 1 is in the metric's unit: the size of control for a lift, else 1.
    pub unit: f64,
}

/// What a test says of one effect.
#[derive(Debug, Clone)]
pub struct Found {
    pub test: Test,
    more: Vec<(String, f64)>,
}

impl From<Test> for Found {
    fn from(test: Test) -> Found {
        Found { test, more: Vec::new() }
    }
}

impl Found {
    /// Adds a number that only this test has.
    pub fn add(&mut self, name: &str, number: f64) {
        self.more.push((name.to_owned(), number));
    }

    /// Adds another test with its interval.
    pub fn add_test(&mut self, prefix: &str, test: &Test) {
        self.add(&format!("{prefix}p_value"), test.p_value);
        self.add(&format!("{prefix}log_p_value"), test.log_p_value);
        self.add(&format!("{prefix}lower"), test.interval.lower);
        self.add(&format!("{prefix}upper"), test.interval.upper);
    }

    fn fields(&self, prefix: &str) -> Fields {
        let mut fields = Fields::default();
        fields.test(prefix, &self.test);
        for (name, number) in &self.more {
            fields.number(&format!("{prefix}{name}"), *number);
        }
        fields
    }
}

impl Level {
    pub fn new(options: &Lookup<'_>) -> Result<Level, Problem> {
        let words = [
            ("two-sided", Alternative::TwoSided),
            ("greater", Alternative::Greater),
            ("less", Alternative::Less),
        ];
        let stated_alpha = options.probability("alpha", 0.05)?;
        Ok(Level {
            alpha: stated_alpha / options.number_or(ALPHA_DIVISOR, 1.0)?,
            stated_alpha,
            alternative: options.choice("alternative", &words)?,
            null: options.number_or("null", 0.0)?,
            unit: 1.0,
        })
    }
}

/// The test of the absolute effect, of the lift, of the unadjusted effect and of the margin.
pub fn effects(
    pair: &Pair<'_>,
    test: impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Stop> {
    let level = Level::new(&pair.options)?;
    let contrast = contrast(pair)?;
    let mut fields = contrast.fields();
    fields.extend(one("", &contrast.absolute, &level, &test)?);
    if let Some(covariate) = &contrast.covariate {
        fields.extend(test(&covariate.unadjusted, &level)?.fields("unadjusted_"));
    }
    if let Some(points) = contrast.points {
        fields.extend(lift(&contrast, &points, &level, &pair.options, &test)?);
    }
    fields.extend(margin::margin(&contrast, &level, &pair.options, &test)?);
    Ok(fields)
}

/// What is compared.
pub fn contrast(pair: &Pair<'_>) -> Result<Contrast, Stop> {
    Contrast::new(pair.arms, pair.control, pair.treatment, &pair.options)
}

/// `PREFIXeffect` and its test.
fn one(
    prefix: &str,
    effect: &Effect,
    level: &Level,
    test: impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Missing> {
    let mut fields = Fields::default();
    let name = |name: &str| format!("{prefix}{name}");
    fields
        .number(&if prefix.is_empty() { name("effect") } else { "lift".into() }, effect.value)
        .number(&name("std_error"), effect.std_error)
        .number(&name("dof"), effect.dof)
        .number(&name("statistic"), effect.statistic(level.null))
        .extend(test(effect, level)?.fields(prefix));
    Ok(fields)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum LiftMethod {
    /// Delta method, Fieller's interval where control is within four standard errors of zero.
    Auto,
    Delta,
    Fieller,
    Log,
}

/// The relative effect; a lift that is undefined says why and stops nothing.
fn lift(
    contrast: &Contrast,
    points: &[Point; 2],
    level: &Level,
    options: &Lookup<'_>,
    test: &impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Stop> {
    let words = [
        ("auto", LiftMethod::Auto),
        ("delta", LiftMethod::Delta),
        ("fieller", LiftMethod::Fieller),
        ("log", LiftMethod::Log),
    ];
    let method = options.choice("lift", &words)?;
    // A null value other than 0 is about the absolute effect.
    let level = Level { null: 0.0, unit: points[0].value.abs(), ..*level };
    let auto_is_delta = points[0].is_clearly_not_zero();
    let (name, found) = match method {
        LiftMethod::Auto if auto_is_delta => ("delta", by_delta(contrast, &level, test)),
        LiftMethod::Delta => ("delta", by_delta(contrast, &level, test)),
        LiftMethod::Auto => ("fieller", fieller_by_test(contrast, points, &level, test)),
        LiftMethod::Fieller => ("fieller", by_fieller(points, &level)),
        LiftMethod::Log => ("log", by_log(contrast, points, &level, test)),
    };
    let mut fields = Fields::default();
    fields.put("lift_method", name);
    match found {
        Ok(found) => fields.extend(found),
        Err(missing) => fields.maybe("lift", None).put("lift_reason", missing.code()),
    };
    Ok(fields)
}

fn by_delta(
    contrast: &Contrast,
    level: &Level,
    test: &impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Missing> {
    one("lift_", contrast.lift.as_ref().map_err(Missing::clone)?, level, test)
}

/// Fieller's interval at the width of the test in force; its p-value is that of the effect.
fn fieller_by_test(
    contrast: &Contrast,
    [control, treatment]: &[Point; 2],
    level: &Level,
    test: &impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Missing> {
    // Of the values that the interval is of, which a covariate may have moved.
    let lift = Effect::relative(control, treatment)?;
    let of_effect = test(&contrast.absolute, &Level { unit: 1.0, ..*level })?.test;
    let absolute = &contrast.absolute;
    let reach = [of_effect.interval.upper, of_effect.interval.lower]
        .map(|end| (end - absolute.value).abs() / absolute.std_error)
        .into_iter()
        .find(|reach| reach.is_finite())
        .ok_or(Missing::ControlNearZero)?;
    let interval = fieller_within(control, treatment, reach)?;
    let mut fields = Fields::default();
    fields.number("lift", lift.value).number("lift_std_error", lift.std_error);
    fields.test("lift_", &Test { interval: one_sided(interval, level.alternative), ..of_effect });
    Ok(fields)
}

/// As the R package mratios has it: `treatment / control - 1`, also for a negative control.
fn by_fieller([control, treatment]: &[Point; 2], level: &Level) -> Result<Fields, Missing> {
    let alpha = 2.0 * level.alternative.tail(level.alpha);
    let interval = fieller(control, treatment, alpha)?;
    let interval = match control.value < 0.0 {
        true => Interval { lower: -interval.upper, upper: -interval.lower },
        false => interval,
    };
    let mut fields = Fields::default();
    fields
        .number("lift", (treatment.value - control.value) / control.value)
        .interval("lift_", one_sided(interval, level.alternative));
    Ok(fields)
}

/// As tea-tasting has it: the interval is the log ratio's, the p-value that of the effect.
fn by_log(
    contrast: &Contrast,
    [control, treatment]: &[Point; 2],
    level: &Level,
    test: &impl Fn(&Effect, &Level) -> Result<Found, Missing>,
) -> Result<Fields, Missing> {
    let log = Effect::log_ratio(control, treatment)?;
    let found = test(&log, level)?.test;
    let of_effect = test(&contrast.absolute, &Level { unit: 1.0, ..*level })?.test;
    let interval = Interval {
        lower: if found.interval.lower.is_finite() {
            found.interval.lower.exp_m1()
        } else {
            f64::NEG_INFINITY
        },
        upper: found.interval.upper.exp_m1(),
    };
    let mut fields = Fields::default();
    fields
        .number("lift", log.value.exp_m1())
        .number("lift_log_std_error", log.std_error)
        .number("lift_log_dof", log.dof)
        .test("lift_", &Test { interval, ..of_effect });
    Ok(fields)
}

fn one_sided(interval: Interval, alternative: Alternative) -> Interval {
    match alternative {
        Alternative::TwoSided => interval,
        Alternative::Greater => Interval { upper: f64::INFINITY, ..interval },
        Alternative::Less => Interval { lower: f64::NEG_INFINITY, ..interval },
    }
}
