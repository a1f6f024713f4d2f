//! What serving costs, beside nginx on the same machine and folder.
//!
//! `cargo bench --bench serve` lets `wrk` ask both in turn, by 64 connections, for a feed of 20 KB and for
//! one of 200 KB: plain, with gzip, and with its entity tag, which gets a 304. Then it measures the memory
//! of connections that are idle, and what it costs that a new edition is published every 100 ms. It takes
//! nine minutes, and needs nginx and wrk (in Debian: nginx-light and wrk). The exit code is 1 when a goal is
//! missed.

#[allow(dead_code, reason = "only the corpus tells its summary")]
mod archive;
mod serving;

use std::fs;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::serving::client;
use crate::serving::server::Server;
use crate::serving::wrk::{self, Pace};

/// How often each thing is measured; the medians count.
const ROUNDS: usize = 21;

/// How long a round is, in seconds.
const SECONDS: usize = 1;

/// Of nginx's requests a second, so many times as many at least; of its 99th percentile, at most.
const REQUESTS: f64 = 1.0;
const WORST: f64 = 1.2;

/// How many connections are held, and what one may need, in KiB.
const IDLE: usize = 5_000;
const IDLE_KIB: f64 = 16.0;

/// How often a new edition is published, how often that is measured, and the part of the requests that it
/// may cost.
const EDITION: Duration = Duration::from_millis(100);
const EDITION_ROUNDS: usize = 25;
const LOSS: f64 = 0.05;

/// The documents, and the lengths between which theirs must be, in bytes. wrk reads 8 KiB at a time, and
/// the heads of the two servers differ: where one answer ended just before the end of such a part and the
/// other after it, wrk would be measured.
const DOCUMENTS: [(&str, std::ops::Range<usize>); 2] =
    [("/small/rss.xml", 17_000..23_500), ("/large/rss.xml", 197_600..203_800)];

const CONFIG: &str = "[site]\nurl = \"https://feeds.example/\"\n\
                      [output]\nprecompress = [\"gzip\"]\n\
                      [[feed]]\nname = \"small\"\nformats = [\"rss\"]\nlimit = 0\n\
                      content = \"full\"\nlimit_size = \"19 KB\"\n\
                      [[feed]]\nname = \"large\"\nformats = [\"rss\"]\nlimit = 0\n\
                      content = \"full\"\nlimit_size = \"182 KB\"\n";

/// Where the documents stand that are replaced again and again.
const EDITIONS: &str = "editions";

const GZIP: &str = "Accept-Encoding: gzip";

fn main() -> ExitCode {
    let missing = wrk::missing(&["nginx", "wrk"]);
    if !missing.is_empty() {
        let names = missing.join(" and ");
        let hint = "in Debian, nginx-light and wrk are to be installed";
        let _ = writeln!(io::stderr(), "there is no {names} on this machine: {hint}");
        return ExitCode::from(2);
    }
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to measure: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure() -> io::Result<bool> {
    // For the connections of this process, and of the servers, which take it over.
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most })?;
    let place = place()?;
    let mut out = io::stdout().lock();
    let are_fast = compare(&place, &mut out)?;
    let are_small = hold(&place, &mut out)?;
    let are_steady = publish(&place, &mut out)?;
    Ok(are_fast && are_small && are_steady)
}

/// Builds the feeds that are served.
fn place() -> io::Result<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench/serve");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    archive::write(300, &place.join("seeds"), 2)?;
    fs::write(place.join("config.toml"), CONFIG)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    let status = command.current_dir(&place).args(["build", "--quiet"]).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("the build ended with {status}")));
    }
    for (path, lengths) in DOCUMENTS {
        let bytes = fs::read(place.join(format!("feeds{path}")))?;
        if !lengths.contains(&bytes.len()) {
            return Err(io::Error::other(format!("{path} has {} bytes", bytes.len())));
        }
        let beside = place.join(format!("{EDITIONS}{path}"));
        fs::create_dir_all(beside.with_file_name(""))?;
        fs::write(beside, bytes)?;
    }
    Ok(place)
}

