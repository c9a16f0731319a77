//! Carries out what the ledger asks for, one order after the other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::nightly::explain;
use crate::action::{
    self, Change, ChangeKind, Entry, EntryState, Errand, Gate, Journal, Kind, Moment, Order,
    Outlook, Standing, Target, carry_out, gate, look_ahead,
};
use crate::config::{Experiment, Project, Status};
use crate::error::Error;
use crate::output::{Ledger, OutputError};

/// The targets of a project, by name.
pub type Targets = BTreeMap<String, Box<dyn Target>>;

/// What became of one order, or would.
#[derive(Debug, Clone)]
pub struct Acted {
    pub order: Order,
    pub before: EntryState,
    pub became: Became,
}

#[derive(Debug, Clone)]
pub enum Became {
    /// Waits, and why.
    Waits(String),
    /// Would be done: what is there now, where it can be asked.
    Ahead(Outlook),
    /// A new line of the ledger.
    Line(Box<Entry>),
}

/// Who acts, when, and how far.
pub struct Acting<'a> {
    pub project: &'a Project,
    pub targets: &'a Targets,
    /// Phase of each experiment's lock that is in force.
    pub phases: &'a BTreeMap<String, u32>,
    pub by: &'a str,
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Why everything is stopped, asked before each send.
    pub stopped: &'a (dyn Fn() -> Option<String> + Sync),
}

/// What would be done now. Targets are asked, and nothing is changed anywhere.
pub async fn act_ahead(acting: &Acting<'_>, ledger: &[Entry]) -> Vec<Acted> {
    let all = Standing::all(ledger);
    let mut acted = Vec::new();
    for standing in all.iter().filter(|standing| !standing.state().is_final()) {
        let became = match acting.opened(standing, &all) {
            Err(Gate::End(state, why)) => Became::Line(Box::new(acting.line(standing, state, why))),
            Err(Gate::Wait(why)) => Became::Waits(why),
            Ok((change, target)) => {
                let errand = acting.errand(standing, &change, target, ledger);
                Became::Ahead(look_ahead(&errand).await)
            }
            Err(Gate::Open) => continue,
        };
        acted.push(Acted { order: standing.order.clone(), before: standing.state(), became });
    }
    acted
}

/// Does what is due, and writes down all that happens.
///
/// # Errors
/// Where the ledger cannot be written; then nothing more is sent.
pub async fn act(acting: &Acting<'_>, ledger: &mut Ledger<'_>) -> Result<Vec<Acted>, Error> {
    let found = ledger.entries().to_vec();
    let all = Standing::all(&found);
    let mut acted = Vec::new();
    let mut moves = 0;
    for standing in all.iter().filter(|standing| !standing.state().is_final()) {
        let became = match acting.opened(standing, &all) {
            Err(Gate::Open) => continue,
            Err(Gate::Wait(why)) => Became::Waits(why),
            Err(Gate::End(state, why)) => {
                let line = acting.line(standing, state, why);
                ledger.append(std::slice::from_ref(&line)).await.map_err(explain)?;
                Became::Line(Box::new(line))
            }
            Ok(_) if acting.is_enough(&mut moves, standing) => {
                Became::Waits("`max_per_run` of `[actions]` is reached".to_owned())
            }
            Ok((change, target)) => {
                let known = ledger.entries().to_vec();
                let errand = acting.errand(standing, &change, target, &known);
                let is_stopped = || (acting.stopped)().is_some();
                let line = carry_out(&errand, ledger, acting.clock, &is_stopped).await;
                Became::Line(Box::new(line.map_err(explain)?))
            }
        };
        acted.push(Acted { order: standing.order.clone(), before: standing.state(), became });
    }
    Ok(acted)
}

#[async_trait]
impl Journal for Ledger<'_> {
    type Error = OutputError;

    async fn append(&mut self, entry: Entry) -> Result<(), OutputError> {
        Ledger::append(self, &[entry]).await
    }
}

