//! The log: a line an event, on standard error.

use std::fmt::{self, Write as _};
use std::io;

use chrono::{SecondsFormat, Utc};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people: time, level, message.
    Text,
    /// For the journal of systemd: a priority that it takes off (`sd-daemon(3)`), and no time, which it
    /// knows itself.
    Journal,
    /// For machines: an object of JSON a line.
    Json,
}

impl Form {
    /// Chooses the form: JSON where it is asked for, that of the journal where the log goes there
    /// (`systemd.exec(5)`, `JOURNAL_STREAM`).
    #[must_use]
    pub fn choose(wants_json: bool, journal_stream: Option<&str>) -> Self {
        match (wants_json, journal_stream) {
            (true, _) => Self::Json,
            (false, Some(_)) => Self::Journal,
            (false, None) => Self::Text,
        }
    }
}

/// Begins the log of the process. Lines below a level are left out. Does nothing when it has begun.
pub fn begin(form: Form, least: Level) {
    let lines = tracing_subscriber::fmt().with_max_level(least).with_writer(io::stderr);
    // Whoever has begun it before goes on with it.
    let _ = match form {
        Form::Json => tracing::subscriber::set_global_default(
            lines.json().flatten_event(true).with_target(false).with_timer(Now).finish(),
        ),
        form => tracing::subscriber::set_global_default(lines.event_format(Line { form }).finish()),
    };
}

/// The present time, by RFC 3339.
struct Now;

impl FormatTime for Now {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        writer.write_str(&Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Writes an event as one line: the message, and then what belongs to it as `name=value`.
struct Line {
    form: Form,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        if self.form == Form::Journal {
            write!(writer, "<{}>", priority(level))?;
        } else {
            Now.format_time(&mut writer)?;
            write!(writer, " {}: ", word(level))?;
        }
        let mut words = Words::default();
        event.record(&mut words);
        writeln!(writer, "{}{}", words.message, words.fields)
    }
}

/// Gives the priority of a level (`syslog(3)`).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        _ => "debug",
    }
}

/// What an event says. Control characters are escaped: a line stays a line, whatever a file is called.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

impl Words {
    fn add(&mut self, field: &Field, value: &str) {
        let shown = value.chars().flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            escaped.into_iter().flatten().chain(Some(c).filter(|c| !c.is_control()))
        });
        if field.name() == "message" {
            self.message.extend(shown);
        } else {
            let shown: String = shown.collect();
            // Writing into a string does not fail.
            let _ = write!(self.fields, " {}={shown}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody failed").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(form: Form) -> String {
        let page = Page::default();
        let own = page.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || own.clone());
        let log = lines.event_format(Line { form }).finish();
        tracing::dispatcher::with_default(&tracing::Dispatch::new(log), || {
            tracing::warn!(file = "a\nb.md", read = 3, "{} is \u{1b}[31mred", "it");
        });
        let bytes = page.0.lock().expect("nobody failed").clone();
        String::from_utf8(bytes).expect("it is text")
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(logged(Form::Journal), "<4>it is \\u{1b}[31mred file=a\\nb.md read=3\n");
        assert!(logged(Form::Text).contains("Z warning: it is"));
    }

    #[test]
    fn the_journal_is_known_by_its_variable() {
        assert_eq!(Form::choose(false, None), Form::Text);
        assert_eq!(Form::choose(false, Some("8:1234")), Form::Journal);
        assert_eq!(Form::choose(true, Some("8:1234")), Form::Json);
    }
}
