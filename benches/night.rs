//! What a night costs: wall time, peak memory, and where the processor time goes.
//!
//! `cargo bench --bench night` simulates a warehouse for 1 and for 20 experiments (once, below
//! the target directory) and analyses each in a process of its own. Nothing is asserted.
//!
//! `cargo bench --bench night -- EVENTS UNITS` asks for another size.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use assize::plan::{Stopwatch, Timings};
use assize::run::{Selection, analyze, choose, prepare_warehouse};
use assize::simulate::{Spec, simulate};
use assize::source::list_all;

const EVENTS: u64 = 10_000_000;
const UNITS: u64 = 200_000;
const EXPERIMENTS: [u32; 2] = [1, 20];

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if let Ok(project) = std::env::var("ASSIZE_BENCH_PROJECT") {
        return measure(Path::new(&project));
    }
    let (events, units) = match numbers.as_slice() {
        [events, units, ..] => (*events, *units),
        _ => (EVENTS, UNITS),
    };
    for experiments in EXPERIMENTS {
        let project = warehouse(events, units, experiments)?;
        for ids in ["without ids", "duplicates by id"] {
            println!("{events} events, {units} units, {experiments} experiments, 8 metrics, {ids}");
            let mut command = Command::new(std::env::current_exe()?);
            command.env("ASSIZE_BENCH_PROJECT", &project).env("ASSIZE_BENCH_IDS", ids).status()?;
        }
    }
    Ok(())
}

/// Simulates once; later benches read the same files.
fn warehouse(events: u64, units: u64, experiments: u32) -> Result<PathBuf, Box<dyn Error>> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("night-{events}-{units}-{experiments}"));
    if !folder.join("truth.json").is_file() {
        let started = Instant::now();
        let truth = simulate(&Spec::benchmark(units, events, experiments, 1), &folder)?;
        println!("simulated {} events in {:.1?}", truth.rows.events, started.elapsed());
    }
    Ok(folder)
}

/// Analyses a project in this process and prints what it cost.
fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut project = assize::config::load(folder)?.project;
    if std::env::var("ASSIZE_BENCH_IDS").is_ok_and(|ids| ids == "without ids") {
        project.sources.values_mut().for_each(|source| source.columns.id = None);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let started = Instant::now();
    let analysis = runtime.block_on(async {
        let listings = list_all(&project).await?;
        let as_of = listings.last_day(&project).unwrap_or_default();
        let chosen = choose(&project, &Selection::Due, as_of)?;
        let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
        analyze(&project, chosen, &warehouse, as_of, &Stopwatch::default()).await
    })?;
    let elapsed = started.elapsed();
    println!(
        "  wall {elapsed:.2?}, peak memory {} MB, {} rows read, {} verdicts",
        peak_megabytes(),
        analysis.rows_read,
        analysis.reports.len()
    );
    print_shares(&analysis.timings);
    for timing in &analysis.timings {
        println!("  {:<14} {:>9.2?}", timing.stage, timing.elapsed);
    }
    Ok(())
}

fn print_shares(timings: &Timings) {
    let total: Duration = timings.iter().flat_map(|t| &t.compute).map(|(_, spent)| *spent).sum();
    for kind in ["scan", "join", "aggregate", "other"] {
        let all = timings.iter().flat_map(|t| &t.compute);
        let spent: Duration = all.filter(|(name, _)| *name == kind).map(|(_, spent)| *spent).sum();
        let share = 100.0 * spent.as_secs_f64() / total.as_secs_f64().max(1e-9);
        println!("  {kind:<14} {spent:>9.2?} of processor time, {share:.0} %");
    }
}

/// Highest resident memory of this process so far, on Linux.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
