//! `assize unlock` and `assize accept`: what a person says about an experiment, for the record.

use jiff::Timestamp;

use super::args::{AcceptArgs, UnlockArgs};
use super::person::person;
use super::{log, open};
use crate::config::Project;
use crate::error::{Error, Kind, Problem};
use crate::output::{Intervention, InterventionKind, Output, append_intervention, past};
use crate::run::{Selection, choose, explain};
use crate::verdict::Past;

/// Opens a new phase of an experiment's lock.
pub async fn unlock(args: UnlockArgs) -> Result<u8, Error> {
    let (project, output, past) = opened(&args.project, &args.key).await?;
    if past.lock.promise.is_none() {
        let message = format!("`{}` is not locked: nobody has looked at it yet", args.key);
        let hint = "its files can be changed as they are";
        return Err(Problem::new(Kind::Spec, "", message).hint(hint).into());
    }
    let seen = past.verdicts.iter().map(|verdict| verdict.as_of).max();
    let done = Intervention { seen_through: seen, ..said(&args.key, &past, &args.reason)? };
    append_intervention(&output, &done).await.map_err(explain)?;
    let (key, phase) = (&args.key, past.lock.phase + 1);
    let start = project.experiments.iter().find(|e| e.key == args.key).map(|e| e.start);
    let later = start.zip(seen).is_some_and(|(start, seen)| start > seen);
    let counts = match (later, seen) {
        (false, Some(seen)) => format!(
            "; its verdicts act on nothing while `start` is not after {seen}, the last day that \
             was looked at"
        ),
        _ => String::new(),
    };
    log::note(&format!("phase {phase} of `{key}` begins with its next look{counts}"));
    Ok(0)
}

/// Takes a failed health check as looked into, for the phase in force.
pub async fn accept(args: AcceptArgs) -> Result<u8, Error> {
    let (_, output, past) = opened(&args.project, &args.key).await?;
    let subject = Some(args.check.clone());
    let kind = InterventionKind::Accept;
    let done = Intervention { kind, subject, ..said(&args.key, &past, &args.reason)? };
    append_intervention(&output, &done).await.map_err(explain)?;
    log::note(&format!("from the next look on, `{}` of `{}` only warns", args.check, args.key));
    Ok(0)
}

/// The project, its tables held for writing, and the experiment's past.
async fn opened(
    project: &super::args::ProjectArgs,
    key: &str,
) -> Result<(Project, Output, Past), Error> {
    let project = open::project(project)?;
    // An unknown key is told with the nearest one.
    choose(&project, &Selection::One(key.to_owned()), jiff::civil::Date::MAX)?;
    let output = Output::lock(&project.output, Timestamp::now()).map_err(explain)?;
    let past = past(output.root()).await.map_err(explain)?.remove(key).unwrap_or_default();
    Ok((project, output, past))
}

fn said(key: &str, past: &Past, reason: &str) -> Result<Intervention, Error> {
    if reason.trim().is_empty() {
        let problem = Problem::new(Kind::Spec, "--reason", "is empty");
        return Err(problem.hint("say why, for whoever reads the verdicts later").into());
    }
    Ok(Intervention {
        experiment: key.to_owned(),
        lock_phase: past.lock.phase,
        kind: InterventionKind::Unlock,
        subject: None,
        reason: reason.to_owned(),
        by: person(),
        at: Timestamp::now(),
        seen_through: None,
    })
}
