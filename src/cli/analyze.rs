//! `assize analyze`.

use super::args::{AnalyzeArgs, Output};
use super::{DONE_WITH_ERRORS, log, machine, open, run, show};
use crate::error::{Error, Kind, Problem};
use crate::plan::Stopwatch;
use crate::report;
use crate::run::{Analysis, Selection, choose, day_by_day, prepare_warehouse};
use crate::source::nearest;
use crate::verdict::{Daily, Report, RowStatus};

/// One experiment in full; writes nothing.
pub async fn analyze(args: AnalyzeArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let chosen = choose(&project, &Selection::One(args.key), as_of)?.by(&project, args.by)?;
    open::started(&chosen, as_of)?;
    listings.ready(&project, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    let watch = Stopwatch::default();
    let bar = run::start_bar(&watch, &warehouse, &chosen);
    if args.daily {
        let told = day_by_day(&project, &chosen, &warehouse, as_of, &watch).await?;
        drop(bar);
        told.warnings.iter().for_each(|warning| log::warning(warning));
        return print_daily(told.daily, args.metric.as_deref(), args.output);
    }
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

/// 10 where some metric could not be computed.
fn print_daily(daily: Vec<Daily>, metric: Option<&str>, output: Output) -> Result<u8, Error> {
    let has_failed = |of: &Daily| of.left_out.iter().any(|row| row.status == RowStatus::Error);
    let code = if daily.iter().any(has_failed) { DONE_WITH_ERRORS } else { 0 };
    let daily = daily.into_iter().map(|of| only_daily(of, metric));
    let daily = daily.collect::<Result<Vec<Daily>, Error>>()?;
    match output {
        Output::Table => {
            daily.iter().try_for_each(|of| show::print(&report::daily(of, show::width())))?;
        }
        Output::Json => show::print(&format!("{:#}\n", report::daily_json(&daily)))?,
        Output::Csv => show::print(&report::daily_csv(&daily)?)?,
    }
    Ok(code)
}

/// Leaves out the rows of other metrics.
fn only_daily(mut daily: Daily, metric: Option<&str>) -> Result<Daily, Error> {
    let Some(metric) = metric else { return Ok(daily) };
    let told = daily.cumulative.iter().map(|row| row.metric.as_str());
    known(
        &daily.experiment,
        metric,
        told.chain(daily.left_out.iter().map(|row| row.metric.as_str())),
    )?;
    daily.cumulative.retain(|row| row.metric == metric);
    daily.since.retain(|row| row.metric == metric);
    daily.left_out.retain(|row| row.metric == metric);
    Ok(daily)
}

/// Leaves out the rows of other metrics.
fn only(analysis: Analysis, metric: Option<&str>) -> Result<Vec<Report>, Error> {
    let Some(metric) = metric else { return Ok(analysis.reports) };
    let mut reports = analysis.reports;
    for report in &mut reports {
        let told = report.estimates.iter().map(|row| row.metric.as_str());
        known(&report.experiment, metric, told)?;
        report.estimates.retain(|row| row.metric == metric);
        report.summaries.retain(|row| row.metric == metric);
    }
    Ok(reports)
}

/// # Errors
/// `Spec` for a metric that is none of these, with the nearest.
fn known<'a>(
    experiment: &str,
    metric: &str,
    metrics: impl Iterator<Item = &'a str>,
) -> Result<(), Error> {
    let mut known: Vec<&str> = metrics.collect();
    known.dedup();
    if known.contains(&metric) {
        return Ok(());
    }
    let message = format!("`{experiment}` has no metric `{metric}`");
    let hint = nearest(metric, known.iter().copied())
        .unwrap_or_else(|| format!("it has {}", known.join(", ")));
    Err(Problem::new(Kind::Spec, "", message).hint(hint).into())
}
