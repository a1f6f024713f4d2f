//! A bar for work that takes longer than a second.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::arguments::Common;
use crate::mill::Progress;

/// How long work may take in silence.
const PATIENCE: Duration = Duration::from_secs(1);

/// Draws the bar on standard error, if that is a terminal.
pub(super) struct Bar {
    started: Instant,
    shown: bool,
    inner: Mutex<ProgressBar>,
}

impl Bar {
    pub(super) fn new(common: &Common) -> Self {
        let shown = !common.quiet && !common.json && std::io::stderr().is_terminal();
        Self { started: Instant::now(), shown, inner: Mutex::new(ProgressBar::hidden()) }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.with(ProgressBar::finish_and_clear);
    }

    fn with(&self, act: impl FnOnce(&ProgressBar)) {
        if let Ok(bar) = self.inner.lock() {
            act(&bar);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, work: &'static str, steps: usize) {
        self.finish();
        if let Ok(mut bar) = self.inner.lock() {
            *bar = ProgressBar::hidden();
            bar.set_length(steps as u64);
            bar.set_message(work);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
                bar.set_style(style);
            }
        }
    }

    fn step(&self) {
        if !self.shown {
            return;
        }
        self.with(|bar| {
            bar.inc(1);
            if bar.is_hidden() && self.started.elapsed() > PATIENCE {
                bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            }
        });
    }
}
