//! What earlier nights have to do with this one: locks, looks, and what was decided.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::choose::Chosen;
use crate::config::{Experiment, Project, compare_promises, promise};
use crate::error::{Error, Kind, Problem};
use crate::verdict::{Memory, Past};

/// The pasts of a project's experiments.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    pasts: BTreeMap<String, Past>,
    /// By experiment: secondary metrics that came after its first look.
    added: BTreeMap<String, Vec<String>>,
    nothing: Past,
}

impl Remembered {
    /// Holds every experiment to what it promised at its first look.
    pub fn new(pasts: BTreeMap<String, Past>, project: &Project) -> Remembered {
        let added = project.experiments.iter().filter_map(|experiment| {
            let locked = pasts.get(&experiment.key)?.lock.promise.as_ref()?;
            let compared = compare_promises(locked, &promise(project, experiment));
            Some((experiment.key.clone(), compared.added))
        });
        let added = added.collect();
        Remembered { pasts, added, nothing: Past::default() }
    }

    pub fn past(&self, key: &str) -> &Past {
        self.pasts.get(key).unwrap_or(&self.nothing)
    }

    /// What the verdict on a day knows.
    pub fn memory(&self, key: &str, as_of: Date, input_hash: &str) -> Memory<'_> {
        let past = self.past(key);
        let added = self.added.get(key).map_or(&[][..], Vec::as_slice);
        Memory { past, standing: past.standing(as_of, input_hash), added }
    }

    /// Refuses experiments that are not what was promised.
    ///
    /// # Errors
    /// `Spec`: one problem for each field of each experiment that changed since its first look.
    pub fn check(&self, project: &Project, chosen: &Chosen<'_>) -> Result<(), Error> {
        let each = chosen.experiments.iter().flat_map(|e| self.broken(project, e));
        Error::check(each.collect())
    }

    /// Forgets the past of experiments that are not what was promised: their numbers are of
    /// another experiment. One warning each.
    pub fn forget(&mut self, project: &Project, chosen: &Chosen<'_>) -> Vec<String> {
        let mut warnings = Vec::new();
        for experiment in &chosen.experiments {
            if let Some(problem) = self.broken(project, experiment).first() {
                let (place, message) = (&problem.place, &problem.message);
                warnings.push(format!("{place}: {message}; this is what a first look would say"));
                self.pasts.remove(&experiment.key);
                self.added.remove(&experiment.key);
            }
        }
        warnings
    }

    fn broken(&self, project: &Project, experiment: &Experiment) -> Vec<Problem> {
        let past = self.past(&experiment.key);
        let promised = project.experiments.iter().find(|e| e.key == experiment.key);
        let (Some(locked), Some(experiment)) = (&past.lock.promise, promised) else {
            return Vec::new();
        };
        let first = past.looks.first().map(|look| look.as_of);
        let since = first.map_or(String::new(), |day| format!(" since its first look, of {day}"));
        let compared = compare_promises(locked, &promise(project, experiment));
        let key = &experiment.key;
        let problem = |change: &crate::config::PromiseChange| {
            let message = format!("`{key}` is locked{since}: {change}");
            let hint = format!(
                "undo it, or open a new phase, whose verdicts act on nothing unless `start` is \
                 later, too: assize unlock {key} --reason \"...\""
            );
            Problem::new(Kind::Spec, &experiment.at.file, message).hint(hint)
        };
        compared.changes.iter().map(problem).collect()
    }

    /// The project as things stand on a day: whoever comes after the final answer is no part of
    /// the experiment, whose flag may say something else by then.
    pub fn as_it_stands(&self, project: &Project, as_of: Date) -> Project {
        let mut project = project.clone();
        for experiment in &mut project.experiments {
            let treatments: Vec<String> = treatments(experiment);
            let ended = self.past(&experiment.key).settled(as_of).ended(&treatments);
            let closed = ended.and_then(|day| day.tomorrow().ok());
            if let Some(closed) = closed.filter(|day| *day < experiment.enroll_until) {
                experiment.enroll_until = closed;
            }
        }
        project
    }
}

pub(super) fn treatments(experiment: &Experiment) -> Vec<String> {
    let treatments = experiment.variants.iter().filter(|variant| !variant.is_control);
    treatments.map(|variant| variant.key.clone()).collect()
}
