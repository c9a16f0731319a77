//! `assize run`.

use jiff::Timestamp;

use super::args::{MachineArgs, Output as Print, RunArgs};
use super::progress::{Ahead, Bar};
use super::{DONE_WITH_ERRORS, diff, log, machine, open, show};
use crate::config::Project;
use crate::error::{Error, Kind};
use crate::output::{Committed, Output, past};
use crate::plan::Stopwatch;
use crate::report;
use crate::run::{
    Analysis, Books, Chosen, Nightly, Remembered, Selection, choose, explain, nightly,
    prepare_warehouse, rehearse,
};
use crate::source::Warehouse;
use crate::verdict::{Decision, Report};

/// The nightly job.
pub async fn run(args: RunArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let selection = match args.select.is_empty() {
        true => Selection::Due,
        false => Selection::Matching(args.select),
    };
    if args.dry_run {
        return dry_run(&project, &selection, args.as_of, &args.machine, args.output).await;
    }
    // The slot is taken before anything is computed: two schedulers do not work twice.
    let output = Output::lock(&project.output, Timestamp::now()).map_err(explain)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let remembered = Remembered::new(past(output.root()).await.map_err(explain)?, &project);
    let standing = remembered.as_it_stands(&project, as_of);
    let chosen = choose(&standing, &selection, as_of)?;
    remembered.check(&project, &chosen)?;
    say_started(&chosen, as_of);
    listings.ready(&project, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    say_opened(&warehouse);
    let watch = Stopwatch::default();
    let bar = start_bar(&watch, &warehouse, &chosen);
    let clock = Timestamp::now;
    let books = Books { output: &output, remembered: &remembered };
    let night = nightly(&project, chosen, &warehouse, as_of, &books, &watch, clock).await?;
    drop(bar);
    let printed = print(&night.analysis.reports, args.output);
    say_ended(&night, &project.output);
    printed.map_err(not_printed)?;
    Ok(exit_code(&night.analysis.reports))
}

/// The same night, which says what it would change and writes nothing.
async fn dry_run(
    project: &Project,
    selection: &Selection,
    as_of: Option<jiff::civil::Date>,
    machine: &MachineArgs,
    output: Print,
) -> Result<u8, Error> {
    let (listings, as_of) = open::listed(project, as_of).await?;
    let listings = machine::within(listings, machine);
    let remembered = open::remembered(project).await?;
    let standing = remembered.as_it_stands(project, as_of);
    let chosen = choose(&standing, selection, as_of)?;
    remembered.check(project, &chosen)?;
    say_started(&chosen, as_of);
    listings.ready(project, as_of)?;
    let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await?;
    say_opened(&warehouse);
    let watch = Stopwatch::default();
    let bar = start_bar(&watch, &warehouse, &chosen);
    let night = rehearse(project, chosen, &warehouse, as_of, &remembered, &watch).await?;
    drop(bar);
    let difference = diff::of_night(project, &night, &remembered).await?;
    say_warnings(&night);
    match output {
        Print::Table => {
            print(&night.reports, output)?;
            show::print(&format!("\n{}", report::changes(&difference, show::width())))?;
        }
        Print::Json => {
            let (reports, changes) =
                (report::json(&night.reports), report::changes_json(&difference));
            let both = serde_json::json!({ "reports": reports, "changes": changes });
            show::print(&format!("{both:#}\n"))?;
        }
        Print::Csv => print(&night.reports, output)?,
    }
    log::note(&format!("a dry run as of {as_of}: nothing was written"));
    Ok(exit_code(&night.reports))
}

/// The night is written down: the same command prints it and writes nothing.
fn not_printed(mut error: Error) -> Error {
    for problem in &mut error.problems {
        problem.kind = Kind::Retry;
        problem.hint = Some("the tables are written; run again to have them printed".into());
    }
    error
}

fn say_started(chosen: &Chosen<'_>, as_of: jiff::civil::Date) {
    let experiments = chosen.experiments.len();
    tracing::info!(%as_of, experiments, "run started");
    for left_out in &chosen.not_analysed {
        log::note(&format!("`{}` is not analysed: it {}", left_out.experiment, left_out.reason));
    }
}

/// What is read of each source, and what is not.
fn say_opened(warehouse: &Warehouse) {
    for open in warehouse.sources.values().filter(|open| open.format.is_some()) {
        let (source, files) = (&open.source.name, open.files.len());
        let (hidden, foreign) = (open.hidden, open.foreign.len());
        tracing::info!(source, files, hidden, foreign, "source opened");
    }
}

/// A bar for the scans that lie ahead.
pub fn start_bar(watch: &Stopwatch, warehouse: &Warehouse, chosen: &Chosen<'_>) -> Bar {
    let inputs = warehouse.inputs();
    let ahead = Ahead {
        files: inputs.len(),
        rows: inputs.iter().map(|file| file.rows).sum(),
        experiments: chosen.experiments.len(),
    };
    Bar::start(watch.progress.clone(), ahead)
}

/// Verdicts on standard output.
pub fn print(reports: &[Report], output: Print) -> Result<(), Error> {
    match output {
        Print::Table => show::print(&report::table(reports, show::width())),
        Print::Json => show::print(&format!("{:#}\n", report::json(reports))),
        Print::Csv => show::print(&report::csv(reports)?),
    }
}

fn say_ended(night: &Nightly, folder: &std::path::Path) {
    say_warnings(&night.analysis);
    let rows = night.analysis.rows_read;
    let spelled = report::thousands(rows);
    let folder = folder.display();
    let as_of = night.analysis.as_of;
    match &night.committed {
        Committed::Written { run_id, .. } => {
            tracing::info!(run_id, %as_of, rows_read = rows, "run committed");
            if !log::is_json() {
                log::note(&format!("run {run_id}: {spelled} rows read, tables in {folder}"));
            }
        }
        Committed::Unchanged if night.analysis.reports.is_empty() => {
            log::note(&format!("no experiment was due as of {as_of}, nothing was written"));
        }
        Committed::Unchanged => log::note(&format!(
            "nothing new as of {as_of}: {folder} holds these verdicts already, nothing was written"
        )),
    }
}

/// What stops nothing but should be known.
pub fn say_warnings(analysis: &Analysis) {
    for warning in &analysis.warnings {
        log::warning(warning);
    }
}

/// 10 where some experiment could not be analysed, or some metric.
pub fn exit_code(reports: &[Report]) -> u8 {
    let failed = |report: &Report| {
        report.verdict.decision == Decision::Error
            || report
                .estimates
                .iter()
                .any(|row| matches!(row.estimate, Err(crate::verdict::NoEstimate::Failed(_))))
    };
    if reports.iter().any(failed) { DONE_WITH_ERRORS } else { 0 }
}
