//! `assize power`.

use super::args::{PowerArgs, PowerOutput};
use super::{log, show};
use crate::error::{Error, Kind, Problem};
pub use crate::power::Method;
use crate::power::{
    Asked, Baseline, Budget, Family, Kind as EffectKind, Question, Reply, ShareVariance, answer,
    csv, json, list, table,
};
use crate::source::nearest;
use crate::stats::bayes::Prior;
use crate::stats::group::{Shape, Spending};
use crate::stats::{Alternative, Missing, Rho};

/// How many units, how small an effect, how likely to be found.
pub async fn power(args: PowerArgs) -> Result<u8, Error> {
    if let Some(key) = args.experiment.clone() {
        return super::power_now::power_now(&args, &key).await;
    }
    let question = question(&args)?;
    let replies = answer(&question).map_err(|missing| wrong("", missing.to_string()))?;
    let unanswered: Vec<Problem> = replies.iter().filter_map(unanswered).collect();
    if unanswered.len() == replies.len() {
        return Err(Error { problems: unanswered });
    }
    show::print(&match args.output {
        PowerOutput::Table => table(&replies, show::width()),
        PowerOutput::Json => format!("{:#}\n", json(&replies)),
        PowerOutput::Csv => csv(&replies)?,
    })?;
    unanswered.iter().for_each(|problem| log::warning(&problem.to_string()));
    Ok(0)
}

pub(super) fn unanswered(reply: &Reply) -> Option<Problem> {
    let missing = reply.row.as_ref().err()?;
    Some(Problem::new(Kind::Spec, &reply.asked, format!("no answer: {}", in_words(missing))))
}

/// Why a question has no answer.
fn in_words(missing: &Missing) -> String {
    match missing {
        Missing::OutOfRange => "such an effect is not possible here, or the power is not above \
                                the level"
            .into(),
        Missing::ControlNearZero => "a lift needs a control that is not zero".into(),
        other => other.to_string(),
    }
}

/// The question that the arguments ask.
///
/// # Errors
/// `Spec`: everything that is wrong with them.
pub fn question(args: &PowerArgs) -> Result<Question, Error> {
    let mut problems = Problems(Error { problems: out_of_range(args) });
    let baseline = problems.keep(baseline(args));
    let asked = problems.keep(asked(args));
    let method = problems.keep(method(args));
    let weights = problems.keep(weights(args));
    let alternative = problems.keep(word("alternative", &args.alternative, &ALTERNATIVES));
    let kind = if args.lift.is_some() || args.effect.is_none() && args.tests_lift {
        EffectKind::Lift
    } else {
        EffectKind::Effect
    };
    let (Some(baseline), Some(asked), Some(method), Some(weights), Some(alternative)) =
        (baseline, asked, method, weights, alternative)
    else {
        return Err(problems.0);
    };
    Error::check(problems.0.problems)?;
    Ok(Question {
        baseline,
        asked,
        kind,
        tests_lift: args.tests_lift,
        method,
        alpha: args.alpha.unwrap_or(0.05),
        alternative,
        ratio: match weights.as_deref() {
            Some([control, treatment, ..]) => treatment / control,
            _ => args.ratio,
        },
        correlation: args.correlation,
        margin: args.margin,
        family: family(args, weights.as_deref()),
        weights,
        budget: args.units_per_day.map(|units_a_day| Budget { units_a_day }),
    })
}

fn family(args: &PowerArgs, weights: Option<&[f64]>) -> Family {
    let named = weights.map(|weights| weights.len() as u32 - 1);
    Family {
        primaries: args.primaries,
        guardrails: args.guardrails,
        treatments: named.unwrap_or(args.treatments),
        spotify: args.rule == "spot-1",
    }
}

fn weights(args: &PowerArgs) -> Result<Option<Vec<f64>>, Error> {
    let Some(text) = &args.weights else { return Ok(None) };
    let weights = list(text).map_err(|why| wrong("--weights", why))?;
    match weights.len() > 1 && weights.iter().all(|weight| *weight > 0.0) {
        true => Ok(Some(weights)),
        false => Err(wrong("--weights", "needs a positive share for control and each treatment")),
    }
}

const ALTERNATIVES: [(&str, Alternative); 3] = [
    ("two-sided", Alternative::TwoSided),
    ("greater", Alternative::Greater),
    ("less", Alternative::Less),
];

