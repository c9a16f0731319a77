//! From a folder to a project with its sources listed.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::args::ProjectArgs;
use super::{environment, log};
use crate::config::{ConfigErrors, Project, load};
use crate::error::{Error, Kind, Problem};
use crate::output::past;
use crate::run::{Chosen, Remembered, explain, latest_day};
use crate::source::{Listings, list_all};

/// Reads the project files; warnings are said.
///
/// # Errors
/// `Spec`: every problem of every file.
pub fn project(args: &ProjectArgs) -> Result<Project, Error> {
    let file = args.project.join("assize.toml");
    if !file.is_file() {
        return Err(Problem::new(Kind::Spec, file.display(), "there is no such file")
            .hint("name the folder that holds it with --project")
            .into());
    }
    let loaded = load(&args.project).map_err(config_errors)?;
    for warning in &loaded.warnings {
        log::warning(&warning.to_string());
    }
    Ok(loaded.project)
}

fn config_errors(errors: ConfigErrors) -> Error {
    let problem = |problem: crate::config::Problem| Problem {
        kind: Kind::Spec,
        place: problem.place.to_string(),
        message: problem.message,
        hint: problem.hint,
    };
    Error { problems: errors.problems.into_iter().map(problem).collect() }
}

/// Lists the sources and settles the day.
///
/// # Errors
/// All sources' problems; `Spec` for a day that is not over.
pub async fn listed(project: &Project, as_of: Option<Date>) -> Result<(Listings, Date), Error> {
    let listings = list_all(project).await?;
    let yesterday = today(project).checked_sub(1.day()).map_err(|error| environment(&error))?;
    let as_of = as_of.unwrap_or_else(|| latest_day(yesterday, listings.last_day(project)));
    if as_of > yesterday {
        let message = format!("--as-of {as_of} is not over in {}", zone(project));
        let hint = format!("the last complete day is {yesterday}");
        return Err(Problem::new(Kind::Spec, "", message).hint(hint).into());
    }
    Ok((listings, as_of))
}

/// What the tables hold of earlier nights; nothing where there are none.
///
/// # Errors
/// `Environment` where the tables cannot be read.
pub async fn remembered(project: &Project) -> Result<Remembered, Error> {
    let pasts = past(&project.output).await.map_err(explain)?;
    Ok(Remembered::new(pasts, project))
}

/// The experiments of a command about one experiment.
///
/// # Errors
/// `Retry` where it has not started.
pub fn started(chosen: &Chosen<'_>, as_of: Date) -> Result<(), Error> {
    let too_early = chosen.not_analysed.iter().map(|left_out| {
        let message = format!("`{}` {}, after {as_of}", left_out.experiment, left_out.reason);
        Problem::new(Kind::Retry, "", message).hint("there is nothing to analyse before that day")
    });
    Error::check(too_early.collect())
}

fn today(project: &Project) -> Date {
    Timestamp::now().to_zoned(project.timezone.clone()).date()
}

fn zone(project: &Project) -> String {
    project.timezone.iana_name().unwrap_or("the project's time zone").to_string()
}
