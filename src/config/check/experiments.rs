//! One experiment as a whole.

use super::metrics::CheckedMetric;
use super::{attributes, dates, enrollment, phases, policy, rollout, text, uses, variants};
use crate::config::document::Page;
use crate::config::field::{Field, Finite};
use crate::config::file::ExperimentFile;
use crate::config::key::{self, Taken};
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::{Basis, Crossovers, Experiment, Source, Status, TargetConfig};

/// What the project's other files say.
#[derive(Debug, Clone, Copy)]
pub struct Rest<'a> {
    pub sources: &'a Known<Source>,
    pub metrics: &'a Known<CheckedMetric>,
    pub targets: &'a Known<TargetConfig>,
}

/// The experiment, unless anything is wrong with it.
///
/// Every part is checked before the first one that failed ends it.
pub fn check(
    page: Page,
    stem: &str,
    file: &ExperimentFile,
    rest: Rest,
    taken: &mut Taken,
) -> Checked<Experiment> {
    let key = key(page, stem, &file.key, taken);
    let name = text::line(page, "name", &file.name);
    let hypothesis = text::line(page, "hypothesis", &file.hypothesis);
    let owner = text::line(page, "owner", &file.owner);
    let status = file.status.or(Status::Running);
    let period = dates::check(page, file);
    let traffic = traffic(page, &file.traffic);
    let has_phases = !matches!(file.phases, Field::Absent);
    let variants = variants::check(page, &file.variants, has_phases);
    let at_start = variants.as_deref().map_err(|_| Reported);
    let phases = phases::check(page, &file.phases, period, at_start);
    let basis = basis(page, &file.basis, rest.sources);
    let in_time = phases::in_time(page, &file.phases, basis, rest.sources);
    let crossovers = file.crossovers.or(Crossovers::Exclude);
    let entry = enrollment::entry(page, &file.entry, rest.sources, period);
    let audience = attributes::audience(page, &file.audience, rest.sources);
    let holdouts = enrollment::holdouts(page, &file.holdout, at_start);
    let segments = attributes::segments(page, &file.segments, rest.sources);
    let metrics = uses::check(page, &file.metrics, rest.metrics, period);
    let test = policy::test(page, &file.test);
    let used = metrics.as_deref().map_err(|_| Reported);
    let decision = policy::decision(page, &file.decision, used);
    let rollout = rollout::check(page, &file.rollout, at_start, rest.targets);
    let key = key?;
    in_time?;
    let (period, phases) = (period?, phases?);
    Ok(Experiment {
        name: name?.unwrap_or_else(|| key.clone()),
        key,
        hypothesis: hypothesis?,
        owner: owner?,
        status: status?,
        start: period.start,
        end: period.end,
        enroll_until: period.enroll_until,
        traffic: traffic?,
        variants: phases::last(variants?, &phases),
        basis: basis?,
        crossovers: crossovers?,
        phases,
        entry: entry?,
        audience: audience?,
        holdouts: holdouts?,
        segments: segments?,
        metrics: metrics?,
        test: test?,
        decision: decision?,
        rollout: rollout?,
        at: page.document.start(),
    })
}

fn key(page: Page, stem: &str, field: &Field<String>, taken: &mut Taken) -> Checked<String> {
    let said = field.get()?;
    let key = said.map_or(stem, |said| said.get_ref());
    let at = field.span_or(&(0..0));
    key::check(page, "an experiment", key, at.clone())?;
    taken.take(page, "experiment", key, at)?;
    Ok(key.to_owned())
}

fn traffic(page: Page, field: &Field<Finite>) -> Checked<f64> {
    let Some(said) = field.get()? else { return Ok(1.0) };
    let traffic = said.get_ref().0;
    if 0.0 < traffic && traffic <= 1.0 {
        return Ok(traffic);
    }
    let message = format!("`traffic` must be more than 0 and at most 1, found `{traffic}`");
    Err(page.error(said.span(), message))
}

/// The basis that was asked for, if the project has its source; else the one it has.
fn basis(page: Page, field: &Field<Basis>, sources: &Known<Source>) -> Checked<Basis> {
    let Some(said) = field.get()? else {
        let has_exposures = sources.has("exposures")?;
        return Ok(if has_exposures { Basis::Exposure } else { Basis::Assignment });
    };
    let (word, source) = match said.get_ref() {
        Basis::Exposure => ("exposure", "exposures"),
        Basis::Assignment => ("assignment", "assignments"),
    };
    if sources.has(source)? {
        return Ok(*said.get_ref());
    }
    let message = format!("`basis = \"{word}\"` needs the source `{source}`, which is not there");
    Err(page.error(said.span(), message))
}
