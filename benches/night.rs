//! What a night costs: wall time, peak memory, and where the processor time goes.
//!
//! `cargo bench --bench night` simulates a warehouse of 100 experiments (once, below the target
//! directory) and analyses 1, 5, 20 and all of them over the same facts, each night in a process
//! of its own; then 28 daily looks at one of them. With `ASSIZE_PYTHON` (see
//! `tests/requirements.txt`) DuckDB computes the one experiment and the twenty as well, by the
//! hand-written SQL of `night.sql`. Nothing is asserted.
//!
//! `cargo bench --bench night -- EVENTS UNITS EXPERIMENTS [MEMORY]` asks for one night of another
//! size, within so many bytes.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use assize::plan::{Stopwatch, Timings};
use assize::run::{Analysis, Remembered, Selection, analyze, choose, prepare_warehouse};
use assize::simulate::{Spec, simulate};
use assize::source::list_all;
use jiff::ToSpan;

const EVENTS: u64 = 10_000_000;
const UNITS: u64 = 200_000;
const EXPERIMENTS: u32 = 100;
const LOOKS: i64 = 28;

/// One night, or several, in a process of its own; told by environment variables.
struct Task {
    project: PathBuf,
    /// The first so many experiments by key.
    experiments: usize,
    ids: bool,
    looks: i64,
    memory: Option<u64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(task) = Task::told() {
        return measure(&task);
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    match numbers.as_slice() {
        [events, units, experiments, memory @ ..] => {
            let experiments = u32::try_from(*experiments)?;
            let project = warehouse(*events, *units, experiments)?;
            let memory = memory.first().copied();
            let experiments = experiments as usize;
            Task { project, experiments, ids: true, looks: 1, memory }.start()
        }
        _ => all(),
    }
}

fn all() -> Result<(), Box<dyn Error>> {
    let project = warehouse(EVENTS, UNITS, EXPERIMENTS)?;
    println!("{EVENTS} events, {UNITS} units, 8 metrics");
    let night = |experiments| {
        let project = project.clone();
        Task { project, experiments, ids: false, looks: 1, memory: None }
    };
    for experiments in [1, 5, 20, EXPERIMENTS as usize] {
        night(experiments).start()?;
        if matches!(experiments, 1 | 20) {
            by_hand(&project, experiments)?;
        }
    }
    Task { ids: true, ..night(1) }.start()?;
    Task { looks: LOOKS, ..night(1) }.start()
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

/// The same numbers by the SQL that a person would write.
fn by_hand(project: &Path, experiments: usize) -> Result<(), Box<dyn Error>> {
    let Some(python) = std::env::var_os("ASSIZE_PYTHON") else {
        println!("  DuckDB: skipped, ASSIZE_PYTHON is not set");
        return Ok(());
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/night.py");
    Command::new(python).arg(script).arg(project).arg(experiments.to_string()).status()?;
    Ok(())
}

impl Task {
    fn start(&self) -> Result<(), Box<dyn Error>> {
        let ids = if self.ids { "duplicates by id" } else { "without ids" };
        println!("{} experiments, {ids}, {} looks", self.experiments, self.looks);
        let mut command = Command::new(std::env::current_exe()?);
        command.env("ASSIZE_BENCH_PROJECT", &self.project);
        command.env("ASSIZE_BENCH_EXPERIMENTS", self.experiments.to_string());
        command.env("ASSIZE_BENCH_IDS", self.ids.to_string());
        command.env("ASSIZE_BENCH_LOOKS", self.looks.to_string());
        if let Some(memory) = self.memory {
            command.env("ASSIZE_BENCH_MEMORY", memory.to_string());
        }
        command.status()?;
        Ok(())
    }

    fn told() -> Option<Task> {
        let told = |name: &str| std::env::var(format!("ASSIZE_BENCH_{name}")).ok();
        Some(Task {
            project: told("PROJECT")?.into(),
            experiments: told("EXPERIMENTS")?.parse().ok()?,
            ids: told("IDS")? == "true",
            looks: told("LOOKS")?.parse().ok()?,
            memory: told("MEMORY").and_then(|bytes| bytes.parse().ok()),
        })
    }
}

/// Analyses a project in this process and prints what it cost.
fn measure(task: &Task) -> Result<(), Box<dyn Error>> {
    let mut project = assize::config::load(&task.project)?.project;
    if !task.ids {
        project.sources.values_mut().for_each(|source| source.columns.id = None);
    }
    project.experiments.truncate(task.experiments);
    let runtime = tokio::runtime::Runtime::new()?;
    let started = Instant::now();
    let mut last = None;
    for look in (0..task.looks).rev() {
        last = Some(runtime.block_on(night(&project, task.memory, look))?);
    }
    let elapsed = started.elapsed();
    let Some(analysis) = last else { return Ok(()) };
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

/// The night so many days before the last.
async fn night(
    project: &assize::config::Project,
    memory: Option<u64>,
    before: i64,
) -> Result<Analysis, Box<dyn Error>> {
    let mut listings = list_all(project).await?;
    if let Some(memory) = memory {
        listings = listings.within(memory);
    }
    let last = listings.last_day(project).unwrap_or_default();
    let as_of = last.checked_sub(before.days())?;
    let chosen = choose(project, &Selection::Due, as_of)?;
    let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await?;
    Ok(analyze(project, chosen, &warehouse, as_of, &Remembered::default(), &Stopwatch::default())
        .await?)
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