/// Every number that is outside its range.
pub(super) fn out_of_range(args: &PowerArgs) -> Vec<Problem> {
    let open = |flag: &'static str, value: Option<f64>, low: f64, high: f64| {
        (flag, value.filter(|value| !(*value > low && *value < high)), low, high)
    };
    let positive = |flag, value| open(flag, value, 0.0, f64::INFINITY);
    let checks = [
        open("rate", args.rate, 0.0, 1.0),
        open("alpha", args.alpha, 0.0, 1.0),
        open("correlation", Some(args.correlation), -1.0, 1.0),
        positive("std-dev", args.std_dev),
        positive("variance", args.variance),
        positive("treatment-variance", args.treatment_variance),
        positive("std-error", args.std_error),
        positive("measured-units", args.measured_units),
        positive("ratio", Some(args.ratio)),
        positive("margin", args.margin),
        positive("units-per-day", args.units_per_day),
        positive("tuning", args.tuning),
        positive("tau-squared", args.tau_squared),
        positive("treatments", Some(f64::from(args.treatments))),
        positive(
            "primaries plus guardrails",
            Some(f64::from(args.primaries) + f64::from(args.guardrails)),
        ),
    ];
    let problem = |(flag, value, low, high): (&str, Option<f64>, f64, f64)| {
        let range = match high.is_finite() {
            true => format!("between {low} and {high}"),
            false => "a positive number".to_owned(),
        };
        let message = format!("{} is not {range}", value?);
        Some(Problem::new(Kind::Spec, format!("--{flag}"), message))
    };
    checks.into_iter().filter_map(problem).collect()
}

/// All that is wrong.
struct Problems(Error);

impl Problems {
    fn keep<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.0.problems.extend(error.problems)).ok()
    }
}

pub(super) fn wrong(place: &str, message: impl Into<String>) -> Error {
    Problem::new(Kind::Spec, place, message).into()
}

fn word<T: Copy>(flag: &str, said: &str, words: &[(&str, T)]) -> Result<T, Error> {
    let found = words.iter().find(|(word, _)| *word == said).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let known = || words.iter().map(|(word, _)| *word);
        let all = format!("one of {}", known().collect::<Vec<_>>().join(", "));
        let hint = nearest(said, known()).unwrap_or(all);
        Problem::new(Kind::Spec, format!("--{flag}"), format!("unknown `{said}`")).hint(hint).into()
    })
}

fn baseline(args: &PowerArgs) -> Result<Baseline, Error> {
    let variances = [
        ("unpooled", ShareVariance::Unpooled),
        ("pooled", ShareVariance::Pooled),
        ("arcsine", ShareVariance::Arcsine),
    ];
    let variance = args.variance.or(args.std_dev.map(|deviation| deviation * deviation));
    match (args.rate, args.mean, args.std_error, variance) {
        (Some(value), None, None, None) => {
            let variance = word("share-variance", &args.share_variance, &variances)?;
            Ok(Baseline::Share { value, variance })
        }
        (None, mean, None, Some(control)) => Ok(Baseline::Mean {
            value: mean.unwrap_or(0.0),
            control,
            treatment: args.treatment_variance.unwrap_or(control),
        }),
        (None, value, Some(std_error), None) => {
            let units = args.measured_units.ok_or_else(|| {
                wrong("--std-error", "needs --measured-units, on which it was measured")
            })?;
            Ok(Baseline::Measured { std_error, units, value })
        }
        _ => {
            let hint = "one of --rate SHARE; --mean and --std-dev (or --variance); --std-error and \
                        --measured-units; --experiment KEY";
            let message = "says no baseline, or more than one";
            Err(Problem::new(Kind::Spec, "the arguments", message).hint(hint).into())
        }
    }
}

pub(super) fn asked(args: &PowerArgs) -> Result<Asked, Error> {
    let numbers = |flag: &str, text: &Option<String>| -> Result<Option<Vec<f64>>, Error> {
        text.as_deref()
            .map(|text| list(text).map_err(|why| wrong(&format!("--{flag}"), why)))
            .transpose()
    };
    let effects = match (&args.effect, &args.lift) {
        (Some(_), Some(_)) => return Err(wrong("", "--effect and --lift are two ways to say one")),
        (Some(_), None) => numbers("effect", &args.effect)?,
        (None, _) => numbers("lift", &args.lift)?,
    };
    let units = numbers("units", &args.units)?;
    let powers = numbers("power", &args.power)?;
    // A margin alone asks about a treatment that changes nothing.
    let effects =
        effects.or(args.margin.filter(|_| powers.is_none() || units.is_none()).map(|_| vec![0.0]));
    Ok(match (effects, units) {
        (Some(effects), Some(units)) if powers.is_none() => Asked::Power { effects, units },
        (Some(_), Some(_)) => {
            return Err(wrong("", "--units, --power and an effect leave nothing to answer"));
        }
        (Some(effects), None) => {
            Asked::Units { effects, powers: powers.unwrap_or_else(|| vec![0.8]) }
        }
        (None, Some(units)) => Asked::Effect { units, powers: powers.unwrap_or_else(|| vec![0.8]) },
        (None, None) => {
            let hint = "--lift 0.05 (or --effect) asks for units; --units 20000 asks for the \
                        smallest effect; both ask for the power";
            let message = "say neither an effect nor units";
            return Err(Problem::new(Kind::Spec, "the arguments", message).hint(hint).into());
        }
    })
}

