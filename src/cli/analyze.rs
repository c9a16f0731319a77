//! `assize analyze`.

use super::args::{AnalyzeArgs, Output};
use super::{machine, open, run, show};
use crate::error::{Error, Kind, Problem};
use crate::plan::Stopwatch;
use crate::report;
use crate::run::{Analysis, Selection, choose, prepare_warehouse};
use crate::source::nearest;
use crate::verdict::Report;

/// One experiment in full; writes nothing.
pub async fn analyze(args: AnalyzeArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let chosen = choose(&project, &Selection::One(args.key), as_of)?.by(&project, args.by)?;
    open::started(&chosen, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    let watch = Stopwatch::default();
    let bar = run::start_bar(&watch, &warehouse, &chosen);
    let analysis = crate::run::analyze(&project, chosen, &warehouse, as_of, &watch).await?;
    drop(bar);
    run::say_warnings(&analysis);
    let code = run::exit_code(&analysis.reports);
    print(&only(analysis, args.metric.as_deref())?, args.output)?;
    Ok(code)
}

fn print(reports: &[Report], output: Output) -> Result<(), Error> {
    match output {
        Output::Table => {
            reports.iter().try_for_each(|found| show::print(&report::detail(found, show::width())))
        }
        other => run::print(reports, other),
    }
}

/// Leaves out the rows of other metrics.
fn only(analysis: Analysis, metric: Option<&str>) -> Result<Vec<Report>, Error> {
    let Some(metric) = metric else { return Ok(analysis.reports) };
    let mut reports = analysis.reports;
    for report in &mut reports {
        let mut known: Vec<&str> = report.estimates.iter().map(|row| row.metric.as_str()).collect();
        known.dedup();
        if !known.contains(&metric) {
            let message = format!("`{}` has no metric `{metric}`", report.experiment);
            let hint = nearest(metric, known.iter().copied())
                .unwrap_or_else(|| format!("it has {}", known.join(", ")));
            return Err(Problem::new(Kind::Spec, "", message).hint(hint).into());
        }
        report.estimates.retain(|row| row.metric == metric);
        report.summaries.retain(|row| row.metric == metric);
    }
    Ok(reports)
}
