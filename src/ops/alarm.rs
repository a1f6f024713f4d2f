//! Waiting for a time of day.
//!
//! A service waits for minutes that may be months away, on machines that sleep and whose clocks are set.
//! So it is the clock of the day that wakes it, and every change of that clock does as well.

use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;

use chrono::Utc;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

use crate::model::date::Timestamp;

/// What tells the time of day, and waits for it.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Gives the present time.
    fn now(&self) -> Timestamp;

    /// Waits until a time has come, or the clock was set; for ever without a time.
    fn reach<'a>(
        &'a self,
        at: Option<Timestamp>,
    ) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>>;
}

/// The clock of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock that is outside the years 1 to 9999 tells nothing that a feed could say.
        Timestamp::from_date(&Utc::now()).unwrap_or(Timestamp::EPOCH)
    }

    fn reach<'a>(
        &'a self,
        at: Option<Timestamp>,
    ) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>> {
        Box::pin(async move {
            match at {
                Some(at) => reach(at).await,
                None => std::future::pending().await,
            }
        })
    }
}

/// Waits by a timer of the system that goes on while the machine sleeps (timerfd, `CLOCK_REALTIME`),
/// and ends as well when the clock is set.
async fn reach(at: Timestamp) -> io::Result<()> {
    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    let timer = timerfd_create(TimerfdClockId::Realtime, flags)?;
    // A time of nothing would disarm the timer, and one before 1970 is none.
    let value = Timespec { tv_sec: at.unix().max(1), tv_nsec: 0 };
    let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&timer, flags, &once)?;
    // It is readable once it has run out, and once the clock was set; either is enough to know.
    drop(waiting(timer)?.readable().await?);
    Ok(())
}

/// Lets the runtime wait for a timer.
#[allow(unsafe_code)]
fn waiting(timer: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd is open until it is dropped, which only happens with what is made here, and it
    // always gives the same descriptor.
    Ok(unsafe { AsyncFd::register(timer) }?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_has_passed_is_reached_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        runtime.expect("started").block_on(async {
            let now = SystemClock.now();
            SystemClock.reach(Some(now.plus_seconds(-5))).await.expect("reached");
            SystemClock.reach(Some(now)).await.expect("reached");
        });
    }
}
