//! Where each order stands, and whether its time has come.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Entry, EntryState, Kind, Order};
use crate::config::{ActionRules, Approve};

/// An order with all that has happened to it.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    pub order: &'a Order,
    /// In the order of their sequence; the last is its state.
    pub lines: Vec<&'a Entry>,
}

impl<'a> Standing<'a> {
    /// All orders of a ledger: those that may have arrived first, then what goes back to control,
    /// then by experiment and number.
    pub fn all(ledger: &'a [Entry]) -> Vec<Standing<'a>> {
        let mut by_id: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in ledger {
            by_id.entry(&entry.order.id).or_default().push(entry);
        }
        let mut all: Vec<Standing> = by_id.into_values().filter_map(Standing::of).collect();
        let rank = |kind: &Kind| match kind {
            Kind::Disable | Kind::SetRollout { percent: 0, .. } => 0,
            Kind::SetRollout { .. } => 1,
            Kind::Conclude { .. } => 2,
            Kind::Notify { .. } => 3,
        };
        all.sort_by(|a, b| {
            let key = |s: &Standing| {
                let is_settled = s.state() != EntryState::Sending;
                (is_settled, rank(&s.order.kind), s.order.experiment.clone(), s.order.number)
            };
            key(a).cmp(&key(b))
        });
        all
    }

    fn of(mut lines: Vec<&'a Entry>) -> Option<Standing<'a>> {
        lines.sort_by_key(|entry| entry.sequence);
        let order = &lines.first()?.order;
        Some(Standing { order, lines })
    }

    pub fn state(&self) -> EntryState {
        self.lines.last().map_or(EntryState::Queued, |entry| entry.state)
    }

    pub fn attempts(&self) -> u32 {
        self.lines.last().map_or(0, |entry| entry.attempts)
    }

    pub fn next_sequence(&self) -> u32 {
        self.lines.last().map_or(0, |entry| entry.sequence.saturating_add(1))
    }

    /// What a person saw when they said yes, newest first.
    pub fn approved(&self) -> Option<&'a Entry> {
        self.lines.iter().rev().find(|entry| entry.state == EntryState::Approved).copied()
    }
}

/// Whether an order may be carried out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// Not now: why.
    Wait(String),
    /// Never again: what becomes of it, and why.
    End(EntryState, String),
}

/// What holds for all orders of one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub rules: &'a ActionRules,
    pub now: Timestamp,
    /// Phase of each experiment's lock that is in force.
    pub phases: &'a BTreeMap<String, u32>,
    /// Set where somebody has stopped everything, with the words for it.
    pub stopped: Option<&'a str>,
}

/// The rules that need no look at the target, in the order in which they are tried.
pub fn gate(standing: &Standing, all: &[Standing], moment: &Moment) -> Gate {
    let order = standing.order;
    let state = standing.state();
    if state.is_final() {
        return Gate::End(state, "nothing more is to be done".to_owned());
    }
    if let Some(phase) = moment.phases.get(&order.experiment).filter(|p| **p != order.lock_phase) {
        let why = format!("the experiment was unlocked: it is in phase {phase} now");
        return Gate::End(EntryState::Superseded, why);
    }
    // What was sent and may have arrived is followed up, whatever its age.
    let is_under_way = state == EntryState::Sending;
    if let Some(later) = superseded_by(order, all).filter(|_| !is_under_way) {
        let why = format!("a later decision says {}", in_words(&later.kind));
        return Gate::End(EntryState::Superseded, why);
    }
    if moment.now >= order.expires_at && !is_under_way {
        let why = format!("its verdict is of {}, too old to be acted upon", order.as_of);
        return Gate::End(EntryState::Expired, why);
    }
    if let Some(words) = moment.stopped {
        return Gate::Wait(words.to_owned());
    }
    if !moment.rules.enabled {
        return Gate::Wait("`[actions] enabled = false`".to_owned());
    }
    if moment.now < order.not_before {
        return Gate::Wait(format!("not before {}", order.not_before));
    }
    if needs_person(standing, moment.rules) {
        let words = format!("a person has to say yes: assize act --approve {}", short(&order.id));
        return Gate::Wait(words);
    }
    match moment.rules.freeze_at(moment.now).filter(|_| !order.kind.is_safe()) {
        Some(freeze) => Gate::Wait(format!("nothing moves in the freeze `{}`", freeze.text)),
        None => Gate::Open,
    }
}

/// A conflict waits for a person, whatever the rules.
fn needs_person(standing: &Standing, rules: &ActionRules) -> bool {
    let asked = standing.order.needs_approval
        || rules.approve == Approve::Always && !is_notice(standing.order);
    let said_yes = standing.approved();
    let conflict = standing.lines.iter().rev().find(|e| e.state == EntryState::Conflict);
    match (said_yes, conflict) {
        (Some(yes), Some(conflict)) => conflict.sequence > yes.sequence,
        (None, Some(_)) => true,
        (None, None) => asked,
        (Some(_), None) => false,
    }
}

fn is_notice(order: &Order) -> bool {
    matches!(order.kind, Kind::Notify { .. })
}

/// The newest order that contradicts one: of the same experiment, target and flag.
fn superseded_by<'a>(order: &Order, all: &[Standing<'a>]) -> Option<&'a Order> {
    let moves = |kind: &Kind| matches!(kind, Kind::SetRollout { .. } | Kind::Disable);
    let contradicts = |other: &Order| match (&order.kind, &other.kind) {
        (Kind::SetRollout { variant: a, .. }, Kind::SetRollout { variant: b, percent }) => {
            a == b || *percent > 0
        }
        (mine, theirs) if moves(mine) && moves(theirs) => true,
        (Kind::Conclude { .. }, Kind::Conclude { .. }) => true,
        // A roll back takes back the conclusion of a ship.
        (Kind::Conclude { winner: Some(_) }, Kind::Disable) => true,
        _ => false,
    };
    let later = all.iter().map(|standing| standing.order).filter(|other| {
        other.number > order.number
            && other.experiment == order.experiment
            && other.lock_phase == order.lock_phase
            && other.target == order.target
            && contradicts(other)
    });
    later.max_by_key(|other| other.number)
}

/// The first characters of an id, as people type it.
pub fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// What an order asks for.
pub fn in_words(kind: &Kind) -> String {
    match kind {
        Kind::SetRollout { variant, percent } => format!("`{variant}` to {percent} %"),
        Kind::Disable => "everybody to the control".to_owned(),
        Kind::Conclude { winner: Some(winner) } => format!("conclude with `{winner}`"),
        Kind::Conclude { winner: None } => "conclude without a winner".to_owned(),
        Kind::Notify { event } => format!("tell of {}", event.replace(':', " ")),
    }
}
