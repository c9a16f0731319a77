//! Which experiments are analysed, and as of which day.

use jiff::civil::Date;

use crate::config::{Experiment, Project, Status};
use crate::error::{Error, Kind, Problem};
use crate::source::nearest;

/// What the caller asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every experiment that is due.
    Due,
    /// Keys, or patterns with `*`; of these, those that are due.
    Matching(Vec<String>),
    /// One experiment, whatever its status.
    One(String),
}

/// An experiment of the selection that has no verdict tonight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnalysed {
    pub experiment: String,
    pub reason: String,
}

/// The experiments of a night.
#[derive(Debug, Clone)]
pub struct Chosen<'a> {
    pub experiments: Vec<&'a Experiment>,
    pub not_analysed: Vec<NotAnalysed>,
    /// Attributes to split results by, beside those that the experiments promise; exploratory.
    pub by: Vec<String>,
}

impl Chosen<'_> {
    /// The same experiments, split by some attributes as well.
    ///
    /// # Errors
    /// `Spec` for each that the assignments do not have, with the nearest that they do.
    pub fn by(mut self, project: &Project, attributes: Vec<String>) -> Result<Self, Error> {
        let assignments = project.sources.get("assignments");
        let known: &[String] = assignments.map_or(&[], |source| &source.attributes);
        let mut problems = Vec::new();
        for attribute in &attributes {
            if known.contains(attribute) {
                continue;
            }
            let message = format!("`{attribute}` is no attribute of the assignments");
            let names = known.iter().map(String::as_str);
            let hint = nearest(attribute, names).unwrap_or_else(|| match known {
                [] => "`attributes` of `[sources.assignments]` lists the columns known before exposure".into(),
                known => format!("there are {}", known.join(", ")),
            });
            problems.push(Problem::new(Kind::Spec, "", message).hint(hint));
        }
        Error::check(problems)?;
        self.by = attributes;
        Ok(self)
    }
}

/// Picks the experiments of a selection that are due on a day.
///
/// # Errors
/// `Spec` for a pattern that matches nothing, with the nearest key.
pub fn choose<'a>(
    project: &'a Project,
    selection: &Selection,
    as_of: Date,
) -> Result<Chosen<'a>, Error> {
    let selected = selected(project, selection)?;
    let (mut experiments, mut not_analysed) = (Vec::new(), Vec::new());
    for experiment in selected {
        match why_not(experiment, as_of, matches!(selection, Selection::One(_))) {
            None => experiments.push(experiment),
            Some(reason) => {
                let experiment = experiment.key.clone();
                not_analysed.push(NotAnalysed { experiment, reason });
            }
        }
    }
    Ok(Chosen { experiments, not_analysed, by: Vec::new() })
}

fn selected<'a>(project: &'a Project, selection: &Selection) -> Result<Vec<&'a Experiment>, Error> {
    let patterns = match selection {
        Selection::Due => return Ok(project.experiments.iter().collect()),
        Selection::Matching(patterns) => patterns.clone(),
        Selection::One(key) => vec![key.clone()],
    };
    let found = |pattern: &str| project.experiments.iter().any(|e| matches(pattern, &e.key));
    let unknown = patterns.iter().filter(|pattern| !found(pattern));
    Error::check(unknown.map(|pattern| no_such(project, pattern)).collect())?;
    let wanted = |e: &&Experiment| patterns.iter().any(|pattern| matches(pattern, &e.key));
    Ok(project.experiments.iter().filter(wanted).collect())
}

fn no_such(project: &Project, pattern: &str) -> Problem {
    let keys = || project.experiments.iter().map(|e| e.key.as_str());
    let hint = crate::source::nearest(pattern, keys())
        .unwrap_or_else(|| format!("the project has {}", keys().collect::<Vec<_>>().join(", ")));
    Problem::new(Kind::Spec, "", format!("no experiment matches `{pattern}`")).hint(hint)
}

/// Whether a key matches a pattern, in which `*` stands for any characters.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((head, rest)) => key.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len()).any(|i| tail.is_char_boundary(i) && matches(rest, &tail[i..]))
        }),
    }
}

fn why_not(experiment: &Experiment, as_of: Date, insisted: bool) -> Option<String> {
    if experiment.start > as_of {
        return Some(format!("starts on {}", experiment.start));
    }
    match experiment.status {
        Status::Running | Status::Paused | Status::Stopped => None,
        Status::Draft if insisted => None,
        Status::Concluded | Status::Archived if insisted => None,
        Status::Draft => Some("is a draft".into()),
        Status::Concluded => Some("is concluded".into()),
        Status::Archived => Some("is archived".into()),
    }
}

/// The day a night is about when nobody says: yesterday, or the last day that the partitioned
/// sources have, whichever comes first.
pub fn latest_day(yesterday: Date, last_day_of_data: Option<Date>) -> Date {
    last_day_of_data.map_or(yesterday, |last| last.min(yesterday))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, key, expected) in [
            ("checkout", "checkout", true),
            ("checkout", "checkout-2", false),
            ("checkout*", "checkout-2", true),
            ("*-2", "checkout-2", true),
            ("c*o*2", "checkout-2", true),
            ("c*x", "checkout", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, key), expected, "{pattern} {key}");
        }
    }
}
