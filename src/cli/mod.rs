//! The commands, from arguments to exit code.
//!
//! Data goes to standard output, everything else to standard error. This is the only room that
//! reads the clock.

mod analyze;
mod args;
mod check;
mod log;
mod open;
mod progress;
mod run;
mod schema;
mod show;
mod simulate;
mod sql;

use std::process::ExitCode;

use clap::Parser;
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
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&environment(&error)),
    };
    let code = runtime.block_on(async {
        tokio::select! {
            result = dispatch(args.command) => match result {
                Ok(code) => ExitCode::from(code),
                Err(error) => fail(&error),
            },
            code = stopped() => {
                tracing::error!("stopped by a signal; nothing was published");
                ExitCode::from(code)
            }
        }
    });
    // A stopped run must not wait for scans that nobody will read.
    runtime.shutdown_background();
    code
}

async fn dispatch(command: Command) -> Result<u8, Error> {
    match command {
        Command::Run(args) => run::run(args).await,
        Command::Check(args) => check::check(args).await,
        Command::Analyze(args) => analyze::analyze(args).await,
        Command::Sql(args) => sql::sql(args).await,
        Command::Schema(args) => schema::schema(args),
        Command::Simulate(args) => simulate::simulate(args),
    }
}

fn fail(error: &Error) -> ExitCode {
    for problem in &error.problems {
        log::problem(problem);
    }
    ExitCode::from(error.exit_code())
}

fn environment(error: &dyn std::fmt::Display) -> Error {
    Problem::new(Kind::Environment, "", error.to_string()).into()
}

/// Waits for Ctrl-C or a request to terminate.
async fn stopped() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => INTERRUPTED,
        _ = terminate.recv() => TERMINATED,
    }
}
