//! The record of an experiment that was concluded.

use std::collections::BTreeMap;

use super::act::{Acted, Became};
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
    /// Records of the experiments whose conclusion has just arrived somewhere.
    pub fn of(&self, acted: &[Acted]) -> Vec<Concluded> {
        let lines = acted.iter().filter_map(|acted| match &acted.became {
            Became::Line(entry) if entry.state.is_done() => Some(entry),
            _ => None,
        });
        lines.filter_map(|entry| self.record(entry)).collect()
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
