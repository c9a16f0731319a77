//! `assize history`.

use std::path::Path;

use super::args::{HistoryArgs, Output};
use super::{open, show};
use crate::error::{Error, Kind, Problem};
use crate::output::live_files;
use crate::report::{self, History, HistoryFiles};
use crate::run::explain;
use crate::source::nearest;

/// What each look said of an experiment, from the tables; takes no lock and writes nothing.
pub async fn history(args: HistoryArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    // In this order: what `verdicts` holds of a run is whole in the other tables.
    let verdicts = live_files(&project.output, "verdicts").await.map_err(explain)?;
    let estimates = live_files(&project.output, "estimates").await.map_err(explain)?;
    let files = HistoryFiles { verdicts, estimates };
    let output = project.output;
    // Polars blocks its thread.
    let read = tokio::task::spawn_blocking(move || read(&files, &args.key, &output));
    let history = read.await.map_err(|why| Error::bug(format!("reading broke off: {why}")))??;
    let text = match args.output {
        Output::Table => report::history(&history, show::width())?,
        Output::Json => format!("{:#}\n", report::history_json(&history)?),
        Output::Csv => report::history_csv(&history)?,
    };
    show::print(&text)?;
    Ok(0)
}

fn read(files: &HistoryFiles, key: &str, output: &Path) -> Result<History, Error> {
    let history = report::read_history(files, key)?;
    if history.is_empty() {
        let known = report::experiments_in(&files.verdicts)?;
        return Err(no_verdict(key, &known, output).into());
    }
    Ok(history)
}

fn no_verdict(key: &str, known: &[String], output: &Path) -> Problem {
    let output = output.display();
    let (message, hint) = match known {
        [] => (format!("{output} holds no verdict yet"), "`assize run` writes them".to_owned()),
        known => {
            let near = nearest(key, known.iter().map(String::as_str));
            let all = || format!("there are verdicts on {}", known.join(", "));
            (format!("{output} holds no verdict on `{key}`"), near.unwrap_or_else(all))
        }
    };
    Problem::new(Kind::Spec, "", message).hint(hint)
}
