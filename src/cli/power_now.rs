//! `assize power --experiment`: from what the last night wrote.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::args::{PowerArgs, PowerOutput};
use super::{estimate, open, power, power_plan, show};
use crate::aggregates::{self, Answer};
use crate::config::{Experiment, Method, Project, Role, Spending};
use crate::error::{Error, Kind, Problem};
use crate::power::{
    Asked, Baseline, Family, Kind as EffectKind, Progress, Question, Running, progress_csv,
    progress_json, progress_table,
};
use crate::source::nearest;
use crate::stats::group::{self, Shape};
use crate::stats::{Alternative, DEFAULT_TUNING, Missing, Rho};
use crate::verdict;

/// What the experiment can find by now.
pub async fn power_now(args: &PowerArgs, key: &str) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let experiment = experiment(&project, key)?;
    let rows = estimate::table_of(&project.output).await?;
    let (rows, as_of) = newest_day(rows, key)?;
    let control = experiment.variants.iter().find(|variant| variant.is_control);
    let mut defaults = Map::new();
    defaults.insert("method".into(), "t-test".into());
    defaults.insert("lift".into(), "delta".into());
    if let Some(control) = control {
        defaults.insert("control".into(), control.key.as_str().into());
    }
    let answers = aggregates::estimate(rows, defaults)?.answers;
    let found = answers.iter().filter_map(|answer| running(&project, experiment, answer, as_of));
    let found = power_plan::as_asked(args, found.collect())?;
    if power_plan::is_asked(args) {
        return power_plan::print(args, found);
    }
    let found: Vec<(Running, Progress)> = found
        .into_iter()
        .map(|running| {
            let progress = running.progress();
            (running, progress)
        })
        .collect();
    show::print(&match args.output {
        PowerOutput::Table => progress_table(&found, show::width()),
        PowerOutput::Json => format!("{:#}\n", progress_json(&found)),
        PowerOutput::Csv => progress_csv(&found)?,
    })?;
    Ok(0)
}

fn experiment<'a>(project: &'a Project, key: &str) -> Result<&'a Experiment, Error> {
    let keys = || project.experiments.iter().map(|experiment| experiment.key.as_str());
    project.experiments.iter().find(|experiment| experiment.key == key).ok_or_else(|| {
        let all = format!("the project has {}", keys().collect::<Vec<_>>().join(", "));
        let hint = nearest(key, keys()).unwrap_or(all);
        let message = format!("there is no experiment `{key}`");
        Problem::new(Kind::Spec, "--experiment", message).hint(hint).into()
    })
}

/// Rows of the experiment's last night.
fn newest_day(
    rows: Vec<aggregates::Row>,
    key: &str,
) -> Result<(Vec<aggregates::Row>, Date), Error> {
    let day =
        |row: &aggregates::Row| row.1.get("as_of").and_then(Value::as_str)?.parse::<Date>().ok();
    let ours = |row: &aggregates::Row| row.1.get("experiment").and_then(Value::as_str) == Some(key);
    let rows: Vec<_> = rows.into_iter().filter(ours).collect();
    let newest = rows.iter().filter_map(day).max();
    let Some(as_of) = newest else {
        let message = format!("no night has written anything about `{key}` yet");
        let hint = "run the nightly job first: assize run";
        return Err(Problem::new(Kind::Spec, "--experiment", message).hint(hint).into());
    };
    Ok((rows.into_iter().filter(|row| day(row) == Some(as_of)).collect(), as_of))
}

/// `None` for a metric that does not decide.
fn running(
    project: &Project,
    experiment: &Experiment,
    answer: &Answer,
    as_of: Date,
) -> Option<Running> {
    let metric = answer.keys.get("metric")?.as_str()?.to_owned();
    let used = experiment.metrics.iter().find(|used| used.metric == metric)?;
    let (role, margin) = match used.role {
        Role::Primary => ("primary", None),
        Role::Guardrail(guardrail) => ("guardrail", Some(guardrail.margin?)),
        Role::Secondary => return None,
    };
    let number = |name: &str| answer.outcome.as_ref().ok()?.get_number(name);
    let units = number("control_units").zip(number("treatment_units")).map(|(a, b)| a + b);
    let measured = answer
        .outcome
        .as_ref()
        .map_err(|reason| reason.missing.clone())
        .and_then(|_| number("lift_std_error").zip(units).ok_or(Missing::ControlNearZero));
    let days = f64::from(experiment.start.until(as_of).ok()?.get_days() + 1);
    let direction = project.metrics.get(&metric)?.better;
    let question = measured.map(|(std_error, units)| Question {
        baseline: Baseline::Measured { std_error, units, value: number("control_value") },
        asked: Asked::Power { effects: Vec::new(), units: Vec::new() },
        kind: EffectKind::Lift,
        tests_lift: true,
        method: method(experiment),
        alpha: experiment.test.alpha,
        alternative: match (margin, direction) {
            (None, _) => Alternative::TwoSided,
            (Some(_), crate::config::Direction::Higher) => Alternative::Greater,
            (Some(_), crate::config::Direction::Lower) => Alternative::Less,
        },
        ratio: 1.0,
        correlation: 0.0,
        margin,
        family: family(experiment),
        weights: None,
        budget: None,
    });
    Some(Running {
        metric,
        role,
        variant: answer.variant.clone()?,
        units: units.unwrap_or_default(),
        days,
        minimum_effect: experiment.test.minimum_effect,
        power: experiment.test.power,
        question,
    })
}

fn method(experiment: &Experiment) -> power::Method {
    match experiment.test.method {
        Method::TTest => power::Method::TTest { pooled: false },
        Method::GroupSequential => {
            // A look every night of the plan.
            let days = experiment.start.until(experiment.end).map_or(1, |span| span.get_days());
            let looks = days.clamp(1, MOST_LOOKS);
            power::Method::GroupSequential {
                shape: Shape::Spending(spending(experiment.test.spending)),
                fractions: (1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect(),
            }
        }
        Method::Sequential => power::Method::Sequential {
            tuning: Some(experiment.test.target_sample_size.map_or(DEFAULT_TUNING, |n| n as f64)),
            rho: Rho::Exact,
        },
    }
}

/// More looks hardly cost more units.
const MOST_LOOKS: i32 = 60;

fn spending(stated: Spending) -> group::Spending {
    match stated {
        Spending::OBrienFleming => group::Spending::OBrienFleming,
        Spending::Pocock => group::Spending::Pocock,
        Spending::HwangShihDeCani(gamma) => group::Spending::HwangShihDeCani { gamma },
        Spending::KimDeMets(rho) => group::Spending::KimDeMets { rho },
    }
}

fn family(experiment: &Experiment) -> Family {
    let decision = verdict::family(experiment);
    Family {
        primaries: decision.successes,
        guardrails: decision.guardrails,
        treatments: decision.treatments,
        spotify: false,
    }
}
