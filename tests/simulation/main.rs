//! Are the error rates what they are said to be?
//!
//! Draws whole experiments whose truth is known, runs them through `assize::stats` and counts.
//! A test that promises 5 % false alarms must give 5 %, within what chance allows; what does
//! not is published beside it, and what is known to be wrong must be seen to be wrong. Seeds
//! are fixed, so that a run gives the same table anywhere.
//!
//! - `ASSIZE_SIMULATIONS`: experiments of each cell, 10,000 unless said otherwise. With any
//!   other number the bands are checked and the table is not.
//! - `UPDATE_SIMULATION=1`: writes `table.md` instead of comparing with it.

mod band;
mod cell;
mod controls;
mod covariate;
mod domain;
mod fixed;
mod gates;
mod looks;
mod many;
mod planned;
mod population;
mod power;
mod proportions;
mod quantiles;
mod ramp;
mod sample_ratio;
mod sequences;
mod sessions;
mod stopped;
mod table;
mod uniformity;

use std::path::Path;
use std::{env, fs};

use cell::Cell;

/// Level of every test here, and one minus that of every interval.
const ALPHA: f64 = 0.05;

/// Experiments of a cell unless `ASSIZE_SIMULATIONS` says otherwise.
const SIMULATIONS: usize = 10_000;

#[test]
fn every_rate_is_where_it_was_promised() {
    let experiments = experiments();
    let mut cells = domain::published(cells());
    cells.extend(controls::cells());
    let rows = cell::run(&cells, experiments);
    let text = table::markdown(&rows, experiments);
    if experiments == SIMULATIONS {
        compare_with_committed(&text);
    } else {
        println!("{text}");
    }
    let failures: Vec<String> = rows.iter().filter_map(|row| row.failure(experiments)).collect();
    assert!(failures.is_empty(), "of {} cells:\n{}", rows.len(), failures.join("\n"));
}

fn cells() -> Vec<Cell> {
    [
        fixed::cells(),
        gates::cells(),
        proportions::cells(),
        power::cells(),
        sessions::cells(),
        covariate::cells(),
        ramp::cells(),
        sample_ratio::cells(),
        quantiles::cells(),
        many::cells(),
        planned::cells(),
        sequences::cells(),
        uniformity::cells(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn experiments() -> usize {
    env::var("ASSIZE_SIMULATIONS").map_or(SIMULATIONS, |text| text.parse().expect("a number"))
}

/// Fails with the lines that changed, not with both tables.
fn compare_with_committed(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/table.md");
    if env::var_os("UPDATE_SIMULATION").is_some() {
        fs::write(&path, text).expect("the table can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let only = |text: &str, other: &str, sign: &str| -> String {
        let lines = text.lines().filter(|line| !other.lines().any(|other| is_same(line, other)));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    let changed = only(&committed, text, "-") + &only(text, &committed, "+");
    assert!(changed.is_empty(), "UPDATE_SIMULATION=1 writes the table:\n{changed}");
}

/// Another machine's logarithm may round one experiment in ten thousand the other way.
const ROUNDING: f64 = 0.101;
/// Column of the table that is measured.
const MEASURED: usize = 4;

fn is_same(line: &str, other: &str) -> bool {
    let (cells, others): (Vec<&str>, Vec<&str>) =
        (line.split('|').collect(), other.split('|').collect());
    let rate =
        |cell: &str| cell.trim().strip_suffix(" %").and_then(|rate| rate.parse::<f64>().ok());
    let near = |(i, (cell, other)): (usize, (&&str, &&str))| match (rate(cell), rate(other)) {
        (Some(rate), Some(other)) if i == MEASURED => (rate - other).abs() < ROUNDING,
        _ => cell == other,
    };
    cells.len() == others.len() && cells.iter().zip(&others).enumerate().all(near)
}
