//! How far a run is, on a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use super::log;
use crate::plan::Progress;

/// A bar that follows a run until it is dropped. Silent where nobody watches.
pub struct Bar {
    bar: ProgressBar,
    following: Option<JoinHandle<()>>,
}

/// How much there is to do.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    pub files: usize,
    /// By the footers; `None` where some file has none.
    pub rows: Option<u64>,
    pub experiments: usize,
}

impl Bar {
    /// Shows files and rows read, and experiments decided.
    pub fn start(progress: Arc<Progress>, ahead: Ahead) -> Bar {
        if log::is_json() || !std::io::stderr().is_terminal() {
            return Bar { bar: ProgressBar::hidden(), following: None };
        }
        let bar = ProgressBar::new(ahead.rows.unwrap_or(0));
        bar.set_style(style(ahead.rows.is_some()));
        let following = tokio::spawn(follow(bar.clone(), progress, ahead));
        Bar { bar, following: Some(following) }
    }

    /// Shows nights computed.
    pub fn nights(progress: Arc<Progress>, nights: usize) -> Bar {
        if log::is_json() || !std::io::stderr().is_terminal() {
            return Bar { bar: ProgressBar::hidden(), following: None };
        }
        let bar = ProgressBar::new(nights as u64);
        let template = "{elapsed}  {wide_bar} {pos}/{len} nights";
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let following = tokio::spawn(follow_nights(bar.clone(), progress));
        Bar { bar, following: Some(following) }
    }
}

async fn follow_nights(bar: ProgressBar, progress: Arc<Progress>) {
    loop {
        bar.set_position(progress.nights.load(Ordering::Relaxed));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = match known {
        true => "{elapsed}  {wide_bar} {human_pos}/{human_len} rows, {msg}",
        false => "{elapsed}  {spinner} {human_pos} rows, {msg}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

async fn follow(bar: ProgressBar, progress: Arc<Progress>, ahead: Ahead) {
    loop {
        bar.set_position(progress.rows.load(Ordering::Relaxed));
        bar.set_message(format!(
            "{}/{} files, {}/{} experiments",
            progress.files.load(Ordering::Relaxed),
            ahead.files,
            progress.experiments.load(Ordering::Relaxed),
            ahead.experiments
        ));
        tokio::time::sleep(Duration::from_millis(100)).await;
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
