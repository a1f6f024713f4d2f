//! Numbers as Prometheus reads them.

use std::fmt::{Display, Write as _};

use crate::metrics::histogram::Histogram;

/// The form in which numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The text format of Prometheus, version 0.0.4.
    Text,
    /// `OpenMetrics` 1.0.
    OpenMetrics,
}

impl Form {
    /// Chooses the form by the field `Accept` of a request: that of Prometheus unless `OpenMetrics` is
    /// named and liked as much.
    #[must_use]
    pub fn choose(accept: &str) -> Self {
        let weight = |wanted: &str| {
            let of_range = accept.split(',').filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let is_wanted = parts.next()?.eq_ignore_ascii_case(wanted);
                let weight = parts.find_map(|part| part.strip_prefix("q="));
                is_wanted.then(|| weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok()))?
            });
            of_range.fold(0.0, f32::max)
        };
        let open = weight("application/openmetrics-text");
        if open > 0.0 && open >= weight("text/plain") { Self::OpenMetrics } else { Self::Text }
    }

    /// Gives its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// A page of numbers.
///
/// Invariant: each family is written once, and its samples stand together.
#[derive(Debug)]
pub struct Exposition {
    form: Form,
    text: String,
}

/// A family of numbers: the same measured of several things.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    /// What each sample is called.
    name: String,
}

impl Exposition {
    /// Begins an empty page.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self { form, text: String::new() }
    }

    /// Begins a family of what only grows; `name` comes without `_total`. The help is a line without
    /// backslashes and quotes.
    pub fn counter(&mut self, name: &str, help: &str) -> Family<'_> {
        let sample = format!("{name}_total");
        // Of the two, only OpenMetrics has a name for the family that is not the one of its samples.
        let own = match self.form {
            Form::Text => &sample,
            Form::OpenMetrics => name,
        };
        self.head(own, "counter", help);
        Family { text: &mut self.text, name: sample }
    }

    /// Begins a family of what rises and falls.
    pub fn gauge(&mut self, name: &str, help: &str) -> Family<'_> {
        self.head(name, "gauge", help);
        Family { text: &mut self.text, name: name.to_owned() }
    }

    /// Writes a family of one histogram, in seconds.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, "histogram", help);
        let (counts, all) = histogram.counts();
        let mut buckets = Family { text: &mut self.text, name: format!("{name}_bucket") };
        for (bound, count) in counts {
            buckets.add(&[("le", bound)], count);
        }
        buckets.add(&[("le", "+Inf")], all);
        let mut of_all = |ending, value: &dyn Display| {
            Family { text: &mut self.text, name: format!("{name}_{ending}") }.add(&[], value);
        };
        of_all("sum", &histogram.sum().as_secs_f64());
        of_all("count", &all);
    }

    /// Ends the page, and gives it.
    #[must_use]
    pub fn finish(mut self) -> String {
        if self.form == Form::OpenMetrics {
            self.text.push_str("# EOF\n");
        }
        self.text
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a string does not fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
}

impl Family<'_> {
    /// Writes one number, with the labels that tell it from the others of its family.
    pub fn add(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(&self.name);
        for (index, (name, label)) in labels.iter().enumerate() {
            self.text.push(if index == 0 { '{' } else { ',' });
            self.text.push_str(name);
            self.text.push_str("=\"");
            for c in label.chars() {
                match c {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    c => self.text.push(c),
                }
            }
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        // Writing into a string does not fail.
        let _ = writeln!(self.text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metrics::histogram::OF_TURNS;

    fn page(form: Form) -> String {
        let mut page = Exposition::new(form);
        let mut family = page.counter("a", "Counts.");
        family.add(&[("feed", "x\"\\\n食"), ("code", "200")], 3);
        family.add(&[("feed", ""), ("code", "404")], 1);
        page.gauge("b", "Measures.").add(&[], 2.5);
        let histogram = Histogram::new(&OF_TURNS[..1]);
        histogram.note(Duration::from_millis(250));
        page.histogram("c_seconds", "Takes.", &histogram);
        page.finish()
    }

    #[test]
    fn both_forms_are_written_as_they_are_read() {
        let samples = "a_total{feed=\"x\\\"\\\\\\n食\",code=\"200\"} 3\n\
                       a_total{feed=\"\",code=\"404\"} 1\n";
        let rest = "# HELP b Measures.\n# TYPE b gauge\nb 2.5\n\
                    # HELP c_seconds Takes.\n# TYPE c_seconds histogram\n\
                    c_seconds_bucket{le=\"0.001\"} 0\nc_seconds_bucket{le=\"+Inf\"} 1\n\
                    c_seconds_sum 0.25\nc_seconds_count 1\n";
        let head = |name| format!("# HELP {name} Counts.\n# TYPE {name} counter\n");
        assert_eq!(page(Form::Text), format!("{}{samples}{rest}", head("a_total")));
        assert_eq!(page(Form::OpenMetrics), format!("{}{samples}{rest}# EOF\n", head("a")));
    }

    #[test]
    fn the_form_is_what_is_asked_for() {
        let of_prometheus = "application/openmetrics-text;version=1.0.0;q=0.8,\
                             text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for (accept, form) in [
            ("", Form::Text),
            ("*/*", Form::Text),
            ("text/plain", Form::Text),
            (of_prometheus, Form::OpenMetrics),
            ("Application/OpenMetrics-Text", Form::OpenMetrics),
            ("application/openmetrics-text;q=0", Form::Text),
            ("application/openmetrics-text;q=0.4, text/plain;q=0.5", Form::Text),
            ("application/openmetrics-text;q=much", Form::Text),
        ] {
            assert_eq!(Form::choose(accept), form, "{accept}");
        }
    }
}
