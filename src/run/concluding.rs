//! The record of an experiment that was concluded.

use std::collections::BTreeMap;

use crate::action::{Entry, Kind};
use crate::config::Project;
use crate::output::Concluded;
use crate::verdict::{Past, PastVerdict};

/// What a record is made from.
pub struct Concluding<'a> {
    pub project: &'a Project,
    pub pasts: &'a BTreeMap<String, Past>,
}

impl Concluding<'_> {
    /// Records of all experiments whose conclusion has arrived somewhere: also of those that were
    /// not written down because the program broke off right after.
    pub fn of(&self, ledger: &[Entry]) -> Vec<Concluded> {
        let arrived = ledger.iter().filter(|entry| entry.state.is_done());
        arrived.filter_map(|entry| self.record(entry)).collect()
    }

    fn record(&self, entry: &Entry) -> Option<Concluded> {
        let order = &entry.order;
        let Kind::Conclude { winner } = &order.kind else { return None };
        let experiment = self.project.experiments.iter().find(|e| e.key == order.experiment)?;
        let verdicts = &self.pasts.get(&order.experiment)?.verdicts;
        let is_its = |verdict: &&PastVerdict| verdict.as_of == order.as_of && verdict.actionable;
        let verdict = verdicts.iter().find(is_its)?;
        Some(Concluded {
            experiment: order.experiment.clone(),
            lock_phase: order.lock_phase,
            winner: winner.clone(),
            metric: verdict.metric.clone(),
            confidence: order.confidence,
            lift: order.lift,
            lift_lower: verdict.lift_lower,
            lift_upper: verdict.lift_upper,
            started: experiment.start,
            ended: order.as_of,
            days: verdict.days,
            units: verdict.units,
            decision: verdict.decision,
            reason: order.reason.clone(),
            concluded_at: entry.at,
            action_id: order.id.clone(),
        })
    }
}
