//! From rows to estimates.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answer::{Answer, Fields, Reason, Stop};
use super::arm::{Arm, Substance};
use super::cap::cap;
use super::correct::{CORRECTIONS, Member, correct};
use super::group::{Group, groups};
use super::looks;
use super::lookup::Lookup;
use super::method::{ALPHA_DIVISOR, Compute, METHODS, Method, Pair};
use super::names::named;
use super::problems;
use super::quantile::quantile;
use super::read::Row;
use super::record::Record;
use super::shape::Shape;
use crate::error::{Error, Kind, Problem};

/// Estimates, and what of the input meant nothing.
#[derive(Debug)]
pub struct Estimated {
    pub answers: Vec<Answer>,
    /// Columns that are not ours.
    pub left_out: Vec<String>,
    /// Options that no method of these rows looked at.
    pub unused: Vec<String>,
}

/// Every estimate that the rows ask for, in their order.
///
/// `defaults` are options for rows that do not say otherwise.
///
/// # Errors
/// `Spec`, every problem of every row at once.
pub fn estimate(rows: Vec<Row>, defaults: Map<String, Value>) -> Result<Estimated, Error> {
    let named = named(rows).map_err(wrong)?;
    let defaults = Record::new("command line".into(), defaults);
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let groups = groups(&named.records);
    for (i, group) in groups.iter().enumerate() {
        match answers_of(group, &defaults) {
            Ok(answers) => found.extend(answers.into_iter().map(|answer| (i, answer))),
            Err(problem) => {
                problems.push(problem);
                problems.extend(problems::of_rows(group.rows()));
            }
        }
    }
    if !problems.is_empty() {
        return Err(wrong(problems));
    }
    let mut answers = corrected(found, &groups, &defaults)?;
    looks::run_on(&mut answers);
    let left_out = named.left_out.into_iter().collect();
    Ok(Estimated { answers, left_out, unused: unused(&named.records, &defaults) })
}

/// Options that are said and never looked at, by any row.
fn unused(rows: &[Record], defaults: &Record) -> Vec<String> {
    let mut said: BTreeMap<&str, bool> = BTreeMap::new();
    for (name, is_used) in rows.iter().chain([defaults]).flat_map(Record::options) {
        *said.entry(name).or_default() |= is_used;
    }
    said.into_iter().filter(|(_, is_used)| !is_used).map(|(name, _)| name.to_owned()).collect()
}

fn wrong(problems: Vec<Problem>) -> Error {
    Error { problems: problems::together(problems) }
}

