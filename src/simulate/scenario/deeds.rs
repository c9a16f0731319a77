//! Which facts there are.
//!
//! Most lie where something could go wrong by one: at the edge of a window after a unit met an
//! experiment, of a window before it, at the same instant as another fact of the unit.

use super::chance::Chance;
use super::meetings::Met;
use super::setting::{DAY, HOUR, MICROS, MINUTE, SECOND, Setting, later};
use super::table::{Table, Value};
use super::units::Unit;

/// Ends of windows and spans.
const EDGES: [i64; 16] = [
    0,
    0,
    45 * SECOND,
    30 * MINUTE,
    12 * HOUR,
    DAY,
    36 * HOUR,
    2 * DAY,
    3 * DAY,
    4 * DAY,
    -45 * SECOND,
    -12 * HOUR,
    -2 * DAY,
    -7 * DAY,
    -2 * SECOND,
    -MINUTE,
];

/// One event, and whose.
#[derive(Debug, Clone)]
struct Event {
    who: Option<String>,
    at: Option<i64>,
    name: Option<String>,
    amount: Option<f64>,
    quantity: Option<i64>,
    currency: Option<String>,
}

/// The tables of facts, of units and of members.
pub(super) fn draw(
    setting: &Setting,
    units: &[Unit],
    met: &Met,
    chance: &mut Chance,
) -> Vec<(&'static str, Table)> {
    let events = events(setting, units, met, chance);
    let visits = visits(setting, units, met, chance);
    let users = users(units, chance);
    vec![("events", events), ("visits", visits), ("users", users), ("staff", staff(units, chance))]
}

fn events(setting: &Setting, units: &[Unit], met: &Met, chance: &mut Chance) -> Table {
    let mut table = Table::new([
        ("user_id", text("nobody")),
        ("occurred_at", Value::Instant(Some(setting.midnight(setting.start) + HOUR))),
        ("event_name", text("view")),
        ("amount", Value::Number(Some(1.5))),
        ("quantity", Value::Whole(Some(1))),
        ("currency", text("EUR")),
        ("event_id", text("first")),
    ]);
    let mut number = 0;
    for (unit, at) in met {
        let Some(unit) = units.get(*unit) else { continue };
        let mut instants = vec![*at];
        for _ in 0..chance.one_of(&[0, 1, 2, 4, 8, 12]) {
            let event = event(setting, unit, &instants, chance);
            instants.extend(event.at);
            number += 1;
            let id = (!chance.happens(0.03)).then(|| format!("e{number}"));
            if chance.happens(0.08) {
                table.push(row(again(&event, chance), id.clone()));
            }
            table.push(row(event, id));
        }
    }
    table
}

/// A fact of a unit, near one of its instants.
fn event(setting: &Setting, unit: &Unit, instants: &[i64], chance: &mut Chance) -> Event {
    let stranger = Some("nobody".to_owned());
    let who = chance.one_of(&unit.members.iter().cloned().map(Some).collect::<Vec<_>>());
    let name = chance.text(&["view", "view", "cart", "purchase"]);
    let cents = (chance.number(0.0, 1.0).powi(3) * 20_000.0).round();
    let odd = [None, None, Some(f64::NAN), Some(f64::INFINITY), Some(-3.5), Some(0.0), Some(-0.0)];
    Event {
        who: if who.is_none() || chance.happens(0.02) { stranger } else { who }
            .filter(|_| !chance.happens(0.01)),
        at: (!chance.happens(0.01)).then(|| instant(setting, instants, chance)),
        name: (!chance.happens(0.02)).then_some(name),
        amount: if chance.happens(0.06) { chance.one_of(&odd) } else { Some(cents / 100.0) },
        quantity: (!chance.happens(0.05)).then(|| chance.whole(-1, 5)),
        currency: chance
            .one_of(&["EUR", "EUR", "USD", ""].map(|one| Some(one.to_owned())))
            .filter(|one| !one.is_empty()),
    }
}

