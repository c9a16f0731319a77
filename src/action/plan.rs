//! What a verdict puts into the ledger.
//!
//! One step per due date: the next one only after the last was seen to be there, `every` ago, and
//! only by a look at later data than the last was decided on. A roll back goes to control at once.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Entry, EntryState, Kind, Order};
use crate::verdict::{Actionable, Decision, Settled};

/// What the project says about setting one experiment's verdicts in motion.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Where to; each has its own steps.
    pub destinations: Vec<Destination>,
    /// Percentages of all units, rising, the last 100; empty where there is no rollout.
    pub steps: Vec<u8>,
    /// Microseconds between two steps.
    pub every: i64,
    pub approval: Approval,
    /// When the verdict is too old to be acted upon.
    pub expires_at: Timestamp,
    /// The treatments of the experiment.
    pub treatments: Vec<String>,
    /// What was locked, by its hash: part of every id.
    pub config_hash: String,
}

/// One target of an experiment.
#[derive(Debug, Clone)]
pub struct Destination {
    pub target: String,
    /// `None`: it has no flags, and is told of everything.
    pub flag: Option<String>,
    pub takes_rollouts: bool,
    pub takes_conclusions: bool,
    pub takes_notices: bool,
}

/// What a person has to say yes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    Never,
    /// Whatever moves units to a treatment, or ends an experiment.
    Ship,
    /// Roll backs, too.
    Always,
}

/// The orders that follow from a verdict and the ledger so far.
///
/// The same verdict and ledger give the same orders with the same ids, so a run that was killed
/// between planning and committing plans them again. `ledger` are the lines of this experiment
/// and lock phase.
pub fn plan(
    verdict: Actionable<'_>,
    settled: &Settled,
    intent: &Intent,
    ledger: &[&Entry],
    now: Timestamp,
) -> Vec<Order> {
    if now >= intent.expires_at {
        return Vec::new();
    }
    let next = ledger.iter().map(|entry| entry.order.number + 1).max().unwrap_or(0);
    let mut planner = Planner { verdict, intent, ledger, now, next, orders: Vec::new() };
    for destination in &intent.destinations {
        match verdict.report().verdict.decision {
            Decision::Ship => planner.ship(destination),
            Decision::RollBack => planner.roll_back(destination, settled),
            _ => {}
        }
    }
    planner.orders
}

struct Planner<'a> {
    verdict: Actionable<'a>,
    intent: &'a Intent,
    ledger: &'a [&'a Entry],
    now: Timestamp,
    next: u32,
    orders: Vec<Order>,
}

impl Planner<'_> {
    fn ship(&mut self, to: &Destination) {
        let variant = self.verdict.treatment().to_owned();
        self.tell(to, "shipped");
        let conclude = Kind::Conclude { winner: Some(variant.clone()) };
        if !to.takes_rollouts || self.intent.steps.is_empty() {
            return self.once(to, conclude);
        }
        let steps = self.intent.steps.clone();
        let reached = self.last(to, |kind| {
            kind.percent().is_some_and(|percent| percent > 0) && kind.variant() == Some(&variant)
        });
        let percent = match &reached {
            None => steps.first().copied(),
            Some(last) => match (last.state, last.order.kind.percent()) {
                (EntryState::Expired, percent) => percent,
                (state, Some(percent)) if state.is_done() => {
                    if percent >= 100 {
                        return self.once(to, conclude);
                    }
                    let is_due = self.is_due(last);
                    steps.iter().copied().find(|step| *step > percent).filter(|_| is_due)
                }
                _ => None,
            },
        };
        if let Some(percent) = percent {
            self.order(to, Kind::SetRollout { variant, percent });
        }
    }

    /// `every` has passed since the last step was there, and the data have gone on.
    fn is_due(&self, last: &Entry) -> bool {
        let waited = self.now.as_microsecond().saturating_sub(last.at.as_microsecond());
        waited >= self.intent.every && self.verdict.report().as_of > last.order.as_of
    }

    fn roll_back(&mut self, to: &Destination, settled: &Settled) {
        let variant = self.verdict.treatment().to_owned();
        let is_back = |name: &String| *name == variant || settled.rolled_back_on(name).is_some();
        // What shipped was the last one left: nobody else has any units.
        let had_shipped = settled.shipped.as_ref().is_some_and(|(name, _)| *name == variant);
        let is_last = had_shipped || self.intent.treatments.iter().all(is_back);
        self.tell(to, "rolled_back");
        if to.takes_rollouts {
            let kind = match is_last {
                true => Kind::Disable,
                false => Kind::SetRollout { variant, percent: 0 },
            };
            self.once(to, kind);
        }
        if is_last {
            self.once(to, Kind::Conclude { winner: None });
        }
    }

    fn tell(&mut self, to: &Destination, event: &str) {
        if to.takes_notices {
            self.once(to, Kind::Notify { event: format!("{event}:{}", self.verdict.treatment()) });
        }
    }

    /// Unless it was ordered before and not given up for its age.
    fn once(&mut self, to: &Destination, kind: Kind) {
        if matches!(kind, Kind::Conclude { .. }) && !to.takes_conclusions {
            return;
        }
        let before = self.last(to, |ordered| *ordered == kind);
        if before.is_none_or(|entry| entry.state == EntryState::Expired) {
            self.order(to, kind);
        }
    }

    /// The newest line of the newest order of some kind at one target.
    fn last(&self, to: &Destination, is_wanted: impl Fn(&Kind) -> bool) -> Option<&Entry> {
        let mine = self
            .ledger
            .iter()
            .filter(|entry| entry.order.target == to.target && is_wanted(&entry.order.kind));
        mine.max_by_key(|entry| (entry.order.number, entry.sequence)).copied()
    }

    fn order(&mut self, to: &Destination, kind: Kind) {
        let report = self.verdict.report();
        let needs_approval = match self.intent.approval {
            Approval::Never => false,
            Approval::Ship => !kind.is_safe(),
            Approval::Always => !matches!(kind, Kind::Notify { .. }),
        };
        let mut order = Order {
            id: String::new(),
            experiment: report.experiment.clone(),
            lock_phase: report.verdict.lock_phase,
            as_of: report.as_of,
            number: self.next,
            target: to.target.clone(),
            flag: to.flag.clone(),
            kind,
            confidence: report.verdict.confidence,
            lift: report.verdict.lift,
            reason: report.verdict.recommendation.clone(),
            not_before: self.now,
            expires_at: self.intent.expires_at,
            needs_approval,
        };
        order.id = id(&order, &self.intent.config_hash);
        self.next += 1;
        self.orders.push(order);
    }
}

/// SHA-256 over all that makes an order this one; each part after its length.
fn id(order: &Order, config_hash: &str) -> String {
    let percent = order.kind.percent().map(|percent| percent.to_string());
    let event = match &order.kind {
        Kind::Notify { event } => event.as_str(),
        _ => "",
    };
    let parts = [
        order.experiment.as_str(),
        &order.lock_phase.to_string(),
        config_hash,
        &order.number.to_string(),
        &order.target,
        order.flag.as_deref().unwrap_or_default(),
        order.kind.code(),
        order.kind.variant().unwrap_or_default(),
        percent.as_deref().unwrap_or_default(),
        event,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
