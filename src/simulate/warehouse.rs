//! Which rows are written, and by which thread.
//!
//! The work falls into jobs that share nothing: one experiment's assignments, one day's
//! partitions, one range of units for the truth. Threads take the next job; results are put
//! in the order of the jobs, so neither the bytes nor the sums depend on who did what.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::SimulateError;
use super::expected::{self, ArmTally, Measure};
use super::facts::{Activity, Batch, Fact, LATEST};
use super::meeting::Meeting;
use super::rows::{Cell, FOREIGN, HOME, Table, Type};
use super::truth::RowsTruth;
use super::world::World;

/// Units per job of the truth: sums are made in this order on any number of threads.
const UNITS_PER_JOB: u64 = 16_384;

const COUNTRIES: [(&str, f64); 5] =
    [("DE", 0.35), ("FR", 0.25), ("US", 0.2), ("GB", 0.12), ("NL", 0.08)];
const PLATFORMS: [(&str, f64); 3] = [("web", 0.5), ("ios", 0.3), ("android", 0.2)];

/// Everything counted while writing.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) rows: RowsTruth,
    /// Distinct events by kind.
    pub(super) facts: Vec<u64>,
    /// By experiment and variant.
    pub(super) arms: Vec<Vec<ArmTally>>,
    /// By experiment; the order of [`ArmTally::sums`].
    pub(super) measures: Vec<Vec<Measure>>,
}

#[derive(Debug, Clone)]
enum Job {
    Assignments(usize),
    Day(u32),
    Truth(Range<u64>),
}

/// What one job counted.
#[derive(Debug, Default)]
struct Counted {
    rows: RowsTruth,
    facts: Vec<u64>,
    arms: Vec<Vec<ArmTally>>,
}

/// Writes all tables below `folder`.
pub(super) fn write(
    world: &World<'_>,
    folder: &Path,
    threads: usize,
) -> Result<Tally, SimulateError> {
    let measures = expected::measures(world);
    let jobs = jobs(world);
    let next = AtomicUsize::new(0);
    let worker = || work(world, &measures, folder, &jobs, &next);
    let counted = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let results = workers.into_iter().map(|worker| {
            worker.join().unwrap_or(Err(SimulateError::Bug("a worker stopped half-way")))
        });
        results.collect::<Result<Vec<_>, _>>()
    })?;
    let mut counted: Vec<(usize, Counted)> = counted.into_iter().flatten().collect();
    counted.sort_by_key(|(job, _)| *job);
    let mut tally = Tally {
        rows: RowsTruth::default(),
        facts: vec![0; world.kinds.len()],
        arms: expected::empty(world, &measures),
        measures,
    };
    counted.iter().for_each(|(_, counted)| tally.add(counted));
    Ok(tally)
}

/// All jobs, the long ones first.
fn jobs(world: &World<'_>) -> Vec<Job> {
    let days = (0..world.spec.days).map(Job::Day);
    let assignments = (0..world.trials.len()).map(Job::Assignments);
    let units = world.spec.units;
    let truth = (0..units.div_ceil(UNITS_PER_JOB)).map(|chunk| {
        let first = chunk * UNITS_PER_JOB;
        Job::Truth(first..units.min(first + UNITS_PER_JOB))
    });
    days.chain(assignments).chain(truth).collect()
}

/// Takes jobs until none is left; on an error, leaves none to the others.
fn work(
    world: &World<'_>,
    measures: &[Vec<Measure>],
    folder: &Path,
    jobs: &[Job],
    next: &AtomicUsize,
) -> Result<Vec<(usize, Counted)>, SimulateError> {
    let mut done = Vec::new();
    while let (index, Some(job)) = take(jobs, next) {
        let counted = match job {
            Job::Assignments(trial) => assignments(world, *trial, folder),
            Job::Day(day) => Day::new(world, *day, folder).and_then(Day::write),
            Job::Truth(units) => Ok(Counted {
                arms: expected::tally(world, measures, units.clone()),
                ..Counted::default()
            }),
        };
        done.push((index, counted.inspect_err(|_| next.store(jobs.len(), Ordering::Relaxed))?));
    }
    Ok(done)
}

fn take<'a>(jobs: &'a [Job], next: &AtomicUsize) -> (usize, Option<&'a Job>) {
    let index = next.fetch_add(1, Ordering::Relaxed);
    (index, jobs.get(index))
}

impl Tally {
    fn add(&mut self, counted: &Counted) {
        self.rows.add(&counted.rows);
        for (total, facts) in self.facts.iter_mut().zip(&counted.facts) {
            *total += facts;
        }
        for (arms, more) in self.arms.iter_mut().zip(&counted.arms) {
            arms.iter_mut().zip(more).for_each(|(arm, more)| arm.merge(more));
        }
    }
}

impl RowsTruth {
    fn add(&mut self, other: &RowsTruth) {
        self.assignments += other.assignments;
        self.exposures += other.exposures;
        self.events += other.events;
        self.duplicate_events += other.duplicate_events;
        self.late_events += other.late_events;
    }
}

/// One experiment's assignments, in a file of its own.
fn assignments(world: &World<'_>, index: usize, folder: &Path) -> Result<Counted, SimulateError> {
    let mut counted = Counted::default();
    let Some(trial) = world.trials.get(index) else { return Ok(counted) };
    let key = trial.spec.key.as_str();
    let path = folder.join("data/assignments").join(format!("{key}.parquet"));
    let mut table = Table::new(path, &ASSIGNMENTS);
    let mut name = String::new();
    for unit in 0..world.spec.units {
        let Some(meeting) = world.meeting(unit, index) else { continue };
        let Some(variant) = trial.spec.variants.get(meeting.arm) else { continue };
        unit_name(unit, &mut name);
        let mut draws = world.keys.unit.unit(unit);
        table.push(&[
            Cell::Text(key),
            Cell::Text(&name),
            Cell::Text(&variant.key),
            Cell::Instant(meeting.assigned_at),
            Cell::Text(choose(&COUNTRIES, draws.uniform())),
            Cell::Text(choose(&PLATFORMS, draws.uniform())),
        ])?;
    }
    counted.rows.assignments = table.finish()?;
    Ok(counted)
}

