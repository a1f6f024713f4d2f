//! How soon the feeds follow the folder.
//!
//! `cargo bench --bench service` measures, with 1,000, 10,000 and 100,000 articles, the time from the
//! renaming of a new article into the folder to the last document of its feeds being in place, beside
//! its limit, which is measured in the same run: parsing the article, and writing, syncing and renaming
//! the same bytes. Then the memory of a service with 10,000 articles is looked at once it rests, and 100,000
//! files are moved in at once. The archives are kept in `target/bench`. The exit code is 1 when a goal is
//! missed. Numbers of articles may be given, to try only those.

#[allow(dead_code, reason = "only the corpus tells its summary")]
mod archive;
#[path = "serving/memory.rs"]
mod memory;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecursiveMode, Watcher};

/// How many articles are added at each size.
const SAMPLES: usize = 200;

/// How much longer than its limit the median and the 99th percentile may be.
const MEDIAN_OVER: Duration = Duration::from_millis(5);
const WORST_OVER: Duration = Duration::from_millis(25);

/// How much longer it may take with a hundred times the articles.
const GROWTH: f64 = 1.5;

/// The articles of the service that rests, for how long it was left alone, and what it may need then beside
/// the documents that it serves from memory.
const RESTING: usize = 10_000;
const REST: Duration = Duration::from_secs(5);
const RESTING_MIB: f64 = 20.0;

/// The files of the burst, and what it may need.
const BURST: usize = 100_000;
const BURST_MIB: f64 = 96.0;
const BURST_TURNS: usize = 20;

/// How long anything may take before it counts as broken.
const PATIENCE: Duration = Duration::from_mins(5);

const CONFIG: &str = "[site]\nurl = \"https://feeds.example/\"\n\
                      [[feed]]\nformats = [\"rss\", \"atom\", \"json\"]\n\
                      [[feed]]\nname = \"source/{source}\"\nformats = [\"rss\", \"atom\", \"json\"]\n";

/// The documents of the feeds that each new article enters.
const DOCUMENTS: [&str; 6] = [
    "rss.xml",
    "atom.xml",
    "feed.json",
    "source/fresh.example/rss.xml",
    "source/fresh.example/atom.xml",
    "source/fresh.example/feed.json",
];

fn main() -> ExitCode {
    let wanted: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if wanted.is_empty() { vec![1_000, 10_000, 100_000] } else { wanted };
    match measure(&sizes) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "failed to measure: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(sizes: &[usize]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:>8}  {:>18} {:>18}  (limit)", "articles", "median", "99th percentile")?;
    let mut is_reached = true;
    let mut medians = Vec::new();
    for size in sizes {
        let Latency { times, limits } = latency(*size)?;
        let (median, worst) = (part(&times, 50), part(&times, 99));
        let (median_limit, worst_limit) = (part(&limits, 50), part(&limits, 99));
        let is_missed = median > median_limit + MEDIAN_OVER || worst > worst_limit + WORST_OVER;
        is_reached &= !is_missed;
        writeln!(
            out,
            "{size:>8}  {:>6.1} ({:>6.1}) ms {:>6.1} ({:>6.1}) ms{}",
            ms(median),
            ms(median_limit),
            ms(worst),
            ms(worst_limit),
            if is_missed { "  MISSED" } else { "" }
        )?;
        medians.push(median);
    }
    if let [first, .., last] = medians[..] {
        let growth = last.as_secs_f64() / first.as_secs_f64();
        let is_missed = growth > GROWTH;
        is_reached &= !is_missed;
        let mark = if is_missed { "  MISSED" } else { "" };
        writeln!(out, "median, from the first to the last size: {growth:.2} times{mark}")?;
    }
    is_reached &= rest(&mut out)?;
    Ok(burst(&mut out)? && is_reached)
}

/// How long it took, and how long the work that nobody can do without.
struct Latency {
    times: Vec<Duration>,
    limits: Vec<Duration>,
}