/// Asks both servers for everything in turn; `false` when a goal is missed.
fn compare(place: &Path, out: &mut impl Write) -> io::Result<bool> {
    let feedmill = Server::feedmill(place, "feeds", "2 seconds")?;
    let nginx = Server::nginx(place, "feeds")?;
    writeln!(
        out,
        "{:<16} {:<6} {:>11} {:>11} {:>6}  {:>11} {:>11} {:>6}",
        "document", "", "requests/s", "of nginx", "ratio", "99th perc.", "of nginx", "ratio"
    )?;
    let mut is_reached = true;
    for (path, _) in &DOCUMENTS {
        for kind in ["plain", "gzip", "304"] {
            let fields = (field(&feedmill, path, kind)?, field(&nginx, path, kind)?);
            check_same(&feedmill, &nginx, path, [&fields.0, &fields.1])?;
            let (mut own, mut other) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                own.push(wrk::ask(feedmill.address, path, fields.0.as_deref(), SECONDS)?);
                other.push(wrk::ask(nginx.address, path, fields.1.as_deref(), SECONDS)?);
            }
            is_reached &= tell(out, path, kind, &own, &other)?;
        }
    }
    Ok(is_reached)
}

/// Gives the line of a request that gets a kind of answer, if it needs one.
fn field(server: &Server, path: &str, kind: &str) -> io::Result<Option<String>> {
    Ok(match kind {
        "gzip" => Some(GZIP.to_owned()),
        "304" => Some(format!("If-None-Match: {}", client::ask(server.address, path, "")?.etag)),
        _ => None,
    })
}

/// Makes sure that both answer the same.
fn check_same(
    one: &Server,
    other: &Server,
    path: &str,
    fields: [&Option<String>; 2],
) -> io::Result<()> {
    let line = |field: &Option<String>| field.as_ref().map(|field| format!("{field}\r\n"));
    let ask = |server: &Server, field| {
        client::ask(server.address, path, &line(field).unwrap_or_default())
    };
    let (one, other) = (ask(one, fields[0])?, ask(other, fields[1])?);
    if one.status == other.status && one.coding == other.coding && one.body == other.body {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{path} is not the same of both: {} and {}",
        one.status, other.status
    )))
}

/// Prints a row; `false` when a goal is missed.
fn tell(
    out: &mut impl Write,
    path: &str,
    kind: &str,
    own: &[Pace],
    other: &[Pace],
) -> io::Result<bool> {
    // The machine is not as fast in one moment as in the next: each round is held against its neighbour.
    let ratios = own.iter().zip(other).map(|(own, other)| own.requests / other.requests);
    let requests = median(ratios.collect());
    let (own, other) = (typical(own), typical(other));
    let worst = own.worst.as_secs_f64() / other.worst.as_secs_f64();
    let is_missed = requests < REQUESTS || worst > WORST;
    writeln!(
        out,
        "{path:<16} {kind:<6} {:>11.0} {:>11.0} {requests:>6.2}  {:>8.2} ms {:>8.2} ms {worst:>6.2}{}",
        own.requests,
        other.requests,
        ms(own.worst),
        ms(other.worst),
        if is_missed { "  MISSED" } else { "" }
    )?;
    Ok(!is_missed)
}

/// Measures the memory of connections that are idle; `false` when they need too much.
fn hold(place: &Path, out: &mut impl Write) -> io::Result<bool> {
    let own = idle_kib(&Server::feedmill(place, "feeds", "2 seconds")?)?;
    let other = idle_kib(&Server::nginx(place, "feeds")?)?;
    let is_missed = own > IDLE_KIB;
    let mark = if is_missed { "  MISSED" } else { "" };
    writeln!(out, "{IDLE} idle connections: {own:.1} KiB each, nginx {other:.1} KiB{mark}")?;
    Ok(!is_missed)
}

