//! `assize aa`.

use super::args::{AaArgs, WhyOutput};
use super::progress::Bar;
use super::{log, machine, open, show};
use crate::error::{Error, Kind, Problem};
use crate::plan::{Shuffles, Stopwatch};
use crate::report;
use crate::run::{self, Selection, choose};

/// The rates of false decisions on shuffled variants, on standard output and nowhere else.
pub async fn aa(args: AaArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let standing = open::remembered(&project).await?.as_it_stands(&project, as_of);
    let selection = args.key.map_or(Selection::Due, Selection::One);
    let chosen = choose(&standing, &selection, as_of)?;
    if selection != Selection::Due {
        open::started(&chosen, as_of)?;
    }
    if chosen.experiments.is_empty() {
        let message = format!("no experiment is due as of {as_of}, so there is nothing to shuffle");
        return Err(Problem::new(Kind::Retry, "", message).into());
    }
    listings.ready(&project, as_of)?;
    let shuffles = Shuffles { count: args.shuffles as usize, seed: args.seed };
    let watch = Stopwatch::default();
    let bar = Bar::nights(watch.progress.clone(), run::nights(&chosen, as_of).len());
    let found = run::aa(&project, listings, &chosen, (as_of, shuffles), &watch).await?;
    drop(bar);
    found.warnings.iter().for_each(|warning| log::warning(warning));
    show::print(&match args.output {
        WhyOutput::Table => report::aa(&found.reports, show::width()),
        WhyOutput::Json => format!("{:#}\n", report::aa_json(&found.reports)),
    })?;
    Ok(0)
}
