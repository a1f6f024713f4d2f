//! What is told to systemd (`sd_notify(3)`). Without systemd, nothing is told to nobody.

use std::time::Duration;

use sd_notify::NotifyState;

/// Tells that the feeds are there, and in a line how things are.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Tells in a line how things are.
pub fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// Tells that the configuration is being read again; [`ready`] ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// Tells that the service is about to end.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Tells that the service is alive.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// Gives how often [`alive`] must be told: twice in the time after which systemd would end the service.
/// `None` where it does not watch.
#[must_use]
pub fn pulse() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

/// A service that can't tell is no worse a service: whoever does not listen has to do without.
fn tell(what: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(what);
}
