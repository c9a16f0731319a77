//! What would have to be so for the health checks to pass.

use super::HealthRow;
use super::look::Look;
use super::split::BY_CHANCE;
use super::told::p_text;
use super::words::{list, percent, quoted, short};

/// "It would no longer be investigated if at most 1 % of units met more than one variant (now 4 %)."
pub(super) fn healthy(look: &Look) -> String {
    let needs: Vec<String> = look.failed_checks().iter().map(|row| pass(row)).collect();
    format!("It would no longer be investigated if {}.", list(&needs))
}

fn pass(row: &HealthRow) -> String {
    let (check, of) = row.check.split_once(':').unwrap_or((&row.check, ""));
    let source = quoted(of);
    let most = |what: String| at_most(row, &what);
    match check {
        "sample_ratio" => format!(
            "units were split as promised ({}{})",
            row.observed.zip(row.expected).map_or_else(String::new, |(observed, expected)| {
                let (observed, expected) = (percent(observed), percent(expected));
                format!("now {observed} of them are where {expected} should be, ")
            }),
            by_chance(row)
        ),
        "crossovers" => most("of units met more than one variant".to_owned()),
        "unknown_variants" => most("of exposures named an unknown variant".to_owned()),
        "assignment_mismatch" => most("of units met another variant than theirs".to_owned()),
        "quarantine" => most(format!("of the rows of {source} were bad")),
        "missing_partitions" => match (row.observed, row.expected) {
            (Some(observed), Some(expected)) => {
                format!("all {} days of data were there (now {})", short(expected), short(observed))
            }
            _ => passed(row),
        },
        "implausible_lift" => match (row.observed, row.expected) {
            (Some(observed), Some(expected)) if observed > expected => format!(
                "no primary differed by more than {} (now {})",
                percent(expected),
                percent(observed)
            ),
            _ => passed(row),
        },
        _ => passed(row),
    }
}

/// A share that is too large; or one that is only spread too unevenly.
fn at_most(row: &HealthRow, what: &str) -> String {
    match (row.observed, row.expected) {
        (Some(observed), Some(expected)) if observed > expected => {
            format!("at most {} {what} (now {})", percent(expected), percent(observed))
        }
        _ => passed(row),
    }
}

fn passed(row: &HealthRow) -> String {
    let check = quoted(&row.check);
    match row.p_value.filter(|p| *p < BY_CHANCE) {
        Some(_) => format!("{check} passed ({})", by_chance(row)),
        None => format!("{check} passed"),
    }
}

fn by_chance(row: &HealthRow) -> String {
    let now = row.p_value.map_or_else(|| "unknown".to_owned(), p_text);
    format!("p now {now}, at least {BY_CHANCE} is needed")
}
