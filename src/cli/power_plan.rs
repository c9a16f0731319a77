//! `assize power --experiment` with an effect or with units: a plan from an experiment's own
//! numbers.

use super::args::{PowerArgs, PowerOutput};
use super::power::{asked, method, out_of_range, unanswered, wrong};
use super::{log, show};
use crate::error::{Error, Problem};
use crate::power::{
    Asked, Budget, Kind, Question, Reply, Running, answer, list, plan_csv, plan_json, plan_table,
};

/// Whether there is a question beside what can be found by now.
pub fn is_asked(args: &PowerArgs) -> bool {
    args.lift.is_some() || args.effect.is_some() || args.units.is_some()
}

/// The metrics with the test, level and power of the command line, as far as it says them.
///
/// # Errors
/// `Spec`: what is wrong with those.
pub fn as_asked(args: &PowerArgs, mut found: Vec<Running>) -> Result<Vec<Running>, Error> {
    Error::check(out_of_range(args))?;
    let of_method = [
        ("tuning", args.tuning.is_some()),
        ("tau-squared", args.tau_squared.is_some()),
        ("information-fraction", args.information_fraction.is_some()),
        ("spending-parameter", args.spending_parameter.is_some()),
        ("prior", args.prior.is_some()),
    ];
    if let (None, Some((flag, _))) = (&args.method, of_method.iter().find(|(_, said)| *said)) {
        return Err(wrong(&format!("--{flag}"), "is about a --method, which is not named"));
    }
    let method = args.method.as_ref().map(|_| method(args)).transpose()?;
    for question in found.iter_mut().filter_map(|running| running.question.as_mut().ok()) {
        question.method = method.clone().unwrap_or_else(|| question.method.clone());
        question.alpha = args.alpha.unwrap_or(question.alpha);
    }
    let Some(powers) = args.power.as_deref().filter(|_| !is_asked(args)) else { return Ok(found) };
    let powers = list(powers).map_err(|why| wrong("--power", why))?;
    let [power] = powers.as_slice() else {
        return Err(wrong(
            "--power",
            "is one number here; a list needs --lift, --effect or --units",
        ));
    };
    found.iter_mut().for_each(|running| running.power = *power);
    Ok(found)
}

/// Prints the plan of every metric that decides.
///
/// # Errors
/// `Spec`: what is wrong with the question, or that it has no answer for any metric.
pub fn print(args: &PowerArgs, found: Vec<Running>) -> Result<u8, Error> {
    let asked = asked(args)?;
    let kind = if args.effect.is_some() { Kind::Effect } else { Kind::Lift };
    let plan = |running: Running| -> Option<(Running, Vec<Reply>)> {
        let replies = match question(&running, &asked, kind, args.power.is_some())? {
            Ok(question) => answer(&question),
            Err(missing) => Err(missing),
        };
        let alone = |missing| {
            vec![Reply { asked: format!("metric `{}`", running.metric), row: Err(missing) }]
        };
        let replies = replies.unwrap_or_else(alone);
        Some((running, replies))
    };
    let plans: Vec<_> = found.into_iter().filter_map(plan).collect();
    let replies = || plans.iter().flat_map(|(_, replies)| replies);
    let problems: Vec<Problem> = replies().filter_map(unanswered).collect();
    if !problems.is_empty() && problems.len() == replies().count() {
        return Err(Error { problems });
    }
    show::print(&match args.output {
        PowerOutput::Table => plan_table(&plans, show::width()),
        PowerOutput::Json => format!("{:#}\n", plan_json(&plans)),
        PowerOutput::Csv => plan_csv(&plans)?,
    })?;
    problems.iter().for_each(|problem| log::warning(&problem.to_string()));
    Ok(0)
}

/// What is asked of one metric; a guardrail must pass with a treatment that changes nothing, so
/// it has no smallest effect.
fn question(
    running: &Running,
    asked: &Asked,
    kind: Kind,
    says_power: bool,
) -> Option<Result<Question, crate::stats::Missing>> {
    let question = match &running.question {
        Ok(question) => question,
        Err(missing) => return Some(Err(missing.clone())),
    };
    let own = |effects: &[f64]| match question.margin {
        Some(_) => vec![0.0],
        None => effects.to_vec(),
    };
    let powers = |stated: &[f64]| if says_power { stated.to_vec() } else { vec![running.power] };
    let asked = match asked {
        Asked::Units { effects, powers: stated } => {
            Asked::Units { effects: own(effects), powers: powers(stated) }
        }
        Asked::Power { effects, units } => {
            Asked::Power { effects: own(effects), units: units.clone() }
        }
        Asked::Effect { .. } if question.margin.is_some() => return None,
        Asked::Effect { units, powers: stated } => {
            Asked::Effect { units: units.clone(), powers: powers(stated) }
        }
    };
    // The pair's pace so far is that of two arms out of all.
    let arms = f64::from(question.family.treatments) + 1.0;
    let budget = Budget { units_a_day: running.units / running.days * arms / 2.0 };
    let kind = if question.margin.is_some() { Kind::Lift } else { kind };
    Some(Ok(Question { asked, kind, budget: Some(budget), ..question.clone() }))
}
