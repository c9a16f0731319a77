//! Which run of the tables somebody means.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;

use super::nightly::explain;
use crate::config::Project;
use crate::error::{Error, Kind, Problem};
use crate::output::{StoredVerdict, run_ids, verdicts_of_run};
use crate::source::nearest;

/// The run that is meant by its name, by the beginning of it, or by a day: then the newest of it.
///
/// # Errors
/// `Spec` where there is none, with the nearest, or where there are several; `Environment` where
/// a table cannot be read.
pub async fn find_run(project: &Project, words: &str) -> Result<String, Error> {
    let root = project.output.as_path();
    let known = run_ids(root).await.map_err(explain)?;
    if known.contains(words) {
        return Ok(words.to_owned());
    }
    let meant: Vec<&String> = known.iter().filter(|run| run.starts_with(words)).collect();
    let hint = match meant.as_slice() {
        several if several.is_empty() || words.is_empty() => nearest_run(words, &known),
        [one] => return Ok((*one).clone()),
        several if words.parse::<Date>().is_ok() => return newest(root, several).await,
        several => {
            let several: Vec<&str> = several.iter().map(|run| run.as_str()).collect();
            format!("it is the beginning of {}", several.join(" and "))
        }
    };
    let message = format!("{} holds no run `{words}`", root.display());
    Err(Problem::new(Kind::Spec, "", message).hint(hint).into())
}

fn nearest_run(words: &str, known: &BTreeSet<String>) -> String {
    nearest(words, known.iter().map(String::as_str)).unwrap_or_else(|| match known.last() {
        Some(last) => format!("the last one is {last}; `run_id` in `verdicts` names them all"),
        None => "`assize run` writes the first one".into(),
    })
}

/// The run that was written last.
async fn newest(root: &Path, runs: &[&String]) -> Result<String, Error> {
    let mut newest: Option<StoredVerdict> = None;
    for run in runs {
        let verdicts = verdicts_of_run(root, run).await.map_err(explain)?;
        let all = newest.into_iter().chain(verdicts);
        newest = all.max_by_key(|verdict| (verdict.decided_at, verdict.revision));
    }
    newest.map(|verdict| verdict.run_id).ok_or_else(|| Error::bug("a run without verdicts"))
}
