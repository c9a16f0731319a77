//! What stored verdicts were judged from.
//!
//! Units and summaries are stored with all their digits, and so are the checks as they came out.
//! Does not: know the counts behind the checks, which are not stored.

use std::collections::BTreeMap;
use std::path::Path;

use super::delta::Table;
use super::read::Rows;
use super::stored::{StoredVerdict, each_row};
use super::{OutputError, estimates, health, summaries};
use crate::stats::{Missing, Point, Summary};
use crate::verdict::{Evidence, HealthRow, Outcome, Segment, SegmentCount, SummaryRow, Tails};

/// Evidence of each verdict, without the counts behind its checks; and the checks.
pub type Judged = BTreeMap<String, (Evidence, Vec<HealthRow>)>;

/// What the verdicts of one run were judged from, by experiment.
///
/// # Errors
/// Where a table cannot be read, or holds what this version does not know.
pub async fn evidence_of_run(
    root: &Path,
    verdicts: &[StoredVerdict],
) -> Result<Judged, OutputError> {
    let Some(run_id) = verdicts.first().map(|verdict| verdict.run_id.as_str()) else {
        return Ok(BTreeMap::new());
    };
    let of_verdict = |verdict: &StoredVerdict| {
        let evidence = Evidence { units: verdict.units.clone(), ..Evidence::default() };
        (verdict.experiment.clone(), (evidence, Vec::new()))
    };
    let mut found: Judged = verdicts.iter().map(of_verdict).collect();
    if let Some(table) = Table::open(root, summaries::SPEC).await? {
        each_row(&table, run_id, &SUMMARY, |rows, row| {
            if let Some((evidence, _)) = found.get_mut(rows.texts("experiment")?.must(row)?) {
                evidence.summaries.push(summary(rows, row)?);
            }
            Ok(())
        })?;
    }
    if let Some(table) = Table::open(root, health::SPEC).await? {
        each_row(&table, run_id, &CHECK, |rows, row| {
            if let Some((_, checks)) = found.get_mut(rows.texts("experiment")?.must(row)?) {
                checks.extend(check(rows, row)?);
            }
            Ok(())
        })?;
    }
    if let Some(table) = Table::open(root, estimates::SPEC).await? {
        let columns = ["run_id", "experiment", "metric", "reason"];
        each_row(&table, run_id, &columns, |rows, row| {
            let reason = rows.texts("reason")?.get(row);
            let failed = reason.and_then(|reason| reason.strip_prefix("failed: "));
            let evidence = found.get_mut(rows.texts("experiment")?.must(row)?);
            if let (Some((evidence, _)), Some(why)) = (evidence, failed) {
                let metric = rows.texts("metric")?.must_owned(row)?;
                evidence.failed.insert(metric, why.to_string());
            }
            Ok(())
        })?;
    }
    for (evidence, _) in found.values_mut() {
        evidence.segments = segments(&evidence.summaries);
    }
    Ok(found)
}

const SUMMARY: [&str; 31] = [
    "run_id",
    "experiment",
    "metric",
    "variant",
    "phase",
    "segment",
    "units",
    "mean_y",
    "mean_d",
    "mean_x",
    "mean_e",
    "c_yy",
    "c_yd",
    "c_yx",
    "c_ye",
    "c_dd",
    "c_dx",
    "c_de",
    "c_xx",
    "c_xe",
    "c_ee",
    "point_value",
    "point_variance",
    "point_dof",
    "no_value",
    "cap_at",
    "capped",
    "smallest",
    "largest",
    "skewness",
    "steps",
];

