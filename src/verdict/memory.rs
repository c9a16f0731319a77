//! What earlier nights leave for this one to decide.
//!
//! A rerun spends nothing and sets nothing in motion; what was decided stays decided, but for
//! harm; and a treatment ships only once enough nights in a row have said so.
//!
//! Does not: judge numbers (see `rules`), or know where the past was read.

use jiff::civil::Date;

use super::look::Look;
use super::policy::Ruling;
use super::rules::Conclusion;
use super::{Decision, EstimateRow, Past, PastVerdict, RuleTried, Verdict};

/// What a look knows of those before it.
#[derive(Debug, Clone, Copy)]
pub struct Memory<'a> {
    pub past: &'a Past,
    pub standing: Standing,
    /// Secondary metrics that the experiment was given after its first look.
    pub added: &'a [String],
}

/// How a day stands to the days that were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Later than every one of them: a look of its own.
    New,
    /// Looked at before, from the same inputs.
    Again,
    /// Looked at before, from other inputs.
    Revised,
    /// Passed over, and now there are later looks.
    Late,
}

static NOTHING: Past = Past {
    lock: super::Lock::FIRST,
    looks: Vec::new(),
    verdicts: Vec::new(),
    accepted: Vec::new(),
};

impl Memory<'static> {
    /// Of an experiment that nobody has looked at.
    pub fn none() -> Memory<'static> {
        Memory { past: &NOTHING, standing: Standing::New, added: &[] }
    }
}

impl Past {
    /// How a day stands to the looks so far, if its numbers come from inputs with this hash.
    pub fn standing(&self, as_of: Date, input_hash: &str) -> Standing {
        let newest = self.verdicts.iter().map(|verdict| verdict.as_of).max();
        match self.of_day(as_of) {
            Some(verdict) if verdict.input_hash != input_hash || verdict.is_held_for(REVISION) => {
                Standing::Revised
            }
            Some(verdict) if verdict.is_held_for(PAST_NIGHT) => Standing::Late,
            Some(_) => Standing::Again,
            None if newest.is_some_and(|newest| newest > as_of) => Standing::Late,
            None => Standing::New,
        }
    }

    /// The newest verdict on a day, or else on the last day before it that has one.
    pub fn newest(&self, as_of: Date) -> Option<&PastVerdict> {
        let until = self.verdicts.iter().filter(|verdict| verdict.as_of <= as_of);
        until.max_by_key(|verdict| (verdict.as_of, verdict.revision))
    }

    /// The newest verdict on a day.
    fn of_day(&self, as_of: Date) -> Option<&PastVerdict> {
        let of_day = self.verdicts.iter().filter(|verdict| verdict.as_of == as_of);
        of_day.max_by_key(|verdict| verdict.revision)
    }

    /// The newest verdict of each day before this one, the last day first.
    fn nights_before(&self, as_of: Date) -> Vec<&PastVerdict> {
        let mut days: Vec<Date> = self.verdicts.iter().map(|verdict| verdict.as_of).collect();
        days.retain(|day| *day < as_of);
        days.sort_unstable();
        days.dedup();
        days.iter().rev().filter_map(|day| self.of_day(*day)).collect()
    }

    /// What has been decided before a day. Of a day that was revised, what was acted upon counts.
    pub fn settled(&self, as_of: Date) -> Settled {
        let mut verdicts: Vec<&PastVerdict> =
            self.verdicts.iter().filter(|verdict| verdict.as_of < as_of).collect();
        verdicts.sort_by_key(|verdict| (verdict.as_of, verdict.revision));
        let mut settled = Settled::default();
        for verdict in verdicts {
            settled.add(verdict);
        }
        settled
    }
}

impl PastVerdict {
    fn is_held_for(&self, reason: &str) -> bool {
        self.hold_reasons.iter().any(|held| held == reason)
    }
}

/// What earlier nights have decided for good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// The treatment that ships, and the day on which that was decided.
    pub shipped: Option<(String, Date)>,
    /// Treatments that were rolled back, with the days, the first one first.
    pub rolled_back: Vec<(String, Date)>,
    /// The day on which it ended without a winner.
    pub concluded: Option<Date>,
}

impl Settled {
    fn add(&mut self, verdict: &PastVerdict) {
        let day = verdict.as_of;
        match (verdict.decision, &verdict.treatment) {
            (Decision::Ship, Some(treatment)) if verdict.actionable => {
                self.shipped.get_or_insert_with(|| (treatment.clone(), day));
            }
            (Decision::RollBack, Some(treatment)) if verdict.actionable => {
                self.rolled_back.push((treatment.clone(), day));
            }
            (Decision::Inconclusive, _) if verdict.hold_reasons.is_empty() => {
                self.concluded.get_or_insert(day);
            }
            _ => {}
        }
    }

    pub fn rolled_back_on(&self, treatment: &str) -> Option<Date> {
        self.rolled_back.iter().find(|(name, _)| name == treatment).map(|(_, day)| *day)
    }

    /// The day on which an experiment with these treatments got its answer: one ships, all were
    /// rolled back, or it was concluded.
    pub fn ended(&self, treatments: &[String]) -> Option<Date> {
        let shipped = self.shipped.as_ref().map(|(_, day)| *day);
        let back = treatments.iter().map(|name| self.rolled_back_on(name));
        let all_back = back.collect::<Option<Vec<Date>>>().and_then(|days| days.into_iter().max());
        shipped.into_iter().chain(self.concluded).chain(all_back).min()
    }
}

