//! Every shuffle of every experiment, night after night.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use tokio::task::spawn_blocking;

use super::subject::Subject;
use crate::config::{Experiment, Metric, Project};
use crate::error::Error;
use crate::plan::Computed;
use crate::run::numbers::{enrolled, joined, summaries};
use crate::verdict::{AaReport, Evidence, Shuffled, aa_report, never_by_chance};

/// The shuffles of all experiments, by key, each as far as its nights have come.
pub struct Field {
    metrics: Arc<BTreeMap<String, Metric>>,
    shuffled: BTreeMap<String, Vec<Shuffled>>,
    threads: usize,
}

impl Field {
    /// Before the first night.
    pub fn of(project: &Project, subjects: &[Subject], shuffles: usize) -> Field {
        let start = |subject: &Subject| {
            let one = Shuffled::new(never_by_chance(&subject.shuffled));
            (subject.shuffled.key.clone(), vec![one; shuffles])
        };
        Field {
            metrics: Arc::new(project.metrics.clone()),
            shuffled: subjects.iter().map(start).collect(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// One night of those experiments that run, of which `computed` says what it is in each
    /// shuffle.
    ///
    /// # Errors
    /// `Bug` for a shuffle that broke off.
    pub async fn night(
        mut self,
        project: &Project,
        running: &[&Experiment],
        night: Date,
        computed: Vec<Computed>,
    ) -> Result<Field, Error> {
        for experiment in running {
            let of = |computed: &Computed| evidence(project, experiment, computed);
            let evidence = computed.iter().map(of).collect();
            let shuffled = self.shuffled.remove(&experiment.key).unwrap_or_default();
            let decided = self.decided(experiment, night, shuffled, evidence).await?;
            self.shuffled.insert(experiment.key.clone(), decided);
        }
        Ok(self)
    }

    /// All shuffles of one experiment, on all threads.
    async fn decided(
        &self,
        experiment: &Experiment,
        night: Date,
        shuffled: Vec<Shuffled>,
        evidence: Vec<Evidence>,
    ) -> Result<Vec<Shuffled>, Error> {
        let size = shuffled.len().div_ceil(self.threads).max(1);
        let experiment = Arc::new(experiment.clone());
        let mut rest: Vec<(Shuffled, Evidence)> = shuffled.into_iter().zip(evidence).collect();
        let mut working = Vec::new();
        while !rest.is_empty() {
            let others = rest.split_off(size.min(rest.len()));
            let share = std::mem::replace(&mut rest, others);
            let (experiment, metrics) = (experiment.clone(), self.metrics.clone());
            working.push(spawn_blocking(move || -> Vec<Shuffled> {
                let decide = |(mut one, evidence): (Shuffled, Evidence)| {
                    one.night(&experiment, night, &metrics, evidence);
                    one
                };
                share.into_iter().map(decide).collect()
            }));
        }
        let mut decided = Vec::new();
        for share in working {
            decided.extend(share.await.map_err(|_| Error::bug("a shuffle broke off"))?);
        }
        Ok(decided)
    }

    /// What all nights of an experiment came to.
    pub fn report(&self, subject: Subject, seed: u64) -> AaReport {
        let Subject { shuffled: experiment, left_out, real } = subject;
        let shuffled = self.shuffled.get(&experiment.key).map_or(&[][..], Vec::as_slice);
        aa_report(&experiment, (shuffled, seed), &real, left_out)
    }
}

/// The evidence of one shuffle: what units say that are dealt anew. Counts of rows, crossovers
/// and units that are left out say the same in every shuffle, and are not there.
fn evidence(project: &Project, experiment: &Experiment, computed: &Computed) -> Evidence {
    let mut units = BTreeMap::new();
    let mine = computed.counts.units.iter().filter(|count| count.experiment == experiment.key);
    for count in mine {
        if let Some(variant) = &count.variant {
            *units.entry(variant.clone()).or_insert(0) += count.units;
        }
    }
    Evidence {
        units,
        summaries: summaries(experiment, computed),
        enrolled: enrolled(experiment, computed),
        joined: joined(project, experiment, computed),
        ..Evidence::default()
    }
}
