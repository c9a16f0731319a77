//! 90,189 real players, from a CSV file to a committed verdict, against scipy and statsmodels.

use std::fs;
use std::path::PathBuf;

use assize::output::{Committed, Output};
use assize::plan::Stopwatch;
use assize::run::{Books, Remembered, Selection, choose, nightly, prepare_warehouse};
use assize::source::list_all;
use assize::verdict::Report;
use jiff::Timestamp;
use jiff::civil::date;

use crate::harness::{close, project, root};

const PROJECT: &str = r#"
[project]
name = "cookie cats"

[sources.players]
kind = "facts"
location = "players.csv"
columns = { unit = "userid" }

[sources.assignments]
query = "SELECT 'gate' AS experiment, userid AS unit, version AS variant FROM players"
"#;

const METRICS: &str = r#"
[metrics.rounds]
kind = "sum"
value = "sum_gamerounds"

[metrics.retention_1]
kind = "conversion"
where = "retention_1"

[metrics.retention_7]
kind = "conversion"
where = "retention_7"
"#;

const EXPERIMENT: &str = r#"
start = 2026-10-01
end = 2026-10-15
variants = [
  { key = "gate_30", weight = 50, control = true },
  { key = "gate_40", weight = 50 },
]

[metrics]
primary = ["retention_7"]
secondary = ["retention_1", "rounds"]

[test]
method = "t-test"
"#;

fn players() -> Option<PathBuf> {
    let shared = std::env::var_os("ASSIZE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| root().join("../shared"));
    let file = shared.join("data/cookie_cats.csv");
    file.exists().then_some(file)
}

#[tokio::test]
async fn real_players_get_the_numbers_of_scipy() {
    let Some(players) = players() else {
        return println!("skipped: no data/cookie_cats.csv in $ASSIZE_SHARED or ../shared");
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("experiments")).unwrap();
    fs::copy(players, path("players.csv")).unwrap();
    fs::write(path("assize.toml"), PROJECT).unwrap();
    fs::write(path("metrics.toml"), METRICS).unwrap();
    fs::write(path("experiments/gate.toml"), EXPERIMENT).unwrap();

    let project = project(folder.path());
    let as_of = date(2026, 10, 14);
    let instant: Timestamp = "2026-10-15T03:00:00Z".parse().unwrap();
    let output = Output::lock(&project.output, instant).unwrap();
    let listings = list_all(&project).await.unwrap();
    let chosen = choose(&project, &Selection::Due, as_of).unwrap();
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await.unwrap();
    let watch = Stopwatch::default();
    let remembered = Remembered::default();
    let books = Books { output: &output, remembered: &remembered };
    let night = nightly(&project, chosen, &warehouse, as_of, &books, &watch, || instant).await;
    let night = night.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(night.committed, Committed::Written { .. }));
    agrees_with_scipy(&night.analysis.reports[0]);
}

/// `shared/data/README.md`: scipy 1.17 and statsmodels, gate_40 against gate_30.
fn agrees_with_scipy(report: &Report) {
    //   metric         gate_30              gate_40              t                    df                p
    let expected = [
        (
            "retention_7",
            0.19020134228187918,
            0.18200004396667327,
            -3.164028946774232,
            90079.82814000268,
            0.001556530181006654,
        ),
        (
            "retention_1",
            0.4481879194630872,
            0.44228274967574577,
            -1.7840774867039824,
            90155.1121325518,
            0.07441443713953834,
        ),
        (
            "rounds",
            52.45626398210291,
            51.29877552814966,
            -0.885437433127067,
            58595.481422574,
            0.37592438409326173,
        ),
    ];
    for (metric, control, treatment, t, df, p) in expected {
        let row = report.estimates.iter().find(|row| row.metric == metric).unwrap();
        let found = row.estimate.as_ref().unwrap();
        close(found.control, control, 1e-12);
        close(found.treatment, treatment, 1e-12);
        close(found.statistic, t, 1e-9);
        close(found.dof, df, 1e-9);
        close(found.fixed.p_value, p, 1e-9);
    }
    let units = |variant: &str| {
        report.summaries.iter().find(|row| row.variant == variant).unwrap().summary.units
    };
    assert_eq!((units("gate_30"), units("gate_40")), (44_700, 45_489));
    let sample_ratio = report.health.iter().find(|row| row.check == "sample_ratio").unwrap();
    close(sample_ratio.p_value.unwrap(), 0.008607987810836262, 1e-9);
}
