//! The access log: a line for each answer, in the combined log format that log readers know.
//!
//! Lines are written on a thread of its own. No answer waits for it: when the disk does not keep up, lines
//! are left out, and counted.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{Datelike as _, Timelike as _};

use crate::config::meant::LogPlace;
use crate::metrics::Counter;
use crate::model::date::Timestamp;

/// How many bytes may wait to be written.
const MOST_WAITING: usize = 4 * 1024 * 1024;

/// How many bytes of anything that a client sends stand in a line.
const LONGEST_PART: usize = 2048;

/// How many bytes are written at once at most, but for the last line.
const PIECE: usize = 64 * 1024;

/// How long the last lines may take to be written.
const LAST_PATIENCE: Duration = Duration::from_millis(500);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What a line tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// From where it was asked, if that is known.
    pub(super) peer: Option<IpAddr>,
    /// When.
    pub(super) at: Timestamp,
    /// The request line: the method, what was asked for, the version; `None` for one that can't be read.
    pub(super) request: Option<(&'a str, &'a str, &'a str)>,
    /// The status of the answer.
    pub(super) status: u16,
    /// How many bytes its body has.
    pub(super) sent: usize,
    /// The field `Referer`; empty for none.
    pub(super) referer: &'a [u8],
    /// The field `User-Agent`; empty for none.
    pub(super) agent: &'a [u8],
}

/// Where lines are taken to be written down.
#[derive(Debug)]
pub(super) struct AccessLog {
    sender: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<Counter>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    Reopen,
}

impl AccessLog {
    /// Begins to write to a place. Lines that can't be written are counted as lost.
    ///
    /// Errors: the system gives it no thread.
    pub(super) fn begin(place: &LogPlace, lost: &Arc<Counter>) -> io::Result<Self> {
        let (sender, messages) = channel();
        let (waiting, lost) = (Arc::<AtomicUsize>::default(), Arc::clone(lost));
        let writer = Writer {
            place: place.clone(),
            file: None,
            waiting: Arc::clone(&waiting),
            lost: Arc::clone(&lost),
            is_told: false,
        };
        let thread = thread::Builder::new().name("access log".to_owned());
        let thread = thread.spawn(move || writer.run(&messages))?;
        Ok(Self { sender, waiting, lost, thread })
    }

    /// Takes a line to be written, unless too much waits already.
    pub(super) fn take(&self, line: &Line<'_>) {
        let line = line.in_words();
        let length = line.len();
        let before = self.waiting.fetch_add(length, Ordering::Relaxed);
        if before > MOST_WAITING || self.sender.send(Message::Line(line)).is_err() {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
            self.lost.add_one();
        }
    }

    /// Opens the file anew, since the old one was moved away.
    pub(super) fn reopen(&self) {
        // A thread that has ended has nothing open.
        let _ = self.sender.send(Message::Reopen);
    }

