//! `assize diff`, and what `assize run --dry-run` says.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{DiffArgs, WhyOutput};
use super::{open, show};
use crate::config::Project;
use crate::error::Error;
use crate::output::{
    Change, Night, NightRows, StoredVerdict, compare, input_changes, inputs_of_run, verdicts_of_run,
};
use crate::report::{self, Difference, Told};
use crate::run::{Analysis, Remembered, explain, find_run, input_files};
use crate::verdict::Standing;

/// What changed from one run to another, from the tables; computes and writes nothing.
pub async fn diff(args: DiffArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let root = project.output.as_path();
    let runs = [find_run(&project, &args.before).await?, find_run(&project, &args.now).await?];
    let [earlier, later] =
        [inputs_of_run(root, &runs[0]).await, inputs_of_run(root, &runs[1]).await];
    let earlier = earlier.map_err(explain)?.unwrap_or_default();
    let later = later.map_err(explain)?.unwrap_or_default();
    let before = verdicts_of_run(root, &runs[0]).await.map_err(explain)?;
    let now = verdicts_of_run(root, &runs[1]).await.map_err(explain)?;
    let rows = [rows_of(&project, &before).await?, rows_of(&project, &now).await?];
    let difference = Difference {
        changes: compare(&rows[0], &rows[1], 0.0).map_err(explain)?,
        before: before.iter().map(told).collect(),
        now: now.iter().map(told).collect(),
        inputs: input_changes(&earlier, &later),
    };
    match args.output {
        WhyOutput::Table => show::print(&report::changes(&difference, show::width()))?,
        WhyOutput::Json => show::print(&format!("{:#}\n", report::changes_json(&difference)))?,
    }
    Ok(0)
}

async fn rows_of(project: &Project, verdicts: &[StoredVerdict]) -> Result<NightRows, Error> {
    let key = |verdict: &StoredVerdict| (verdict.run_id.clone(), verdict.experiment.clone());
    let wanted: BTreeSet<(String, String)> = verdicts.iter().map(key).collect();
    NightRows::stored(&project.output, &wanted).await.map_err(explain)
}

fn told(verdict: &StoredVerdict) -> (String, Told) {
    let told = Told {
        as_of: verdict.as_of,
        revision: Some(verdict.revision),
        decision: verdict.decision,
        treatment: verdict.treatment.clone(),
    };
    (verdict.experiment.clone(), told)
}

/// What a night that is not written down would change: of the same day where that was judged
/// before, else of the last day before it.
///
/// # Errors
/// `Environment` where a table cannot be read.
pub async fn of_night(
    project: &Project,
    analysis: &Analysis,
    remembered: &Remembered,
) -> Result<Difference, Error> {
    let mut before = Vec::new();
    for report in &analysis.reports {
        let newest = remembered.past(&report.experiment).newest(analysis.as_of);
        let Some(newest) = newest else { continue };
        let verdicts = verdicts_of_run(&project.output, &newest.run_id).await.map_err(explain)?;
        before.extend(verdicts.into_iter().filter(|v| v.experiment == report.experiment));
    }
    let now = analysis.reports.iter().map(|report| {
        let told = Told {
            as_of: report.as_of,
            revision: None,
            decision: report.verdict.decision,
            treatment: report.verdict.treatment.clone(),
        };
        (report.experiment.clone(), told)
    });
    let now: BTreeMap<String, Told> = now.collect();
    let night = NightRows::of(&Night::of(analysis.as_of, analysis.reports.clone()));
    let night = night.map_err(explain)?;
    let stored = rows_of(project, &before).await?;
    let runs: BTreeSet<&String> = before.iter().map(|verdict| &verdict.run_id).collect();
    let mut inputs = Vec::new();
    // Of several runs it would be a list for each.
    if let [run_id] = runs.iter().collect::<Vec<_>>().as_slice() {
        let earlier = inputs_of_run(&project.output, run_id).await.map_err(explain)?;
        inputs = input_changes(&earlier.unwrap_or_default(), &input_files(analysis));
    }
    let is_new = |change: &Change| {
        let hash = analysis.input_hashes.get(&change.experiment).map_or("", String::as_str);
        let memory = remembered.memory(&change.experiment, analysis.as_of, hash);
        // The same day from the same inputs is not written again.
        memory.standing != Standing::Again
    };
    let mut changes = compare(&stored, &night, 0.0).map_err(explain)?;
    changes.retain(is_new);
    Ok(Difference { changes, before: before.iter().map(told).collect(), now, inputs })
}
