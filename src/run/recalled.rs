//! A run that is stored, so that it can be made again: with what was known just before it.
//!
//! From the stored summaries that takes milliseconds. The checks are taken as they came out
//! then, for the counts behind them are not stored; whoever wants those analyses the sources.
//!
//! Does not: compare or write anything.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::called::find_run;
use super::choose::Chosen;
use super::memory::Remembered;
use super::nightly::explain;
use super::orders::MANY_ROLL_BACKS;
use crate::config::{Experiment, Project, PromiseCompared, Status, compare_promises, promise};
use crate::error::Error;
use crate::output::{StoredVerdict, evidence_of_run, past_before, verdicts_of_run};
use crate::verdict::{Report, decide_again};

/// The verdicts of one run, and the experiments as they stood then.
#[derive(Debug, Clone)]
pub struct Recalled {
    pub run_id: String,
    pub as_of: Date,
    pub verdicts: Vec<StoredVerdict>,
    pub remembered: Remembered,
    /// Experiments that are not what they were, and why that is so.
    pub refused: BTreeMap<String, String>,
    standing: Project,
}

impl Recalled {
    /// Reads a run from the tables.
    ///
    /// # Errors
    /// As [`find_run`].
    pub async fn of(project: &Project, words: &str) -> Result<Recalled, Error> {
        let root = project.output.as_path();
        let run_id = find_run(project, words).await?;
        let verdicts = verdicts_of_run(root, &run_id).await.map_err(explain)?;
        let first = verdicts.first().ok_or_else(|| Error::bug("a run without verdicts"))?;
        let as_of = first.as_of;
        let pasts = past_before(root, first.decided_at).await.map_err(explain)?;
        let remembered = Remembered::new(pasts, project);
        let mut standing = remembered.as_it_stands(project, as_of);
        for experiment in &mut standing.experiments {
            let verdict = verdicts.iter().find(|verdict| verdict.experiment == experiment.key);
            if let Some(verdict) = verdict {
                experiment.status = status(verdict);
                let added = since(project, experiment, verdict).added;
                experiment.metrics.retain(|used| !added.contains(&used.metric));
            }
        }
        let refused = verdicts
            .iter()
            .filter_map(|verdict| Some((verdict.experiment.clone(), refusal(project, verdict)?)));
        let refused = refused.collect();
        Ok(Recalled { run_id, as_of, verdicts, remembered, refused, standing })
    }

    /// The experiments that can be made again.
    pub fn chosen(&self) -> Chosen<'_> {
        Chosen { experiments: self.experiments().collect(), not_analysed: vec![], by: vec![] }
    }

    fn experiments(&self) -> impl Iterator<Item = &Experiment> {
        let is_wanted = |e: &&Experiment| {
            self.verdicts.iter().any(|verdict| verdict.experiment == e.key)
                && !self.refused.contains_key(&e.key)
        };
        self.standing.experiments.iter().filter(is_wanted)
    }

    /// Judges the stored summaries once more.
    ///
    /// # Errors
    /// `Environment` where a table cannot be read.
    pub async fn judge_again(&self) -> Result<Vec<Report>, Error> {
        let root = self.standing.output.as_path();
        let mut evidence = evidence_of_run(root, &self.verdicts).await.map_err(explain)?;
        let mut reports = Vec::new();
        for experiment in self.experiments() {
            let verdict = self.verdicts.iter().find(|v| v.experiment == experiment.key);
            let found = verdict.zip(evidence.remove(&experiment.key));
            let Some((verdict, judged)) = found else { continue };
            let memory = self.remembered.memory(&experiment.key, self.as_of, &verdict.input_hash);
            let metrics = &self.standing.metrics;
            reports.push(decide_again(experiment, self.as_of, metrics, judged, &memory));
        }
        Ok(reports)
    }

    /// Holds the reports that the whole night was held for: a part of it cannot tell.
    pub fn hold_as_stored(&self, reports: &mut [Report]) {
        for report in reports {
            let verdict = self.verdicts.iter().find(|v| v.experiment == report.experiment);
            let Some(verdict) = verdict else { continue };
            if verdict.hold_reasons.iter().any(|reason| reason == MANY_ROLL_BACKS) {
                report.verdict.hold(MANY_ROLL_BACKS);
                let said = &report.verdict.recommendation;
                let rest = verdict.recommendation.strip_prefix(said.as_str());
                report.verdict.recommendation = format!("{said}{}", rest.unwrap_or_default());
            }
        }
    }
}

/// The status that a verdict was held for; else that of an experiment that runs.
fn status(verdict: &StoredVerdict) -> Status {
    let held_for = |word: &str| verdict.hold_reasons.iter().any(|reason| reason == word);
    let known = [
        ("status_draft", Status::Draft),
        ("status_paused", Status::Paused),
        ("status_concluded", Status::Concluded),
        ("status_archived", Status::Archived),
    ];
    let found = known.into_iter().find(|(word, _)| held_for(word));
    found.map_or(Status::Running, |(_, status)| status)
}

/// Why an experiment cannot be made again: it is another one.
fn refusal(project: &Project, verdict: &StoredVerdict) -> Option<String> {
    let mut experiments = project.experiments.iter();
    let Some(experiment) = experiments.find(|e| e.key == verdict.experiment) else {
        return Some("the project no longer has it".into());
    };
    let compared = since(project, experiment, verdict);
    let first = compared.changes.first()?;
    Some(format!("its promise is another one since: {first}"))
}

/// What was promised otherwise since; a secondary metric may have been added.
fn since(project: &Project, experiment: &Experiment, verdict: &StoredVerdict) -> PromiseCompared {
    let promised = project.experiments.iter().find(|e| e.key == experiment.key);
    let now = promise(project, promised.unwrap_or(experiment));
    verdict.promise.as_ref().map(|then| compare_promises(then, &now)).unwrap_or_default()
}
