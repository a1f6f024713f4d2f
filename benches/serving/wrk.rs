//! Many requests, and what came of them.

use std::env;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How many connections ask at a time.
const CONNECTIONS: usize = 64;

/// What came of a round.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Requests a second.
    pub(crate) requests: f64,
    /// The 99th percentile of the waiting for an answer.
    pub(crate) worst: Duration,
}

/// Gives where programs are looked for: also where those stand that only some may use.
pub(crate) fn path() -> OsString {
    let own = env::var_os("PATH").unwrap_or_default();
    let all = env::split_paths(&own).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    env::join_paths(all).unwrap_or(own)
}

/// Tells which programs are missing.
pub(crate) fn missing(programs: &[&'static str]) -> Vec<&'static str> {
    let path = path();
    let is_there = |program: &&str| env::split_paths(&path).any(|one| one.join(program).is_file());
    programs.iter().copied().filter(|program| !is_there(program)).collect()
}

/// Asks for a path again and again, for some seconds; `field` is a line of the head. An error when an
/// answer was an error, or missing.
pub(crate) fn ask(
    address: SocketAddr,
    path: &str,
    field: Option<&str>,
    seconds: usize,
) -> io::Result<Pace> {
    let mut command = Command::new("wrk");
    command.args(["--threads", "2", "--latency", "--connections", &CONNECTIONS.to_string()]);
    command.args(["--duration", &format!("{seconds}s")]);
    command.args(field.into_iter().flat_map(|field| ["--header", field]));
    let told = command.arg(format!("http://{address}{path}")).output()?;
    let text = String::from_utf8_lossy(&told.stdout);
    let is_bad = text.contains("Socket errors") || text.contains("Non-2xx");
    let pace = pace(&text).filter(|_| told.status.success() && !is_bad);
    pace.ok_or_else(|| {
        let words = String::from_utf8_lossy(&told.stderr);
        io::Error::other(format!("wrk told of errors:\n{text}{words}"))
    })
}

fn pace(text: &str) -> Option<Pace> {
    let told = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name));
    let requests = told("Requests/sec:")?.trim().parse().ok()?;
    Some(Pace { requests, worst: time(told("99%")?.trim())? })
}

/// Reads a time with its unit.
fn time(text: &str) -> Option<Duration> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    units.iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?.parse::<f64>().ok()?;
        Some(Duration::from_secs_f64(number * seconds))
    })
}
