//! From rows to estimates.

use serde_json::{Map, Value};

use super::answer::{Answer, Stop};
use super::arm::Arm;
use super::group::{Group, groups};
use super::lookup::Lookup;
use super::method::{Compute, METHODS, Method, Pair};
use super::names::named;
use super::read::Row;
use super::record::Record;
use crate::error::{Error, Kind, Problem};
use crate::stats::Missing;

/// Estimates, and the columns of the input that meant nothing.
#[derive(Debug)]
pub struct Estimated {
    pub answers: Vec<Answer>,
    pub left_out: Vec<String>,
}

/// Every estimate that the rows ask for, in their order.
///
/// `defaults` are options for rows that do not say otherwise.
///
/// # Errors
/// `Spec`, every problem of every row at once.
pub fn estimate(rows: Vec<Row>, defaults: Map<String, Value>) -> Result<Estimated, Error> {
    let named = named(rows).map_err(|problems| Error { problems })?;
    let defaults = Record::new("command line".into(), defaults);
    let mut answers = Vec::new();
    let mut error = Error::default();
    for group in groups(&named.records) {
        match answers_of(&group, &defaults) {
            Ok(found) => answers.extend(found),
            Err(problem) => error.problems.push(problem),
        }
    }
    if !error.problems.is_empty() {
        return Err(error);
    }
    Ok(Estimated { answers, left_out: named.left_out.into_iter().collect() })
}

fn answers_of(group: &Group<'_>, defaults: &Record) -> Result<Vec<Answer>, Problem> {
    let arms: Result<Vec<Arm<'_>>, Problem> =
        group.variants.iter().map(|variant| Arm::new(variant, defaults)).collect();
    let arms = arms?;
    let options = Lookup::new(arms.iter().map(|arm| arm.row).chain([defaults]).collect());
    let method = method(&options)?;
    let answer = |variant: &Option<String>, outcome| Answer {
        keys: group.keys.clone(),
        variant: variant.clone(),
        method: method.name,
        outcome,
    };
    match method.compute {
        Compute::Group(compute) => Ok(vec![answer(&None, outcome(compute(&arms, &options))?)]),
        Compute::Each(compute) => match outcome(compute(&arms, &options))? {
            Ok(each) => Ok(arms
                .iter()
                .zip(each)
                .map(|(arm, fields)| answer(&arm.name, Ok(fields)))
                .collect()),
            Err(missing) => {
                Ok(arms.iter().map(|arm| answer(&arm.name, Err(missing.clone()))).collect())
            }
        },
        Compute::Row(compute) => (arms.iter())
            .map(|arm| {
                let options = Lookup::new(vec![arm.row, defaults]);
                Ok(answer(&arm.name, outcome(compute(arm, &options))?))
            })
            .collect(),
        Compute::Pair(compute) => {
            let control = control(&arms, &options)?;
            let treatments = arms.iter().enumerate().filter(|(i, _)| Some(*i) != control);
            treatments
                .map(|(i, treatment)| {
                    let control = &arms[control.unwrap_or(i)];
                    let options = Lookup::new(vec![treatment.row, control.row, defaults]);
                    let pair = Pair { arms: &arms, control, treatment, options };
                    Ok(answer(&treatment.name, outcome(compute(&pair))?))
                })
                .collect()
        }
    }
}

/// Wrong input stops everything; an undefined number is an answer.
fn outcome<T>(result: Result<T, Stop>) -> Result<Result<T, Missing>, Problem> {
    match result {
        Ok(fields) => Ok(Ok(fields)),
        Err(Stop::Undefined(missing)) => Ok(Err(missing)),
        Err(Stop::Spec(problem)) => Err(problem),
    }
}

fn method(options: &Lookup<'_>) -> Result<&'static Method, Problem> {
    let words: Vec<(&str, usize)> =
        METHODS.iter().enumerate().map(|(i, method)| (method.name, i)).collect();
    options.choice("method", &words).map(|i| &METHODS[i])
}

/// Which variant is control: the named one, else the one of that name; `None` where every row
/// is a finished estimate.
fn control(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<Option<usize>, Problem> {
    if arms.iter().all(|arm| arm.effect().is_some()) {
        return Ok(None);
    }
    let name = options.text("control").unwrap_or_else(|| "control".into());
    let names = || arms.iter().filter_map(|arm| arm.name.as_deref());
    let found = arms.iter().position(|arm| arm.name.as_deref() == Some(name.as_str()));
    found.map(Some).ok_or_else(|| {
        let message = format!("no variant is called `{name}`, so there is no control");
        let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let hint = match all.is_empty() {
            true => "give every row a `variant`".into(),
            false => format!("the variants are {all}; say --control NAME"),
        };
        let place = arms.first().map_or("", |arm| arm.row.place.as_str());
        Problem::new(Kind::Spec, place, message).hint(hint)
    })
}
