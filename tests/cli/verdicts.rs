//! Data that can be read, and should not be believed.

use insta::assert_snapshot;

use crate::project::{LAST_DAY, Project};

#[test]
fn an_experiment_that_nobody_met() {
    let project = Project::small();
    let copy = String::from_utf8(project.read("experiments/checkout.toml")).unwrap();
    project.write("experiments/search.toml", copy);
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +30.2 %  [-30.4 %, +90.8 %]      56.2 %    240     8
    search      investigate   —             —                   —           —      0     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance.
    search: Investigate before trusting any number: nobody has met `search`; look at its exposure
      source.
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    ");
}

#[test]
fn weights_that_do_not_add_up() {
    let project = Project::small();
    project.edit(
        "experiments/checkout.toml",
        "key = \"one-page\", weight = 50",
        "key = \"one-page\", weight = 60",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: experiments/checkout.toml:7:12: the weights sum to 110, not 100
    "#);
}

#[test]
fn many_mistakes_are_said_at_once() {
    let project = Project::small();
    project.edit("experiments/checkout.toml", "status = \"running\"", "status = \"runing\"");
    project.edit("experiments/checkout.toml", "end = 2026-03-15", "end = 2026-02-15");
    project.edit("metrics.toml", "kind = \"sum\"", "kind = \"summ\"");
    project.edit(
        "assize.toml",
        "timezone = \"UTC\"\nexperiments",
        "timezone = \"Utc+1\"\nexperiments",
    );
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: assize.toml:3:12: unknown time zone `Utc+1`
      hint: `UTC`, or an IANA name such as `Europe/Berlin`
    error: experiments/checkout.toml:4:10: `status` must be one of `draft`, `running`, `paused`, `stopped`, `concluded`, `archived`, found `runing`
      hint: did you mean `running`?
    error: experiments/checkout.toml:6:7: `end` must be after `start`, found `2026-02-15`, and `start` is `2026-03-01`
      hint: `end` is the first day that no longer belongs to the experiment
    error: metrics.toml:6:8: `kind` must be one of `conversion`, `count`, `sum`, `max`, `distinct`, `ratio`, `retention`, `quantile`, `funnel`, found `summ`
      hint: did you mean `sum`?
    "#);
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let project = Project::small();
    project.edit("data/exposures/all.csv", "u001,one-page", "u001,\u{1b}[2Jgone");
    let told = project.say(&["analyze", "checkout", "--as-of", LAST_DAY]);
    assert!(!told.contains('\u{1b}'), "{told}");
}

/// Once a treatment ships, nobody enrolls any more: exposures end, and nights repeat the verdict.
#[test]
fn nights_after_a_ship_repeat_it() {
    let project = Project::sample();
    let mut told = String::new();
    for day in ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-28"] {
        told =
            project.say(&["run", "--as-of", day, "--select", "onboarding-v2", "--output", "csv"]);
    }
    assert!(told.contains("onboarding-v2,2026-10-28,ship,simplified,"), "{told}");
    assert!(told.contains(",true,"), "{told}");
}
