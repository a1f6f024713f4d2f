//! Writes a generated archive: `cargo run --release --example corpus -- COUNT FOLDER [--seed N]`.

mod archive;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What was asked for.
struct Wish {
    count: usize,
    folder: PathBuf,
    seed: u64,
}

fn main() -> ExitCode {
    let Some(wish) = wish(std::env::args().skip(1)) else {
        let _ = writeln!(io::stderr(), "usage: corpus COUNT FOLDER [--seed N]");
        return ExitCode::from(2);
    };
    match archive::write(wish.count, &wish.folder, wish.seed) {
        Ok(summary) => {
            let _ = writeln!(io::stdout(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to write {}: {error}", wish.folder.display());
            ExitCode::FAILURE
        }
    }
}

/// Reads the command line; `None` when it is not as told in the usage.
fn wish(mut arguments: impl Iterator<Item = String>) -> Option<Wish> {
    let count = arguments.next()?.parse().ok()?;
    let folder = PathBuf::from(arguments.next()?);
    let seed = match arguments.next().as_deref() {
        None => 1,
        Some("--seed") => arguments.next()?.parse().ok()?,
        Some(_) => return None,
    };
    arguments.next().is_none().then_some(Wish { count, folder, seed })
}
