//! `assize verify`.

use std::collections::BTreeMap;

use super::args::{VerifyArgs, WhyOutput};
use super::{DONE_WITH_ERRORS, log, machine, open, run, show};
use crate::config::Project;
use crate::error::Error;
use crate::output::{
    Again, InputChange, InputFile, MadeFrom, input_changes, inputs_of_run, verify_files,
    verify_rows,
};
use crate::plan::Stopwatch;
use crate::report::{self, Verified};
use crate::run::{Recalled, analyze, explain, input_files, prepare_warehouse};
use crate::verdict::Report;

/// Makes a stored run again and compares; writes nothing. 10 where something is another.
pub async fn verify(args: VerifyArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let recalled = Recalled::of(&project, &args.run).await?;
    let files = verify_files(&project.output, &recalled.run_id).await.map_err(explain)?;
    let (mut reports, inputs, from) = match args.from_data {
        true => {
            let (reports, inputs) = from_data(&project, &recalled, &args).await?;
            (reports, inputs, MadeFrom::Sources)
        }
        false => (recalled.judge_again().await?, Vec::new(), MadeFrom::Summaries),
    };
    recalled.hold_as_stored(&mut reports);
    let experiments = compared(&project, &recalled, reports, from).await?;
    let (run_id, as_of) = (recalled.run_id, recalled.as_of);
    let found = Verified { run_id, as_of, from, files, experiments, inputs };
    match args.output {
        WhyOutput::Table => show::print(&report::verified(&found, show::width()))?,
        WhyOutput::Json => show::print(&format!("{:#}\n", report::verified_json(&found)))?,
    }
    Ok(if found.is_whole() { 0 } else { DONE_WITH_ERRORS })
}

async fn from_data(
    project: &Project,
    recalled: &Recalled,
    args: &VerifyArgs,
) -> Result<(Vec<Report>, Vec<InputChange>), Error> {
    let (listings, as_of) = open::listed(project, Some(recalled.as_of)).await?;
    let listings = machine::within(listings, &args.machine);
    let chosen = recalled.chosen();
    let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await?;
    let watch = Stopwatch::default();
    let bar = run::start_bar(&watch, &warehouse, &chosen);
    let remembered = &recalled.remembered;
    let analysis = analyze(project, chosen, &warehouse, as_of, remembered, &watch).await?;
    drop(bar);
    analysis.warnings.iter().for_each(|warning| log::warning(warning));
    let before = inputs_of_run(&project.output, &recalled.run_id).await.map_err(explain)?;
    let now: Vec<InputFile> = input_files(&analysis);
    let changes = before.map(|before| input_changes(&before, &now)).unwrap_or_default();
    Ok((analysis.reports, changes))
}

async fn compared(
    project: &Project,
    recalled: &Recalled,
    reports: Vec<Report>,
    from: MadeFrom,
) -> Result<BTreeMap<String, Again>, Error> {
    let refused = recalled.refused.iter();
    let mut found: BTreeMap<String, Again> =
        refused.map(|(key, why)| (key.clone(), Again::Not(why.clone()))).collect();
    for report in reports {
        let verdict = recalled.verdicts.iter().find(|v| v.experiment == report.experiment);
        if let Some(verdict) = verdict {
            let again = verify_rows(&project.output, verdict, report, from).await;
            found.insert(verdict.experiment.clone(), again.map_err(explain)?);
        }
    }
    Ok(found)
}
