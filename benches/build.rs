//! Builds of archives of 1,000, 10,000 and 100,000 articles, each beside its limit, which is measured
//! in the same run: reading every file once with one thread, or asking for the stamp of every file
//! with one thread.
//!
//! `cargo bench --bench build`, or with numbers of articles to try only those. The archives are kept
//! in `target/bench` for the next run. The exit code is 1 when a goal is missed.

// The peak of another process's memory is told by a call that is unsafe.
#![allow(unsafe_code)]

#[allow(dead_code, reason = "only the corpus tells its summary")]
mod archive;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// How often each thing is measured; the median counts.
const ROUNDS: usize = 5;

/// How much longer than its limit each kind of build may take, with the most articles.
const COLD: f64 = 1.5;
const WARM: f64 = 1.5;
const CHANGED: f64 = 1.6;

/// How much longer ten times the articles may take.
const GROWTH: f64 = 11.0;

/// The most memory, in MiB.
const MOST_MIB: f64 = 64.0;

/// The feeds: one of everything, and one a source; 50 entries, three formats.
const CONFIG: &str = "[site]\nurl = \"https://feeds.example/\"\n\
                      [[feed]]\nformats = [\"rss\", \"atom\", \"json\"]\n\
                      [[feed]]\nname = \"source/{source}\"\nformats = [\"rss\", \"atom\", \"json\"]\n";

fn main() -> ExitCode {
    let wanted: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let counts = if wanted.is_empty() { vec![1_000, 10_000, 100_000] } else { wanted };
    match counts.into_iter().map(measure).collect::<io::Result<Vec<Measured>>>() {
        Ok(measured) if report(&measured) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to measure: {error}");
            ExitCode::from(2)
        }
    }
}

/// What was measured at one size.
struct Measured {
    count: usize,
    reading: Duration,
    stamps: Duration,
    cold: Run,
    warm: Run,
    changed: Run,
}

/// A build: its median time, and the peak of its memory.
#[derive(Clone, Copy)]
struct Run {
    time: Duration,
    mib: f64,
}

fn measure(count: usize) -> io::Result<Measured> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench").join(count.to_string());
    let seeds = place.join("seeds");
    if !place.join("done").exists() {
        drop(fs::remove_dir_all(&seeds));
        archive::write(count, &seeds, 1)?;
        fs::write(place.join("done"), "")?;
    }
    fs::write(place.join("config.toml"), CONFIG)?;
    let files = files(&seeds)?;
    // Once, so that all are in memory.
    read_all(&files)?;
    let (mut reading, mut cold) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reading.push(timed(|| read_all(&files))?);
        forget(&place)?;
        cold.push(build(&place)?);
    }
    let (mut stamps, mut warm, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        stamps.push(timed(|| ask_all(&files))?);
        warm.push(build(&place)?);
        change(&files[files.len() / 2])?;
        changed.push(build(&place)?);
    }
    Ok(Measured {
        count,
        reading: median(reading),
        stamps: median(stamps),
        cold: typical(&cold),
        warm: typical(&warm),
        changed: typical(&changed),
    })
}

/// Lists all files, so that finding them is in no limit.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_all(files: &[PathBuf]) -> io::Result<()> {
    let mut bytes = Vec::new();
    files.iter().try_for_each(|file| {
        bytes.clear();
        fs::File::open(file)?.read_to_end(&mut bytes).map(drop)
    })
}

fn ask_all(files: &[PathBuf]) -> io::Result<()> {
    files.iter().try_for_each(|file| fs::symlink_metadata(file).map(drop))
}

/// Adds to an article, so that it counts as changed.
fn change(file: &Path) -> io::Result<()> {
    fs::OpenOptions::new().append(true).open(file)?.write_all(b"<p>One more.</p>\n")
}

/// Throws away what former builds left.
fn forget(place: &Path) -> io::Result<()> {
    for folder in ["feeds", ".feedmill"] {
        match fs::remove_dir_all(place.join(folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Runs a build in a process of its own.
fn build(place: &Path) -> io::Result<Run> {
    let started = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_feedmill"))
        .current_dir(place)
        .args(["build", "--quiet", "--force"])
        .stdout(Stdio::null())
        .spawn()?;
    let id = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both places live until the call returns, and zeros are a value of both.
    let (ended, usage) = unsafe {
        let ended = libc::wait4(id, &raw mut status, 0, usage.as_mut_ptr());
        (ended, usage.assume_init())
    };
    let time = started.elapsed();
    if ended != id || status != 0 {
        return Err(io::Error::other(format!("the build ended with status {status}")));
    }
    #[allow(clippy::cast_precision_loss, reason = "a size in KiB is small enough")]
    let mib = usage.ru_maxrss as f64 / 1024.0;
    Ok(Run { time, mib })
}

fn timed(act: impl FnOnce() -> io::Result<()>) -> io::Result<Duration> {
    let started = Instant::now();
    act()?;
    Ok(started.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn typical(runs: &[Run]) -> Run {
    let mib = runs.iter().map(|run| run.mib).fold(0.0, f64::max);
    Run { time: median(runs.iter().map(|run| run.time).collect()), mib }
}

/// Prints everything; `false` when a goal is missed with the most articles.
fn report(all: &[Measured]) -> bool {
    let mut out = io::stdout().lock();
    let mut is_reached = true;
    let _ = writeln!(
        out,
        "{:>8}  {:<18} {:>10} {:>10} {:>7}  {:>9}",
        "articles", "build", "time", "limit", "ratio", "memory"
    );
    for one in all {
        let rows = [
            ("cold (reading)", one.cold, one.reading, COLD),
            ("warm (stat)", one.warm, one.stamps, WARM),
            ("one change (stat)", one.changed, one.stamps, CHANGED),
        ];
        for (name, run, limit, goal) in rows {
            let ratio = run.time.as_secs_f64() / limit.as_secs_f64();
            let counts = one.count >= 100_000;
            let is_missed = counts && (ratio > goal || run.mib > MOST_MIB);
            is_reached &= !is_missed;
            let _ = writeln!(
                out,
                "{:>8}  {name:<18} {:>7.0} ms {:>7.0} ms {ratio:>7.2}  {:>5.0} MiB{}",
                one.count,
                run.time.as_secs_f64() * 1000.0,
                limit.as_secs_f64() * 1000.0,
                run.mib,
                if is_missed { "  MISSED" } else { "" }
            );
        }
    }
    for pair in all.windows(2) {
        let growth = pair[1].cold.time.as_secs_f64() / pair[0].cold.time.as_secs_f64();
        let is_missed = pair[1].count >= 100_000 && growth > GROWTH;
        is_reached &= !is_missed;
        let _ = writeln!(
            out,
            "cold, from {} to {}: {growth:.1} times{}",
            pair[0].count,
            pair[1].count,
            if is_missed { "  MISSED" } else { "" }
        );
    }
    is_reached
}
