//! A night of a folder, through the library.

use std::path::{Path, PathBuf};

use assize::config::{Project, load};
use assize::error::Error;
use assize::plan::{Computed, Night, Stopwatch};
use assize::report;
use assize::run::{Analysis, Remembered, Selection, analyze, choose, prepare_warehouse};
use assize::source::list_all;
use jiff::civil::Date;
use serde_json::Value;

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The project of a folder; its problems are the test's failure.
pub fn project(folder: &Path) -> Project {
    match load(folder) {
        Ok(loaded) => loaded.project,
        Err(errors) => panic!("{}: {errors}", folder.display()),
    }
}

/// Plans are trees and are walked by recursion, for which a test's own thread has little room.
pub fn on_a_deep_stack<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_stack_size(16 << 20)
            .build();
        runtime.unwrap().block_on(work())
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Everything about a night of a folder.
pub async fn try_analysed(folder: &Path, as_of: Date) -> Result<Analysis, Error> {
    let project = project(folder);
    let listings = list_all(&project).await?;
    let chosen = choose(&project, &Selection::Due, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    analyze(&project, chosen, &warehouse, as_of, &Remembered::default(), &Stopwatch::default())
        .await
}

pub async fn analysed(folder: &Path, as_of: Date) -> Analysis {
    try_analysed(folder, as_of).await.unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// The reports of a night, as `--output json` prints them.
pub async fn reports(folder: &Path, as_of: Date) -> Value {
    report::json(&analysed(folder, as_of).await.reports)
}

/// A prepared night of all experiments that are due, handed to `look`.
pub async fn with_night<T>(
    folder: &Path,
    as_of: Date,
    look: impl AsyncFnOnce(&Night<'_>) -> T,
) -> Result<T, Error> {
    let project = project(folder);
    let listings = list_all(&project).await?;
    let chosen = choose(&project, &Selection::Due, as_of)?;
    let warehouse = prepare_warehouse(&project, listings, &chosen, as_of).await?;
    let night = Night::prepare(&project, &warehouse, chosen.experiments, as_of)?;
    Ok(look(&night).await)
}

/// What a night amounts to when so many readers share the work.
pub async fn computed_by(folder: &Path, as_of: Date, readers: usize) -> Computed {
    with_night(folder, as_of, async |night| {
        let state = night.session.state_ref();
        state.write().config_mut().options_mut().execution.target_partitions = readers;
        night.compute(&Stopwatch::default()).await
    })
    .await
    .and_then(|computed| computed)
    .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// Equal to so many parts of the expected number.
#[track_caller]
pub fn close(found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs();
    assert!(off <= relative * expected.abs(), "found {found}, expected {expected}");
}

/// A night of this project, run to its end and handed to `look`; its accounts balance.
pub async fn with_computed<T>(
    project: &Project,
    as_of: Date,
    look: impl AsyncFnOnce(&Night<'_>, Computed) -> T,
) -> Result<T, Error> {
    let chosen = || choose(project, &Selection::Due, as_of);
    let listings = list_all(project).await?;
    let warehouse = prepare_warehouse(project, listings, &chosen()?, as_of).await?;
    analyze(project, chosen()?, &warehouse, as_of, &Remembered::default(), &Stopwatch::default())
        .await?;
    let night = Night::prepare(project, &warehouse, chosen()?.experiments, as_of)?;
    let computed = night.compute(&Stopwatch::default()).await?;
    Ok(look(&night, computed).await)
}
