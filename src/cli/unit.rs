//! `assize unit`.

use super::args::{UnitArgs, WhyOutput};
use super::{DONE_WITH_ERRORS, machine, open, run, show};
use crate::error::Error;
use crate::plan::Stopwatch;
use crate::report;
use crate::run::{Selection, choose, explain_unit, prepare_warehouse};

/// What is known of one unit, on standard output and nowhere else.
pub async fn unit(args: UnitArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let chosen = choose(&project, &Selection::One(args.experiment), as_of)?;
    open::started(&chosen, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    let watch = Stopwatch::default();
    let bar = run::start_bar(&watch, &warehouse, &chosen);
    let asked = (args.id.as_str(), as_of);
    let reports = explain_unit(&project, chosen, &warehouse, asked, &watch).await?;
    drop(bar);
    for found in &reports {
        show::print(&match args.output {
            WhyOutput::Table => report::unit(found, show::width()),
            WhyOutput::Json => format!("{:#}\n", report::json_unit(found)),
        })?;
    }
    let failed = reports.iter().flat_map(|report| &report.numbers).any(|of| of.failed.is_some());
    Ok(if failed { DONE_WITH_ERRORS } else { 0 })
}
