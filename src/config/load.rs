//! From a folder to a project.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::check::experiments::{self, Rest};
use super::check::metrics::CheckedMetric;
use super::check::project::Basics;
use super::check::{actions, metrics, output, project, sources, targets, unused};
use super::document::{Document, Page};
use super::file::{ExperimentFile, MetricsFile, ProjectFile};
use super::files::Unread;
use super::key::Taken;
use super::known::Known;
use super::problem::{Checked, ConfigErrors, Notes, Problem, Reported};
use super::words::quote;
use super::{Experiment, Place, Project, Source, TargetConfig, files, parse};

/// A valid project, and what its authors should know about it.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub project: Project,
    /// Sorted by file and position.
    pub warnings: Vec<Problem>,
}

/// Reads the project in the folder `root`.
///
/// # Errors
///
/// Every problem of every file. A file that is not TOML is reported for its syntax only, and
/// whatever refers to it is given the benefit of the doubt.
pub fn load(root: &Path) -> Result<Loaded, ConfigErrors> {
    let notes = Notes::default();
    let project = read(root, &notes);
    let (mut problems, warnings) = notes.into_sorted();
    match project {
        Ok(project) if problems.is_empty() => Ok(Loaded { project, warnings }),
        _ => {
            if problems.is_empty() {
                problems.push(unexplained());
            }
            Err(ConfigErrors { problems })
        }
    }
}

/// Every failed check writes its problem down, so this is never seen.
fn unexplained() -> Problem {
    Problem {
        place: Place { file: PROJECT_FILE.to_owned(), line: 1, column: 1 },
        message: "the project is refused without a reason, which is a bug in assize".to_owned(),
        hint: None,
    }
}

const PROJECT_FILE: &str = "assize.toml";

fn read(root: &Path, notes: &Notes) -> Checked<Project> {
    let hint = "a project is a folder with `assize.toml`, `metrics.toml` and `experiments/`";
    let document = files::need(root, PROJECT_FILE, hint, notes)?;
    let page = Page { document: &document, notes };
    let file = parse::read::<ProjectFile>(page);
    let layout = Layout::of(page, file.as_ref().ok());
    let sources = match file.as_ref().map(|file| file.sources.said()) {
        Ok(Some(said)) => sources::check(page, said),
        _ => Known::nothing(),
    };
    let output = layout.output(root, page, &sources);
    let metrics = read_metrics(root, &layout, page, &sources);
    let zone = layout.timezone();
    let actions = file.as_ref().map_err(|reported| *reported);
    let actions = actions.and_then(|file| actions::check(page, &file.actions, zone));
    let targets = match &file {
        Ok(file) => targets::check(page, root, &file.targets),
        Err(Reported) => Known::<TargetConfig>::nothing(),
    };
    let rest = Rest { sources: &sources, metrics: &metrics, targets: &targets };
    let experiments = read_experiments(root, &layout, page, rest);
    if let Ok(experiments) = &experiments {
        unused::check(notes, &metrics, experiments);
    }
    let basics = layout.basics?;
    Ok(Project {
        root: root.to_path_buf(),
        name: basics.name?,
        timezone: basics.timezone?,
        output: output?,
        sources: sources.all()?,
        metrics: metrics.all()?.into_iter().map(|(key, checked)| (key, checked.metric)).collect(),
        experiments: experiments?,
        actions: actions?,
        targets: targets.all()?,
    })
}

/// What `assize.toml` says about the project's other files, with where it says so.
struct Layout {
    basics: Checked<Basics>,
    metrics_at: Range<usize>,
    experiments_at: Range<usize>,
    output_at: Range<usize>,
}

impl Layout {
    fn of(page: Page, file: Option<&ProjectFile>) -> Self {
        let said = file.and_then(|file| file.project.said());
        let table = said.map(|said| said.get_ref());
        let whole = said.map_or(0..0, |said| said.span());
        Self {
            basics: table.map(|table| project::check(page, table)).ok_or(Reported),
            metrics_at: table.map_or(0..0, |table| table.metrics.span_or(&whole)),
            experiments_at: table.map_or(0..0, |table| table.experiments.span_or(&whole)),
            output_at: table.map_or(0..0, |table| table.output.span_or(&whole)),
        }
    }

