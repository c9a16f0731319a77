//! The sample project is made by `assize simulate`, which knows what is in it.

use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use assize::simulate::Truth;
use assize::source::{Days, list_all};
use assize::verdict::{Decision, Report};
use jiff::civil::date;

use crate::harness::{analysed, project, root};

/// A line of the waterfall; 0 where there is none.
fn count(report: &Report, population: &str, reason: &str) -> u64 {
    let mut rows = report.waterfall.iter();
    let row = rows.find(|row| row.population == population && row.reason == reason);
    row.map_or(0, |row| row.count)
}

/// Rows of assignments, exposures and events in the partitions of some days, and how many of the
/// events repeat an id, by queries of their own.
async fn written(folder: &Path, days: Days) -> [u64; 4] {
    let project = project(folder);
    let warehouse = list_all(&project).await.unwrap().open(&project, days).await.unwrap();
    let mut found = [0; 4];
    for (i, (count, source)) in [
        ("count(*)", "assignments"),
        ("count(*)", "exposures"),
        ("count(*)", "events"),
        ("count(*) - count(DISTINCT event_id)", "events"),
    ]
    .into_iter()
    .enumerate()
    {
        let rows = warehouse.session.sql(&format!("SELECT {count} FROM {source}")).await.unwrap();
        let rows = rows.collect().await.unwrap();
        found[i] = rows[0].column(0).as_primitive::<Int64Type>().value(0) as u64;
    }
    found
}

#[tokio::test]
async fn the_sample_project_is_counted_exactly_and_judged_rightly() {
    let folder = root().join("sample-data");
    let text = std::fs::read_to_string(folder.join("truth.json")).unwrap();
    let truth: Truth = serde_json::from_str(&text).unwrap();
    let analysis = analysed(&folder, truth.last_day).await;
    assert_eq!(truth.last_day, date(2026, 10, 28));

    let all = written(&folder, Days { first: truth.first_day, last: truth.last_day }).await;
    let rows = &truth.rows;
    assert_eq!(all, [rows.assignments, rows.exposures, rows.events, rows.duplicate_events]);
    // Partitions from the day before the first experiment on; what lies before is not read.
    let read = written(&folder, Days { first: date(2026, 10, 7), last: truth.last_day }).await;
    assert_eq!(analysis.rows_read, read[..3].iter().sum::<u64>());
    assert_eq!(analysis.reports.len(), truth.experiments.len());
    for report in &analysis.reports {
        let variants = &truth.experiments[&report.experiment].variants;
        for row in &report.summaries {
            let expected = variants[&row.variant].analysed;
            assert_eq!(row.summary.units, expected, "{} {}", report.experiment, row.variant);
        }
        let sum = |of: fn(&assize::simulate::VariantTruth) -> u64| variants.values().map(of).sum();
        let exposed: u64 = sum(|v| v.exposed);
        let crossed: u64 = sum(|v| v.crossovers);
        assert_eq!(count(report, "units", "enrolled"), exposed, "{}", report.experiment);
        assert_eq!(count(report, "units", "crossover"), crossed, "{}", report.experiment);
        let events = "events rows, all experiments";
        assert_eq!(count(report, events, "read"), read[2]);
        assert_eq!(count(report, events, "duplicate"), read[3]);
    }

    let decisions: Vec<_> =
        analysis.reports.iter().map(|r| (r.experiment.as_str(), r.verdict.decision)).collect();
    let expected = [
        ("checkout-redesign", Decision::Investigate),
        ("onboarding-v2", Decision::Ship),
        ("search-ranking", Decision::KeepRunning),
    ];
    assert_eq!(decisions, expected);
}
