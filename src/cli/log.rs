//! How standard error speaks: text to a person, one JSON line per event to a machine.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use super::args::Log;
use crate::error::Problem;

static IS_JSON: OnceLock<bool> = OnceLock::new();

/// Starts logging; once per process.
pub fn start(log: Log) {
    let json = match log {
        Log::Auto => !std::io::stderr().is_terminal(),
        Log::Text => false,
        Log::Json => true,
    };
    IS_JSON.get_or_init(|| json);
    let level = if json { LevelFilter::INFO } else { LevelFilter::WARN };
    // Other crates are heard only when they warn; ASSIZE_LOG says otherwise.
    let filter = std::env::var("ASSIZE_LOG")
        .ok()
        .and_then(|directives| directives.parse::<EnvFilter>().ok())
        .unwrap_or_else(|| EnvFilter::new(format!("error,assize={level}")));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match json {
        true => lines.json().flatten_event(true).with_current_span(false).try_init(),
        false => lines.without_time().with_target(false).with_ansi(false).compact().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

/// Whether lines are JSON.
pub fn is_json() -> bool {
    IS_JSON.get().copied().unwrap_or(false)
}

/// Says why a command failed, and with which exit code.
pub fn problem(problem: &Problem, exit_code: u8) {
    match is_json() {
        true => tracing::error!(
            place = problem.place,
            hint = problem.hint.as_deref().unwrap_or_default(),
            exit_code,
            "{}",
            problem.message
        ),
        false => say(&format!("error: {problem}")),
    }
}

/// Says something that stops nothing.
pub fn warning(text: &str) {
    match is_json() {
        true => tracing::warn!("{text}"),
        false => say(&format!("warning: {text}")),
    }
}

/// Says how things went.
pub fn note(text: &str) {
    match is_json() {
        true => tracing::info!("{text}"),
        false => say(text),
    }
}

/// A closed standard error is nobody's problem.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
