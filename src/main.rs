//! The program `feedmill`; all that it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    feedmill::cli::run()
}
