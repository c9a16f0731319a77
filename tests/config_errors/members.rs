//! Members of units, facts a moment too early, and units that were put into a variant by hand.

use super::*;

const STAFF: &str = "[sources.staff]\nkind = \"members\"\nlocation = \"data/staff\"\ncolumns = { unit = \"org_id\", member = \"user_id\" }\n\n[sources.events]";
const PARTITION: &str = "partition = \"day\"";

#[test]
fn facts_of_members() {
    let of = (PROJECT_FILE, PARTITION, "members = \"staff\"\nclock_skew = \"2s\"");
    let project = accepted(&[of, (PROJECT_FILE, "[sources.events]", STAFF)]).project;
    let events = &project.sources["events"];
    assert_eq!((events.members.as_deref(), events.clock_skew), (Some("staff"), 2_000_000));
    let staff = &project.sources["staff"].columns;
    assert_eq!(staff.unit.as_ref().unwrap().0, "org_id");
    assert_eq!(staff.member.as_ref().unwrap().0, "user_id");
    let queried = STAFF.replace("location = \"data/staff\"", "query = \"SELECT 1\"");
    let queried = queried.replace("columns = { unit = \"org_id\", member = \"user_id\" }\n", "");
    let project = accepted(&[of, (PROJECT_FILE, "[sources.events]", &queried)]).project;
    assert_eq!(project.sources["staff"].columns.member.as_ref().unwrap().0, "member");
    let plain = accepted(&[]).project;
    assert_eq!(
        (plain.sources["events"].members.as_ref(), plain.sources["events"].clock_skew),
        (None, 0)
    );
}

#[test]
fn members_are_a_source_of_members() {
    let staff = (PROJECT_FILE, "[sources.events]", STAFF);
    refused(
        &[(PROJECT_FILE, PARTITION, "members = \"staf\""), staff],
        r"
assize.toml:22:11: there is no source `staf`
  hint: did you mean `staff`?
",
    );
    refused(
        &[(PROJECT_FILE, PARTITION, "members = \"assignments\""), staff],
        r"
assize.toml:22:11: source `assignments` has no members
  hint: sources of members are `staff`
",
    );
    refused(
        &[(PROJECT_FILE, PARTITION, "members = \"exposures\"")],
        r#"
assize.toml:17:11: source `exposures` has no members
  hint: `kind = "members"` is for rows with a `unit` and a `member` of it
"#,
    );
}

#[test]
fn members_without_facts() {
    warned(
        &[(PROJECT_FILE, "[sources.events]", STAFF)],
        r#"
assize.toml:14:10: no facts are of the members in source `staff`
  hint: facts of members say `members = "staff"`
"#,
    );
}

#[test]
fn the_columns_of_members() {
    let with = |from: &str, to: &str, expected: &str| {
        refused(&[(PROJECT_FILE, "[sources.events]", &STAFF.replace(from, to))], expected);
    };
    with(
        ", member = \"user_id\"",
        "",
        r#"
assize.toml:17:11: source `staff` needs the column `member`
  hint: `columns = { member = "..." }` says what it is called there
"#,
    );
    with(
        "member =",
        "time = \"at\", experiment = \"e\", member =",
        r"
assize.toml:17:37: source `staff` has no use for the column `time`
  hint: a member is one at all times
assize.toml:17:56: source `staff` has no use for the column `experiment`
  hint: facts get it from assignments and exposures, by unit
",
    );
    with(
        "member =",
        "membr =",
        r#"
assize.toml:17:11: source `staff` needs the column `member`
  hint: `columns = { member = "..." }` says what it is called there
assize.toml:17:30: unknown key `membr`
  hint: did you mean `member`?
"#,
    );
    with(
        "location =",
        "members = \"events\"\nclock_skew = \"1s\"\nlocation =",
        r"
assize.toml:16:11: `members` belongs to facts
assize.toml:17:14: `clock_skew` belongs to facts
",
    );
    refused(
        &[(PROJECT_FILE, "id = \"event_id\"", "member = \"m\", forced = \"f\"")],
        r"
assize.toml:18:84: source `events` has no use for the column `member`
  hint: only sources of kind `members` have it
assize.toml:18:98: source `events` has no use for the column `forced`
  hint: only assignments and exposures have it
",
    );
}

/// D11
#[test]
fn d11_clock_skew() {
    for (skew, expected) in [
        (
            "\"2 s\"",
            r"
assize.toml:17:14: `clock_skew` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `2 s`
",
        ),
        (
            "2",
            r"
assize.toml:17:14: `clock_skew` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `2`
",
        ),
    ] {
        refused(&[(PROJECT_FILE, PARTITION, &format!("clock_skew = {skew}"))], expected);
    }
    refused(
        &[
            (PROJECT_FILE, PARTITION, "clock_skew = \"2s\""),
            (PROJECT_FILE, "time = \"occurred_at\", ", ""),
            (METRICS_FILE, "window = \"7d\"\n", ""),
        ],
        r"
assize.toml:17:14: `clock_skew` needs a column `time`
",
    );
    accepted(&[(PROJECT_FILE, PARTITION, "clock_skew = \"0s\"")]);
}

#[test]
fn who_was_forced() {
    let project = accepted(&[
        (PROJECT_FILE, "time = \"at\"", "time = \"at\", forced = \"by_hand\""),
        (PROJECT_FILE, "time = \"exposed_at\"", "time = \"exposed_at\", forced = \"is_forced\""),
    ])
    .project;
    let forced = |source: &str| project.sources[source].columns.forced.as_ref().unwrap().0.clone();
    assert_eq!(
        (forced("assignments"), forced("exposures")),
        ("by_hand".into(), "is_forced".into())
    );
}

/// D21
#[test]
fn d21_ids_of_nobody() {
    let events =
        |changes: &[Change]| accepted(changes).project.sources["events"].sentinel_ids.clone();
    assert_eq!(events(&[]).len(), 8);
    assert!(events(&[(PROJECT_FILE, PARTITION, "sentinel_ids = []")]).is_empty());
    assert_eq!(events(&[(PROJECT_FILE, PARTITION, "sentinel_ids = [\"\", \"0\"]")]), ["", "0"]);
    refused(
        &[(PROJECT_FILE, PARTITION, "sentinel_ids = \"null\"")],
        r"
assize.toml:17:16: `sentinel_ids` must be a list, found the string `null`
",
    );
    let staff = STAFF.replace("kind =", "sentinel_ids = [\"0\"]\nkind =");
    refused(
        &[
            (PROJECT_FILE, PARTITION, "members = \"staff\""),
            (PROJECT_FILE, "[sources.events]", &staff),
        ],
        r"
assize.toml:15:16: `sentinel_ids` belong to facts, exposures and assignments
",
    );
}

/// D55
#[test]
fn d55_a_day_is_ready_by_a_file() {
    let ready = (PROJECT_FILE, PARTITION, "ready = \"_SUCCESS\"");
    let project = accepted(&[ready]).project;
    assert_eq!(project.sources["events"].ready.as_deref(), Some("_SUCCESS"));
    refused(
        &[(PROJECT_FILE, PARTITION, "ready = \"day/_SUCCESS\"")],
        r"
assize.toml:17:9: `ready` must be a file name, found `day/_SUCCESS`
  hint: it is looked for in the newest partition, or else in the folder itself
",
    );
    refused(
        &[ready, (PROJECT_FILE, "location = \"data/events\"", "query = \"SELECT 1\"")],
        r"
assize.toml:17:9: `ready` needs a `location`
",
    );
}
