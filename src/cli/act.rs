//! `assize act`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::args::{ActArgs, WhyOutput};
use super::person::person;
use super::{DONE_WITH_ERRORS, log, open, show};
use crate::action::{self, Entry, EntryState, Outlook, Standing, in_words};
use crate::config::{ActionMode, Project};
use crate::error::{Error, Kind, Problem};
use crate::output::{
    Concluded, Intervention, InterventionKind, Ledger, Output, append_intervention,
    append_programme, ledger, past, programme,
};
use crate::report::{self, ActLine};
use crate::run::{Acted, Acting, Became, Concluding, act as carry_out_all, act_ahead, explain};
use crate::verdict::Past;

const TRY_AGAIN: u8 = 5;

/// Shows what the ledger asks for, and does it where that was said.
pub async fn act(args: ActArgs) -> Result<u8, Error> {
    let project = open::project(&args.project)?;
    let targets = action::open(&project, Timestamp::now)?;
    let does = args.yes || project.actions.mode == ActionMode::Apply;
    let changes = does || !args.approve.is_empty() || !args.reject.is_empty();
    // Held before anything is read: nobody unlocks an experiment meanwhile.
    let held = match changes {
        true => Some(Output::lock(&project.output, Timestamp::now()).map_err(explain)?),
        false => None,
    };
    let pasts = past(&project.output).await.map_err(explain)?;
    let phases = pasts.iter().map(|(key, past)| (key.clone(), past.lock.phase)).collect();
    let by = person();
    let stopped = || stopped(&project);
    let acting = Acting {
        project: &project,
        targets: &targets,
        phases: &phases,
        by: &by,
        clock: &Timestamp::now,
        stopped: &stopped,
    };
    let acted = if let Some(output) = &held {
        let mut lines = Ledger::open(output).await.map_err(explain)?;
        answer(&args, &acting, &mut lines, output).await?;
        match does {
            true => {
                let acted = carry_out_all(&acting, &mut lines).await?;
                conclude(lines.entries(), &project, &pasts, output).await?;
                acted
            }
            false => act_ahead(&acting, lines.entries()).await,
        }
    } else {
        act_ahead(&acting, &ledger(&project.output).await.map_err(explain)?).await
    };
    print(&acted, args.output)?;
    say(&acted, does, project.targets.is_empty());
    Ok(exit_code(&acted, does))
}

/// Everything stops where somebody said so, without a change of any file of the project.
fn stopped(project: &Project) -> Option<String> {
    let word = std::env::var("ASSIZE_ACTIONS").unwrap_or_default();
    if ["off", "0", "false", "no"].contains(&word.to_lowercase().as_str()) {
        return Some(format!("stopped by ASSIZE_ACTIONS={word}"));
    }
    let file = project.output.join("STOP");
    file.exists().then(|| format!("stopped by the file {}", file.display()))
}

/// Writes down what a person says, with what there was to be seen.
async fn answer(
    args: &ActArgs,
    acting: &Acting<'_>,
    lines: &mut Ledger<'_>,
    output: &Output,
) -> Result<(), Error> {
    let answers = args.approve.iter().map(|id| (id, EntryState::Approved));
    for (id, state) in answers.chain(args.reject.iter().map(|id| (id, EntryState::Rejected))) {
        let known = lines.entries().to_vec();
        let all = Standing::all(&known);
        let standing = named(&all, id)?;
        if standing.state().is_final() {
            let message = format!("`{id}` is {} already", standing.state().code());
            return Err(Problem::new(Kind::Spec, "", message).into());
        }
        let seen = match state {
            EntryState::Approved => acting.seen(standing, &known).await,
            _ => None,
        };
        let reason = args.reason.clone().unwrap_or_default();
        let line = Entry { seen_before: seen, ..acting.line(standing, state, reason.clone()) };
        append_intervention(output, &intervention(standing, state, reason, acting.by))
            .await
            .map_err(explain)?;
        lines.append(&[line]).await.map_err(explain)?;
    }
    Ok(())
}

