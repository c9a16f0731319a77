//! How far a run is, on a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::log;
use crate::plan::Progress;
use crate::report::counted;

/// A bar that follows the rows read until it is dropped. Silent where nobody watches.
pub struct Bar {
    bar: ProgressBar,
    following: Option<JoinHandle<()>>,
}

impl Bar {
    /// Shows files, rows and experiments.
    pub fn start(
        progress: Arc<Progress>,
        files: usize,
        rows: Option<u64>,
        experiments: usize,
    ) -> Bar {
        if log::is_json() || !std::io::stderr().is_terminal() {
            return Bar { bar: ProgressBar::hidden(), following: None };
        }
        let what = format!("{}, {}", counted(files, "file"), counted(experiments, "experiment"));
        let bar = ProgressBar::new(rows.unwrap_or(0)).with_message(what);
        bar.set_style(style(rows.is_some()));
        let following = tokio::spawn(follow(bar.clone(), progress));
        Bar { bar, following: Some(following) }
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = match known {
        true => "{msg}  {wide_bar} {human_pos} of {human_len} rows  {elapsed}",
        false => "{msg}  {spinner} {human_pos} rows  {elapsed}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

async fn follow(bar: ProgressBar, progress: Arc<Progress>) {
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        bar.set_position(progress.rows.load(Ordering::Relaxed));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(following) = self.following.take() {
            following.abort();
        }
        self.bar.finish_and_clear();
    }
}
