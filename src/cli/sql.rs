//! `assize sql`.

use super::args::SqlArgs;
use super::{open, show};
use crate::error::Error;
use crate::plan::Night;
use crate::run::{Selection, choose, prepare_warehouse};

/// Prints the queries of one experiment, stage by stage; reads no row.
pub async fn sql(args: SqlArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let chosen = choose(&project, &Selection::One(args.key), as_of)?;
    open::started(&chosen, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    warehouse.all_read()?;
    let night = Night::prepare(&project, &warehouse, chosen.experiments, as_of)?;
    for stage in night.stages().await? {
        show::print(&format!("{stage}\n"))?;
    }
    Ok(0)
}
