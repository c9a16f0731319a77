//! `assize check`.

use super::args::CheckArgs;
use super::{log, open};
use crate::error::{Error, Kind};
use crate::plan::Night;
use crate::report::counted;
use crate::run::{Chosen, prepare_warehouse};

/// Project files, then the sources' listings and schemas; no row is read.
pub async fn check(args: CheckArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = match open::listed(&project, None).await {
        Err(error) if is_out_of_reach(&error) => {
            error.problems.iter().for_each(|problem| log::warning(&problem.to_string()));
            log::note(&format!(
                "{}: the project files are right; the sources are out of reach from here, so their columns were not checked",
                project.name
            ));
            return Ok(0);
        }
        listed => listed?,
    };
    // Every experiment, due or not: a draft should be right before it starts.
    let experiments: Vec<_> = project.experiments.iter().collect();
    let chosen =
        Chosen { experiments: experiments.clone(), not_analysed: Vec::new(), by: Vec::new() };
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    warehouse.all_read()?;
    Night::prepare(&project, &warehouse, experiments, as_of)?;
    log::note(&format!(
        "{}: {}, {} and {} are right",
        project.name,
        counted(project.experiments.len(), "experiment"),
        counted(project.metrics.len(), "metric"),
        counted(project.sources.len(), "source")
    ));
    Ok(0)
}

/// Whether the sources are not here, as opposed to here and wrong.
fn is_out_of_reach(error: &Error) -> bool {
    error.problems.iter().all(|problem| matches!(problem.kind, Kind::Environment | Kind::Retry))
}