/// A conclusion that agrees with what was decided before.
pub(super) struct Remembered<'a> {
    pub conclusion: Conclusion<'a>,
    /// The day on which it was decided, and the rule that says so.
    pub settled: Option<(Date, RuleTried)>,
}

/// Keeps what was decided: health and errors are told all the same, and harm still rolls back.
pub(super) fn remember<'a>(
    look: &Look<'a>,
    found: Conclusion<'a>,
    memory: &Memory,
    as_of: Date,
) -> Remembered<'a> {
    let unsettled = |conclusion| Remembered { conclusion, settled: None };
    // A rule that asks for a person is about a row, and health is not.
    if matches!((found.decision, found.row), (Decision::Investigate, None) | (Decision::Error, _)) {
        return unsettled(found);
    }
    let settled = memory.past.settled(as_of);
    if let Some((treatment, day)) = &settled.shipped {
        let harm = harm(look, &found.rulings, treatment);
        return match (settled.rolled_back_on(treatment), harm) {
            (Some(day), _) => again(look, found, Decision::RollBack, Some(treatment), day),
            (None, Some(row)) => {
                unsettled(Conclusion { decision: Decision::RollBack, row: Some(row), ..found })
            }
            (None, None) => again(look, found, Decision::Ship, Some(treatment), *day),
        };
    }
    if let Some(day) = settled.concluded {
        return again(look, found, Decision::Inconclusive, None, day);
    }
    let all_back = look.treatments().all(|name| settled.rolled_back_on(name).is_some());
    let about = found.row.map(|row| row.treatment.clone());
    let back = about.as_deref().and_then(|name| Some((name, settled.rolled_back_on(name)?)));
    match (back, settled.rolled_back.last()) {
        (Some((name, day)), _) => again(look, found, Decision::RollBack, Some(name), day),
        (None, Some((name, day))) if all_back => {
            again(look, found, Decision::RollBack, Some(name), *day)
        }
        _ => unsettled(found),
    }
}

/// What tonight rolls a treatment back for.
fn harm<'a>(look: &Look<'a>, rulings: &[Ruling<'a>], treatment: &str) -> Option<&'a EstimateRow> {
    let ruling = rulings.iter().find(|ruling| ruling.treatment == treatment)?;
    ruling.harm().filter(|_| ruling.then(look).is_some())
}

/// What was decided on an earlier day, with tonight's numbers.
fn again<'a>(
    look: &Look<'a>,
    found: Conclusion<'a>,
    decision: Decision,
    treatment: Option<&str>,
    day: Date,
) -> Remembered<'a> {
    let because = match (decision, treatment) {
        (Decision::Ship, Some(name)) => {
            format!("`{name}` was shipped on {day}; only harm changes that")
        }
        (_, Some(name)) => format!("`{name}` was rolled back on {day}"),
        (_, None) => format!("it ended without a winner on {day}; a person decides"),
    };
    let row = treatment.and_then(|name| look.primaries(name).next());
    Remembered {
        conclusion: Conclusion { decision, row, ..found },
        settled: Some((day, RuleTried { rule: "settled", matched: true, because })),
    }
}

/// Nights in a row, this one included, that say `ship` of one treatment. What was said in
/// hindsight confirms nothing.
pub(super) fn confirmed(memory: &Memory, as_of: Date, treatment: &str) -> u32 {
    let same = |night: &&&PastVerdict| {
        night.decision == Decision::Ship && night.winner.as_deref() == Some(treatment)
    };
    let mut nights = memory.past.nights_before(as_of);
    nights.retain(|night| !night.is_held_for(PAST_NIGHT));
    1 + nights.iter().take_while(same).count() as u32
}

/// Judged on a day that was looked at before, from other inputs.
const REVISION: &str = "revision";
/// Judged in hindsight: later days were looked at before.
const PAST_NIGHT: &str = "past_night";
/// The promise was changed after its numbers had been seen.
const POST_HOC: &str = "post_hoc";
/// Too few nights in a row have said so.
const UNCONFIRMED: &str = "unconfirmed";

/// Whatever keeps this look from setting anything in motion, and what people are told of it.
pub(super) fn holds(
    look: &Look,
    memory: &Memory,
    verdict: &Verdict,
) -> Vec<(&'static str, String)> {
    let mut holds = Vec::new();
    match memory.standing {
        Standing::New | Standing::Again => {}
        Standing::Revised => holds.push((
            REVISION,
            "This day was judged before; what changed since acts on nothing.".to_owned(),
        )),
        Standing::Late => holds.push((
            PAST_NIGHT,
            "Later days were judged before; a verdict in hindsight acts on nothing.".to_owned(),
        )),
    }
    let seen = memory.past.lock.seen_before.filter(|seen| look.experiment.start <= *seen);
    if let Some(seen) = seen {
        let words = format!(
            "The promise was changed after {seen}, when its numbers had been seen; a `start` \
             after that day makes verdicts count again."
        );
        holds.push((POST_HOC, words));
    }
    let wanted = look.experiment.decision.confirmations;
    if verdict.decision == Decision::Ship
        && verdict.settled_on.is_none()
        && verdict.confirmed < wanted
    {
        let words = match wanted - verdict.confirmed {
            1 => "One more night in a row must say so before anything is set in motion.".to_owned(),
            more => {
                format!("{more} more nights in a row must say so before anything is set in motion.")
            }
        };
        holds.push((UNCONFIRMED, words));
    }
    holds
}
