//! The numbers that each metric makes of one unit.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use datafusion::prelude::SessionContext;
use jiff::{SignedDuration, Timestamp};

use super::counted::strings;
use super::execute::{Stopwatch, collect};
use super::night::Computed;
use super::session::{explain, table};
use super::terms::{MetricTerms, Shape};
use super::unit::instants;
use super::unit_metrics::Shapes;
use super::unit_rows::UnitNumbers;
use crate::config::Cap;
use crate::error::Error;

/// One for each metric; none for a unit that is not analysed.
///
/// # Errors
/// As the engine's.
pub async fn numbers(
    session: &SessionContext,
    shapes: Shapes<'_>,
    whole: &Computed,
    watch: &Stopwatch,
) -> Result<Vec<UnitNumbers>, Error> {
    let enrolled = table(session, "enrollments").await.map_err(explain)?;
    let (_, enrolled) = collect(enrolled, "enrollments", watch).await?;
    let enrolled = enrolled.iter().find(|batch| batch.num_rows() > 0);
    let Some(enrolled) = enrolled else { return Ok(Vec::new()) };
    let enrolled_at = instants(enrolled, "enrolled_at")?.into_iter().flatten().next();
    let units = table(session, "unit_metrics").await.map_err(explain)?;
    let (_, batches) = collect(units, "unit_metrics", watch).await?;
    for batch in &batches {
        let experiments = strings(batch, "experiment")?;
        let mine = experiments.iter().enumerate().find(|(_, experiment)| experiment.is_some());
        let Some((row, Some(experiment))) = mine else { continue };
        let metrics = shapes.measures.metrics.iter().enumerate();
        let of = |(i, terms): (usize, &MetricTerms)| {
            let cap = cap(whole, experiment, terms);
            of_metric(batch, row, (i, terms), (enrolled_at, cap))
        };
        return metrics.map(of).collect();
    }
    Err(Error::bug("a unit that is analysed has no numbers"))
}

fn of_metric(
    batch: &RecordBatch,
    row: usize,
    (i, terms): (usize, &MetricTerms),
    (enrolled_at, cap): (Option<Timestamp>, Option<f64>),
) -> Result<UnitNumbers, Error> {
    let number = |letter: char| {
        let column = batch.column_by_name(&format!("{letter}{i}"))?;
        let column = column.as_primitive_opt::<Float64Type>()?;
        column.is_valid(row).then(|| (letter, column.value(row)))
    };
    let numbers: Vec<(char, f64)> = terms.letters().into_iter().filter_map(number).collect();
    let is_mature = numbers.iter().any(|(letter, _)| *letter == 'y');
    let steps = (terms.steps > 0 && is_mature).then(|| {
        let taken = batch[format!("f{i}").as_str()].as_primitive::<Int64Type>().value(row);
        (taken.max(0) as u64, terms.steps as u64)
    });
    let is_list = terms.numerator.shape == Shape::List && is_mature;
    let matures_at = enrolled_at.zip(terms.matures_in).and_then(|(enrolled_at, span)| {
        enrolled_at.checked_add(SignedDuration::from_micros(span)).ok()
    });
    Ok(UnitNumbers {
        metric: terms.metric.clone(),
        numbers,
        matures_at,
        is_mature,
        cap,
        steps,
        values: is_list.then(|| values(batch, row, i)),
    })
}

fn values(batch: &RecordBatch, row: usize, metric: usize) -> u64 {
    let column = &batch[format!("v{metric}").as_str()];
    let lists = column.as_list_opt::<i32>().filter(|lists| lists.is_valid(row));
    lists.map_or(0, |lists| lists.value(row).len() as u64)
}

/// What the units' numbers are held to.
fn cap(whole: &Computed, experiment: &str, terms: &MetricTerms) -> Option<f64> {
    match terms.numerator.cap? {
        Cap::At(value) => Some(value),
        Cap::Quantile(_) => {
            let mut arms = whole.arms.iter().filter(|(arm, _)| arm.experiment == experiment);
            arms.find_map(|(_, metrics)| metrics.get(&terms.metric)?.cap)
        }
    }
}
