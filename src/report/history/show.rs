//! The looks on a terminal.

use std::collections::BTreeSet;

use comfy_table::Table;
use jiff::civil::Date;

use super::course::{Course, courses};
use super::look::{Look, looks};
use super::read::History;
use crate::error::Error;
use crate::report::{
    absent, align_right, confidence, counted, fitting, harmless, interval, percent, plain,
    thousands, wrapped,
};

/// For a terminal of `width` characters: a line for each day's newest verdict, its lift as bars,
/// how each primary and guardrail went, and what was judged again. Empty without a verdict.
///
/// # Errors
/// `Environment` where `verdicts` holds a row without its day, revision or decision.
pub fn history(history: &History, width: u16) -> Result<String, Error> {
    let looks = looks(&history.verdicts)?;
    let current: Vec<&Look> = looks.iter().filter(|look| look.is_current).collect();
    let days: Vec<Date> = current.iter().map(|look| look.as_of).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(String::new()) };
    let span = if first == last { last.to_string() } else { format!("{first} to {last}") };
    let count = counted(days.len(), "look");
    let mut parts = vec![format!("{}: {count}, {span}\n", history.experiment)];
    parts.push(fitted(glance(&current), width, || {
        current.iter().map(|look| block(look, width)).collect()
    }));
    parts.extend(bars(&current, width));
    let courses = courses(&history.estimates, &days)?;
    if !courses.is_empty() {
        parts.push(fitted(table_of(&courses), width, || {
            courses.iter().map(|course| sentence(course, width)).collect()
        }));
    }
    let notes: String = notes(&looks).iter().map(|note| wrapped(note, width)).collect();
    if !notes.is_empty() {
        parts.push(notes);
    }
    Ok(harmless(&parts.join("\n")))
}

/// The table where it has room, else its lines as text.
fn fitted(table: Table, width: u16, otherwise: impl FnOnce() -> String) -> String {
    fitting(table, width).unwrap_or_else(otherwise)
}

fn glance(looks: &[&Look]) -> Table {
    let mut table = plain();
    table.set_header([
        "as of",
        "verdict",
        "treatment",
        "lift",
        "interval",
        "confidence",
        "units",
        "actionable",
    ]);
    table.add_rows(looks.iter().map(|look| line(look)));
    align_right(&mut table, 3..7);
    table
}

fn line(look: &Look) -> [String; 8] {
    let ends = look.lift.map_or_else(absent, |_| {
        let or_open = |end: Option<f64>| end.or(Some(f64::INFINITY));
        let show = |end| format!("{:+.1} %", 100.0 * end);
        interval(or_open(look.lift_lower), or_open(look.lift_upper), show)
    });
    let units = look.units.and_then(|units| u64::try_from(units).ok());
    [
        look.as_of.to_string(),
        words(&look.decision),
        look.treatment.clone().unwrap_or_else(absent),
        percent(look.lift),
        ends,
        look.confidence.map_or_else(absent, confidence),
        units.map_or_else(absent, thousands),
        actionable(look),
    ]
}

/// `yes`, or `no` with what holds it.
fn actionable(look: &Look) -> String {
    let is = match look.actionable {
        None => absent(),
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
    };
    match look.held_by.as_slice() {
        [] => is,
        held_by => format!("{is} ({})", held_by.join(", ")),
    }
}

/// A code as a person says it.
fn words(code: &str) -> String {
    code.replace('_', " ")
}

fn block(look: &Look, width: u16) -> String {
    let [as_of, verdict, treatment, lift, interval, confidence, units, actionable] = line(look);
    let facts = format!(
        "{as_of}: {verdict}, {treatment} {lift} {interval}, confidence {confidence}, {units} units, \
         actionable: {actionable}"
    );
    wrapped(&facts, width)
}

/// The lift from its lowest to its highest, a bar a look; a look without a lift is a dot.
/// `None` where fewer than two have one.
fn bars(looks: &[&Look], width: u16) -> Option<String> {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let lifts = || looks.iter().filter_map(|look| look.lift);
    let (lowest, highest) = (lifts().reduce(f64::min)?, lifts().reduce(f64::max)?);
    if lifts().count() < 2 {
        return None;
    }
    let bar = |lift: f64| {
        let share = if highest > lowest { (lift - lowest) / (highest - lowest) } else { 0.5 };
        BARS[((share * 7.0).round() as usize).min(7)]
    };
    let bars: Vec<char> = looks.iter().map(|look| look.lift.map_or('·', bar)).collect();
    let ends = format!("{} to {}", percent(Some(lowest)), percent(Some(highest)));
    // As many looks a line as it has room for.
    let room = usize::from(width.max(40)) - 2;
    match bars.len() + "lift , ".len() + ends.chars().count() <= room {
        true => Some(format!("lift {}, {ends}\n", String::from_iter(bars))),
        false => {
            let lines = bars.chunks(room).map(|bars| format!("  {}\n", String::from_iter(bars)));
            Some(format!("lift, {ends}\n{}", String::from_iter(lines)))
        }
    }
}

fn table_of(courses: &[Course]) -> Table {
    let mut table = plain();
    table.set_header(["metric", "role", "treatment", "first lift", "last lift", "state", "since"]);
    table.add_rows(courses.iter().map(cells));
    align_right(&mut table, 3..5);
    table
}

fn cells(course: &Course) -> [String; 7] {
    [
        course.metric.clone(),
        course.role.clone(),
        course.treatment.clone(),
        percent(course.first_lift),
        percent(course.last_lift),
        course.state.clone().unwrap_or_else(absent),
        course.since.map_or_else(absent, |day| day.to_string()),
    ]
}

fn sentence(course: &Course, width: u16) -> String {
    let [metric, role, treatment, first, last, state, since] = cells(course);
    let text =
        format!("{metric} ({role}), {treatment}: {first}, now {last}, {state} since {since}");
    wrapped(&text, width)
}

/// Days that were judged again, and where a new phase of the lock begins.
fn notes(looks: &[Look]) -> Vec<String> {
    let mut notes: Vec<String> = looks
        .windows(2)
        .filter(|pair| pair[0].as_of == pair[1].as_of)
        .map(|pair| judged_again(&pair[0], &pair[1]))
        .collect();
    let mut phases = BTreeSet::new();
    for look in looks {
        let Some(phase) = look.lock_phase else { continue };
        if phases.insert(phase) && phases.len() > 1 {
            let day = look.as_of;
            notes.push(format!(
                "phase {phase} begins with {day}: looks before it are of another promise"
            ));
        }
    }
    notes
}

fn judged_again(before: &Look, now: &Look) -> String {
    let mut note = format!("{} was judged again, revision {}", now.as_of, now.revision);
    if let Some(why) = &now.revised_because {
        note += &format!(": {why}");
    }
    if let Some(what) = &now.revised {
        note += &format!("; {what}");
    } else if before.decision != now.decision {
        note += &format!("; `{}` became `{}`", words(&before.decision), words(&now.decision));
    }
    note
}
