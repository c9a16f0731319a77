//! Rows that cannot be used, and those that may count only once.

use insta::assert_snapshot;

use super::night::shipping;
use crate::project::{Project, day_file};

const EVENTS: &str = "events rows, all experiments";

/// Nothing is wrong: 240 units, the numbers of the fixture.
#[test]
fn a_night_that_ships() {
    let night = shipping().night();
    night.ships();
    assert_eq!(night.count("units", "analysed"), 240);
    assert_eq!(night.count(EVENTS, "read"), 1040);
    assert_eq!(night.means("orders"), (4.0, 4.0 + 2.0 / 3.0));
}

/// D01: one of 1,041 rows is said, two are too many.
#[test]
fn facts_without_a_unit() {
    let project = shipping();
    let one = project.fact(8, "x", "", "3.5").night();
    one.ships();
    assert_eq!(one.count(EVENTS, "null_unit"), 1);
    assert_snapshot!(one.check("quarantine:events"), @"warn: 1 row of `events` (0.1 %) could not be read; look at their unit, time and value");
    let two = project.fact(8, "y", "", "3.5").night();
    two.is_held_by(&["quarantine:events"]);
    assert_eq!(two.count(EVENTS, "null_unit"), 2);
    assert_eq!(two.means("orders"), (4.0, 4.0 + 2.0 / 3.0));
}

/// D02: an exposure without a variant, or without an instant.
#[test]
fn exposures_without_a_variant_or_an_instant() {
    let project = shipping();
    let night = project.exposure("u900", "", "2026-03-02T08:00:00").night();
    night.is_held_by(&["quarantine:exposures"]);
    assert_eq!(night.count("exposures rows", "null_variant"), 1);
    let project = shipping();
    let night = project.exposure("u900", "control", "").night();
    night.is_held_by(&["quarantine:exposures"]);
    assert_eq!(night.count("exposures rows", "null_time"), 1);
    assert_eq!(night.count("units", "enrolled"), 240);
    assert_snapshot!(night.check("quarantine:exposures"), @"fail: 1 row of `exposures` (0.4 %) could not be read; look at their unit, time and value");
}

/// D03: the row is skipped for the metric that has no number, and counts for the other.
#[test]
fn facts_without_a_value() {
    let project = shipping();
    project.fact(8, "x", "u001", "");
    let night = project.night();
    night.ships();
    assert_snapshot!(night.check("value_missing:revenue"), @"warn: 1 fact without a value was skipped; look at how it is written");
    assert_eq!(night.means("revenue"), shipping().night().means("revenue"));
    assert!((night.means("orders").1 - (4.0 + 2.0 / 3.0 + 1.0 / 120.0)).abs() < 1e-12);
}

/// D04, D05: never in a sum.
#[test]
fn values_that_are_no_numbers() {
    for value in ["NaN", "inf", "-inf"] {
        let project = shipping();
        project.fact(8, "x", "u001", value).fact(8, "y", "u003", value);
        let night = project.night();
        night.is_held_by(&["non_finite:revenue"]);
        let said = night.check("non_finite:revenue");
        assert!(said.starts_with("fail: 2 facts whose value is NaN or infinite"), "{said}");
        assert_eq!(night.means("revenue"), shipping().night().means("revenue"));
    }
}

/// D06: with an id each fact counts once; without one, that is said.
#[test]
fn facts_delivered_twice() {
    let project = shipping();
    let copy = String::from_utf8(project.read(&day_file(4))).unwrap();
    project.append(&day_file(5), copy.split_once('\n').unwrap().1);
    let night = project.night();
    night.ships();
    assert_eq!(night.count(EVENTS, "duplicate"), 208);
    assert_snapshot!(night.check("duplicates:events"), @"warn: 208 rows of `events` (16.7 %) came twice and count once");
    assert_eq!(night.report["estimates"], shipping().night().report["estimates"]);
    project.edit("assize.toml", ", id = \"id\"", "");
    let night = project.night();
    night.ships();
    assert_eq!(night.count(EVENTS, "duplicate"), 0);
    assert_snapshot!(night.check("duplicates:events"), @"warn: `events` has no id column, so that a fact delivered twice counts twice; name one in its columns");
}

/// D07: which of two rows counts does not depend on their order.
#[test]
fn one_id_with_two_amounts() {
    let revenue = |amounts: [&str; 2]| {
        let project = shipping();
        for amount in amounts {
            project.fact(8, "x", "u001", amount);
        }
        let night = project.night();
        night.ships();
        assert_eq!(night.count(EVENTS, "differing_duplicate"), 1);
        night.means("revenue")
    };
    assert_eq!(revenue(["20.5", "80.5"]), revenue(["80.5", "20.5"]));
}

