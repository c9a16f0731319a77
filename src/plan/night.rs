//! All experiments of a night, in one pass over each source.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use datafusion::dataframe::DataFrame;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use jiff::civil::Date;

use super::accounting::{Counts, FactCount, FactFate};
use super::attributes::Attributes;
use super::calendar::Calendar;
use super::counted::{
    enrolled_days, row_counts, segment_units, sighted_units, strings, unit_counts,
};
use super::enrollment;
use super::entry::{self, Entry};
use super::execute::{Stopwatch, Timings, collect, planned};
use super::facts::{FactScan, Horizon};
use super::matched::{matched, missing_column, not_finite_column, per_enrollment};
use super::measure::{Mask, Measures};
use super::members::Members;
use super::moments::decode;
use super::print;
use super::promise::promise;
use super::segments::Segments;
use super::session::{self, explain, keep, name, table};
use super::sightings::Sightings;
use super::unit_metrics::{summaries, unit_metrics};
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::source::Warehouse;
use crate::stats::Summary;

const TEN_YEARS: i64 = 3_653 * 86_400_000_000;

/// Every column and expression of a night, checked, before any row is read.
pub struct Night<'a> {
    pub session: SessionContext,
    experiments: Vec<&'a Experiment>,
    calendar: Calendar,
    as_of: Date,
    horizon: Horizon,
    attributes: Attributes,
    sightings: Sightings,
    entries: Vec<Entry>,
    measures: Measures,
    scans: Vec<FactScan>,
}

