//! Each command on a project without faults.

use std::collections::BTreeSet;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project, events};

#[test]
fn check() {
    assert_snapshot!(Project::small().say(&["check"]), @r#"
    exit 0
    --- stderr
    shop: 1 experiment, 2 metrics and 2 sources are right
    "#);
}

#[test]
fn a_night_and_the_same_night_again() {
    let project = Project::small();
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +30.2 %  [-30.4 %, +90.8 %]      56.2 %    240     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance.
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    ");
    let first = project.live_files();
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +30.2 %  [-30.4 %, +90.8 %]      56.2 %    240     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance.
    --- stderr
    nothing new as of 2026-03-08: [project]/out holds these verdicts already, nothing was written
    ");
    assert_eq!(project.live_files(), first);
}

#[test]
fn changed_data_make_a_second_revision() {
    let project = Project::small();
    project.run();
    let first = project.live_files_of("verdicts");
    project.append("data/exposures/all.csv", "checkout,u999,control,2026-03-02T08:00:00\n");
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +31.3 %  [-29.9 %, +92.5 %]      58.7 %    241     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 31.3 % (between -29.9 % and 92.5 %), which may be chance. This
      day was judged before; what changed since acts on nothing.
    --- stderr
    run [run]: 700 rows read, tables in [project]/out
    ");
    let second = project.live_files_of("verdicts");
    assert_eq!((first.len(), second.len()), (1, 2), "the first revision is kept");
}

#[test]
fn a_night_as_csv() {
    let project = Project::small();
    assert_snapshot!(project.say(&["run", "--as-of", LAST_DAY, "--output", "csv"]), @r#"
    exit 0
    --- stdout
    experiment,as_of,decision,winner,metric,treatment,confidence,lift,lift_lower,lift_upper,units,days,days_left,actionable,recommendation
    checkout,2026-03-08,keep_running,,orders,one-page,0.561847380614128,0.30201342281879195,-0.30395533753606274,0.9079821831736467,240,8,,false,"Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So far `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance."
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    "#);
}

/// Names only: the numbers are the business of other tests.
#[test]
fn a_night_as_json() {
    let project = Project::small();
    let output =
        project.command(&["run", "--as-of", LAST_DAY, "--output", "json"]).output().unwrap();
    let night: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut paths = BTreeSet::new();
    collect_paths("", &night, &mut paths);
    assert_snapshot!(Vec::from_iter(paths).join("\n"), @r"
    [].as_of
    [].estimates[].adjusted_p_value
    [].estimates[].alpha
    [].estimates[].estimate.control
    [].estimates[].estimate.dof
    [].estimates[].estimate.effect
    [].estimates[].estimate.fixed.interval[]
    [].estimates[].estimate.fixed.log_p_value
    [].estimates[].estimate.fixed.p_value
    [].estimates[].estimate.lift.fixed[]
    [].estimates[].estimate.lift.sequential[]
    [].estimates[].estimate.lift.std_error
    [].estimates[].estimate.lift.value
    [].estimates[].estimate.sequential.interval[]
    [].estimates[].estimate.sequential.log_p_value
    [].estimates[].estimate.sequential.p_value
    [].estimates[].estimate.statistic
    [].estimates[].estimate.std_error
    [].estimates[].estimate.treatment
    [].estimates[].exploratory
    [].estimates[].margin
    [].estimates[].margin_p_value
    [].estimates[].metric
    [].estimates[].role
    [].estimates[].segment
    [].estimates[].state
    [].estimates[].status
    [].estimates[].treatment
    [].experiment
    [].health[].check
    [].health[].detail
    [].health[].expected
    [].health[].observed
    [].health[].outcome
    [].health[].p_value
    [].summaries[].largest
    [].summaries[].metric
    [].summaries[].phase
    [].summaries[].segment
    [].summaries[].skewness
    [].summaries[].smallest
    [].summaries[].summary.comoment[][]
    [].summaries[].summary.mean[]
    [].summaries[].summary.units
    [].summaries[].variant
    [].verdict.actionable
    [].verdict.confidence
    [].verdict.days
    [].verdict.days_left
    [].verdict.decision
    [].verdict.lift
    [].verdict.lift_lower
    [].verdict.lift_upper
    [].verdict.metric
    [].verdict.otherwise[].decision
    [].verdict.otherwise[].words
    [].verdict.probability_best
    [].verdict.recommendation
    [].verdict.trace[].because
    [].verdict.trace[].matched
    [].verdict.trace[].rule
    [].verdict.treatment
    [].verdict.units
    [].verdict.winner
    [].waterfall[].count
    [].waterfall[].is_total
    [].waterfall[].population
    [].waterfall[].reason
    ");
}

fn collect_paths(at: &str, value: &Value, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| collect_paths(&format!("{at}.{key}"), value, paths)),
        Value::Array(items) => {
            items.iter().for_each(|value| collect_paths(&format!("{at}[]"), value, paths))
        }
        _ => drop(paths.insert(at.to_string())),
    }
}

#[test]
fn one_experiment_in_full() {
    let project = Project::small();
    assert_snapshot!(project.say(&["analyze", "checkout", "--as-of", LAST_DAY]), @r"
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

    orders (primary), one-page: flat
      control 1.2417, treatment 1.6167
      lift +30.2 %, always valid [-30.4 %, +90.8 %]
      p 0.4382, t-test p 0.0087
    revenue (secondary), one-page: flat
      control 42.3875, treatment 48.3208
      lift +14.0 %, always valid [-50.5 %, +78.5 %]
      p 1.0000, t-test p 0.2823

    check                 outcome  detail
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    empty_arm             pass     every variant has units
    sample_ratio          pass     120 units in `control` and 120 in `one-page`, where a 50/50 split
                                   was promised
    sample_ratio_by_day   pass     every day fell as promised (2026-03-01 with 20 % of the units is
                                   furthest off)
    crossovers            pass     0 units (0 %) met more than one variant
    unknown_variants      pass     0 exposures (0 %) with a variant that the experiment does not have
    missing_partitions    pass     every expected day is there
    quarantine:events     pass     every row of `events` could be read
    duplicates:events     pass     no row of `events` came twice
    quarantine:exposures  pass     every row of `exposures` could be read
    join_rate:events      pass     206 of 240 units have facts in `events`, as many in every variant
    metric_failed         pass     every metric was computed
    metric_all_zero       pass     every metric has values other than 0
    implausible_lift      pass     no primary differs by more than experiments do

    Where every row and unit went
      exposures rows                              240  named
                                                  240  counted
      units                                       240  enrolled
                                                  240  analysed
      events rows, all experiments                459  read
                                                  459  met
      events rows                                 459  met
                                                  343  after enrollment
                                                  116  before enrollment
    ");
    assert!(!project.path("out").exists(), "analyze writes nothing");
}

#[test]
fn one_metric_of_one_experiment() {
    let told =
        Project::small().say(&["analyze", "checkout", "--as-of", LAST_DAY, "--metric", "revenue"]);
    assert!(told.contains("revenue (secondary), one-page"), "{told}");
    assert!(!told.contains("orders (primary)"), "{told}");
}

#[test]
fn a_metric_that_the_experiment_does_not_have() {
    assert_snapshot!(Project::small().say(&["analyze", "checkout", "--metric", "revenu"]), @r#"
    exit 2
    --- stderr
    error: `checkout` has no metric `revenu`
      hint: did you mean `revenue`?
    "#);
}

#[test]
fn an_experiment_that_does_not_exist() {
    assert_snapshot!(Project::small().say(&["analyze", "chekout"]), @r#"
    exit 2
    --- stderr
    error: no experiment matches `chekout`
      hint: did you mean `checkout`?
    "#);
}

#[test]
fn the_queries() {
    let told = Project::small().say(&["sql", "checkout", "--as-of", LAST_DAY]);
    let headers = told.lines().filter(|line| line.starts_with("-- ") && line.contains(": "));
    assert_snapshot!(headers.collect::<Vec<_>>().join("\n"), @r#"
    -- exposed: who met which variant first when, and the exposures that cannot enroll anybody, by reason.
    -- takes  $until: exposures at or after it have not happened yet; $earliest, $latest: instants outside are no instants; $variants_known: whether exposures say which variant
    -- exposed_units: one row per unit that met an experiment.
    -- enrolled_by_exposure: every unit that met an experiment, with its variant, or why it is left out.
    -- takes  $assigned: whether there are assignments to hold the exposures against
    -- enrolled_by_assignment: every unit assigned in an experiment that is analysed as assigned, or why it is left out.
    "#);
}

#[test]
fn schemas() {
    let project = Project::small();
    for file in ["project", "metrics", "experiment"] {
        let output = project.command(&["schema", file]).output().unwrap();
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["type"], "object", "{file}");
    }
    assert_snapshot!(project.say(&["schema", "--write", "schema"]), @r#"
    exit 0
    --- stderr
    written: schema/project.json
    written: schema/metrics.json
    written: schema/experiment.json
    "#);
    for file in ["project", "metrics", "experiment"] {
        assert!(project.path(&format!("schema/{file}.json")).exists());
    }
}

#[test]
fn a_simulation_is_a_project() {
    let project = Project::small();
    let small = ["--units", "300", "--events", "2000", "--experiments", "2"];
    let told = project.say(&[&["simulate", "world"][..], &small].concat());
    assert_snapshot!(told, @r#"
    exit 0
    --- stderr
    world: 247 assignments, 353 exposures and 2,107 events; the truth is in world/truth.json
    "#);
    assert_snapshot!(project.say(&["check", "--project", "world"]), @r#"
    exit 0
    --- stderr
    warning: metrics.toml:22:10: metric `refunded_per_user` is not used by any experiment
    warning: metrics.toml:45:10: metric `searches_per_user` is not used by any experiment
    benchmark: 2 experiments, 10 metrics and 3 sources are right
    "#);
    assert_snapshot!(project.say(&["simulate", "world"]), @r#"
    exit 2
    --- stderr
    error: world: folder is not empty, it holds `assize.toml`
      hint: choose a new folder, or `--overwrite`, which removes only files that a former simulation lists in its `truth.json`
    "#);
}

#[test]
fn a_night_in_which_nothing_is_due() {
    let project = Project::small();
    assert_snapshot!(project.say(&["run", "--as-of", "2026-02-20"]), @r#"
    exit 0
    --- stderr
    `checkout` is not analysed: it starts on 2026-03-01
    no experiment was due as of 2026-02-20, nothing was written
    "#);
}

#[test]
fn the_queries_of_an_experiment_that_has_not_started() {
    assert_snapshot!(Project::small().say(&["sql", "checkout", "--as-of", "2026-02-20"]), @r#"
    exit 5
    --- stderr
    error: `checkout` starts on 2026-03-01, after 2026-02-20
      hint: there is nothing to analyse before that day
    "#);
}

#[test]
fn an_experiment_that_has_not_started() {
    let project = Project::small();
    assert_snapshot!(project.say(&["analyze", "checkout", "--as-of", "2026-02-20"]), @r#"
    exit 5
    --- stderr
    error: `checkout` starts on 2026-03-01, after 2026-02-20
      hint: there is nothing to analyse before that day
    "#);
}

#[test]
fn a_selection_that_matches_nothing() {
    let project = Project::small();
    for pattern in ["chekout", "search-*", ""] {
        let told = project.say(&["run", "--as-of", LAST_DAY, "--select", pattern]);
        assert!(told.starts_with("exit 2\n"), "{told}");
    }
    assert_snapshot!(project.say(&["run", "--as-of", LAST_DAY, "--select", "chekout,search-*"]), @r#"
    exit 2
    --- stderr
    error: no experiment matches `chekout`
      hint: did you mean `checkout`?
    error: no experiment matches `search-*`
      hint: the project has checkout
    "#);
    assert_eq!(project.live_files(), Vec::<String>::new());
}

#[test]
fn without_as_of_the_last_day_of_the_data_counts() {
    let project = Project::small();
    let output = project.command(&["run", "--output", "csv"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.lines().nth(1).unwrap().starts_with("checkout,2026-03-08,"), "{printed}");
}

#[test]
fn a_folder_without_a_project() {
    let project = Project::small();
    assert_snapshot!(project.say(&["run", "--project", "nowhere"]), @r#"
    exit 2
    --- stderr
    error: nowhere/assize.toml: there is no such file
      hint: name the folder that holds it with --project
    "#);
    assert_snapshot!(project.say(&["run", "--project", "experiments"]), @r#"
    exit 2
    --- stderr
    error: experiments/assize.toml: there is no such file
      hint: name the folder that holds it with --project
    "#);
    assert_snapshot!(project.say(&["run", "--project", "assize.toml"]), @r#"
    exit 2
    --- stderr
    error: assize.toml/assize.toml: there is no such file
      hint: name the folder that holds it with --project
    "#);
}

/// One object per line, each with a level and a message; the data stay alone on standard output.
#[test]
fn json_lines_on_standard_error() {
    let project = Project::small();
    let output = project.command(&["run", "--as-of", LAST_DAY]).output().unwrap();
    let lines = String::from_utf8(output.stderr).unwrap();
    let messages: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| {
            format!("{} {}", line["level"].as_str().unwrap(), line["message"].as_str().unwrap())
        })
        .collect();
    assert_snapshot!(messages.join("\n"), @r#"
    INFO run started
    INFO source opened
    INFO source opened
    INFO experiment decided
    INFO run committed
    "#);
}

#[test]
fn a_problem_as_a_json_line() {
    let project = Project::small();
    project.edit("assize.toml", "unit = \"user\", time", "unit = \"usr\", time");
    let output = project.command(&["run", "--log", "json", "--as-of", LAST_DAY]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let mut line: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    line["timestamp"] = Value::from("[time]");
    assert_snapshot!(format!("{line:#}"), @r#"
    {
      "timestamp": "[time]",
      "level": "ERROR",
      "message": "source `events` has no column `usr` (for `unit`)",
      "place": "assize.toml:18:20",
      "hint": "did you mean `user`?",
      "exit_code": 2,
      "target": "assize::cli::log"
    }
    "#);
}

#[test]
fn a_narrow_terminal() {
    let project = Project::small();
    let narrow = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        project.told(command.args(["--log", "text"]).env("COLUMNS", "60").output().unwrap())
    };
    assert_snapshot!(narrow(&["run", "--as-of", LAST_DAY]), @r"
    exit 0
    --- stdout
    checkout: keep running
      winner —, lift +30.2 % [-30.4 %, +90.8 %], confidence
      56.2 %, 240 units, 8 days

    checkout: Keep running: no difference can be told from noise
      yet; the planned end is 2026-03-15. So far `one-page`
      leads: orders is up 30.2 % (between -30.4 % and 90.8 %),
      which may be chance.
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    ");
    assert_snapshot!(narrow(&["analyze", "checkout", "--as-of", LAST_DAY]), @r"
    exit 0
    --- stdout
    checkout as of 2026-03-08: keep running
    Keep running: no difference can be told from noise yet; the
      planned end is 2026-03-15. So far `one-page` leads: orders
      is up 30.2 % (between -30.4 % and 90.8 %), which may be
      chance.

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

    orders (primary), one-page: flat
      control 1.2417, treatment 1.6167
      lift +30.2 %, always valid [-30.4 %, +90.8 %]
      p 0.4382, t-test p 0.0087
    revenue (secondary), one-page: flat
      control 42.3875, treatment 48.3208
      lift +14.0 %, always valid [-50.5 %, +78.5 %]
      p 1.0000, t-test p 0.2823

    check                 outcome  detail
    ────────────────────────────────────────────────────────────
    empty_arm             pass     every variant has units
    sample_ratio          pass     120 units in `control` and
                                   120 in `one-page`, where a
                                   50/50 split was promised
    sample_ratio_by_day   pass     every day fell as promised
                                   (2026-03-01 with 20 % of the
                                   units is furthest off)
    crossovers            pass     0 units (0 %) met more than
                                   one variant
    unknown_variants      pass     0 exposures (0 %) with a
                                   variant that the experiment
                                   does not have
    missing_partitions    pass     every expected day is there
    quarantine:events     pass     every row of `events` could
                                   be read
    duplicates:events     pass     no row of `events` came
                                   twice
    quarantine:exposures  pass     every row of `exposures`
                                   could be read
    join_rate:events      pass     206 of 240 units have facts
                                   in `events`, as many in
                                   every variant
    metric_failed         pass     every metric was computed
    metric_all_zero       pass     every metric has values
                                   other than 0
    implausible_lift      pass     no primary differs by more
                                   than experiments do

    Where every row and unit went
      exposures rows                              240  named
                                                  240  counted
      units                                       240  enrolled
                                                  240  analysed
      events rows, all experiments                459  read
                                                  459  met
      events rows                                 459  met
                                                  343  after enrollment
                                                  116  before enrollment
    ");
}

/// A reader that has read enough is no failure.
#[test]
fn a_reader_that_goes_away() {
    let project = Project::small();
    let mut child = project.command(&["schema"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn standard_output_on_a_full_disk() {
    let project = Project::small();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = ["run", "--log", "text", "--as-of", LAST_DAY];
    let output = project.command(&run).stdout(full).output().unwrap();
    assert_snapshot!(project.told(output), @r#"
    exit 5
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    error: cannot write to standard output: no space left on device
      hint: the tables are written; run again to have them printed
    "#);
    assert_eq!(project.live_files_of("verdicts").len(), 1, "the night was written down");
}

/// The day is missing in the first revision, and there in the second.
#[test]
fn a_day_arrives_late() {
    let project = Project::small();
    project.remove("data/events/day=2026-03-04");
    project.run();
    project.write("data/events/day=2026-03-04/part-0.csv", events(4));
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +30.2 %  [-30.4 %, +90.8 %]      56.2 %    240     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance. This
      day was judged before; what changed since acts on nothing.
    --- stderr
    run [run]: 699 rows read, tables in [project]/out
    ");
}