fn latency(size: usize) -> io::Result<Latency> {
    let place = place(size, &format!("latency-{size}"))?;
    let service = Service::start(&place, &["--no-serve"])?;
    // The source is there before the first sample, so that each does the same.
    add(&place, 0)?;
    service.await_turn()?;
    let (sender, moves) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && event.kind == EventKind::Modify(ModifyKind::Name(RenameMode::To))
        {
            event.paths.into_iter().for_each(|path| drop(sender.send((Instant::now(), path))));
        }
    })
    .map_err(io::Error::other)?;
    let output = place.join("feeds");
    watcher.watch(&output, RecursiveMode::Recursive).map_err(io::Error::other)?;
    let (mut times, mut limits) = (Vec::new(), Vec::new());
    for number in 1..=SAMPLES {
        let began = add(&place, number)?;
        times.push(all_in_place(&output, &moves)?.duration_since(began));
        service.await_turn()?;
        limits.push(limit(&place, number)?);
        while moves.try_recv().is_ok() {}
    }
    service.stop()?;
    Ok(Latency { times, limits })
}

/// Writes a new article beside the folder, and renames it into it; gives when that was.
fn add(place: &Path, number: usize) -> io::Result<Instant> {
    let beside = place.join("beside.md");
    fs::write(&beside, article(number))?;
    let began = Instant::now();
    fs::rename(&beside, place.join(format!("seeds/fresh-{number}.md")))?;
    Ok(began)
}

/// An article of this moment: it is newer than all others, also than those without a date. Of those of one
/// second, the last one comes first by its address: more of them may come in a second than a feed holds.
fn article(number: usize) -> String {
    let address = 9999 - number;
    let text = "The mill by the river turned all night, and in the morning there was bread. ";
    let milliseconds =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis());
    format!(
        "<!--{milliseconds}-->\n[Fresh bread {number}](https://fresh.example/{address}.html)\n------\n\n\
         <p>{}</p>\n",
        text.repeat(50)
    )
}

/// Waits until every document was replaced, and tells when the last one was.
fn all_in_place(output: &Path, moves: &Receiver<(Instant, PathBuf)>) -> io::Result<Instant> {
    let mut missing: BTreeSet<PathBuf> = DOCUMENTS.iter().map(|path| output.join(path)).collect();
    loop {
        let (at, path) = moves.recv_timeout(PATIENCE).map_err(io::Error::other)?;
        missing.remove(&path);
        if missing.is_empty() {
            return Ok(at);
        }
    }
}

/// Does what must be done at least: reads and parses the article, and writes, syncs and renames as many
/// bytes as the documents have.
fn limit(place: &Path, number: usize) -> io::Result<Duration> {
    let documents: Vec<Vec<u8>> = DOCUMENTS
        .iter()
        .map(|path| fs::read(place.join("feeds").join(path)))
        .collect::<io::Result<_>>()?;
    let beside = place.join("limit");
    fs::create_dir_all(&beside)?;
    let began = Instant::now();
    let text = fs::read_to_string(place.join(format!("seeds/fresh-{number}.md")))?;
    std::hint::black_box(scraper::Html::parse_document(&text));
    for (number, document) in documents.iter().enumerate() {
        let (temporary, path) = (beside.join("temporary"), beside.join(number.to_string()));
        let mut file = fs::File::create(&temporary)?;
        file.write_all(document)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
    }
    Ok(began.elapsed())
}

/// Leaves a service alone that has built and serves its feeds, and looks at its memory; `false` when that
/// is too much.
fn rest(out: &mut impl Write) -> io::Result<bool> {
    let place = place(RESTING, "rest")?;
    let service = Service::start(&place, &["--listen", "127.0.0.1:0"])?;
    thread::sleep(REST);
    let all = service.mib("VmRSS:")?;
    service.stop()?;
    let lengths = documents(&place.join("feeds"))?.into_iter().map(|(_, bytes)| bytes.len());
    #[allow(clippy::cast_precision_loss, reason = "it is small enough")]
    let served = lengths.sum::<usize>() as f64 / f64::from(1 << 20);
    let is_missed = all > RESTING_MIB;
    let mark = if is_missed { "  MISSED" } else { "" };
    writeln!(
        out,
        "at rest with {RESTING} articles: {all:.1} MiB, serving {served:.1} of documents{mark}"
    )?;
    Ok(!is_missed)
}

