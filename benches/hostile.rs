//! Parses and cleans HTML that is made to break parsers, and fails when one costs too much.
//!
//! `cargo bench --bench hostile`, or with a word of a name to try only those. A limit is passed
//! when the median time or the peak of the heap, above what was held before, is.

// An allocator that counts has to be unsafe; it only hands on to the system's.
#![allow(unsafe_code)]
// A benchmark talks to its terminal.
#![allow(clippy::print_stdout)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use feedmill::read::html::bounded::{parse_document, parse_fragment};
use feedmill::read::html::clean::{Context, clean};
use url::Url;

/// The longest that parsing and cleaning should take.
const MOST_TIME: Duration = Duration::from_millis(250);

/// The most memory, in bytes, that parsing and cleaning may hold.
const MOST_HEAP: usize = 64 * 1024 * 1024;

/// How often each bomb is timed.
const RUNS: usize = 5;

/// The largest file that feedmill reads by default.
const FILE: usize = 4 * 1024 * 1024;

/// A paragraph whose title is as hard to write as may be.
const TITLE: &str = concat!(
    "<p title='",
    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
    "'>x"
);

/// Counts the bytes that are held.
struct Counter;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(held, Ordering::Relaxed);
}

fn shrink(bytes: usize) {
    HELD.fetch_sub(bytes, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        shrink(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    /// Counts the difference: the system moves pages of a large block, it does not copy them.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size >= layout.size() {
            grow(size - layout.size());
        } else {
            shrink(layout.size() - size);
        }
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counter = Counter;

/// A hostile input.
struct Bomb {
    name: &'static str,
    html: String,
}

/// Makes a bomb of a file's length out of one piece.
fn filled(name: &'static str, start: &str, piece: &str) -> Bomb {
    let times = (FILE - start.len()) / piece.len();
    Bomb { name, html: format!("{start}{}", piece.repeat(times)) }
}

/// Makes a bomb of pieces that differ by their number.
fn numbered(
    name: &'static str,
    start: &str,
    times: usize,
    piece: impl Fn(usize) -> String,
) -> Bomb {
    let html = std::iter::once(start.to_owned()).chain((0..times).map(piece)).collect();
    Bomb { name, html }
}

fn bombs() -> Vec<Bomb> {
    let mut bombs = vec![
        numbered("div 32,000 deep", "", 32_000, |_| "<div>".into()),
        numbered("ul li 32,000 deep", "", 32_000, |_| "<ul><li>".into()),
        numbered("b i pairs, misnested, 3,000", "", 3_000, |_| "<b i></i></b i><i i></b>".into()),
        numbered("b i, i i pairs, 3,000", "", 3_000, |_| "<b i><i i></b></i>".into()),
        numbered("b, i open, 3,000", "", 3_000, |_| "<b i><i i>".into()),
        numbered("one tag, 50,000 attributes", "<a", 50_000, |n| format!(" a{n}=1")),
        numbered("svg style, 50,000 attributes", "<svg><style><a", 50_000, |n| format!(" a{n}")),
        numbered("end tag, 50,000 attributes", "<p></p", 50_000, |n| format!(" a{n}")),
        numbered("p b rebuilt", "", 30_000, |n| format!("<p><b a={n}>x")),
        numbered("p b rebuilt, long attributes", "", 3_000, |n| {
            format!("<p><b title='{n}{}'>x", "t".repeat(1000))
        }),
        numbered("b alike with 250 attributes", "", 800, |n| {
            let attributes: Vec<String> = (0..250).map(|a| format!(" a{a}")).collect();
            format!("<b n={n}{}>", attributes.concat())
        }),
        numbered("a blocks, closed across", "", 30_000, |_| "<a href=x><div>x</a>".into()),
        numbered("formatting under 500 div", &"<div>".repeat(500), 100_000, |_| "<p>x</b>".into()),
        numbered("open b under p, many div", "<p>", 60_000, |n| {
            if n < 400 { format!("<b a={n}>") } else { "<object><div>x</div></object>".into() }
        }),
        numbered("object in p", &format!("<p>{}", "<b>".repeat(3)), 30_000, |_| {
            "<object><p>x</object>".into()
        }),
        numbered("relative links", "", 200_000, |n| format!("<a href={n}>x</a>")),
        numbered("html with new attributes", "<html>", 40_000, |n| format!("<html a{n}>")),
        numbered("names, each a new one", "", 300_000, |n| format!("<x{n}>x</x{n}>")),
        numbered("nested font", "", 400, |n| format!("<font color={n}>")),
    ];
    for (name, start, piece) in [
        ("div, closed, under 500 div", "DEEP", "<div></div>"),
        ("p under 500 div", "DEEP", "<p>"),
        ("p x under 500 div", "DEEP", "<p>x"),
        ("font unwrapped over many p", "FONT", "<p>x</p>"),
        ("table, foster-parented", "", "<table><b>x"),
        ("table in table", "", "<table><tr><td>"),
        ("table and a", "", "<a><table>"),
        ("table text", "<table>", "a "),
        ("frameset text", "<frameset>", "a "),
        ("svg nested", "", "<svg>"),
        ("svg, foreignObject", "", "<svg><foreignObject>"),
        ("math nested", "", "<math><mi>"),
        ("math, closed by p", "", "<math><p>"),
        ("template nested", "", "<template>"),
        ("template in a row", "", "<template>x</template>"),
        ("a nested", "", "<a>x"),
        ("a div nested", "", "<a><div>"),
        ("font nested", "", "<font color=a>"),
        ("nobr nested", "", "<nobr>x"),
        ("comments not closed", "", "<!--"),
        ("comments closed wrongly", "", "<!-- --!"),
        ("only <", "", "<"),
        ("only </", "", "</"),
        ("only &", "", "&"),
        ("entities", "", "&amp"),
        ("long entity", "&", "CounterClockwiseContourIntegral"),
        ("nulls", "", "a\0"),
        ("nulls in table", "<table>", "a\0"),
        ("option", "<select>", "<option>"),
        ("select nested", "", "<select>"),
        ("option nested", "", "<option><p>"),
        ("button nested", "", "<button>"),
        ("form nested", "", "<form><div>"),
        ("li in a row", "<ul>", "<li>x"),
        ("dd dt in a row", "<dl>", "<dd>x<dt>x"),
        ("h1 h2 in a row", "", "<h1><h2>"),
        ("p in a row", "", "<p>"),
        ("b with an attribute", "", "<b a>"),
        ("img", "", "<img src=x>"),
        ("br", "", "<br>"),
        ("end tags", "", "</p>"),
        ("end tags, unknown", "DEEP", "</x>"),
        ("ruby", "<ruby>", "<rt>x<rp>"),
        ("textarea not closed", "<textarea>", "<p>"),
        ("script, escaped", "<script>", "<!--<script>"),
        ("plaintext", "<plaintext>", "<p>"),
        ("quote not closed", "<a href='", "x "),
        ("title of &", "<p title='", "&"),
        ("address of &", "<a href='?", "&"),
        ("titles of &", "", TITLE),
        ("no-break spaces", "", "\u{A0}"),
        ("source set", "<img srcset='", "a 1x,"),
        ("source set, commas", "<img srcset='", ",a"),
        ("style", "<p style='", "a:b;"),
        ("words", "", "word "),
        ("lines", "<pre>", "\n"),
    ] {
        let start =
            start.replace("DEEP", &"<div>".repeat(500)).replace("FONT", &"<font>".repeat(500));
        bombs.push(filled(name, &start, piece));
    }
    bombs
}

/// Parses and cleans a bomb once, as a fragment or as a page.
fn set_off(html: &str, as_page: bool, base: &Url) {
    let parsed = if as_page { parse_document(html) } else { parse_fragment(html) };
    let context = Context { base, page: Some(base), frame_hosts: &[], input_bytes: html.len() };
    std::hint::black_box(clean(parsed.tree, &context));
}

/// Tells the median time and the peak of the heap.
fn measure(html: &str, as_page: bool, base: &Url) -> (Duration, usize) {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            set_off(html, as_page, base);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[RUNS / 2], PEAK.load(Ordering::Relaxed).saturating_sub(before))
}

fn main() -> ExitCode {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let base = Url::parse("https://news.example/2024/05/16/a-story-of-some-length.html");
    let Ok(base) = base else { return ExitCode::FAILURE };
    // What is made once and kept does not count.
    set_off("<p>warm</p>", false, &base);

    println!("{:<34}{:>9}{:>18}{:>18}", "bomb", "bytes", "fragment ms, MiB", "page ms, MiB");
    let mut has_failed = false;
    for Bomb { name, html } in bombs() {
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        print!("{name:<34}{:>9}", html.len());
        for as_page in [false, true] {
            let (time, heap) = measure(&html, as_page, &base);
            let is_over = time > MOST_TIME || heap > MOST_HEAP;
            has_failed |= heap > MOST_HEAP;
            let mark = if is_over { '!' } else { ' ' };
            let (milliseconds, whole) = (time.as_millis(), heap.div_ceil(1024 * 1024));
            print!("{milliseconds:>10}{whole:>7}{mark}");
        }
        println!();
    }
    println!("marked: over {MOST_TIME:?} (told, not asserted: machines differ) or over the memory");
    if has_failed {
        println!("memory is over {} MiB where marked", MOST_HEAP / 1024 / 1024);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
