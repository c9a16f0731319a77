//! Answers about the metrics of an experiment.

use serde_json::{Map, Value};

use super::answer::{NAMES, Reply, object};
use super::progress::Running;
use super::table::table;
use crate::error::Error;
use crate::report::{harmless, spreadsheet};

/// A metric and treatment with its answers.
type Plan = (Running, Vec<Reply>);

/// A heading and a table for each metric and treatment.
pub fn plan_table(plans: &[Plan], width: u16) -> String {
    let one = |(running, replies): &Plan| {
        let margin = running.question.as_ref().ok().and_then(|question| question.margin);
        let role = match margin {
            Some(margin) => format!("{}, margin {:.1} %", running.role, 100.0 * margin),
            None => running.role.to_owned(),
        };
        let title = harmless(&format!("{} ({role}), {}", running.metric, running.variant));
        format!("{title}\n{}", table(replies, width))
    };
    plans.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// All digits.
pub fn plan_json(plans: &[Plan]) -> Value {
    objects(plans).into_iter().map(Value::Object).collect()
}

/// The same with a header line.
///
/// # Errors
/// As for [`spreadsheet`].
pub fn plan_csv(plans: &[Plan]) -> Result<String, Error> {
    let names: Vec<&str> = KEYS.into_iter().chain(NAMES).collect();
    spreadsheet(&names, &objects(plans))
}

const KEYS: [&str; 4] = ["metric", "role", "variant", "margin"];

fn objects(plans: &[Plan]) -> Vec<Map<String, Value>> {
    let of = |(running, replies): &Plan| {
        let margin = running.question.as_ref().ok().and_then(|question| question.margin);
        let keys = [
            Value::from(running.metric.as_str()),
            running.role.into(),
            running.variant.as_str().into(),
            margin.map_or(Value::Null, Value::from),
        ];
        let keys: Vec<_> = KEYS.into_iter().map(str::to_owned).zip(keys).collect();
        let with = |reply: &Reply| keys.iter().cloned().chain(object(reply)).collect();
        replies.iter().map(with).collect::<Vec<Map<String, Value>>>()
    };
    plans.iter().flat_map(of).collect()
}
