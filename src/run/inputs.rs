//! What one experiment's numbers were made from, as a hash.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::analysis::days_of;
use super::nightly::ENGINE_VERSION;
use crate::config::{Experiment, Input, Project, Source, SourceRole, config_hash};
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
    let reads = reads(project, promised);
    let days = days_of(project, &[promised], as_of);
    let is_read = |file: &&FileSeen| {
        let role = project.sources[&file.source].role;
        let dated = file.day.is_none_or(|day| days.of_role(role).contains(day));
        dated && reads.contains(&file.source)
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

/// Names of the sources whose files can change the numbers of an experiment.
pub fn reads(project: &Project, experiment: &Experiment) -> BTreeSet<String> {
    let measured = sources_read(project, experiment);
    let is_read = |(name, source): &(&String, &Source)| {
        source.role != SourceRole::Facts || measured.contains(name) || queried(project)
    };
    project.sources.iter().filter(is_read).map(|(name, _)| name.clone()).collect()
}

/// Whether some source is a query, which may read any other.
fn queried(project: &Project) -> bool {
    let mut sources = project.sources.values();
    sources.any(|source| matches!(source.input, Input::Query(_)))
}