/// Moves many files in at once, and tells what came of it; `false` when a goal is missed.
fn burst(out: &mut impl Write) -> io::Result<bool> {
    let place = place(BURST, "burst")?;
    fs::rename(place.join("seeds"), place.join("crowd"))?;
    fs::create_dir(place.join("seeds"))?;
    fs::write(place.join("seeds/first.md"), article(0))?;
    let service = Service::start(&place, &["--no-serve"])?;
    let began = Instant::now();
    fs::rename(place.join("crowd"), place.join("seeds/crowd"))?;
    let mut turns = 0;
    loop {
        let line = service.await_turn()?;
        turns += 1;
        if !line.contains("more to come") {
            break;
        }
    }
    let took = began.elapsed();
    let mib = service.mib("VmHWM:")?;
    service.stop()?;
    let followed = documents(&place.join("feeds"))?;
    // When articles without a date were first seen, only the ledger knows.
    run(&place, &["ledger", "export", "ledger.jsonl"])?;
    fs::remove_dir_all(place.join("feeds"))?;
    fs::remove_dir_all(place.join(".feedmill"))?;
    run(&place, &["ledger", "import", "ledger.jsonl"])?;
    run(&place, &["build", "--quiet"])?;
    if followed != documents(&place.join("feeds"))? {
        return Err(io::Error::other("the feeds are not those of a clean build"));
    }
    let is_missed = mib > BURST_MIB || turns > BURST_TURNS;
    writeln!(
        out,
        "{BURST} files at once: {:.1} s, {turns} turns, {mib:.0} MiB{}",
        took.as_secs_f64(),
        if is_missed { "  MISSED" } else { "" }
    )?;
    Ok(!is_missed)
}

/// Reads all documents below a folder.
fn documents(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).map_err(io::Error::other)?;
            found.push((path.to_owned(), fs::read(entry.path())?));
        }
    }
    Ok(found)
}

/// Makes a folder with so many articles that nothing was built from yet.
fn place(size: usize, name: &str) -> io::Result<PathBuf> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let place = bench.join(name);
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    archive::write(size, &place.join("seeds"), 1)?;
    fs::write(place.join("config.toml"), CONFIG)?;
    Ok(place)
}

fn run(place: &Path, arguments: &[&str]) -> io::Result<()> {
    let status = feedmill(place, arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{arguments:?}: {status}")))
    }
}

fn feedmill(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    command.current_dir(place).args(arguments).stdout(Stdio::null());
    command
}

/// A service that runs in a folder.
struct Service {
    child: Child,
    lines: Receiver<String>,
}

impl Service {
    /// Starts the service, and waits for its first edition.
    fn start(place: &Path, serving: &[&str]) -> io::Result<Self> {
        let mut child =
            feedmill(place, &[&["run"], serving].concat()).stderr(Stdio::piped()).spawn()?;
        let told = child.stderr.take().map(BufReader::new);
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = told.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        let service = Self { child, lines };
        service.await_turn()?;
        Ok(service)
    }

    /// Waits until a turn has ended that did something, and gives its line.
    fn await_turn(&self) -> io::Result<String> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).map_err(io::Error::other)?;
            if line.contains("documents written") {
                return Ok(line);
            }
        }
    }

    /// Gives what the system tells of its memory (`proc_pid_status(5)`).
    fn mib(&self, name: &str) -> io::Result<f64> {
        let kib = memory::kib(self.child.id(), name)?;
        #[allow(clippy::cast_precision_loss, reason = "it is small enough")]
        Ok(kib as f64 / 1024.0)
    }

    fn stop(mut self) -> io::Result<()> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        self.child.wait().map(drop)
    }
}

fn part(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