    /// Writes what waits, and ends. What takes too long is not waited for.
    pub(super) fn close(self) {
        let Self { sender, thread, .. } = self;
        drop(sender);
        let end = Instant::now() + LAST_PATIENCE;
        while !thread.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Writes lines down.
struct Writer {
    place: LogPlace,
    file: Option<File>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<Counter>,
    /// Whether it was told that nothing can be written.
    is_told: bool,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        let mut next = messages.recv().ok();
        while let Some(message) = next.take() {
            match message {
                Message::Reopen => self.file = None,
                Message::Line(line) => {
                    let (mut piece, mut count) = (line, 1);
                    while piece.len() < PIECE {
                        match messages.try_recv() {
                            Ok(Message::Line(line)) => {
                                piece.extend_from_slice(&line);
                                count += 1;
                            }
                            other => {
                                next = other.ok();
                                break;
                            }
                        }
                    }
                    self.write(&piece, count);
                }
            }
            if next.is_none() {
                next = messages.recv().ok();
            }
        }
    }

    fn write(&mut self, piece: &[u8], count: u64) {
        match self.try_write(piece) {
            Ok(()) if self.is_told => {
                tracing::info!("the access log is written again");
                self.is_told = false;
            }
            Ok(()) => {}
            Err(error) => {
                self.lost.add(count);
                // It may be another file by then.
                self.file = None;
                if !self.is_told {
                    tracing::warn!("{}: the access log is not written: {error}", self.place());
                }
                self.is_told = true;
            }
        }
        self.waiting.fetch_sub(piece.len(), Ordering::Relaxed);
    }

    fn try_write(&mut self, piece: &[u8]) -> io::Result<()> {
        let path = match &self.place {
            LogPlace::Output => {
                let mut output = io::stdout().lock();
                return output.write_all(piece).and_then(|()| output.flush());
            }
            LogPlace::File(path) => path,
        };
        let file = match &mut self.file {
            Some(file) => file,
            // It tells who reads what: others than the group have no business with it.
            nothing => {
                nothing.insert(OpenOptions::new().append(true).create(true).mode(0o640).open(path)?)
            }
        };
        file.write_all(piece)
    }

    fn place(&self) -> String {
        match &self.place {
            LogPlace::Output => "standard output".to_owned(),
            LogPlace::File(path) => path.display().to_string(),
        }
    }
}

impl Line<'_> {
    /// Writes the line. Nothing that a client sends can end it, or a part of it, before its time.
    pub(super) fn in_words(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(256);
        let date = self.at.utc();
        let month = MONTHS[date.month0() as usize];
        // Writing into memory does not fail.
        let _ = match self.peer.map(|peer| peer.to_canonical()) {
            Some(peer) => write!(line, "{peer}"),
            None => write!(line, "-"),
        };
        let _ = write!(line, " - - [{:02}/{month}/{:04}", date.day(), date.year());
        let (hour, minute, second) = (date.hour(), date.minute(), date.second());
        let _ = write!(line, ":{hour:02}:{minute:02}:{second:02} +0000] \"");
        match self.request {
            Some((method, target, version)) => {
                add_escaped(&mut line, method.as_bytes());
                line.push(b' ');
                add_escaped(&mut line, target.as_bytes());
                line.push(b' ');
                line.extend_from_slice(version.as_bytes());
            }
            None => line.push(b'-'),
        }
        let _ = write!(line, "\" {} ", self.status);
        let _ = match self.sent {
            0 => write!(line, "-"),
            sent => write!(line, "{sent}"),
        };
        for part in [self.referer, self.agent] {
            line.extend_from_slice(b" \"");
            add_escaped(&mut line, if part.is_empty() { b"-" } else { part });
            line.push(b'"');
        }
        line.push(b'\n');
        line
    }
}

