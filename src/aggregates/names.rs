//! What a row calls its fields, and what we call them.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::field::{FIELDS, field};
use super::record::Record;
use crate::error::{Kind, Problem};

/// Rows with our names for their fields, and the names that mean nothing to us.
#[derive(Debug, Default)]
pub struct Named {
    pub records: Vec<Record>,
    pub left_out: BTreeSet<String>,
}

/// Gives every field our name.
///
/// A name that resembles one of ours is taken for a typing error; others are left out, and
/// told, since exports carry columns of their own.
///
/// # Errors
/// `Spec` for two names of one field in one row and for names that nearly are ours, all at once.
pub fn named(rows: Vec<(String, Map<String, Value>)>) -> Result<Named, Vec<Problem>> {
    let mut named = Named::default();
    let mut problems = Vec::new();
    let mut doubted: HashMap<String, Option<&'static str>> = HashMap::new();
    for (place, row) in rows {
        let mut fields = Map::new();
        for (name, value) in row {
            let Some(known) = field(&name) else {
                if !doubted.contains_key(&name) {
                    doubted.insert(name.clone(), resembles(&name));
                }
                match doubted[&name] {
                    Some(ours) => problems.push(unknown(&place, &name, ours)),
                    None => drop(named.left_out.insert(name)),
                }
                continue;
            };
            match fields.get(known.name) {
                Some(other) if is_said(other) && is_said(&value) => {
                    let message = format!(
                        "`{name}` is another name of `{}`, which the row has already",
                        known.name
                    );
                    problems.push(Problem::new(Kind::Spec, &place, message));
                }
                Some(_) if !is_said(&value) => {}
                _ => drop(fields.insert(known.name.into(), value)),
            }
        }
        named.records.push(Record::new(place, fields));
    }
    if problems.is_empty() { Ok(named) } else { Err(problems) }
}

fn is_said(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

fn unknown(place: &str, name: &str, ours: &str) -> Problem {
    let problem = Problem::new(Kind::Spec, place, format!("unknown field `{name}`"));
    problem.hint(format!("did you mean `{ours}`?"))
}

/// One of our names that is one slip of the finger away, two for long names.
fn resembles(name: &str) -> Option<&'static str> {
    let slips = if name.chars().count() > 8 { 2 } else { 1 };
    let lower = name.to_lowercase();
    FIELDS
        .iter()
        .map(|field| field.name)
        .find(|ours| ours.len() > 3 && strsim::damerau_levenshtein(&lower, ours) <= slips)
}
