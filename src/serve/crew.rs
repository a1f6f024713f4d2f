//! The threads that talk to clients.
//!
//! Each has its own events and timers, and a client stays with the thread that it was given to: threads
//! that share them wait for each other, and a part of the machine is idle while clients wait too.

use std::io;
use std::num::NonZero;
use std::thread;

use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

/// How many documents are read or coded at once for the clients of one thread.
const MOST_AT_WORK: usize = 2;

/// Threads, one for each processor. They end when this is dropped, with whatever they have left to do.
#[derive(Debug)]
pub(super) struct Crew {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    handle: Handle,
    /// The thread goes on as long as this is there.
    _stays: oneshot::Sender<()>,
}

impl Crew {
    /// Sets the threads to work.
    ///
    /// Errors: the system gives no threads.
    pub(super) fn begin() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        let members = (0..count).map(|_| Member::begin()).collect::<io::Result<_>>()?;
        Ok(Self { members })
    }

    /// Gives the runtimes of the threads.
    pub(super) fn handles(&self) -> Vec<Handle> {
        self.members.iter().map(|member| member.handle.clone()).collect()
    }
}

impl Member {
    fn begin() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .thread_name("serve-files")
            .max_blocking_threads(MOST_AT_WORK)
            // Who was answered goes on at once, where they are programs of this machine or its network: the
            // system would let them wait until this thread has nothing to do, or for a clock tick or two.
            .on_thread_park(thread::yield_now)
            .build()?;
        let handle = runtime.handle().clone();
        let (stays, ends) = oneshot::channel::<()>();
        thread::Builder::new().name("serve".to_owned()).spawn(move || {
            // It is dropped, never sent to.
            let _ = runtime.block_on(ends);
            // Whatever is left has had its time.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, _stays: stays })
    }
}

/// Gives the runtime that has the fewest clients; without a crew, the one that this runs in.
pub(super) fn least_busy(handles: &[Handle]) -> Handle {
    let least = handles.iter().min_by_key(|handle| handle.metrics().num_alive_tasks());
    least.cloned().unwrap_or_else(Handle::current)
}