fn summary(rows: &Rows, row: usize) -> Result<SummaryRow, OutputError> {
    let float = |name| Ok(rows.floats(name)?.get(row));
    let units = rows.counts("units")?.must_count(row)?;
    let segment = rows.texts("segment")?.get(row).map(Segment::read);
    Ok(SummaryRow {
        metric: rows.texts("metric")?.must_owned(row)?,
        variant: rows.texts("variant")?.must_owned(row)?,
        segment,
        // Older versions had no phases.
        phase: rows.integers("phase")?.whole(row)?.unwrap_or(0) as usize,
        summary: moments(units, rows, row)?,
        quantile: quantile(units, rows, row)?,
        cap: float("cap_at")?,
        capped: rows.counts("capped")?.get(row).map_or(0, |capped| capped.max(0) as u64),
        steps: rows.lists("steps")?.counts(row)?,
        tails: match (float("smallest")?, float("largest")?) {
            (Some(smallest), Some(largest)) => {
                Some(Tails { smallest, largest, skewness: float("skewness")? })
            }
            _ => None,
        },
    })
}

/// A number that was not finite is none, and so is what is made of it.
fn moments(units: u64, rows: &Rows, row: usize) -> Result<Summary, OutputError> {
    let of = |name: &'static str| -> Result<f64, OutputError> {
        Ok(rows.floats(name)?.get(row).unwrap_or(f64::NAN))
    };
    let mut comoment = [[0.0; 4]; 4];
    const NAMES: [[&str; 4]; 4] = [
        ["c_yy", "c_yd", "c_yx", "c_ye"],
        ["c_yd", "c_dd", "c_dx", "c_de"],
        ["c_yx", "c_dx", "c_xx", "c_xe"],
        ["c_ye", "c_de", "c_xe", "c_ee"],
    ];
    for (a, names) in NAMES.iter().enumerate() {
        for (b, name) in names.iter().enumerate() {
            comoment[a][b] = of(name)?;
        }
    }
    let mean = [of("mean_y")?, of("mean_d")?, of("mean_x")?, of("mean_e")?];
    Ok(Summary { units, mean, comoment })
}

fn quantile(
    units: u64,
    rows: &Rows,
    row: usize,
) -> Result<Option<Result<Point, Missing>>, OutputError> {
    if let Some(text) = rows.texts("no_value")?.get(row) {
        let missing = Missing::read(text);
        let unknown = || rows.wrong(format!("`{text}` is not known"));
        return Ok(Some(Err(missing.ok_or_else(unknown)?)));
    }
    let Some(value) = rows.floats("point_value")?.get(row) else { return Ok(None) };
    Ok(Some(Ok(Point {
        units,
        dof: rows.floats("point_dof")?.must(row)?,
        value,
        variance: rows.floats("point_variance")?.must(row)?,
    })))
}

const CHECK: [&str; 9] = [
    "run_id",
    "experiment",
    "kind",
    "check_name",
    "outcome",
    "observed",
    "expected",
    "p_value",
    "detail",
];

/// `None` for a line of the waterfall.
fn check(rows: &Rows, row: usize) -> Result<Option<HealthRow>, OutputError> {
    if rows.texts("kind")?.must(row)? != "check" {
        return Ok(None);
    }
    Ok(Some(HealthRow {
        check: rows.texts("check_name")?.must_owned(row)?,
        outcome: rows.texts("outcome")?.decode(row, Outcome::of_code)?,
        observed: rows.floats("observed")?.get(row),
        expected: rows.floats("expected")?.get(row),
        p_value: rows.floats("p_value")?.get(row),
        detail: rows.texts("detail")?.must_owned(row)?,
    }))
}

/// Analysed units of each segment. A metric whose windows are not all closed counts fewer of
/// them, so the largest count is the one.
fn segments(summaries: &[SummaryRow]) -> Vec<SegmentCount> {
    let mut units: BTreeMap<(&str, usize, &Segment), u64> = BTreeMap::new();
    for row in summaries {
        let Some(segment) = &row.segment else { continue };
        let most = units.entry((&row.variant, row.phase, segment)).or_default();
        *most = row.summary.units.max(*most);
    }
    let count = |((variant, phase, segment), units): ((&str, usize, &Segment), u64)| SegmentCount {
        variant: variant.to_string(),
        phase,
        segment: segment.clone(),
        units,
    };
    units.into_iter().map(count).collect()
}