    fn output(&self, root: &Path, page: Page, sources: &Known<Source>) -> Checked<PathBuf> {
        let output = self.basics.as_ref().map_err(|reported| *reported)?.output.as_ref();
        output::check(page, root, output.map_err(|_| Reported)?, sources, self.output_at.clone())
    }

    fn timezone(&self) -> Checked<&TimeZone> {
        let basics = self.basics.as_ref().map_err(|reported| *reported)?;
        basics.timezone.as_ref().map_err(|reported| *reported)
    }

    /// The metrics file, if it is known; it is by default where the project table is broken.
    fn metrics(&self) -> Checked<&str> {
        match &self.basics {
            Ok(basics) => basics.metrics.as_deref().map_err(|_| Reported),
            Err(Reported) => Ok("metrics.toml"),
        }
    }

    fn experiments(&self) -> Checked<&str> {
        match &self.basics {
            Ok(basics) => basics.experiments.as_deref().map_err(|_| Reported),
            Err(Reported) => Ok("experiments"),
        }
    }
}

fn read_metrics(
    root: &Path,
    layout: &Layout,
    project: Page,
    sources: &Known<Source>,
) -> Known<CheckedMetric> {
    let Ok(path) = layout.metrics() else { return Known::nothing() };
    let document = match files::read(root, path) {
        Ok(document) => document,
        Err(cause) => {
            let message = format!("there is no metrics file {}", quote(path));
            let _ = missing(project, layout, layout.metrics_at.clone(), message, cause);
            return Known::nothing();
        }
    };
    let page = Page { document: &document, notes: project.notes };
    match parse::read::<MetricsFile>(page).as_ref().map(|file| file.metrics.said()) {
        Ok(Some(said)) => metrics::check(page, said, sources),
        _ => Known::nothing(),
    }
}

fn read_experiments(
    root: &Path,
    layout: &Layout,
    project: Page,
    rest: Rest,
) -> Checked<Vec<Experiment>> {
    let folder = layout.experiments()?;
    let at = layout.experiments_at.clone();
    let files = match files::in_folder(root, folder) {
        Ok(files) if !files.is_empty() => files,
        Ok(_) => {
            let message = format!("the folder {} has no `*.toml`", quote(folder));
            return Err(missing(project, layout, at, message, Unread::Missing));
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let message = format!("there is no experiments folder {}", quote(folder));
            return Err(missing(project, layout, at, message, Unread::Missing));
        }
        Err(cause) => {
            let message = format!("the folder {} cannot be read: {cause}", quote(folder));
            return Err(project.error(at, message));
        }
    };
    let mut taken = Taken::default();
    let read: Vec<_> = files
        .iter()
        .map(|file| read_experiment(root, file, project.notes, rest, &mut taken))
        .collect();
    let mut experiments = read.into_iter().collect::<Checked<Vec<_>>>()?;
    experiments.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(experiments)
}

fn read_experiment(
    root: &Path,
    file: &str,
    notes: &Notes,
    rest: Rest,
    taken: &mut Taken,
) -> Checked<Experiment> {
    let document: Document = files::need(root, file, "it was there a moment ago", notes)?;
    let page = Page { document: &document, notes };
    let contents = parse::read::<ExperimentFile>(page)?;
    let name = file.rsplit('/').next().unwrap_or(file);
    experiments::check(page, name.strip_suffix(".toml").unwrap_or(name), &contents, rest, taken)
}

/// Something the project file refers to, by default or by name, is not there.
///
/// Where that file is broken, the name was a guess of ours, and nothing is missing.
fn missing(
    page: Page,
    layout: &Layout,
    at: Range<usize>,
    message: String,
    cause: Unread,
) -> Reported {
    match cause {
        Unread::Failed(problem) => page.notes.error(problem),
        Unread::Missing if layout.basics.is_err() => Reported,
        Unread::Missing => page.error(at, message),
    }
}
