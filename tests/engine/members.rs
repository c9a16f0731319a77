//! Facts of members count for the unit they belong to.

use std::fs;

use assize::config::{Columns, Input, Source, SourceRole};
use assize::plan::Computed;
use jiff::civil::date;
use tempfile::tempdir;

use crate::harness::{project, with_computed};
use crate::lab::{EXPOSURES, Lab, place};
use crate::shop::{ONE_CSV, Shop};

/// A source that says which member belongs to which unit.
pub fn with_members(lab: &mut Lab) {
    let column = |name: &str| Some((name.to_string(), place()));
    let source = Source {
        name: "orgs".into(),
        role: SourceRole::Members,
        input: Input::Location { location: "orgs.csv".into(), format: None },
        partition: None,
        timezone: None,
        columns: Columns { unit: column("org"), member: column("user"), ..Columns::default() },
        attributes: Vec::new(),
        members: None,
        clock_skew: 0,
        ready: None,
        sentinel_ids: Vec::new(),
        at: place(),
    };
    lab.project.sources.insert("orgs".into(), source);
    lab.project.sources.get_mut("events").unwrap().members = Some("orgs".into());
}

/// Four organisations in two arms, users of which one is in two of them and one in none.
pub const ORGS: [(&str, &str); 3] = [
    (
        "exposures.csv",
        "
        experiment,user,variant,at
        lights,acme,control,2026-10-02T00:00:00
        lights,bell,control,2026-10-02T00:00:00
        lights,coin,treatment,2026-10-02T00:00:00
        lights,dock,treatment,2026-10-02T00:00:00",
    ),
    (
        "orgs.csv",
        "
        user,org
        1,acme
        2,acme
        2,acme
        3,coin
        4,bell
        4,coin
        5,
        6,dock
        6,dock",
    ),
    (
        "events.csv",
        "
        user,at,name
        1,2026-10-03T00:00:00,order
        1,2026-10-03T00:00:00,order
        2,2026-10-04T00:00:00,order
        3,2026-10-03T00:00:00,order
        3,2026-10-03T00:00:00,look
        4,2026-10-03T00:00:00,order
        5,2026-10-03T00:00:00,order
        7,2026-10-03T00:00:00,order
        ,2026-10-03T00:00:00,order
        6,2026-10-05T00:00:00,order
        6,2026-10-20T00:00:00,order",
    ),
];

#[tokio::test]
async fn facts_of_members_are_those_of_their_unit() {
    let as_of = date(2026, 10, 9);
    let mut lab = Lab::new(EXPOSURES, &ORGS);
    with_members(&mut lab);
    let (summaries, facts) = lab
        .night(as_of, async |_, computed| (format!("{:?}", computed.arms), computed.counts.facts))
        .await;
    let rows = |reason: &str| {
        let whole = facts.iter().filter(|count| count.experiment.is_none());
        whole.filter(|count| count.reason == reason).map(|count| count.rows).sum::<u64>()
    };
    let reasons = ["met", "no_member", "ambiguous_member", "null_unit", "no_metric", "after_as_of"];
    assert_eq!(reasons.map(rows), [5, 2, 1, 1, 1, 1]);

    let [exposures, _, _] = ORGS;
    let joined = "
        user,at,name
        acme,2026-10-03T00:00:00,order
        acme,2026-10-03T00:00:00,order
        acme,2026-10-04T00:00:00,order
        coin,2026-10-03T00:00:00,order
        dock,2026-10-05T00:00:00,order";
    let joined = Lab::new(EXPOSURES, &[exposures, ("events.csv", joined)]);
    let night = joined.night(as_of, async |_, computed| format!("{:?}", computed.arms));
    assert_eq!(summaries, night.await);
}

#[tokio::test]
async fn members_are_told_from_facts_of_another_type() {
    let [exposures, _, events] = ORGS;
    let mut lab = Lab::new(EXPOSURES, &[exposures, ("orgs.csv", "user,org\nu1,acme"), events]);
    with_members(&mut lab);
    let error = lab.try_night(date(2026, 10, 9), async |_, _| ()).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    assize.toml:3:10: member keys do not match: `user` of source `orgs` is text, `user` of source `events` is an integer
      hint: keys are never cast in silence ('01' is not 1): read `events` through a `query` source with CAST(user AS VARCHAR)
    ");
}

/// Each fact of a shop is made by one of three members of its unit; which one must not matter,
/// nor that copies of a fact name different members.
#[tokio::test]
async fn any_shop_has_the_numbers_of_the_shop_that_names_its_units() {
    let as_of = date(2026, 10, 8);
    for seed in 1..=3 {
        let shop = Shop::drawn(seed);
        let folder = tempdir().unwrap();
        shop.write(folder.path(), ONE_CSV);
        let named = project(folder.path());
        let expected = with_computed(&named, as_of, async |_, computed| computed).await.unwrap();

        let mut by_member = shop.clone();
        let mut orgs = String::from("user,org\n");
        for unit in 0..44 {
            (0..3).for_each(|i| orgs += &format!("m{i}-u{unit:03},u{unit:03}\n"));
        }
        for (i, event) in by_member.events.iter_mut().enumerate() {
            event.unit = format!("m{}-{}", i % 3, event.unit);
        }
        let folder = tempdir().unwrap();
        by_member.write(folder.path(), ONE_CSV);
        fs::write(folder.path().join("orgs.csv"), orgs).unwrap();
        let mut lab = Lab { project: project(folder.path()), folder };
        with_members(&mut lab);
        let found = lab.night(as_of, async |_, computed| computed).await;
        assert!(found.arms.values().any(|metrics| metrics["orders"].summary.mean[0] > 0.0));
        assert_eq!(format!("{:?}", found.arms), format!("{:?}", expected.arms), "seed {seed}");
        let facts = |computed: &Computed| {
            let mut facts = computed.counts.facts.clone();
            facts.sort_by_key(|f| (f.experiment.clone(), f.reason.clone()));
            facts
        };
        assert_eq!(facts(&found), facts(&expected), "seed {seed}");
    }
}
