//! The `assize` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    assize::cli::main()
}