impl<'a> Acting<'a> {
    /// The change and its target, if nothing stands in the way.
    pub fn opened<'s>(
        &'s self,
        standing: &Standing,
        all: &[Standing],
    ) -> Result<(Change, &'s dyn Target), Gate> {
        let stopped = (self.stopped)();
        let moment = Moment {
            rules: &self.project.actions,
            now: (self.clock)(),
            phases: self.phases,
            stopped: stopped.as_deref(),
        };
        match gate(standing, all, &moment) {
            Gate::Open => {}
            closed => return Err(closed),
        }
        let order = standing.order;
        let refuse = |why: String| Gate::End(EntryState::Refused, why);
        let experiment = self.project.experiments.iter().find(|e| e.key == order.experiment);
        let experiment = experiment
            .ok_or_else(|| refuse("the project has no such experiment any more".into()))?;
        if let Some(closed) = is_over(experiment, order) {
            return Err(closed);
        }
        let target = self.targets.get(&order.target);
        let target =
            target.ok_or_else(|| refuse("the project has no such target any more".into()))?;
        let change = change(experiment, order);
        if !target.takes(&change.kind) {
            return Err(refuse(format!("`{}` cannot do such a thing", order.target)));
        }
        Ok((change, target.as_ref()))
    }

    pub fn errand<'e>(
        &'e self,
        standing: &'e Standing<'e>,
        change: &'e Change,
        target: &'e dyn Target,
        ledger: &[Entry],
    ) -> Errand<'e> {
        let expected = action::expected(standing.order, ledger);
        Errand { standing, change, target, expected, by: self.by }
    }

    /// What there is to be seen for a person who says yes, as JSON.
    pub async fn seen(&self, standing: &Standing<'_>, ledger: &[Entry]) -> Option<String> {
        let experiment =
            self.project.experiments.iter().find(|e| e.key == standing.order.experiment)?;
        let target = self.targets.get(&standing.order.target)?;
        let change = change(experiment, standing.order);
        let errand = self.errand(standing, &change, target.as_ref(), ledger);
        match look_ahead(&errand).await {
            Outlook::AlreadyThere(seen)
            | Outlook::ToSend(Some(seen))
            | Outlook::Conflict(seen, _) => serde_json::to_string(&seen).ok(),
            Outlook::ToSend(None) | Outlook::Fault(_) => None,
        }
    }

    fn is_enough(&self, moves: &mut u64, standing: &Standing) -> bool {
        if standing.order.kind.is_safe() {
            return false;
        }
        *moves += 1;
        self.project.actions.max_per_run.is_some_and(|most| *moves > most)
    }

    /// A line that says what becomes of an order without anything being sent.
    pub fn line(&self, standing: &Standing, state: EntryState, detail: String) -> Entry {
        Entry {
            order: standing.order.clone(),
            sequence: standing.next_sequence(),
            state,
            attempts: standing.attempts(),
            at: (self.clock)(),
            by: self.by.to_owned(),
            seen_before: None,
            sent: None,
            seen_after: None,
            detail: Some(detail),
        }
    }
}

/// An experiment that is over by hand is nobody's business; somebody may still be told.
fn is_over(experiment: &Experiment, order: &Order) -> Option<Gate> {
    let refuse = |word| Gate::End(EntryState::Refused, format!("the experiment is {word}"));
    match experiment.status {
        _ if matches!(order.kind, Kind::Notify { .. }) => None,
        Status::Running | Status::Stopped => None,
        Status::Paused => Some(Gate::Wait("the experiment is paused".to_owned())),
        Status::Draft => Some(refuse("a draft")),
        Status::Concluded => Some(refuse("concluded")),
        Status::Archived => Some(refuse("archived")),
    }
}

/// The order in the words of its target.
fn change(experiment: &Experiment, order: &Order) -> Change {
    let theirs = |name: &str| {
        let names = experiment.rollout.as_ref().map(|rollout| &rollout.variants);
        names.and_then(|names| names.get(name)).cloned().unwrap_or_else(|| name.to_owned())
    };
    let control = experiment.variants.iter().find(|variant| variant.is_control);
    let control = theirs(control.map_or("control", |variant| variant.key.as_str()));
    let kind = match &order.kind {
        Kind::SetRollout { variant, percent } => {
            ChangeKind::SetRollout { variant: theirs(variant), control, percent: *percent }
        }
        Kind::Disable => ChangeKind::Disable { control },
        Kind::Conclude { winner } => ChangeKind::Conclude {
            winner: winner.as_deref().map(theirs),
            confidence: order.confidence,
            lift: order.lift,
        },
        Kind::Notify { event } => {
            ChangeKind::Notify { event: event.clone(), text: order.reason.clone() }
        }
    };
    Change {
        id: order.id.clone(),
        experiment: order.experiment.clone(),
        flag: order.flag.clone(),
        kind,
        reason: order.reason.clone(),
        as_of: order.as_of,
        decided_at: order.not_before,
    }
}