fn intervention(standing: &Standing, state: EntryState, reason: String, by: &str) -> Intervention {
    let kind = match state {
        EntryState::Approved => InterventionKind::Approve,
        _ => InterventionKind::Reject,
    };
    Intervention {
        experiment: standing.order.experiment.clone(),
        lock_phase: standing.order.lock_phase,
        kind,
        subject: Some(standing.order.id.clone()),
        reason,
        by: by.to_owned(),
        at: Timestamp::now(),
        seen_through: None,
    }
}

/// The one order whose id begins so.
fn named<'a, 's>(all: &'a [Standing<'s>], id: &str) -> Result<&'a Standing<'s>, Error> {
    let mut found =
        all.iter().filter(|standing| standing.order.id.starts_with(id) && id.len() >= 4);
    let (first, second) = (found.next(), found.next());
    match (first, second) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Problem::new(Kind::Spec, "", format!("no action begins with `{id}`"))
            .hint("assize act shows the ids, of which four characters or more are enough")
            .into()),
        (Some(_), Some(_)) => {
            let message = format!("several actions begin with `{id}`");
            Err(Problem::new(Kind::Spec, "", message).hint("give more of the id").into())
        }
    }
}

/// Keeps a record of each experiment that was concluded, once.
async fn conclude(
    lines: &[Entry],
    project: &Project,
    pasts: &BTreeMap<String, Past>,
    output: &Output,
) -> Result<(), Error> {
    let known = programme(output.root()).await.map_err(explain)?;
    for concluded in (Concluding { project, pasts }).of(lines) {
        let is_it = |row: &Concluded| {
            row.experiment == concluded.experiment && row.lock_phase == concluded.lock_phase
        };
        if !known.iter().any(is_it) {
            append_programme(output, &concluded).await.map_err(explain)?;
        }
    }
    Ok(())
}

fn print(acted: &[Acted], output: WhyOutput) -> Result<(), Error> {
    let lines: Vec<ActLine> = acted.iter().map(line).collect();
    match output {
        WhyOutput::Table if lines.is_empty() => Ok(()),
        WhyOutput::Table => show::print(&report::acts(&lines, show::width())),
        WhyOutput::Json => show::print(&format!("{:#}\n", report::acts_json(&lines))),
    }
}

fn line(acted: &Acted) -> ActLine {
    let order = &acted.order;
    let (state, words) = match &acted.became {
        Became::Waits(why) => ("waits", why.clone()),
        Became::Line(entry) => (entry.state.code(), entry.detail.clone().unwrap_or_default()),
        Became::Ahead(outlook) => ahead(outlook),
    };
    ActLine {
        id: order.id.clone(),
        experiment: order.experiment.clone(),
        target: order.target.clone(),
        flag: order.flag.clone(),
        what: in_words(&order.kind),
        as_of: order.as_of.to_string(),
        before: acted.before.code(),
        state,
        words,
        reason: order.reason.clone(),
    }
}

fn ahead(outlook: &Outlook) -> (&'static str, String) {
    match outlook {
        Outlook::AlreadyThere(_) => ("already_there", "nothing would be sent".to_owned()),
        Outlook::ToSend(None) => ("would_send", String::new()),
        Outlook::ToSend(Some(seen)) => ("would_send", format!("it is {}", seen.in_words())),
        Outlook::Conflict(_, why) => ("conflict", why.clone()),
        Outlook::Fault(fault) => ("fault", fault.to_string()),
    }
}

fn say(acted: &[Acted], does: bool, no_targets: bool) {
    if no_targets {
        log::note("the project has no `[targets]`: nothing can be set in motion");
    } else if acted.is_empty() {
        log::note("no action is open");
    } else if !does {
        log::note("nothing was changed; assize act --yes carries out what is due");
    }
}

/// 10 where a person has to look at something, 5 where a later run may do better.
fn exit_code(acted: &[Acted], does: bool) -> u8 {
    let is = |states: &[EntryState]| {
        acted.iter().any(|a| matches!(&a.became, Became::Line(e) if states.contains(&e.state)))
    };
    if does && is(&[EntryState::Conflict, EntryState::Refused]) {
        DONE_WITH_ERRORS
    } else if does && is(&[EntryState::Failed, EntryState::Sending]) {
        TRY_AGAIN
    } else {
        0
    }
}
