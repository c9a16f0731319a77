//! All experiments of a night, in one pass over each source.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::dataframe::DataFrame;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use jiff::civil::Date;

use super::accounting::Counts;
use super::accumulate::per_enrollment;
use super::arms::{Arm, Numbers};
use super::calendar::Calendar;
use super::caps::{CAPS, Pools};
use super::dates::hours_of_days;
use super::enrollment;
use super::entry::{self, Entry};
use super::execute::{Stopwatch, Timings, planned};
use super::facts::{FactScan, Horizon};
use super::matched::matched;
use super::measure::Mask;
use super::memory::{Division, Size};
use super::print;
use super::roll::{Roll, Rows};
use super::segments::{Segments, Tallies};
use super::session::{self, explain, name, table};
use super::summaries::summaries;
use super::terms::Measures;
use super::unit_metrics::{Shapes, unit_metrics};
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::source::Warehouse;

const TEN_YEARS: i64 = 3_653 * 86_400_000_000;

/// Every column and expression of a night, checked, before any row is read.
pub struct Night<'a> {
    pub session: SessionContext,
    pub(super) roll: Roll<'a>,
    pub(super) horizon: Horizon,
    pub(super) measures: Measures,
    pub(super) scans: Vec<FactScan>,
    /// In how many parts of the units it is computed.
    pub(super) division: Division,
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
    /// What the units of each arm say about each metric, by its key.
    pub arms: BTreeMap<Arm, BTreeMap<String, Numbers>>,
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
        let used: BTreeSet<&str> =
            experiments.iter().flat_map(|e| &e.metrics).map(|used| used.metric.as_str()).collect();
        let measures = Measures::of(project, used);
        let horizon = horizon(&calendar, &experiments, as_of, measures.reach_back())?;
        let mut problems = hours_of_days(project, warehouse, &experiments);
        let roll = Roll::prepare(project, warehouse, experiments.clone(), as_of);
        let entries = Entry::of(project, &experiments);
        let mut scans = Vec::new();
        for source in read(&measures, &entries) {
            let open = &warehouse.sources[source];
            let mine = entries.iter().filter(|entry| entry.source == source);
            let others: Vec<&Mask> = mine.map(|entry| &entry.mask).collect();
            match FactScan::prepare(project, warehouse, open, &measures, &others) {
                Ok(mut scan) => {
                    scan.ask(project, &experiments);
                    scans.push(scan);
                }
                Err(error) => problems.extend(error.problems),
            }
        }
        match roll {
            Ok(roll) if problems.is_empty() => {
                let session = session::new(warehouse.session.runtime_env());
                let size = Size::of(warehouse, measures.all.len());
                let division = Division::of(&session, size);
                Ok(Night { session, roll, horizon, measures, scans, division })
            }
            Ok(_) => Err(Error { problems }),
            Err(mut error) => {
                error.problems.extend(problems);
                Err(error)
            }
        }
    }

    /// The same night in about so many parts of its units, whatever the memory.
    pub fn in_parts(self, parts: usize) -> Night<'a> {
        Night { division: Division::exactly(parts), ..self }
    }

    /// Whether a stage is kept in memory before the facts are summed.
    fn is_kept(&self, stage: &Built<'_>, are_aside: bool) -> bool {
        match stage {
            Built::Facts(scan) => are_aside || self.roll.has_entry(scan),
            Built::Entries(_) => true,
            _ => false,
        }
    }

    /// The rows as the files have them.
    pub(super) fn files(&self) -> Rows<'_> {
        let sightings = Cow::Borrowed(&self.roll.sightings);
        Rows { sightings, scans: &self.scans, horizon: self.horizon, are_aside: false }
    }

    pub(super) fn shapes(&self) -> Shapes<'_> {
        Shapes {
            scans: &self.scans,
            measures: &self.measures,
            attributes: &self.roll.attributes,
            until: self.horizon.until,
        }
    }

    /// Names every stage from the enrollments to the unit metrics.
    pub(super) async fn name_stages(&self, are_aside: bool) -> datafusion::error::Result<()> {
        let stages = self.built_stages().into_iter();
        for stage in stages.filter(|stage| !self.is_kept(stage, are_aside)) {
            let relation = self.build(&stage).await?;
            name(&self.session, &stage.name(), relation)?;
        }
        Ok(())
    }

    /// The physical plan of the facts, for those who count its scans. Reads enrollments only.
    ///
    /// # Errors
    /// As [`Night::compute`].
    pub async fn facts_plan(&self) -> Result<Arc<dyn ExecutionPlan>, Error> {
        let watch = Stopwatch::default();
        self.roll.open(&self.session, &self.scans, &watch).await?;
        let enrolled = self.roll.enroll(&self.session, &self.files(), &watch).await?;
        let (numbering, mut tallies) = (self.roll.numbering()?, Tallies::default());
        numbering.tally(&enrolled, &mut tallies).map_err(explain)?;
        let segments = tallies.segments(&self.roll.experiments, &self.roll.attributes.segments);
        enrollment::number(&self.session, &numbering, &enrolled, &segments)?;
        self.name_stages(false).await.map_err(explain)?;
        let units = table(&self.session, "unit_metrics").await.map_err(explain)?;
        planned(units).await
    }

    /// Every query of the night as SQL, in the order they run; reads nothing.
    ///
    /// # Errors
    /// `Bug` for a stage that the engine cannot write as SQL.
    pub async fn stages(&self) -> Result<Vec<String>, Error> {
        let mut texts = self.roll.stand_in(&self.session, &self.scans).await.map_err(explain)?;
        for stage in self.built_stages() {
            let relation = self.build(&stage).await.map_err(explain)?;
            texts.push(print::built(&stage.name(), &relation)?);
            print::stand_in(&self.session, &stage.name(), &relation)?;
        }
        if self.measures.has_pooled_caps() {
            let caps = Pools::of(&self.measures).caps().and_then(|caps| caps.relation());
            let caps = caps.map_err(explain)?;
            session::keep(&self.session, CAPS, caps.schema(), vec![]).map_err(explain)?;
        }
        let last = summaries(&self.session, self.shapes()).await.map_err(explain)?;
        texts.push(print::built("summaries", &last)?);
        Ok(texts)
    }

    fn built_stages(&self) -> Vec<Built<'_>> {
        let of_source = |scan| {
            let entries = self.roll.has_entry(scan).then_some(Built::Entries(scan));
            let summed = [Built::Matched(scan), Built::Units(scan)];
            [Built::Facts(scan)].into_iter().chain(entries).chain(summed)
        };
        self.scans.iter().flat_map(of_source).chain([Built::UnitMetrics]).collect()
    }

    async fn build(&self, stage: &Built<'_>) -> datafusion::error::Result<DataFrame> {
        match stage {
            Built::Facts(scan) => scan.relation(&self.session, self.horizon).await,
            Built::Entries(scan) => entry::entries(&self.session, scan, &self.roll.entries).await,
            Built::Matched(scan) => matched(&self.session, scan, &self.measures).await,
            Built::Units(scan) => per_enrollment(&self.session, scan, &self.measures).await,
            Built::UnitMetrics => unit_metrics(&self.session, self.shapes()).await,
        }
    }
}

/// Names of the fact sources of a night, each once.
fn read<'m>(measures: &'m Measures, entries: &'m [Entry]) -> BTreeSet<&'m str> {
    let measured = measures.sources().into_iter();
    measured.chain(entries.iter().map(|entry| entry.source.as_str())).collect()
}

fn horizon(
    calendar: &Calendar,
    experiments: &[&Experiment],
    as_of: Date,
    reach_back: i64,
) -> Result<Horizon, Error> {
    let until = calendar.end_of(as_of)?;
    let start = experiments.iter().map(|e| e.start).min().unwrap_or(as_of);
    let earliest = calendar.start_of(start)?.saturating_sub(TEN_YEARS).saturating_sub(reach_back);
    Ok(Horizon { earliest, until, latest: until.saturating_add(TEN_YEARS) })
}
