//! Which time zone a name means.

use jiff::tz::TimeZone;
use toml::Spanned;

use super::document::Page;
use super::problem::Checked;
use super::words::{nearest, quote};

/// Abbreviations that people write, and the zone most of them mean.
const ABBREVIATIONS: [(&str, &str); 12] = [
    ("GMT", "Europe/London"),
    ("BST", "Europe/London"),
    ("CET", "Europe/Berlin"),
    ("CEST", "Europe/Berlin"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("MST", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("JST", "Asia/Tokyo"),
    ("IST", "Asia/Kolkata"),
];

/// The zone of an IANA name.
///
/// Names without a `/` are refused except `UTC`: the database still has `EST`, which is not
/// what New York uses in summer.
pub(super) fn check(page: Page, name: &Spanned<String>) -> Checked<TimeZone> {
    let text = name.get_ref().as_str();
    let is_iana = text == "UTC" || text.contains('/');
    match jiff::tz::db().get(text) {
        Ok(zone) if is_iana => Ok(zone),
        _ => Err(page.error_with(
            name.span(),
            format!("unknown time zone {}", quote(text)),
            Some(suggestion(text)),
        )),
    }
}

fn suggestion(name: &str) -> String {
    let abbreviation = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
    if let Some((_, zone)) = abbreviation {
        return format!("abbreviations are ambiguous; did you mean {}?", quote(zone));
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let known: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| *name == "UTC" || name.contains('/'))
        .collect();
    match nearest(name, &known) {
        Some(near) => format!("did you mean {}?", quote(near)),
        None => "`UTC`, or an IANA name such as `Europe/Berlin`".to_owned(),
    }
}
