//! One shuffled experiment, night after night.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::{
    Decision, Evidence, Memory, Outcome, Past, PastVerdict, Report, SpentLook, Standing, State,
    decide,
};
use crate::config::{Experiment, Method, Metric};

/// What it decided so far, and what it remembers.
#[derive(Debug, Clone, Default)]
pub struct Shuffled {
    past: Past,
    pub(super) seen: Seen,
}

/// Everything that ever happened.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub shipped: bool,
    pub rolled_back: bool,
    /// Whether some night was allowed to decide more than harm.
    pub could_decide: bool,
    /// Checks that were made, and those that failed.
    pub made: BTreeSet<String>,
    pub failed: BTreeSet<String>,
    /// In the order of the estimates.
    pub metrics: Vec<Ever>,
}

/// One metric of one treatment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ever {
    pub tested: bool,
    pub better: bool,
    pub worse: bool,
    /// A test of one look has had it.
    is_over: bool,
}

/// Checks that say the same however units are dealt. They would be the same false alarm in every
/// shuffle, and hide what else there is.
pub fn never_by_chance(experiment: &Experiment) -> Vec<String> {
    let metrics = experiment.metrics.iter();
    let dominant = metrics.map(|used| format!("dominant_unit:{}", used.metric));
    dominant.chain(["metric_failed", "metric_all_zero"].map(str::to_owned)).collect()
}

impl Shuffled {
    /// Before its first night, with these checks accepted.
    pub fn new(accepted: Vec<String>) -> Shuffled {
        let past = Past { accepted, ..Past::default() };
        Shuffled { past, ..Shuffled::default() }
    }

    /// One more night, later than those before.
    pub fn night(
        &mut self,
        experiment: &Experiment,
        as_of: Date,
        metrics: &BTreeMap<String, Metric>,
        evidence: Evidence,
    ) {
        let memory = Memory { past: &self.past, standing: Standing::New, added: &[] };
        let report = decide(experiment, as_of, metrics, evidence, &memory);
        self.seen.add(&report, experiment.test.method);
        self.past.verdicts.push(PastVerdict::of(&report));
        self.past.looks.push(SpentLook { as_of, tests: report.looks });
    }
}

impl Seen {
    fn add(&mut self, report: &Report, method: Method) {
        if report.actionable().is_some() {
            self.shipped |= report.verdict.decision == Decision::Ship;
            self.rolled_back |= report.verdict.decision == Decision::RollBack;
        }
        // Without units there is nothing that chance could have dealt otherwise.
        for row in report.health.iter().filter(|_| report.verdict.units > 0) {
            self.made.insert(row.check.clone());
            if row.outcome == Outcome::Fail {
                self.failed.insert(row.check.clone());
            }
        }
        self.metrics.resize(report.looks.len(), Ever::default());
        let mut may_decide = false;
        for ((ever, row), look) in self.metrics.iter_mut().zip(&report.estimates).zip(&report.looks)
        {
            // A t-test spends nothing before the planned end, and all of it then.
            let has_a_say = method != Method::TTest || look.spent != Some(0.0);
            may_decide |= has_a_say;
            if has_a_say && !ever.is_over {
                ever.add(row.state);
                ever.is_over = method == Method::TTest;
            }
        }
        let trace = report.verdict.trace.iter();
        let mut past_minimum = trace.filter(|tried| tried.rule == "minimum_runtime");
        self.could_decide |= may_decide && past_minimum.any(|tried| !tried.matched);
    }
}

impl Ever {
    fn add(&mut self, state: State) {
        self.tested |= !matches!(state, State::Insufficient | State::Error);
        self.better |= state == State::Better;
        self.worse |= state == State::Worse;
    }
}
