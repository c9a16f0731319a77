//! All that is wrong with the rows, and nothing twice.

use super::answer::Stop;
use super::field::{Kind, field};
use super::record::Record;
use super::shape::shape;
use crate::error::Problem;

/// Fields that are no single number.
const NO_NUMBERS: [&str; 11] = [
    "values",
    "denominator_values",
    "pre_values",
    "pre_denominator_values",
    "clusters",
    "rejected",
    "upper_bounds",
    "lower_bounds",
    "function",
    "arguments",
    "looks",
];

/// What is wrong with each of these rows, whatever the others are.
pub fn of_rows<'a>(rows: impl IntoIterator<Item = &'a Record>) -> Vec<Problem> {
    let of_row = |row: &'a Record| match shape(row) {
        Err(Stop::Spec(problem)) => {
            let mut problems = vec![problem];
            problems.extend(not_numbers(row));
            problems
        }
        _ => Vec::new(),
    };
    rows.into_iter().flat_map(of_row).collect()
}

fn not_numbers(row: &Record) -> impl Iterator<Item = Problem> {
    let is_count = |name: &&str| field(name).is_some_and(|field| field.kind == Kind::Count);
    let counts = row.names().filter(is_count).filter(|name| !NO_NUMBERS.contains(name));
    counts.filter_map(|name| row.number(name).err())
}

/// Says once what many rows have in common, and of which rows it is true.
pub fn together(problems: Vec<Problem>) -> Vec<Problem> {
    let mut all: Vec<(Problem, Vec<String>)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    let mut seen = std::collections::HashSet::new();
    for problem in problems {
        if !seen.insert((problem.place.clone(), problem.message.clone())) {
            continue;
        }
        let index = *known.entry(problem.message.clone()).or_insert(all.len());
        match all.get_mut(index) {
            Some((_, places)) => places.push(problem.place),
            None => all.push((problem, Vec::new())),
        }
    }
    all.into_iter().map(|(problem, places)| with_places(problem, &places)).collect()
}

/// Places beyond the first that are named one by one.
const NAMED: usize = 3;

fn with_places(mut problem: Problem, places: &[String]) -> Problem {
    let short = |place: &String| place.rsplit(": ").next().unwrap_or_default().to_owned();
    let mut also: Vec<String> = places.iter().take(NAMED).map(short).collect();
    if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
        also.push(format!("{more} more"));
    }
    if let Some(last) = also.pop() {
        let others = if also.is_empty() { last } else { format!("{} and {last}", also.join(", ")) };
        problem.message = format!("{}; so in {others}", problem.message);
    }
    problem
}