/// A stage whose shape comes from the project.
enum Built<'a> {
    Facts(&'a FactScan),
    /// Only where some experiment has an entry in that source.
    Entries(&'a FactScan),
    Matched(&'a FactScan),
    Units(&'a FactScan),
    UnitMetrics,
}

impl Built<'_> {
    fn name(&self) -> String {
        match self {
            Built::Facts(scan) => scan.name(),
            Built::Entries(scan) => entry::name(scan),
            Built::Matched(scan) => format!("{}_matched", scan.source),
            Built::Units(scan) => format!("{}_units", scan.source),
            Built::UnitMetrics => "unit_metrics".into(),
        }
    }
}

/// What a night's rows amount to.
#[derive(Debug, Clone, Default)]
pub struct Computed {
    /// By experiment, metric and variant.
    pub summaries: BTreeMap<(String, String, String), Summary>,
    pub counts: Counts,
    /// What the codes of segments stand for.
    pub segments: Segments,
    pub timings: Timings,
}

impl<'a> Night<'a> {
    /// Checks everything that a night needs from its sources.
    ///
    /// # Errors
    /// All problems of all sources and expressions together.
    pub fn prepare(
        project: &'a Project,
        warehouse: &Warehouse,
        experiments: Vec<&'a Experiment>,
        as_of: Date,
    ) -> Result<Night<'a>, Error> {
        let calendar = Calendar { zone: project.timezone.clone() };
        let horizon = horizon(&calendar, &experiments, as_of)?;
        let used: BTreeSet<&str> =
            experiments.iter().flat_map(|e| &e.metrics).map(|used| used.metric.as_str()).collect();
        let measures = Measures::of(project, used);
        let mut problems = Vec::new();
        let attributes = Attributes::of(project, &experiments);
        let sightings = Sightings::prepare(project, warehouse, &experiments, &attributes);
        let mut scans = Vec::new();
        let entries = Entry::of(project, &experiments);
        let measured = measures.sources().into_iter();
        let read: BTreeSet<&str> =
            measured.chain(entries.iter().map(|entry| entry.source.as_str())).collect();
        for source in read {
            let open = &warehouse.sources[source];
            let mine = entries.iter().filter(|entry| entry.source == source);
            let others: Vec<&Mask> = mine.map(|entry| &entry.mask).collect();
            match FactScan::prepare(project, warehouse, open, &measures, &others) {
                Ok(scan) => scans.push(scan),
                Err(error) => problems.extend(error.problems),
            }
        }
        match sightings {
            Ok(sightings) if problems.is_empty() => {
                let session = session::new();
                Ok(Night {
                    session,
                    experiments,
                    calendar,
                    as_of,
                    horizon,
                    attributes,
                    sightings,
                    entries,
                    measures,
                    scans,
                })
            }
            Ok(_) => Err(Error { problems }),
            Err(mut error) => {
                error.problems.extend(problems);
                Err(error)
            }
        }
    }

    /// Reads every source once and sums up every experiment.
    ///
    /// # Errors
    /// `Data` or `Retry` for rows that cannot be read; `Bug` where the accounts do not balance.
    pub async fn compute(&self, watch: &Stopwatch) -> Result<Computed, Error> {
        let segments = self.enroll(watch).await?;
        let totals = self.summaries().await.map_err(explain)?;
        let (_, batches) = collect(totals, "facts", watch).await?;
        let mut computed = Computed { segments, ..Computed::default() };
        for batch in &batches {
            self.read_totals(batch, &mut computed)?;
        }
        computed.counts.units = unit_counts(&self.session, watch).await?;
        computed.counts.days = enrolled_days(&self.session, watch).await?;
        computed.counts.segments =
            segment_units(&self.session, &self.attributes, &computed.segments, watch).await?;
        for (source, relation) in self.sightings.relations() {
            let relation = table(&self.session, relation).await.map_err(explain)?;
            name(&self.session, "sighted", relation).map_err(explain)?;
            computed.counts.rows.extend(row_counts(&self.session, source, watch).await?);
            computed.counts.sighted.extend(sighted_units(&self.session, source, watch).await?);
        }
        computed.counts.scanned = watch.scanned();
        computed.counts.measured = self.scans.iter().map(|scan| scan.source.clone()).collect();
        computed.timings = watch.timings();
        Ok(computed)
    }

    /// Makes everything up to `enrollments`, and says what the codes of its segments stand for.
    async fn enroll(&self, watch: &Stopwatch) -> Result<Segments, Error> {
        promise(&self.session, &self.experiments, &self.calendar)?;
        let enrolled =
            enrollment::enroll(&self.session, &self.sightings, self.horizon, watch).await?;
        let met = self.number(&enrolled)?;
        for members in self.scans.iter().filter_map(|scan| scan.members.as_ref()) {
            members.read(&self.session, watch).await?;
        }
        if self.entries.is_empty() {
            return Ok(met);
        }
        let found = self.find_entries(watch).await?;
        let entered = entry::enter(&enrolled, &self.entries, &found).map_err(explain)?;
        if let Some(batch) = entered.first() {
            keep(&self.session, "enrolled", batch.schema(), entered.clone()).map_err(explain)?;
        }
        self.number(&entered)
    }

    fn number(&self, enrolled: &[RecordBatch]) -> Result<Segments, Error> {
        let analysed = (self.experiments.as_slice(), &self.attributes);
        let time = (&self.calendar, self.as_of);
        enrollment::number(&self.session, analysed, time, self.sightings.key, enrolled)
    }

    /// When each unit entered its experiment, by its number so far. The facts stay in memory, for
    /// they are read again, and files are read once.
    async fn find_entries(&self, watch: &Stopwatch) -> Result<HashMap<i64, i64>, Error> {
        let mut found = HashMap::new();
        for scan in self.scans.iter().filter(|scan| self.has_entry(scan)) {
            let facts = self.build(&Built::Facts(scan)).await.map_err(explain)?;
            let (schema, batches) = collect(facts, "facts", watch).await?;
            keep(&self.session, &scan.name(), schema, batches).map_err(explain)?;
            let entries = self.build(&Built::Entries(scan)).await.map_err(explain)?;
            let (_, batches) = collect(entries, "entries", watch).await?;
            entry::read(&batches, &mut found);
        }
        Ok(found)
    }

    fn has_entry(&self, scan: &FactScan) -> bool {
        self.entries.iter().any(|entry| entry.source == scan.source)
    }

    /// Whether a stage is kept in memory before the facts are summed.
    fn is_kept(&self, stage: &Built<'_>) -> bool {
        match stage {
            Built::Facts(scan) | Built::Entries(scan) => self.has_entry(scan),
            _ => false,
        }
    }

    /// Names every stage after the enrollments and returns the last.
    async fn summaries(&self) -> datafusion::error::Result<DataFrame> {
        for stage in self.built_stages().into_iter().filter(|stage| !self.is_kept(stage)) {
            let relation = self.build(&stage).await?;
            name(&self.session, &stage.name(), relation)?;
        }
        summaries(&self.session, &self.scans, &self.measures).await
    }

    /// The physical plan of the facts, for those who count its scans. Reads enrollments only.
    ///
    /// # Errors
    /// As [`Night::compute`].
    pub async fn facts_plan(&self) -> Result<Arc<dyn ExecutionPlan>, Error> {
        self.enroll(&Stopwatch::default()).await?;
        let totals = self.summaries().await.map_err(explain)?;
        planned(totals).await
    }

    /// Every query of the night as SQL, in the order they run; reads nothing.
    ///
    /// # Errors
    /// `Bug` for a stage that the engine cannot write as SQL.
    pub async fn stages(&self) -> Result<Vec<String>, Error> {
        let members = self.scans.iter().filter_map(|scan| scan.members.as_ref());
        let members: Vec<&Members> = members.collect();
        let queries = print::enrollment_queries(&self.sightings, !members.is_empty());
        let mut texts: Vec<String> = queries.iter().map(|q| q.text.to_string()).collect();
        enrollment::no_units(&self.session, self.sightings.key, &self.attributes)
            .map_err(explain)?;
        for members in members {
            members.stand_in(&self.session).await.map_err(explain)?;
        }
        for stage in self.built_stages() {
            let relation = self.build(&stage).await.map_err(explain)?;
            texts.push(print::built(&stage.name(), &relation)?);
            print::stand_in(&self.session, &stage.name(), &relation)?;
        }
        let last = summaries(&self.session, &self.scans, &self.measures).await.map_err(explain)?;
        texts.push(print::built("summaries", &last)?);
        Ok(texts)
    }

    fn built_stages(&self) -> Vec<Built<'_>> {
        let of_source = |scan| {
            let entries = self.has_entry(scan).then_some(Built::Entries(scan));
            let summed = [Built::Matched(scan), Built::Units(scan)];
            [Built::Facts(scan)].into_iter().chain(entries).chain(summed)
        };
        self.scans.iter().flat_map(of_source).chain([Built::UnitMetrics]).collect()
    }

    async fn build(&self, stage: &Built<'_>) -> datafusion::error::Result<DataFrame> {
        match stage {
            Built::Facts(scan) => scan.relation(&self.session, self.horizon).await,
            Built::Entries(scan) => entry::entries(&self.session, scan, &self.entries).await,
            Built::Matched(scan) => matched(&self.session, scan, &self.measures).await,
            Built::Units(scan) => per_enrollment(&self.session, scan, &self.measures).await,
            Built::UnitMetrics => unit_metrics(&self.session, &self.scans, &self.measures).await,
        }
    }

    fn read_totals(&self, batch: &RecordBatch, computed: &mut Computed) -> Result<(), Error> {
        let experiments = strings(batch, "experiment")?;
        let variants = strings(batch, "variant")?;
        let fates = batch["fate"].as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let fate = fates.is_valid(row).then(|| fates.value(row)).and_then(FactFate::of_code);
            self.read_counts(batch, row, experiments[row].as_deref(), fate, &mut computed.counts);
            let (Some(experiment), Some(variant)) = (&experiments[row], &variants[row]) else {
                continue;
            };
            for (i, terms) in self.measures.metrics.iter().enumerate() {
                let list = batch[format!("s{i}").as_str()].as_fixed_size_list().value(row);
                let summary = decode(list.as_primitive::<Float64Type>().values())
                    .ok_or_else(|| Error::bug("a summary of unknown width"))?;
                let key = (experiment.clone(), terms.metric.clone(), variant.clone());
                computed.summaries.insert(key, summary);
            }
        }
        Ok(())
    }

    fn read_counts(
        &self,
        batch: &RecordBatch,
        row: usize,
        experiment: Option<&str>,
        fate: Option<FactFate>,
        counts: &mut Counts,
    ) {
        let number = |name: String| {
            batch
                .column_by_name(&name)
                .map_or(0, |c| c.as_primitive::<Float64Type>().value(row) as u64)
        };
        for scan in &self.scans {
            let source = &scan.source;
            let rows = number(format!("{source}_rows"));
            let mut add = |experiment: Option<&str>, reason: &str, rows: u64| {
                add_fact(&mut counts.facts, source, experiment, reason, rows);
            };
            match (experiment, fate) {
                (None, Some(fate)) => add(None, fate.reason(), rows),
                // Of no fate that we know: left out of the accounts, which then do not balance.
                (None, None) => {}
                (Some(_), _) => {
                    let early = number(format!("{source}_early"));
                    add(None, MET, number(format!("{source}_first")));
                    add(experiment, "before_enrollment", early);
                    add(experiment, "after_enrollment", rows - early);
                }
            }
        }
        let Some(experiment) = experiment else { return };
        for terms in &self.measures.metrics {
            let measures = [Some(terms.numerator), terms.denominator].into_iter().flatten();
            for term in measures {
                let missing = number(missing_column(term.measure));
                let not_finite = number(not_finite_column(term.measure));
                if missing + not_finite > 0 {
                    let key = (experiment.to_string(), terms.metric.clone());
                    let valueless = counts.valueless.entry(key).or_default();
                    valueless.missing += missing;
                    valueless.not_finite += not_finite;
                }
            }
        }
    }
}

/// Facts that met at least one enrollment, each once.
pub const MET: &str = "met";

fn horizon(
    calendar: &Calendar,
    experiments: &[&Experiment],
    as_of: Date,
) -> Result<Horizon, Error> {
    let until = calendar.end_of(as_of)?;
    let start = experiments.iter().map(|e| e.start).min().unwrap_or(as_of);
    let earliest = calendar.start_of(start)?.saturating_sub(TEN_YEARS);
    Ok(Horizon { earliest, until, latest: until.saturating_add(TEN_YEARS) })
}

fn add_fact(
    facts: &mut Vec<FactCount>,
    source: &str,
    experiment: Option<&str>,
    reason: &str,
    rows: u64,
) {
    let known = facts.iter_mut().find(|known| {
        known.source == source
            && known.experiment.as_deref() == experiment
            && known.reason == reason
    });
    match known {
        Some(known) => known.rows += rows,
        None if rows == 0 => {}
        None => facts.push(FactCount {
            source: source.to_string(),
            experiment: experiment.map(str::to_string),
            reason: reason.to_string(),
            rows,
        }),
    }
}
