//! Nights, reruns, crashes and other people's hands, in any order, on a model of a flag.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::config::{ActionMode, ActionRules, Approve};
use crate::verdict::fixture::{Night, UNITS};
use crate::verdict::{Memory, Past, PastVerdict, SpentLook};

/// A flag as a platform keeps it, which sometimes does not do as it says.
#[derive(Default)]
struct Flag {
    state: Mutex<State>,
}

#[derive(Default, Clone)]
struct State {
    green: f64,
    changes: u64,
    /// What the next write does.
    mood: Mood,
    /// Ids whose write had an effect, once for each effect.
    effects: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Mood {
    #[default]
    Obeys,
    /// It is not there.
    Away,
    /// It does it, and the answer is lost.
    Silent,
    /// It says yes, and does nothing.
    Lies,
}

#[async_trait]
impl Target for Flag {
    fn name(&self) -> &str {
        "flags"
    }

    fn takes(&self, kind: &ChangeKind) -> bool {
        matches!(kind, ChangeKind::SetRollout { .. } | ChangeKind::Disable { .. })
    }

    async fn observe(&self, _: &Change) -> Result<Option<Observed>, Fault> {
        let state = self.state.lock().unwrap().clone();
        Ok(Some(Observed {
            enabled: true,
            shares: BTreeMap::from([
                ("green".to_owned(), state.green),
                ("control".to_owned(), 100.0 - state.green),
            ]),
            status: None,
            winner: None,
            token: Some(state.changes.to_string()),
            foreign: Vec::new(),
        }))
    }

    fn is_done(&self, change: &Change, seen: &Observed) -> bool {
        (seen.shares["green"] - wanted(change)).abs() < 1e-9
    }

    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault> {
        let mut state = self.state.lock().unwrap();
        let seen = seen.and_then(|seen| seen.token.clone());
        if seen != Some(state.changes.to_string()) {
            return Err(Fault::conflict("changed meanwhile"));
        }
        let mood = std::mem::take(&mut state.mood);
        if mood == Mood::Away {
            return Err(Fault::unreachable("away"));
        }
        if mood != Mood::Lies {
            state.green = wanted(change);
            state.changes += 1;
            state.effects.push(change.id.clone());
        }
        match mood {
            Mood::Silent => Err(Fault::Unknown { why: "no answer".to_owned() }),
            _ => Ok(Sent::default()),
        }
    }
}

fn wanted(change: &Change) -> f64 {
    match &change.kind {
        ChangeKind::SetRollout { percent, .. } => f64::from(*percent),
        _ => 0.0,
    }
}

/// A ledger that breaks off at some line, before or after it is written.
struct Paper {
    lines: Vec<Entry>,
    breaks_at: Option<(usize, bool)>,
    written: usize,
}

#[async_trait]
impl Journal for Paper {
    type Error = ();

