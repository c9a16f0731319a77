//! A fact enrolls a unit once it has met its experiment.

use assize::config::{FactFilter, Window};
use jiff::civil::date;

use crate::lab::{EXPOSURES, Lab, place};
use crate::members::{ORGS, with_members};

/// Facts of `name` enter a unit, from and to so many hours after it met the experiment.
fn entry(name: &str, hours: (i64, Option<i64>)) -> Option<FactFilter> {
    let hour = 3_600_000_000;
    Some(FactFilter {
        source: "events".into(),
        event: Some((name.into(), place())),
        predicate: None,
        window: Window { from: hours.0 * hour, to: hours.1.map(|to| to * hour) },
    })
}

const VISITS: [(&str, &str); 2] = [
    (
        "exposures.csv",
        "
        experiment,user,variant,at
        lights,a,control,2026-10-02T00:00:00
        lights,b,control,2026-10-02T00:00:00
        lights,c,treatment,2026-10-02T00:00:00
        lights,d,treatment,2026-10-02T00:00:00
        lights,e,treatment,2026-10-02T00:00:00
        lights,f,treatment,2026-10-02T00:00:00
        lights,f,control,2026-10-02T00:00:00",
    ),
    (
        "events.csv",
        "
        user,at,name
        a,2026-10-02T05:00:00,open
        a,2026-10-02T03:00:00,open
        a,2026-10-02T02:00:00,order
        a,2026-10-02T04:00:00,order
        b,2026-10-01T23:59:59,open
        c,2026-10-03T00:00:00,open
        d,2026-10-02T23:59:59.999999,open
        d,2026-10-03T23:59:59,order
        e,2026-10-02T00:00:00,open
        f,2026-10-02T01:00:00,open",
    ),
];

#[tokio::test]
async fn an_entry_moves_enrollment_to_its_first_fact() {
    let as_of = date(2026, 10, 9);
    let mut lab = Lab::new(EXPOSURES, &VISITS);
    lab.project.experiments[0].entry = entry("open", (0, Some(24)));
    let columns = ["unit", "met_at", "enrolled_at", "slot"];
    let found = lab.enrollments(as_of, &columns).await;
    let met = "2026-10-02T00:00:00Z";
    let expected = [
        format!("a {met} 2026-10-02T03:00:00Z"),
        format!("d {met} 2026-10-02T23:59:59.999999Z"),
        format!("e {met} {met}"),
    ];
    let (rows, mut slots): (Vec<&str>, Vec<&str>) =
        found.iter().map(|line| line.rsplit_once(' ').unwrap()).unzip();
    assert_eq!(rows, expected);
    slots.sort_unstable();
    assert_eq!(slots, ["0", "1", "2"]);
    let units = ["control - 1", "control crossover 1", "control no_entry 1", "treatment - 2"];
    let counted = lab.units(as_of).await;
    assert_eq!(counted[..4], units);
    assert_eq!(counted[4..], ["treatment no_entry 1"]);
    let arms = lab.night(as_of, async |_, computed| computed.arms).await;
    let mean = |variant: &str| {
        let arm = arms.iter().find(|(arm, _)| arm.variant == variant).unwrap().1;
        arm["orders"].summary.mean[0]
    };
    assert_eq!((mean("control"), mean("treatment")), (1.0, 0.5));
}

#[tokio::test]
async fn an_entry_has_not_happened_after_as_of_and_may_be_late_by_the_clocks() {
    let mut lab = Lab::new(EXPOSURES, &VISITS);
    lab.project.experiments[0].entry = entry("open", (0, None));
    let units = async |lab: &Lab, day: i8| lab.enrollments(date(2026, 10, day), &["unit"]).await;
    assert_eq!(units(&lab, 2).await, ["a", "d", "e"]);
    assert_eq!(units(&lab, 3).await, ["a", "c", "d", "e"]);
    lab.project.sources.get_mut("events").unwrap().clock_skew = 1_000_000;
    assert_eq!(units(&lab, 2).await, ["a", "b", "d", "e"]);
    let met = lab.enrollments(date(2026, 10, 2), &["unit", "enrolled_at"]).await;
    assert_eq!(met[1], "b 2026-10-02T00:00:00Z");
    lab.project.experiments[0].entry = entry("open", (3, None));
    assert_eq!(units(&lab, 2).await, ["a", "d"]);
}

#[tokio::test]
async fn entries_and_members_are_stages_that_are_written_as_sql() {
    let [exposures, orgs, events] = ORGS;
    let mut lab = Lab::new(EXPOSURES, &[exposures, orgs, events]);
    with_members(&mut lab);
    lab.project.experiments[0].entry = entry("look", (0, Some(48)));
    let as_of = date(2026, 10, 9);
    assert_eq!(
        lab.units(as_of).await,
        ["control no_entry 2", "treatment - 1", "treatment no_entry 1"]
    );
    let stages = lab.night(as_of, async |night, _| night.stages().await.unwrap()).await;
    let names = stages.iter().map(|text| text[3..].split([':', '\n']).next().unwrap());
    let expected = [
        "exposed",
        "exposed_units",
        "enrolled_by_exposure",
        "enrolled_by_assignment",
        "members",
        "events_facts",
        "events_entries",
        "events_matched",
        "events_units",
        "unit_metrics",
        "summaries",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn files_are_read_once_where_facts_enter_units() {
    let mut lab = Lab::new(EXPOSURES, &VISITS);
    lab.project.experiments[0].entry = entry("open", (0, None));
    let scanned = lab.night(date(2026, 10, 9), async |_, computed| computed.counts.scanned).await;
    let events = scanned.iter().filter(|scan| scan.path.ends_with("events.csv"));
    assert_eq!(events.map(|scan| scan.rows).collect::<Vec<_>>(), [10]);
}