/// D10, D28: before anybody measured, after `as_of`, and beyond what nanoseconds can hold.
#[test]
fn instants_that_cannot_be() {
    for at in ["1970-01-01T00:00:00", "2126-03-08T12:00:00", "2500-01-01T00:00:00"] {
        let project = shipping();
        for id in ["x", "y"] {
            project.append(&day_file(8), &format!("{id},u001,purchase,3.5,EUR,{at}\n"));
        }
        let night = project.night();
        night.is_held_by(&["quarantine:events"]);
        assert_eq!(night.count(EVENTS, "implausible_time"), 2);
        assert_eq!(night.means("orders"), (4.0, 4.0 + 2.0 / 3.0));
    }
}

/// D26: a day is its first instant, so what happened on the day of the exposure was before it.
#[test]
fn days_instead_of_instants() {
    let project = shipping();
    project.each_fact(|line| Some(line.split_once('T').unwrap().0.to_owned()));
    let night = project.night();
    assert_eq!(night.count("events rows", "before_enrollment"), 240 + 120);
    assert_snapshot!(night.check("dates:events"), @"warn: `at` of `events` is a date and counts as the start of its day, so that facts of the day on which a unit meets the experiment come before it; write instants");
    night.ships();
}

/// D63: units are counted, not guessed.
#[test]
fn no_query_is_approximate() {
    let project = shipping();
    project.append("metrics.toml", "\n[metrics.currencies]\nkind = \"distinct\"\nvalue = \"currency\"\n\n[metrics.typical]\nkind = \"quantile\"\nlevel = 0.5\nvalue = \"amount\"\n");
    project.edit(
        "experiments/checkout.toml",
        "[\"revenue\"]",
        "[\"revenue\", \"currencies\", \"typical\"]",
    );
    let queries = project.say(&["sql", "checkout", "--as-of", "2026-03-08"]);
    assert!(queries.starts_with("exit 0") && queries.contains("GROUP BY"), "{queries}");
    assert!(!queries.to_lowercase().contains("approx"), "{queries}");
}

/// D53: the same file by a second name is read once.
#[test]
#[cfg(unix)]
fn a_file_with_two_names() {
    let project = shipping();
    let link = project.path("data/events/day=2026-03-04/part-1.csv");
    std::os::unix::fs::symlink(project.path(&day_file(4)), link).unwrap();
    project.edit("assize.toml", ", id = \"id\"", "");
    let night = project.night();
    night.ships();
    assert_eq!(night.count(EVENTS, "read"), 1040);
}

/// D54: without ids nobody else would notice.
#[test]
fn a_day_delivered_twice_under_another_name() {
    let project = Project::sample();
    let day = "data/events/day=2026-10-20/part-";
    project.write(&format!("{day}1.parquet"), project.read(&format!("{day}0.parquet")));
    let night = project.analysis("onboarding-v2", "2026-10-28");
    night.is_held_by(&["volume:events"]);
    assert_snapshot!(night.check("volume:events"), @"fail: 6,062 rows of `events` on 2026-10-20, where the median of the days before is 2,921; look at whether that day was delivered twice");
}

/// D55: a last day that was not delivered.
#[test]
fn a_day_that_has_not_arrived() {
    let project = Project::sample();
    project.remove("data/events/day=2026-10-28");
    let night = project.analysis("onboarding-v2", "2026-10-28");
    night.is_held_by(&["missing_partitions", "freshness:events"]);
    assert_snapshot!(night.check("freshness:events"), @"fail: the last rows of `events` are of 2026-10-27; look at whether 2026-10-28 was loaded");
}