/// Told a second time: the same, later, or by a member of another unit.
fn again(event: &Event, chance: &mut Chance) -> Event {
    let delay = chance.one_of(&[0, 0, MICROS, HOUR, 3 * DAY]);
    Event { at: event.at.map(|at| at + delay), ..event.clone() }
}

fn instant(setting: &Setting, instants: &[i64], chance: &mut Chance) -> i64 {
    let until = setting.midnight(later(setting.as_of, 1));
    match chance.whole(0, 100) {
        0 => until + chance.whole(-1, 2) * MICROS,
        1 => chance.one_of(&[0, 3_639_081_600_000_000]),
        2..10 => chance.one_of(instants),
        10..50 => chance.one_of(instants) + chance.one_of(&EDGES) + chance.whole(-1, 2) * MICROS,
        50..70 => chance.one_of(instants) + chance.whole(0, DAY),
        _ => {
            let start = setting.midnight(setting.start);
            chance.whole(start - 15 * DAY, start + 15 * DAY)
        }
    }
}

fn row(event: Event, id: Option<String>) -> [Value; 7] {
    [
        Value::Text(event.who),
        Value::Instant(event.at),
        Value::Text(event.name),
        Value::Number(event.amount),
        Value::Whole(event.quantity),
        Value::Text(event.currency),
        Value::Text(id),
    ]
}

/// Facts of the units themselves, without names and ids.
fn visits(setting: &Setting, units: &[Unit], met: &Met, chance: &mut Chance) -> Table {
    let mut table = Table::new([
        ("user_id", text("nobody")),
        ("visited_at", Value::Instant(Some(setting.midnight(setting.start)))),
        ("pages", Value::Whole(Some(1))),
        ("seconds", Value::Number(Some(0.25))),
    ]);
    for (unit, at) in met {
        let Some(unit) = units.get(*unit) else { continue };
        for _ in 0..chance.one_of(&[0, 0, 1, 3]) {
            let at = instant(setting, &[*at], chance);
            let pages = (!chance.happens(0.05)).then(|| chance.whole(0, 9));
            let seconds = chance.whole(0, 10_000) as f64 / 16.0;
            table.push([
                Value::Text((!chance.happens(0.01)).then(|| unit.key.clone())),
                Value::Instant((!chance.happens(0.01)).then_some(at)),
                Value::Whole(pages),
                Value::Number((!chance.happens(0.05)).then_some(seconds)),
            ]);
        }
    }
    table
}

fn users(units: &[Unit], chance: &mut Chance) -> Table {
    let mut table = Table::new([("user_id", text("nobody")), ("visits", Value::Whole(Some(7)))]);
    table.push([Value::Text(None), Value::Whole(Some(1))]);
    for unit in units {
        for _ in 0..chance.one_of(&[0, 1, 1, 1, 1, 1, 1, 2]) {
            let visits = (!chance.happens(0.1)).then(|| chance.whole(0, 5));
            table.push([text(&unit.key), Value::Whole(visits)]);
        }
    }
    table
}

/// Who acts for whom; now and then for two, or said twice.
fn staff(units: &[Unit], chance: &mut Chance) -> Table {
    let mut table = Table::new([("org_id", text("nobody")), ("user_id", text("nobody-1"))]);
    let keys: Vec<_> = units.iter().map(|unit| unit.key.clone()).collect();
    for unit in units {
        for member in &unit.members {
            if chance.happens(0.95) {
                table.push([text(&unit.key), text(member)]);
            }
            if chance.happens(0.05) {
                let other = chance.one_of(&keys);
                let other = if chance.happens(0.5) { other } else { unit.key.clone() };
                table.push([text(&other), text(member)]);
            }
        }
    }
    table
}

fn text(text: &str) -> Value {
    Value::Text(Some(text.to_owned()))
}