/// Adds what the corrections say; an interval that agrees with one is that of a smaller level.
fn corrected(
    found: Vec<(usize, (Answer, Option<Member>))>,
    groups: &[Group<'_>],
    defaults: &Record,
) -> Result<Vec<Answer>, Error> {
    let (places, members): (Vec<usize>, Vec<_>) = found.into_iter().unzip();
    let corrections = correct(&members);
    let mut answers = Vec::new();
    for ((place, (mut answer, member)), correction) in
        places.into_iter().zip(members).zip(corrections)
    {
        if let (Ok(fields), Some(found), Some(member)) = (&mut answer.outcome, correction, member) {
            fields.extend(found.fields);
            if let Some(alpha) = found.interval_alpha {
                let narrower = defaults.with(ALPHA_DIVISOR, member.alpha / alpha);
                let again = answers_of(&groups[place], &narrower).map_err(Error::from)?;
                let same = again.into_iter().find(|(other, _)| other.variant == answer.variant);
                if let Some((Answer { outcome: Ok(wider), .. }, _)) = same {
                    fields.copy(&wider, "lower", "adjusted_lower");
                    fields.copy(&wider, "upper", "adjusted_upper");
                }
            }
        }
        answers.push(answer);
    }
    Ok(answers)
}

/// The answers of one group, each with its part in a correction.
fn answers_of(
    group: &Group<'_>,
    defaults: &Record,
) -> Result<Vec<(Answer, Option<Member>)>, Problem> {
    let arms: Result<Vec<Arm<'_>>, Problem> =
        group.variants.iter().map(|variant| Arm::new(variant, defaults)).collect();
    let mut arms = arms?;
    let options = Lookup::new(arms.iter().map(|arm| arm.row).chain([defaults]).collect());
    let method = method(&arms, &options)?;
    let member = member(group, &options)?;
    prepare(&mut arms, method, &options)?;
    let answers = compute(group, &arms, method, defaults)?;
    Ok(answers.into_iter().map(|answer| (answer, member.clone())).collect())
}

/// Caps the values and reads off the quantiles, where the options say so.
///
/// A variant whose quantile is undefined says why; the others are compared.
fn prepare(arms: &mut [Arm<'_>], method: &Method, options: &Lookup<'_>) -> Result<(), Problem> {
    if let Err(reason) = outcome(cap(arms, options))? {
        arms.iter_mut().for_each(|arm| arm.substance = Substance::Undefined(reason.clone()));
    }
    let has_values = |arm: &&mut Arm<'_>| {
        !method.reads_values && !matches!(arm.substance, Substance::Other(Shape::Nothing))
    };
    for arm in arms.iter_mut().filter(has_values) {
        match outcome(quantile(arm, options))? {
            Ok(found) => arm.quantile = found,
            Err(reason) => arm.substance = Substance::Undefined(reason),
        }
    }
    Ok(())
}

/// The family that the group's p-values belong to: by default all of an experiment and day.
fn member(group: &Group<'_>, options: &Lookup<'_>) -> Result<Option<Member>, Problem> {
    let Some(correction) = options.choice("correction", &CORRECTIONS)? else { return Ok(None) };
    let of = |name: &str| group.keys.get(name).map(Value::to_string).unwrap_or_default();
    let family = options.text("family").unwrap_or_default();
    let family = [of("experiment"), of("as_of"), family].join(" / ");
    Ok(Some(Member { family, correction, alpha: options.probability("alpha", 0.05)? }))
}

fn answer(
    group: &Group<'_>,
    method: &Method,
    variant: Option<String>,
    outcome: Result<Fields, Reason>,
) -> Answer {
    let outcome = outcome.and_then(Fields::sound);
    Answer { keys: group.keys.clone(), variant, method: method.name, outcome }
}

fn compute(
    group: &Group<'_>,
    arms: &[Arm<'_>],
    method: &Method,
    defaults: &Record,
) -> Result<Vec<Answer>, Problem> {
    let options = Lookup::new(arms.iter().map(|arm| arm.row).chain([defaults]).collect());
    let of = |arm: &Arm<'_>, found| answer(group, method, arm.name.clone(), found);
    match method.compute {
        Compute::Group(compute) => {
            Ok(vec![answer(group, method, None, outcome(compute(arms, &options))?)])
        }
        Compute::Each(compute) => Ok(match outcome(compute(arms, &options))? {
            Ok(each) => arms.iter().zip(each).map(|(arm, fields)| of(arm, Ok(fields))).collect(),
            Err(reason) => arms.iter().map(|arm| of(arm, Err(reason.clone()))).collect(),
        }),
        Compute::Row(compute) => (arms.iter())
            .map(|arm| {
                let options = Lookup::new(vec![arm.row, defaults]);
                Ok(of(arm, outcome(compute(arm, &options))?))
            })
            .collect(),
        Compute::Pair(compute) => {
            let control = control(arms, &options)?;
            if let ([only], Some(_)) = (arms, control) {
                return Ok(vec![answer(group, method, None, Err(lonely(only)))]);
            }
            let treatments = arms.iter().enumerate().filter(|(i, _)| Some(*i) != control);
            treatments
                .map(|(i, treatment)| {
                    let control = &arms[control.unwrap_or(i)];
                    let options = Lookup::new(vec![treatment.row, control.row, defaults]);
                    let mut fields = Fields::default();
                    fields.number("alpha", options.probability("alpha", 0.05)?);
                    let pair = Pair { arms, control, treatment, options };
                    let found = outcome(compute(&pair))?;
                    Ok(of(treatment, found.map(|found| std::mem::take(fields.extend(found)))))
                })
                .collect()
        }
    }
}

/// Wrong input stops everything; an undefined number is an answer.
fn outcome<T>(result: Result<T, Stop>) -> Result<Result<T, Reason>, Problem> {
    match result {
        Ok(fields) => Ok(Ok(fields)),
        Err(Stop::Undefined(reason)) => Ok(Err(reason)),
        Err(Stop::Spec(problem)) => Err(problem),
    }
}

/// The method of a group, on which its rows must agree.
fn method(arms: &[Arm<'_>], options: &Lookup<'_>) -> Result<&'static Method, Problem> {
    let words: Vec<(&str, usize)> =
        METHODS.iter().enumerate().map(|(i, method)| (method.name, i)).collect();
    let method = &METHODS[options.choice("method", &words)?];
    for arm in arms.iter().filter(|arm| arm.row.has("method")) {
        let other = &METHODS[Lookup::new(vec![arm.row]).choice("method", &words)?];
        if other.name != method.name {
            let message = format!("says `{}`, and another variant `{}`", other.name, method.name);
            let hint = "variants that are compared have one method; for two, give all rows twice, \
                        with other names of the metric";
            return Err(arm.row.problem(message).hint(hint));
        }
    }
    Ok(method)
}

/// What there is to say of a control without treatments.
fn lonely(control: &Arm<'_>) -> Reason {
    let name = control.name.as_deref().unwrap_or_default();
    Reason::insufficient("no_treatment", format!("there is nobody but `{name}` to compare"))
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