/// D21: what programs write where they have no id is nobody's, in any case; which words, a source
/// may say itself.
#[test]
fn ids_of_nobody() {
    let project = shipping();
    let one = project.fact(8, "x", "undefined", "3.5").night();
    one.ships();
    assert_eq!(one.count(EVENTS, "sentinel_unit"), 1);
    let two = project.fact(8, "y", "NULL", "3.5").night();
    two.is_held_by(&["quarantine:events"]);
    assert_eq!(two.count(EVENTS, "sentinel_unit"), 2);
    assert_eq!(two.means("orders"), (4.0, 4.0 + 2.0 / 3.0));
    project.exposure("00000000-0000-0000-0000-000000000000", "control", "2026-03-02T08:00:00");
    let exposed = project.night();
    exposed.is_held_by(&["quarantine:events", "quarantine:exposures"]);
    assert_eq!(exposed.count("exposures rows", "sentinel_unit"), 1);
    assert_eq!(exposed.count("units", "enrolled"), 240);
    project.edit("assize.toml", "partition =", "sentinel_ids = [\"guest\"]\npartition =");
    let night = project.fact(8, "z", "Guest", "3.5").night();
    assert_eq!((night.count(EVENTS, "sentinel_unit"), night.count(EVENTS, "not_enrolled")), (1, 2));
}

/// D40: a text of a megabyte is no id, of a unit or of a fact.
#[test]
fn ids_that_are_too_long() {
    let project = shipping();
    let long = "u".repeat(1_025);
    project.exposure(&long, "control", "2026-03-02T08:00:00");
    project.fact(8, "x", &long, "3.5").fact(8, &long, "u001", "3.5");
    let night = project.night();
    night.is_held_by(&["quarantine:events", "quarantine:exposures"]);
    assert_eq!((night.count(EVENTS, "long_id"), night.count("exposures rows", "long_id")), (2, 1));
    assert_eq!(night.means("orders"), (4.0, 4.0 + 2.0 / 3.0));
    let project = shipping();
    let longest = &long[1..];
    project.exposure(longest, "control", "2026-03-02T08:00:00").fact(8, longest, longest, "3.5");
    let night = project.night();
    night.ships();
    assert_eq!(night.count("units", "analysed"), 241);
}

/// D07: exact copies are told from others, of which more than one in a thousand are too many.
#[test]
fn many_ids_with_two_contents() {
    let project = shipping();
    project.fact(8, "x", "u001", "3.5").fact(8, "x", "u001", "3.5");
    let copies = project.night();
    copies.ships();
    assert_snapshot!(copies.check("duplicates:events"), @"warn: 1 row of `events` (0.1 %) came twice and count once");
    let one = project.fact(8, "x", "u001", "4.5").night();
    one.ships();
    assert_eq!((one.count(EVENTS, "duplicate"), one.count(EVENTS, "differing_duplicate")), (1, 1));
    assert_snapshot!(one.check("duplicates:events"), @"warn: 2 rows of `events` (0.2 %) came twice and count once, 1 (0.1 %) with other content; look at what gives out the ids");
    let two = project.fact(8, "x", "u002", "3.5").night();
    two.is_held_by(&["duplicates:events"]);
    assert_snapshot!(two.check("duplicates:events"), @"fail: 3 rows of `events` (0.3 %) came twice and count once, 2 (0.2 %) with other content; look at what gives out the ids");
}

/// D26: a date has no hours, so nothing can be asked of them.
#[test]
fn hours_of_days() {
    let project = shipping();
    project.each_fact(|line| Some(line.split_once('T').unwrap().0.to_owned()));
    project.edit("metrics.toml", "[metrics.orders]\n", "[metrics.orders]\nwindow = \"36h\"\n");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: metrics.toml:1:10: metric `orders` asks for hours, and `at` of source `events` is a date, which has none
      hint: ask for whole days, such as `7d`, or write instants
    "#);
    project.edit("metrics.toml", "36h", "48h");
    project.night();
}

/// D38: whoever reads Parquet without checksums is told once, for all sources.
#[test]
fn pages_without_checksums() {
    let night = Project::sample().analysis("onboarding-v2", "2026-10-28");
    assert_snapshot!(night.check("checksums"), @"warn: the pages of `assignments`, `events`, `exposures` carry no checksums, so that a flipped bit may pass unseen; have their writer add page checksums");
}

/// D55: a marker says that the newest day is whole.
#[test]
fn a_day_that_is_not_ready() {
    let project = shipping();
    project.edit("assize.toml", "partition =", "ready = \"_SUCCESS\"\npartition =");
    for day in 1..=7 {
        project.write(&format!("data/events/day=2026-03-{day:02}/_SUCCESS"), "");
    }
    assert_snapshot!(project.refused(), @r#"
    exit 5
    --- stderr
    error: assize.toml:13:10: source `events` is not ready: data/events/day=2026-03-08 has no `_SUCCESS`
      hint: the job that writes it has not finished; nothing was written, try again
    "#);
    project.write("data/events/day=2026-03-08/_SUCCESS", "");
    project.night().ships();
}
