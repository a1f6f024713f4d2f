//! From the configuration as typed to the configuration as meant.
//!
//! Every value is judged, and every fault told, before anything is given up.

mod amount;
mod feed;
mod filter;
mod former;
mod input;
mod matcher;
mod moment;
mod name;
mod pattern;
mod serve;
mod site;
mod value;
mod watch;

use std::collections::HashSet;

use chrono_tz::Tz;

use crate::config::error::{ConfigError, Fault};
use crate::config::layer::Origins;
use crate::config::meant::Settings;
use crate::config::typed::Typed;

/// Means what was typed; `origins` tells where each key was said, and `faulty` are the faults that
/// are known already: what depends on a faulty key is not judged.
pub(crate) fn settings(
    typed: &Typed,
    origins: &Origins,
    faulty: Vec<ConfigError>,
) -> Result<Settings, Vec<ConfigError>> {
    let mut findings = Findings { origins, errors: faulty };
    let site = site::site(&typed.site, &mut findings);
    let input = input::input(&typed.input, &mut findings);
    let output = input::output(&typed.output, &mut findings);
    let zone = site.as_ref().map_or(Tz::UTC, |site| site.time_zone);
    let feeds = feed::feeds(&typed.feed, zone, &mut findings);
    let state = findings.take("state.file", input::state(&typed.state, &typed.output));
    let watch = watch::watch(&typed.watch, &mut findings);
    let serve = serve::serve(&typed.serve, &mut findings);
    let places = input.zip(output).zip(state);
    match (site, places, feeds, watch, serve) {
        (Some(site), Some(((input, output), state)), Some(feeds), Some(watch), Some(serve))
            if findings.errors.is_empty() =>
        {
            let print = String::new();
            Ok(Settings { site, input, output, state, watch, serve, feeds, print })
        }
        _ => Err(findings.errors),
    }
}

/// What was found wrong so far.
pub(crate) struct Findings<'a> {
    origins: &'a Origins,
    errors: Vec<ConfigError>,
}

impl Findings<'_> {
    /// Notes a fault of a key.
    fn fault(&mut self, key: &str, fault: Fault) {
        self.errors.push(fault.at(self.origins.nearest(key), key));
    }

    /// Takes the value of a key, or notes its fault.
    fn take<T>(&mut self, key: &str, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.fault(key, fault)).ok()
    }

    /// Takes each element of a list, or notes the faults of those that have one.
    fn take_each<E, T>(
        &mut self,
        key: &str,
        elements: &[E],
        mean: impl Fn(&E) -> Result<T, Fault>,
    ) -> Option<Vec<T>> {
        let numbered = elements.iter().enumerate();
        let taken: Vec<Option<T>> = numbered
            .map(|(at, element)| self.take(&format!("{key}[{at}]"), mean(element)))
            .collect();
        taken.into_iter().collect()
    }

    /// Takes each element of a list that must not be empty.
    fn take_some<E, T>(
        &mut self,
        key: &str,
        elements: &[E],
        mean: impl Fn(&E) -> Result<T, Fault>,
    ) -> Option<Vec<T>> {
        if elements.is_empty() {
            self.fault(key, Fault::new("must not be an empty list"));
            return None;
        }
        self.take_each(key, elements, mean)
    }

    /// Gives the sections that have a fault: `site`, `feed[0]`.
    fn faulty_sections(&self) -> HashSet<&str> {
        self.errors.iter().filter_map(|error| error.key.split('.').next()).collect()
    }
}
