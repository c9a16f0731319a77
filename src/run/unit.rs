//! One unit of one experiment: its rows, and what the night makes of them.

use jiff::civil::Date;

use super::choose::Chosen;
use super::isolate::isolated;
use super::numbers::segment;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::plan::{self, EnrolledUnit, Night, Part, Stopwatch, UnitFact, UnitNumbers, UnitRows};
use crate::source::{Broken, Warehouse};
use crate::verdict::{
    EnrolledRow, FactPart, FactRow, FactValue, SeenRow, UnitLetter, UnitNumber, UnitReport,
};

/// What is known of a unit of the experiment that is chosen.
///
/// # Errors
/// `Spec` for a unit that no row names; as [`super::analyze`].
pub async fn explain_unit(
    project: &Project,
    chosen: Chosen<'_>,
    warehouse: &Warehouse,
    (unit, as_of): (&str, Date),
    watch: &Stopwatch,
) -> Result<Vec<UnitReport>, Error> {
    let look = async |night: Night<'_>, watch: &Stopwatch| {
        let night = night.showing_rows(warehouse)?;
        let whole = night.whole(&watch.again()).await?;
        night.unit(unit, &whole, &watch.again()).await
    };
    let (rows, broken) = isolated(project, &chosen, warehouse, as_of, watch, look).await?;
    warehouse.unchanged().await?;
    let report = |experiment: &&Experiment| told(experiment, (unit, as_of), &rows, &broken.metrics);
    Ok(chosen.experiments.iter().map(report).collect())
}

fn told(
    experiment: &Experiment,
    (unit, as_of): (&str, Date),
    rows: &UnitRows,
    broken: &Broken,
) -> UnitReport {
    let numbers = experiment.metrics.iter().filter_map(|used| {
        let known = rows.numbers.iter().find(|numbers| numbers.metric == used.metric);
        match broken.get(&used.metric) {
            Some(problem) => Some(failed(&used.metric, problem.message.clone())),
            None => known.map(number),
        }
    });
    UnitReport {
        unit: unit.to_string(),
        experiment: experiment.key.clone(),
        as_of,
        seen: rows.seen.iter().map(seen).collect(),
        enrolled: rows.enrolled.as_ref().map(|unit| enrolled(unit, experiment, as_of)),
        facts: rows.facts.iter().map(|row| fact(row, experiment)).collect(),
        numbers: numbers.collect(),
    }
}

fn seen(row: &plan::SeenRow) -> SeenRow {
    let plan::SeenRow { source, at, variant, reason } = row.clone();
    SeenRow { source, at, variant, reason }
}

fn enrolled(unit: &EnrolledUnit, experiment: &Experiment, as_of: Date) -> EnrolledRow {
    EnrolledRow {
        variant: unit.variant.clone(),
        met_at: unit.met_at,
        enrolled_at: unit.enrolled_at,
        reason: unit.reason.clone(),
        phase: unit.phase,
        phases: experiment.phases.iter().filter(|phase| phase.from <= as_of).count(),
        segments: unit.segments.iter().map(|(name, value)| segment(name, value)).collect(),
    }
}

/// With its metrics in the order of the experiment's.
fn fact(fact: &UnitFact, experiment: &Experiment) -> FactRow {
    let metrics = experiment.metrics.iter();
    let parts = metrics.flat_map(|used| fact.parts.iter().filter(|p| p.metric == used.metric));
    FactRow {
        source: fact.source.clone(),
        member: fact.member.clone(),
        at: fact.at,
        event: fact.event.clone(),
        reason: fact.fate.map(plan::FactFate::reason),
        parts: parts.filter_map(part).collect(),
    }
}

fn part(part: &Part) -> Option<FactPart> {
    let value = part.value.as_ref().map(|value| match value {
        plan::Value::Number(number) => FactValue::Number(*number),
        plan::Value::Text(text) => FactValue::Text(text.clone()),
    });
    Some(FactPart {
        metric: part.metric.clone(),
        number: UnitLetter::of(part.letter)?,
        reason: part.fate.reason(),
        value,
    })
}

fn number(of: &UnitNumbers) -> UnitNumber {
    let numbers = of.numbers.iter();
    UnitNumber {
        metric: of.metric.clone(),
        numbers: numbers.filter_map(|(letter, n)| Some((UnitLetter::of(*letter)?, *n))).collect(),
        matures_at: of.matures_at,
        is_mature: of.is_mature,
        cap: of.cap,
        steps: of.steps,
        values: of.values,
        failed: None,
    }
}

fn failed(metric: &str, why: String) -> UnitNumber {
    UnitNumber {
        metric: metric.to_string(),
        numbers: Vec::new(),
        matures_at: None,
        is_mature: false,
        cap: None,
        steps: None,
        values: None,
        failed: Some(why),
    }
}