/// Gives the memory that an idle connection needs, in KiB.
fn idle_kib(server: &Server) -> io::Result<f64> {
    let path = DOCUMENTS[0].0;
    let field = field(server, path, "304")?.unwrap_or_default();
    let before = server.kib()?;
    let held = (0..IDLE).map(|_| client::hold(server.address, path, &format!("{field}\r\n")));
    let held = held.collect::<io::Result<Vec<TcpStream>>>()?;
    let after = server.kib()?;
    drop(held);
    #[allow(clippy::cast_precision_loss, reason = "a size in KiB is small enough")]
    Ok(after.saturating_sub(before) as f64 / IDLE as f64)
}

/// Measures what new editions cost; `false` when it is too much.
fn publish(place: &Path, out: &mut impl Write) -> io::Result<bool> {
    let server = Server::feedmill(place, EDITIONS, "100 ms")?;
    let mut is_reached = true;
    for (path, _) in &DOCUMENTS {
        for (kind, field) in [("plain", None), ("gzip", Some(GZIP))] {
            let ask = || wrk::ask(server.address, path, field, SECONDS);
            let (mut still, mut moving) = (vec![ask()?], Vec::new());
            for _ in 0..EDITION_ROUNDS {
                moving.push(while_published(&place.join(EDITIONS), ask)?);
                still.push(ask()?);
            }
            let loss = loss(&still, &moving);
            let (still, moving) = (typical(&still), typical(&moving));
            let is_missed = loss > LOSS;
            is_reached &= !is_missed;
            let mark = if is_missed { "  MISSED" } else { "" };
            writeln!(
                out,
                "{path:<16} {kind:<6} a new edition every {} ms costs {:.1} %, 99th percentile from {:.2} \
                 to {:.2} ms{mark}",
                EDITION.as_millis(),
                loss * 100.0,
                ms(still.worst),
                ms(moving.worst)
            )?;
        }
    }
    Ok(is_reached)
}

/// Gives the part of the requests that is lost while something moves: each round is held against the two
/// around it, since the machine is not as fast in one minute as in the next; the median counts.
fn loss(still: &[Pace], moving: &[Pace]) -> f64 {
    let around = still.windows(2).map(|two| f64::midpoint(two[0].requests, two[1].requests));
    median(moving.iter().zip(around).map(|(round, still)| 1.0 - round.requests / still).collect())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Does something while all documents are replaced again and again.
fn while_published<T>(output: &Path, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let publisher = scope.spawn(|| {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                number += 1;
                DOCUMENTS.iter().try_for_each(|(path, _)| replace(output, path, number))?;
                thread::sleep(EDITION);
            }
            Ok(())
        });
        let done = act();
        is_over.store(true, Ordering::Relaxed);
        let published: io::Result<()> =
            publisher.join().unwrap_or_else(|_| Err(io::Error::other("the publisher panicked")));
        published.and(done)
    })
}

/// Replaces a document by one that differs from it in a comment at its end, in one step.
fn replace(output: &Path, path: &str, number: usize) -> io::Result<()> {
    let file = output.join(path.trim_start_matches('/'));
    let text = fs::read_to_string(&file)?;
    let text = text.split("<!--edition ").next().unwrap_or_default();
    // Served under another name it would be a document too, so its name has another ending.
    let beside = file.with_extension("beside");
    fs::write(&beside, format!("{text}<!--edition {number:08}-->"))?;
    fs::rename(beside, file)
}

fn typical(rounds: &[Pace]) -> Pace {
    let requests = median(rounds.iter().map(|round| round.requests).collect());
    let mut worst: Vec<Duration> = rounds.iter().map(|round| round.worst).collect();
    worst.sort();
    Pace { requests, worst: worst[worst.len() / 2] }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
