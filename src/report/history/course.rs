//! How a metric went from look to look.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::cells::{cells, day, flag, number, text};
use super::columns::IS_CURRENT;
use crate::error::Error;

/// A metric and treatment over the current looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    pub metric: String,
    pub treatment: String,
    /// The last one that it had.
    pub role: String,
    /// A fraction, at the first look that has one.
    pub first_lift: Option<f64>,
    /// A fraction, at the newest look.
    pub last_lift: Option<f64>,
    /// At the newest look; `None` where that has no such metric and treatment.
    pub state: Option<String>,
    /// The first of the looks from which on the state has been what it is now.
    pub since: Option<Date>,
}

/// Primaries, then guardrails, by name, over the days of the looks, oldest first.
///
/// # Errors
/// `Bug` where the frame is not one of estimates.
pub fn courses(estimates: &DataFrame, days: &[Date]) -> Result<Vec<Course>, Error> {
    let mut found: BTreeMap<Key, Vec<Point>> = BTreeMap::new();
    for (key, point) in points(estimates)? {
        found.entry(key).or_default().push(point);
    }
    let mut courses: Vec<Course> = (found.into_iter())
        .filter_map(|((metric, treatment), points)| course(metric, treatment, &points, days))
        .collect();
    courses.sort_by_key(|course| course.role != PRIMARY);
    Ok(courses)
}

const PRIMARY: &str = "primary";
const GUARDRAIL: &str = "guardrail";

/// A metric and a treatment.
type Key = (String, String);

/// One metric and treatment at one look.
struct Point {
    day: Date,
    role: String,
    lift: Option<f64>,
    state: Option<String>,
}

/// Of the current revisions; what names no metric or day is about nothing.
fn points(estimates: &DataFrame) -> Result<Vec<(Key, Point)>, Error> {
    let texts = |name| cells(estimates, name, text);
    let (metrics, treatments) = (texts("metric")?, texts("treatment")?);
    let (roles, states) = (texts("role")?, texts("state")?);
    let (days, lifts) = (cells(estimates, "as_of", day)?, cells(estimates, "lift", number)?);
    let current = cells(estimates, IS_CURRENT, flag)?;
    let point = |row: usize| {
        let key = (metrics[row].clone()?, treatments[row].clone()?);
        let (day, role) = (days[row]?, roles[row].clone()?);
        Some((key, Point { day, role, lift: lifts[row], state: states[row].clone() }))
    };
    let rows = (0..estimates.height()).filter(|row| current[*row] == Some(true));
    Ok(rows.filter_map(point).collect())
}

/// `None` for a metric that never decides.
fn course(metric: String, treatment: String, points: &[Point], days: &[Date]) -> Option<Course> {
    let role = points.iter().max_by_key(|point| point.day)?.role.clone();
    if ![PRIMARY, GUARDRAIL].contains(&role.as_str()) {
        return None;
    }
    let at = |day: &Date| points.iter().find(|point| point.day == *day);
    let state_at = |day: &Date| at(day).and_then(|point| point.state.clone());
    let state = days.last().and_then(state_at);
    let same = days.iter().rev().take_while(|day| state_at(day) == state);
    Some(Course {
        metric,
        treatment,
        role,
        first_lift: days.iter().find_map(|day| at(day)?.lift),
        last_lift: days.last().and_then(|day| at(day)?.lift),
        since: same.last().copied(),
        state,
    })
}
