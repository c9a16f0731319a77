//! What one experiment's numbers were made from, as a hash.

use jiff::civil::Date;

use super::analysis::days_of;
use super::nightly::ENGINE_VERSION;
use crate::config::{Experiment, Input, Project, SourceRole, config_hash};
use crate::output::input_hash;
use crate::plan::sources_read;
use crate::source::FileSeen;

/// Whatever can change a number of one experiment: its promise and the phase of its lock, the
/// files it reads, the day and the engine. Not the other experiments of the night.
///
/// `standing` is the experiment as it is analysed, with the enrollment that it really had.
pub fn hash_of(
    project: &Project,
    standing: &Experiment,
    lock_phase: u32,
    files: &[FileSeen],
    as_of: Date,
) -> String {
    let promised = project.experiments.iter().find(|e| e.key == standing.key).unwrap_or(standing);
    let measured = sources_read(project, promised);
    let days = days_of(project, &[promised], as_of);
    let is_read = |file: &&FileSeen| {
        let role = project.sources[&file.source].role;
        let dated = file.day.is_none_or(|day| days.of_role(role).contains(day));
        dated && (role != SourceRole::Facts || measured.contains(&file.source) || queried(project))
    };
    let (hash, day) = (config_hash(project, promised), as_of.to_string());
    let mut parts = vec![ENGINE_VERSION.to_owned(), promised.key.clone(), day, hash];
    if standing.enroll_until != promised.enroll_until {
        parts.push(format!("closed {}", standing.enroll_until));
    }
    if lock_phase > 1 {
        parts.push(format!("phase {lock_phase}"));
    }
    parts.extend(files.iter().filter(is_read).map(FileSeen::line));
    input_hash(parts.iter().map(String::as_str))
}

/// Whether some source is a query, which may read any other.
fn queried(project: &Project) -> bool {
    let mut sources = project.sources.values();
    sources.any(|source| matches!(source.input, Input::Query(_)))
}
