//! How often the whole chain is wrong where nothing differs, on the data at hand.
//!
//! The units of each experiment are dealt to its variants anew, many times, and every shuffle goes
//! through its nights by the same code as the real experiment. Each night reads its sources once.
//!
//! Does not: write anything, or know what earlier runs have written.

mod nights;
mod subject;

use std::sync::atomic::Ordering;

use jiff::civil::Date;

use self::nights::Field;
use self::subject::{Subject, subjects};
use super::analysis::{analyze, prepare_warehouse};
use super::choose::Chosen;
use super::memory::Remembered;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::plan::{Night, Shuffles, Stopwatch};
use crate::source::Listings;
use crate::verdict::AaReport;

/// What the shuffles of some experiments came to.
#[derive(Debug, Clone)]
pub struct AaNights {
    pub reports: Vec<AaReport>,
    /// What a person should know although it stops nothing.
    pub warnings: Vec<String>,
}

/// The nights from the first start of the chosen experiments through `as_of`.
pub fn nights(chosen: &Chosen<'_>, as_of: Date) -> Vec<Date> {
    let first = chosen.experiments.iter().map(|experiment| experiment.start).min();
    let days = first.into_iter().flat_map(|first| first.series(jiff::Span::new().days(1)));
    days.take_while(|day| *day <= as_of).collect()
}

/// Shuffles the chosen experiments and takes every shuffle through its nights.
///
/// A metric that fails on some row is left out, said in the warnings, and in the report of its
/// experiment.
///
/// # Errors
/// As [`super::analyze`].
pub async fn aa(
    project: &Project,
    listings: Listings,
    chosen: &Chosen<'_>,
    (as_of, shuffles): (Date, Shuffles),
    watch: &Stopwatch,
) -> Result<AaNights, Error> {
    let warehouse = prepare_warehouse(project, listings.clone(), chosen, as_of).await?;
    let nothing = Remembered::default();
    let real =
        analyze(project, chosen.clone(), &warehouse, as_of, &nothing, &watch.again()).await?;
    let subjects = subjects(project, &chosen.experiments, real.reports);
    let mut field = Field::of(project, &subjects, shuffles.count);
    for night in nights(chosen, as_of) {
        let running: Vec<&Experiment> = subjects
            .iter()
            .map(|subject| &subject.shuffled)
            .filter(|experiment| experiment.start <= night && !experiment.metrics.is_empty())
            .collect();
        let night = (running, night, shuffles);
        field = one_night(project, listings.clone(), night, (field, watch)).await?;
        watch.progress.nights.fetch_add(1, Ordering::Relaxed);
    }
    let report = |subject: Subject| field.report(subject, shuffles.seed);
    Ok(AaNights { reports: subjects.into_iter().map(report).collect(), warnings: real.warnings })
}

async fn one_night(
    project: &Project,
    listings: Listings,
    (running, night, shuffles): (Vec<&Experiment>, Date, Shuffles),
    (field, watch): (Field, &Stopwatch),
) -> Result<Field, Error> {
    if running.is_empty() {
        return Ok(field);
    }
    let chosen = Chosen { experiments: running.clone(), not_analysed: Vec::new(), by: Vec::new() };
    let warehouse = prepare_warehouse(project, listings, &chosen, night).await?;
    let prepared = Night::prepare(project, &warehouse, running.clone(), night)?;
    let computed = prepared.shuffled(shuffles, &watch.again()).await?;
    warehouse.unchanged().await?;
    tracing::info!(%night, shuffles = shuffles.count, "night shuffled");
    field.night(project, &running, night, computed).await
}