    async fn append(&mut self, entry: Entry) -> Result<(), ()> {
        let at = self.written;
        self.written += 1;
        match self.breaks_at {
            Some((n, false)) if n == at => Err(()),
            Some((n, true)) if n == at => {
                self.lines.push(entry);
                Err(())
            }
            _ => {
                self.lines.push(entry);
                Ok(())
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Event {
    /// A new night, whose treatment is this much better, and whether it is healthy.
    Night(f64, bool),
    /// The last night once more, from the same or from other files.
    Rerun(bool),
    /// Orders are carried out; breaks off at a line, before or after it is written.
    Act(Option<(usize, bool)>),
    Mood(Mood),
    /// Somebody turns the flag by hand.
    ByHand(u8),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let night = (prop_oneof![Just(0.44), Just(0.40), Just(0.36)], prop::bool::weighted(0.85));
    let mood =
        prop_oneof![Just(Mood::Obeys), Just(Mood::Away), Just(Mood::Silent), Just(Mood::Lies)];
    let event = prop_oneof![
        5 => night.prop_map(|(rate, healthy)| Event::Night(rate, healthy)),
        1 => any::<bool>().prop_map(Event::Rerun),
        4 => prop::option::of((0usize..3, any::<bool>())).prop_map(Event::Act),
        1 => mood.prop_map(Event::Mood),
        1 => (0u8..=100).prop_map(Event::ByHand),
    ];
    prop::collection::vec(event, 1..40)
}

/// The whole of it: what is known, what is ordered, what is there.
struct World {
    past: Past,
    paper: Vec<Entry>,
    flag: Flag,
    day: i8,
    last: Option<Night>,
    /// Whether a ship that may be acted upon was ever said, of the orders by their day.
    may_rise: bool,
    /// What we or an approving person saw last; `None` before the first write.
    left: Option<f64>,
}

impl World {
    fn new() -> World {
        let flag = Flag::default();
        flag.state.lock().unwrap().green = 50.0;
        World {
            past: Past::default(),
            paper: Vec::new(),
            flag,
            day: 0,
            last: None,
            may_rise: false,
            left: None,
        }
    }

    fn now(&self) -> Timestamp {
        let midnight: Timestamp = "2026-10-01T00:00:00Z".parse().unwrap();
        midnight.checked_add((24 * (i64::from(self.day) + 9)).hours()).unwrap()
    }

    fn night(&mut self, rate: f64, healthy: bool) {
        self.day += 1;
        let mut night = Night::quiet().rate("activation_rate", "simplified", rate);
        night.experiment.decision.confirmations = 2;
        night.experiment.end = date(2027, 10, 1);
        night.as_of = date(2026, 10, 8).checked_add(i64::from(self.day).days()).unwrap();
        if !healthy {
            night = night.units("simplified", UNITS / 2);
        }
        self.judge(&night, "as they were");
        self.last = Some(night);
    }

    /// Judges a night, keeps its verdict if it is new, and enqueues what follows.
    fn judge(&mut self, night: &Night, files: &str) {
        let hash = format!("{} {files}", night.as_of);
        let standing = self.past.standing(night.as_of, &hash);
        let report = night.after(&Memory { past: &self.past, standing, added: &[] });
        let is_new = standing == crate::verdict::Standing::New;
        assert!(is_new || report.looks.is_empty(), "only a new look spends");
        if is_new {
            if let Some(actionable) = report.actionable() {
                let settled = self.past.settled(report.as_of);
                let ledger: Vec<&Entry> = self.paper.iter().collect();
                let orders = plan(actionable, &settled, &self.intent(), &ledger, self.now());
                assert_eq!(
                    orders,
                    plan(actionable, &settled, &self.intent(), &ledger, self.now()),
                    "the same night plans the same"
                );
                self.may_rise |= report.verdict.decision == crate::verdict::Decision::Ship;
                let at = self.now();
                self.paper.extend(orders.into_iter().map(|order| queued(order, at)));
            }
            self.past.looks.push(SpentLook { as_of: report.as_of, tests: report.looks.clone() });
        }
        if standing == crate::verdict::Standing::Again {
            return;
        }
        let before = self.past.verdicts.iter().filter(|v| v.as_of == report.as_of).count();
        self.past.verdicts.push(PastVerdict {
            revision: before as i32 + 1,
            input_hash: hash,
            ..PastVerdict::of(&report)
        });
    }

    fn intent(&self) -> Intent {
        Intent {
            destinations: vec![Destination {
                target: "flags".to_owned(),
                flag: Some("onboarding".to_owned()),
                takes_rollouts: true,
                takes_conclusions: false,
                takes_notices: false,
            }],
            steps: vec![10, 50, 100],
            every: 1,
            approval: Approval::Never,
            expires_at: self.now().checked_add(480.hours()).unwrap(),
            treatments: vec!["simplified".to_owned()],
            config_hash: "c0ffee".to_owned(),
        }
    }

    fn act(&mut self, breaks_at: Option<(usize, bool)>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let rules = ActionRules {
            mode: ActionMode::Apply,
            enabled: true,
            approve: Approve::Never,
            expires: i64::MAX / 4,
            max_per_run: None,
            freezes: Vec::new(),
        };
        let known = self.paper.clone();
        let all = Standing::all(&known);
        let phases = BTreeMap::new();
        let now = self.now();
        let moment = Moment { rules: &rules, now, phases: &phases, stopped: None };
        let mut paper = Paper { lines: known.clone(), breaks_at, written: 0 };
        for standing in all.iter().filter(|standing| !standing.state().is_final()) {
            if gate(standing, &all, &moment) != Gate::Open {
                continue;
            }
            let change = change(standing.order);
            let expected = expected(standing.order, &paper.lines);
            let known = paper.lines.len();
            let before = self.flag.state.lock().unwrap().clone();
            let errand =
                Errand { standing, change: &change, target: &self.flag, expected, by: "test" };
            let clock = move || now;
            let done = runtime.block_on(carry_out(&errand, &mut paper, &clock, &|| false));
            let after = self.flag.state.lock().unwrap().clone();
            let is_seen = paper.lines[known..].iter().any(|line| {
                line.state != EntryState::Conflict
                    && (line.seen_before.is_some() || line.seen_after.is_some())
            });
            if after.effects.len() > before.effects.len() {
                assert!(
                    self.left.is_none_or(|left| left == before.green),
                    "somebody else's {} was overwritten, where {:?} was left",
                    before.green,
                    self.left
                );
                assert!(after.green < before.green || self.may_rise, "nothing rises by itself");
                self.left = Some(after.green);
            } else if is_seen {
                self.left = Some(after.green);
            }
            if done.is_err() {
                break;
            }
        }
        self.paper = paper.lines;
    }
}

fn queued(order: Order, at: Timestamp) -> Entry {
    Entry {
        order,
        sequence: 0,
        state: EntryState::Queued,
        attempts: 0,
        at,
        by: "a night".to_owned(),
        seen_before: None,
        sent: None,
        seen_after: None,
        detail: None,
    }
}

fn change(order: &Order) -> Change {
    let control = "control".to_owned();
    let kind = match &order.kind {
        Kind::SetRollout { percent, .. } => {
            ChangeKind::SetRollout { variant: "green".to_owned(), control, percent: *percent }
        }
        _ => ChangeKind::Disable { control },
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A01, A03, A04, A06, A07, A09, A11, A12, A16: whatever happens in whatever order, one
    /// decision has at most one effect, nothing rises without a ship that may be acted upon,
    /// nobody's change is overwritten, and steps come one after the other.
    #[test]
    fn one_decision_has_at_most_one_effect(events in events()) {
        let mut world = World::new();
        for event in events {
            match event {
                Event::Night(rate, healthy) => world.night(rate, healthy),
                Event::Rerun(same) => {
                    if let Some(night) = world.last.clone() {
                        world.judge(&night, if same { "as they were" } else { "restated" });
                    }
                }
                Event::Act(breaks_at) => world.act(breaks_at),
                Event::Mood(mood) => world.flag.state.lock().unwrap().mood = mood,
                Event::ByHand(green) => {
                    let mut state = world.flag.state.lock().unwrap();
                    state.green = f64::from(green);
                    state.changes += 1;
                }
            }
        }
        let effects = world.flag.state.lock().unwrap().effects.clone();
        let mut once = effects.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), effects.len(), "an order had two effects: {:?}", effects);
        let mut ids: Vec<&str> = world.paper.iter().filter(|e| e.sequence == 0).map(|e| e.order.id.as_str()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all, "two orders have one id");
        let steps: Vec<u8> = world
            .paper
            .iter()
            .filter(|entry| entry.sequence == 0)
            .filter_map(|entry| entry.order.kind.percent())
            .collect();
        prop_assert!(steps.windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", steps);
    }
}
