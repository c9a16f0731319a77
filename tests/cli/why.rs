//! Why a verdict is what it is.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project};

#[test]
fn the_rules() {
    let project = Project::small();
    assert_snapshot!(project.say(&["why", "checkout", "--as-of", LAST_DAY]), @r"
    exit 0
    --- stdout
    checkout as of 2026-03-08: keep running
    Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So far
      `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance.

      winner       —
      metric       orders
      lift         +30.2 % [-30.4 %, +90.8 %]
      confidence   56.2 %
      chance best  99.6 %
      units        240
      days         8
      days left    —
      actionable   no

    Rules, in the order they were tried
        health           none of 13 checks failed
        minimum_runtime  8 days of at least 3, 120 units of at least 50 in `control`
        harm             `one-page`: no primary and no guardrail is worse at 0.05: orders flat (adjusted p 0.4382)
        benefit          `one-page`: no primary is better at 0.05: orders flat (adjusted p 0.4382)
        planned_end      day 8 of 14
      → keep_running     no other rule matched

    For another verdict
      `one-page` would be rolled back if orders's upper end (now 90.8 %) fell below 0.
      `one-page` would ship if orders's lower end (now -30.4 %) rose above 0.
    ");
    assert!(project.live_files().is_empty(), "it writes nothing");
}

#[test]
fn where_every_row_went() {
    let project = Project::small();
    project.edit("data/exposures/all.csv", "u001,one-page", "u001,one_page");
    project.edit("data/exposures/all.csv", "u003,one-page", "u003,");
    project.append("data/exposures/all.csv", "checkout,u002,one-page,2026-03-04T08:02:00\n");
    let told = project.say(&["why", "checkout", "--waterfall", "--as-of", LAST_DAY]);
    assert_snapshot!(told, @r#"
    exit 0
    --- stdout
    checkout as of 2026-03-08: where every row and every unit went

    exposures rows: 241 named
                 239   99.2 %  counted            says who is in the experiment
                   1    0.4 %  null variant       has no variant
                   1    0.4 %  unknown variant    names a variant that the experiment does not have

    units: 238 enrolled
                 237   99.6 %  analysed           is in the numbers
                   1    0.4 %  crossover          was seen in more than one variant

    events rows, all experiments: 459 read
                 455   99.1 %  met                is of a unit that is analysed
                   4    0.9 %  not enrolled       is of a unit that is not analysed

    events rows: 455 met
                 340   74.7 %  after enrollment   may count, if it is in a metric's window
                 115   25.3 %  before enrollment  is earlier than its unit's enrollment
    "#);
}

#[test]
fn as_json() {
    let project = Project::small();
    let json = |more: &[&str]| -> Value {
        let arguments = ["why", "checkout", "--as-of", LAST_DAY, "--output", "json"];
        let output = project.command(&[&arguments[..], more].concat()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let rules = &json(&[])["verdict"]["trace"];
    let matched: Vec<&Value> =
        rules.as_array().unwrap().iter().filter(|rule| rule["matched"] == true).collect();
    assert_eq!((matched.len(), &matched[0]["rule"]), (1, &"keep_running".into()));
    let accounts = json(&["--waterfall"]);
    let rows = accounts["waterfall"].as_array().unwrap();
    let units = rows.iter().filter(|row| row["population"] == "units");
    let counts: Vec<&Value> = units.map(|row| &row["count"]).collect();
    assert_eq!(counts, [240, 240]);
}

#[test]
fn an_experiment_that_is_not_there() {
    assert_snapshot!(Project::small().say(&["why", "chekout", "--as-of", LAST_DAY]), @r#"
    exit 2
    --- stderr
    error: no experiment matches `chekout`
      hint: did you mean `checkout`?
    "#);
}
