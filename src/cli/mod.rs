//! The commands, from arguments to exit code.
//!
//! Data goes to standard output, everything else to standard error. This is the only room that
//! reads the clock.

mod aa;
mod act;
mod analyze;
mod args;
mod check;
mod diff;
mod estimate;
mod history;
mod intervene;
mod log;
mod machine;
mod open;
mod person;
mod power;
mod power_now;
mod power_plan;
mod progress;
mod run;
mod schema;
mod show;
mod simulate;
mod sql;
mod unit;
mod verify;
mod why;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser;
use futures::FutureExt;
use tokio::runtime::Runtime;

use self::args::{Args, Command};
use crate::error::{Error, Kind, Problem};

/// Done, but some experiment has an error.
const DONE_WITH_ERRORS: u8 = 10;
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

/// The program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    log::start(args.log);
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(fail(&environment(&error))),
    };
    hush_panics();
    let code = runtime.block_on(async {
        tokio::select! {
            code = finished(dispatch(args.command)) => code,
            (code, how) = stopped() => {
                let problem = Problem::new(Kind::Retry, "", format!("stopped by {how}"));
                log::problem(&problem.hint(WHOLE_OR_NOT), code);
                code
            }
        }
    });
    // A stopped run must not wait for scans that nobody will read.
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Plans are trees, and are walked by recursion: a night of many metrics needs a deep stack.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()
}

/// Bytes, of address space rather than of memory.
const STACK: usize = 16 << 20;

const WHOLE_OR_NOT: &str = "a night is written whole or not at all; run again";

/// Exit code of a command; a panic is a mistake of ours, and ends like any other failure.
async fn finished(command: impl Future<Output = Result<u8, Error>>) -> u8 {
    match AssertUnwindSafe(command).catch_unwind().await {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => fail(&error),
        Err(_) => fail(&Error::bug("the command broke off")),
    }
}

/// A panic is for developers: its place is told to those who ask with `ASSIZE_LOG=debug`.
fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
}

async fn dispatch(command: Command) -> Result<u8, Error> {
    match command {
        Command::Run(args) => run::run(args).await,
        Command::Check(args) => check::check(args).await,
        Command::Analyze(args) => analyze::analyze(args).await,
        Command::Why(args) => why::why(args).await,
        Command::History(args) => history::history(args).await,
        Command::Diff(args) => diff::diff(args).await,
        Command::Verify(args) => verify::verify(args).await,
        Command::Act(args) => act::act(args).await,
        Command::Aa(args) => aa::aa(args).await,
        Command::Unlock(args) => intervene::unlock(args).await,
        Command::Accept(args) => intervene::accept(args).await,
        Command::Unit(args) => unit::unit(args).await,
        Command::Sql(args) => sql::sql(args).await,
        Command::Schema(args) => schema::schema(args),
        Command::Estimate(args) => estimate::estimate(*args).await,
        Command::Power(args) => power::power(*args).await,
        Command::Simulate(args) => simulate::simulate(args),
    }
}

/// Says every problem; the exit code.
fn fail(error: &Error) -> u8 {
    for problem in &error.problems {
        log::problem(problem, problem.kind.exit_code());
    }
    error.exit_code()
}

fn environment(error: &dyn std::fmt::Display) -> Error {
    Problem::new(Kind::Environment, "", error.to_string()).into()
}

/// Waits for Ctrl-C or a request to terminate.
async fn stopped() -> (u8, &'static str) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (INTERRUPTED, "ctrl-C"),
        _ = terminate.recv() => (TERMINATED, "a request to terminate"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failed_run() {
        hush_panics();
        assert_eq!(finished(async { panic!("index out of bounds") }).await, 3);
        assert_eq!(finished(async { Ok(10) }).await, 10);
    }
}