/// Adds what a client sent, as Apache does: quotes and backslashes behind a backslash, and what is not
/// visible ASCII as `\xhh`. What is too long is cut.
fn add_escaped(line: &mut Vec<u8>, part: &[u8]) {
    for byte in &part[..part.len().min(LONGEST_PART)] {
        match byte {
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', *byte]),
            b' '..=b'~' => line.push(*byte),
            byte => {
                let _ = write!(line, "\\x{byte:02x}");
            }
        }
    }
    if part.len() > LONGEST_PART {
        line.extend_from_slice(b"...");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use regex::bytes::Regex;

    use super::*;

    const COMBINED: &str = r#"^(\S+) - - \[[^\]]+\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"\n$"#;

    fn line<'a>(target: &'a str, referer: &'a [u8], agent: &'a [u8]) -> Line<'a> {
        let at = Timestamp::from_unix(1_715_851_972).expect("in range");
        let peer = Some(IpAddr::from([192, 0, 2, 7]));
        let request = Some(("GET", target, "HTTP/1.1"));
        Line { peer, at, request, status: 200, sent: 1234, referer, agent }
    }

    #[test]
    fn a_line_is_in_the_combined_format() {
        let line = line("/rss.xml?a=1", b"https://a.example/", b"Newsboat/2.32");
        let wanted = "192.0.2.7 - - [16/May/2024:09:32:52 +0000] \"GET /rss.xml?a=1 HTTP/1.1\" 200 \
                      1234 \"https://a.example/\" \"Newsboat/2.32\"\n";
        assert_eq!(String::from_utf8_lossy(&line.in_words()), wanted);
        let nothing = Line { peer: None, sent: 0, referer: b"", agent: b"", ..line };
        let wanted =
            "- - - [16/May/2024:09:32:52 +0000] \"GET /rss.xml?a=1 HTTP/1.1\" 200 - \"-\" \"-\"\n";
        assert_eq!(String::from_utf8_lossy(&nothing.in_words()), wanted);
    }

    #[test]
    fn what_is_sent_is_escaped_and_cut() {
        let line = line("/\"", b"a\\\"\n\xe9", &[b'a'; 5000]).in_words();
        let line = String::from_utf8(line).expect("it is ASCII");
        assert!(line.contains(r#""GET /\" HTTP/1.1" 200 1234 "a\\\"\x0a\xe9" "aaa"#), "{line}");
        assert!(line.len() < 3000 && line.ends_with("aaa...\"\n"));
    }

    proptest! {
        #[test]
        fn no_line_can_be_forged(
            target in ".{0,60}",
            referer in prop::collection::vec(any::<u8>(), 0..60),
            agent in prop::collection::vec(prop::sample::select(&b"\"\\\n\r\t ]\x1b\xc3a-"[..]), 0..60),
        ) {
            let line = line(&target, &referer, &agent).in_words();
            prop_assert!(line[..line.len() - 1].iter().all(|byte| (b' '..=b'~').contains(byte)));
            let parts = Regex::new(COMBINED).expect("a pattern").captures(&line);
            let parts = parts.expect("it is a line of six parts");
            prop_assert_eq!((&parts[1], &parts[3], &parts[4]), (&b"192.0.2.7"[..], &b"200"[..], &b"1234"[..]));
            // Nothing of it is lost either.
            let mut told = Vec::new();
            add_escaped(&mut told, &agent);
            prop_assert_eq!(&parts[6], if agent.is_empty() { b"-" } else { &told[..] });
        }
    }

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (path, moved) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
        let lost = Arc::<Counter>::default();
        let log = AccessLog::begin(&LogPlace::File(path.clone()), &lost).expect("begun");
        let write = |target| {
            log.take(&line(target, b"", b""));
            while log.waiting.load(Ordering::Relaxed) > 0 {
                thread::yield_now();
            }
        };
        write("/one");
        fs::rename(&path, &moved).expect("moved");
        write("/two");
        log.reopen();
        write("/three");
        log.close();
        let read = |path| fs::read_to_string(path).expect("it is there");
        let (old, new) = (read(&moved), read(&path));
        assert!(old.contains("/one") && old.contains("/two") && !old.contains("/three"), "{old}");
        assert!(!new.contains("/two") && new.contains("/three"), "{new}");
        assert_eq!(lost.get(), 0);
    }

    #[test]
    fn what_can_not_be_written_is_counted() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let lost = Arc::<Counter>::default();
        let place = LogPlace::File(folder.path().join("none/access.log"));
        let log = AccessLog::begin(&place, &lost).expect("begun");
        for _ in 0..3 {
            log.take(&line("/", b"", b""));
        }
        log.close();
        assert_eq!(lost.get(), 3);
    }

    #[test]
    fn nobody_waits_for_a_log_that_stands_still() {
        let lost = Arc::<Counter>::default();
        let (sender, messages) = channel();
        let waiting = Arc::new(AtomicUsize::new(MOST_WAITING));
        let thread = thread::spawn(|| {});
        let log = AccessLog { sender, waiting, lost: Arc::clone(&lost), thread };
        for _ in 0..3 {
            log.take(&line("/", b"", b""));
        }
        assert_eq!((messages.try_iter().count(), lost.get()), (1, 2));
    }
}
