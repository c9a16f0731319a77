//! What is believed of an effect, and which variant is the best.

use serde_json::Value;

use super::Pair;
use super::effect::{Level, contrast};
use crate::aggregates::answer::{Fields, Stop};
use crate::aggregates::arm::Arm;
use crate::aggregates::lookup::Lookup;
use crate::aggregates::phases::phase_shares;
use crate::aggregates::record::Record;
use crate::config::Direction;
use crate::error::Problem;
use crate::stats::bayes::{
    Best, Posterior, Prior, SharePosterior, SharePrior, best_of_normals, best_of_shares,
};
use crate::stats::{Effect, Missing};

/// The posterior of the absolute effect and of the lift.
pub fn posterior(pair: &Pair<'_>) -> Result<Fields, Stop> {
    let options = &pair.options;
    let level = Level::new(options)?;
    let (prior, better) = (prior(options)?, direction(options)?);
    let contrast = contrast(pair)?;
    let mut fields = Fields::default();
    fields.put("valid", "at one look");
    fields.extend(contrast.fields());
    let absolute = match contrast.points {
        Some([control, _]) => prior.on_absolute_effect(control.value)?,
        None => prior,
    };
    fields
        .number("effect", contrast.absolute.value)
        .number("std_error", contrast.absolute.std_error);
    fields.extend(belief("", &contrast.absolute, absolute, better, level.alpha)?);
    if contrast.points.is_none() {
        return Ok(fields);
    }
    let of_lift = |lift: &Effect| -> Result<Fields, Missing> {
        let mut fields = Fields::default();
        fields.number("lift", lift.value).number("lift_std_error", lift.std_error);
        fields.extend(belief("lift_", lift, prior, better, level.alpha)?);
        Ok(fields)
    };
    match contrast.lift.as_ref().map_err(Missing::clone).and_then(of_lift) {
        Ok(found) => fields.extend(found),
        Err(missing) => fields.maybe("lift", None).put("lift_reason", missing.code()),
    };
    Ok(fields)
}

fn belief(
    prefix: &str,
    effect: &Effect,
    prior: Prior,
    better: Direction,
    alpha: f64,
) -> Result<Fields, Missing> {
    let posterior = Posterior::of(effect, prior)?;
    let chance = posterior.chance_to_beat_control(better);
    let (treatment, control) =
        (posterior.loss_of_treatment(better), posterior.loss_of_control(better));
    let name = |name: &str| format!("{prefix}{name}");
    let mut fields = Fields::default();
    fields
        .number(&name("posterior_mean"), posterior.mean)
        .number(&name("posterior_std_dev"), posterior.std_dev)
        .interval(prefix, posterior.credible_interval(alpha)?)
        .number(&name("chance_to_beat_control"), chance.better)
        .number(&name("log_chance_to_beat_control"), chance.log_better)
        .number(&name("chance_to_lose"), chance.worse)
        .number(&name("log_chance_to_lose"), chance.log_worse)
        .number(&name("loss_of_treatment"), treatment.value)
        .number(&name("loss_of_control"), control.value);
    Ok(fields)
}

/// Of the lift; flat where none is stated. Who says `prior` says all of it.
fn prior(options: &Lookup<'_>) -> Result<Prior, Problem> {
    let row = options.first_with(&["prior", "prior_mean", "prior_variance"]);
    if let Some(row) = row.filter(|row| row.has("prior")) {
        return in_one(row);
    }
    let mean = options.number_or("prior_mean", 0.0)?;
    Ok(match options.positive("prior_variance")? {
        Some(variance) => Prior::Normal { mean, variance },
        None if options.has("prior_mean") => {
            return Err(options.problem("has a `prior_mean` and no `prior_variance`"));
        }
        None => Prior::Flat,
    })
}

/// `MEAN,VARIANCE`, `[mean, variance]` or `{"mean": ..., "variance": ...}`.
fn in_one(row: &Record) -> Result<Prior, Problem> {
    let bad = || row.problem("`prior` is not a mean and a variance").hint(PRIOR);
    if row.has("prior_mean") || row.has("prior_variance") {
        return Err(row.problem("has `prior` and one of its parts beside it").hint(PRIOR));
    }
    let [mean, variance] = match row.value("prior") {
        Some(Value::Object(parts)) => {
            let part = |name: &str| parts.get(name).and_then(Value::as_f64).ok_or_else(bad);
            [part("mean")?, part("variance")?]
        }
        Some(Value::String(word)) if word.eq_ignore_ascii_case("flat") => return Ok(Prior::Flat),
        _ => row.numbers("prior")?.try_into().map_err(|_| bad())?,
    };
    match variance > 0.0 {
        true => Ok(Prior::Normal { mean, variance }),
        false => Err(row.problem(format!("`prior` has the variance {variance}")).hint(PRIOR)),
    }
}

const PRIOR: &str = "mean and variance of the lift, such as 0,0.09; or flat";

fn direction(options: &Lookup<'_>) -> Result<Direction, Problem> {
    options.choice("better", &[("higher", Direction::Higher), ("lower", Direction::Lower)])
}

/// How likely each variant has the best value, all posteriors independent and normal.
pub fn best(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Vec<Fields>, Stop> {
    let shares = phase_shares(&arms.iter().collect::<Vec<_>>());
    let mut posteriors = Vec::new();
    for arm in arms {
        let point = match arm.point() {
            Some(point) => point,
            None => arm.without_covariate().twin(&shares)?.unadjusted(),
        };
        posteriors.push(Posterior::new(point.value, point.variance.sqrt())?);
    }
    let best = best_of_normals(&posteriors, direction(options)?)?;
    let values = posteriors.iter().map(|posterior| {
        let mut fields = Fields::default();
        fields.number("value", posterior.mean).number("std_error", posterior.std_dev);
        fields
    });
    Ok(each(values, &best))
}

/// The same of shares, with beta posteriors.
pub fn best_share(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Vec<Fields>, Stop> {
    let prior = SharePrior {
        converted: options.positive("prior_converted")?.unwrap_or(1.0),
        unconverted: options.positive("prior_unconverted")?.unwrap_or(1.0),
    };
    let alpha = options.probability("alpha", 0.05)?;
    let mut posteriors = Vec::new();
    for arm in arms {
        let (units, converted) = arm.conversions()?;
        posteriors.push(SharePosterior::of(units, converted, prior)?);
    }
    let best = best_of_shares(&posteriors, direction(options)?)?;
    let mut values = Vec::new();
    for posterior in &posteriors {
        let mut fields = Fields::default();
        fields
            .number("posterior_mean", posterior.mean())
            .number("posterior_std_dev", posterior.std_dev())
            .interval("", posterior.credible_interval(alpha)?);
        values.push(fields);
    }
    Ok(each(values.into_iter(), &best))
}

fn each(values: impl Iterator<Item = Fields>, best: &Best) -> Vec<Fields> {
    let found = best.probability.iter().zip(&best.log_probability).zip(&best.loss);
    let one = |(mut fields, ((probability, log), loss)): (Fields, ((&f64, &f64), _))| {
        let loss: &crate::stats::bayes::Loss = loss;
        fields
            .number("probability_best", *probability)
            .number("log_probability_best", *log)
            .number("expected_loss", loss.value);
        fields
    };
    values.zip(found).map(one).collect()
}
