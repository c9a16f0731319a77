//! `assize why`.

use super::args::{WhyArgs, WhyOutput};
use super::{log, machine, open, run, show};
use crate::error::Error;
use crate::plan::Stopwatch;
use crate::report;
use crate::run::{Selection, analyze, choose, prepare_warehouse};

/// Why an experiment got its verdict, and where its rows and units went; writes nothing.
pub async fn why(args: WhyArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let (listings, as_of) = open::listed(&project, args.as_of).await?;
    let listings = machine::within(listings, &args.machine);
    let mut remembered = open::remembered(&project).await?;
    let standing = remembered.as_it_stands(&project, as_of);
    let chosen = choose(&standing, &Selection::One(args.key), as_of)?;
    open::started(&chosen, as_of)?;
    let changed = remembered.forget(&project, &chosen);
    changed.iter().for_each(|words| log::warning(words));
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    let watch = Stopwatch::default();
    let bar = run::start_bar(&watch, &warehouse, &chosen);
    let analysis = analyze(&project, chosen, &warehouse, as_of, &remembered, &watch).await?;
    drop(bar);
    run::say_warnings(&analysis);
    for found in &analysis.reports {
        let text = match (args.output, args.waterfall) {
            (WhyOutput::Table, true) => report::waterfall(found),
            (WhyOutput::Table, false) => report::why(found, show::width()),
            (WhyOutput::Json, true) => report::json_accounts(found).to_string() + "\n",
            (WhyOutput::Json, false) => report::json_rules(found).to_string() + "\n",
        };
        show::print(&text)?;
    }
    Ok(run::exit_code(&analysis.reports))
}