const ASSIGNMENTS: [(&str, Type); 6] = [
    ("experiment_key", Type::Text),
    ("user_id", Type::Id),
    ("variation", Type::Text),
    ("assigned_at", Type::Instant),
    ("country", Type::Text),
    ("platform", Type::Text),
];

const EXPOSURES: [(&str, Type); 4] = [
    ("experiment_key", Type::Text),
    ("user_id", Type::Id),
    ("variation", Type::Text),
    ("exposed_at", Type::Instant),
];

const EVENTS: [(&str, Type); 6] = [
    ("event_id", Type::Id),
    ("user_id", Type::Id),
    ("occurred_at", Type::Instant),
    ("event_name", Type::Text),
    ("amount", Type::OptionalNumber),
    ("currency", Type::OptionalText),
];

/// One day's partitions of exposures and events.
struct Day<'a> {
    world: &'a World<'a>,
    day: u32,
    exposures: Table,
    events: Table,
    counted: Counted,
    event_id: String,
}

impl<'a> Day<'a> {
    fn new(world: &'a World<'a>, day: u32, folder: &Path) -> Result<Day<'a>, SimulateError> {
        let partition = format!("day={}/part-0.parquet", world.spec.day(day));
        let path = |source: &str| folder.join("data").join(source).join(&partition);
        Ok(Day {
            world,
            day,
            exposures: Table::new(path("exposures"), &EXPOSURES),
            events: Table::new(path("events"), &EVENTS),
            counted: Counted { facts: vec![0; world.kinds.len()], ..Counted::default() },
            event_id: String::new(),
        })
    }

    fn write(mut self) -> Result<Counted, SimulateError> {
        let mut meetings = Vec::new();
        let mut facts = Vec::new();
        let mut name = String::new();
        let mut ceilings = Vec::new();
        for unit in 0..self.world.spec.units {
            self.world.meetings(unit, &mut meetings);
            unit_name(unit, &mut name);
            self.write_exposures(unit, &name, &meetings)?;
            let mut activity: Option<Activity> = None;
            for late in 0..=LATEST.min(self.day) {
                let batch = Batch { unit, day: self.day - late, late };
                let level = self.world.activity(unit, batch.day, &mut activity);
                facts.clear();
                self.world.facts(batch, level, &meetings, &mut ceilings, |f| facts.push(f));
                for fact in &facts {
                    self.write_fact(batch, &name, fact)?;
                }
            }
        }
        self.counted.rows.exposures = self.exposures.finish()?;
        self.counted.rows.events = self.events.finish()?;
        Ok(self.counted)
    }

    fn write_exposures(
        &mut self,
        unit: u64,
        name: &str,
        meetings: &[Meeting],
    ) -> Result<(), SimulateError> {
        let mut outcome = Ok(());
        for meeting in meetings {
            let Some(trial) = self.world.trials.get(meeting.trial) else { continue };
            let table = &mut self.exposures;
            self.world.exposures(unit, meeting, self.day, |arm, at| {
                let variant = trial.spec.variants.get(arm).map_or("", |v| v.key.as_str());
                let experiment = Cell::Text(&trial.spec.key);
                let row = [experiment, Cell::Text(name), Cell::Text(variant), Cell::Instant(at)];
                if outcome.is_ok() {
                    outcome = table.push(&row);
                }
            });
        }
        outcome
    }

    fn write_fact(&mut self, batch: Batch, name: &str, fact: &Fact) -> Result<(), SimulateError> {
        let Batch { unit, day, late } = batch;
        self.event_id.clear();
        // Unique by construction: a hash of 64 bits would collide in the billions.
        let _ = write!(self.event_id, "{unit:07}-{day:03}-{late}{:02}", fact.number);
        let event = self.world.kinds.get(fact.kind).map_or("", |kind| kind.name);
        let (amount, currency) = match fact.amount {
            Some((cents, false)) => (Cell::Number(cents as f64 / 100.0), Cell::Text(HOME)),
            Some((cents, true)) => (Cell::Number(cents as f64 / 100.0), Cell::Text(FOREIGN)),
            None => (Cell::Absent, Cell::Absent),
        };
        let (id, event) = (Cell::Text(&self.event_id), Cell::Text(event));
        let row = [id, Cell::Text(name), Cell::Instant(fact.at), event, amount, currency];
        self.events.push(&row)?;
        if fact.duplicate {
            self.events.push(&row)?;
            self.counted.rows.duplicate_events += 1;
        }
        self.counted.rows.late_events += u64::from(late > 0);
        if let Some(facts) = self.counted.facts.get_mut(fact.kind) {
            *facts += 1;
        }
        Ok(())
    }
}

/// `u0000123`.
fn unit_name(unit: u64, into: &mut String) {
    into.clear();
    // Writing to a string cannot fail.
    let _ = write!(into, "u{unit:07}");
}

/// The name that a point of [0, 1) falls on, by share.
fn choose<'a>(shares: &[(&'a str, f64)], mut point: f64) -> &'a str {
    for (name, share) in shares {
        if point < *share {
            return name;
        }
        point -= share;
    }
    shares.last().map_or("", |(name, _)| name)
}