#[derive(Debug, Clone, Copy)]
enum Named {
    Sequential,
    Widened,
    Mixture,
    GroupSequential,
    TTest,
    PooledT,
    ZTest,
    Bayesian,
}

const METHODS: [(&str, Named); 8] = [
    ("sequential", Named::Sequential),
    ("t-test", Named::TTest),
    ("pooled-t-test", Named::PooledT),
    ("z-test", Named::ZTest),
    ("group-sequential", Named::GroupSequential),
    ("msprt", Named::Mixture),
    ("bayesian", Named::Bayesian),
    ("sequential-growthbook", Named::Widened),
];

pub(super) fn method(args: &PowerArgs) -> Result<Method, Error> {
    let kinds = [("exact", Rho::Exact), ("growthbook", Rho::GrowthBook)];
    Ok(match word("method", args.method.as_deref().unwrap_or("sequential"), &METHODS)? {
        Named::Sequential => {
            Method::Sequential { tuning: args.tuning, rho: word("rho", &args.rho, &kinds)? }
        }
        Named::Widened => Method::Widened { tuning: args.tuning.unwrap_or(5000.0) },
        Named::Mixture => Method::Mixture { tau_squared: args.tau_squared },
        Named::GroupSequential => {
            Method::GroupSequential { shape: shape(args)?, fractions: fractions(args)? }
        }
        Named::TTest => Method::TTest { pooled: false },
        Named::PooledT => Method::TTest { pooled: true },
        Named::ZTest => Method::ZTest,
        Named::Bayesian => Method::Bayesian { prior: prior(args)? },
    })
}

fn prior(args: &PowerArgs) -> Result<Prior, Error> {
    let Some(text) = &args.prior else { return Ok(Prior::Flat) };
    let (mean, variance) = text.split_once(',').unwrap_or(("0", text));
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(mean), number(variance)) {
        (Some(mean), Some(variance)) if variance > 0.0 => Ok(Prior::Normal { mean, variance }),
        _ => Err(wrong("--prior", format!("`{text}` is not MEAN,VARIANCE"))),
    }
}

#[derive(Debug, Clone, Copy)]
enum Boundary {
    Free(Shape),
    Gamma,
    Rho,
    Delta,
}

const SPENDINGS: [(&str, Boundary); 7] = [
    ("obrien-fleming", Boundary::Free(Shape::Spending(Spending::OBrienFleming))),
    ("pocock", Boundary::Free(Shape::Spending(Spending::Pocock))),
    ("hwang-shih-decani", Boundary::Gamma),
    ("kim-demets", Boundary::Rho),
    ("obrien-fleming-exact", Boundary::Free(Shape::OBRIEN_FLEMING)),
    ("pocock-exact", Boundary::Free(Shape::POCOCK)),
    ("wang-tsiatis", Boundary::Delta),
];

fn shape(args: &PowerArgs) -> Result<Shape, Error> {
    let parameter = || {
        let needs =
            || wrong("--spending", format!("`{}` needs --spending-parameter", args.spending));
        args.spending_parameter.ok_or_else(needs)
    };
    Ok(match word("spending", &args.spending, &SPENDINGS)? {
        Boundary::Free(shape) => shape,
        Boundary::Gamma => Shape::Spending(Spending::HwangShihDeCani { gamma: parameter()? }),
        Boundary::Rho => Shape::Spending(Spending::KimDeMets { rho: parameter()? }),
        Boundary::Delta => Shape::WangTsiatis { delta: parameter()? },
    })
}

/// Equal looks, or the stated ones.
fn fractions(args: &PowerArgs) -> Result<Vec<f64>, Error> {
    match &args.information_fraction {
        Some(text) => list(text).map_err(|why| wrong("--information-fraction", why)),
        None => {
            let looks = args.looks.max(1);
            Ok((1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect())
        }
    }
}
