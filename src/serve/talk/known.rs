//! Answers that were given just now, as they went out: many readers ask for the same thing in the same
//! words.
//!
//! Invariant: what is given again is, but for its date, what would be made anew. It was made from one shelf,
//! and is forgotten with it.

use std::collections::HashMap;
use std::fs::File;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

use crate::config::meant::Coding;
use crate::publish::shelf::{Item, Shelf};
use crate::serve::tally::Share;

/// Threads share a drawer only if there are more of them.
const DRAWERS: usize = 16;

/// How many answers are in a drawer at most, to proxies and to others.
const MOST_ANSWERS: usize = 32;

/// How many bytes a request has at most whose answer is kept.
const LONGEST_REQUEST: usize = 1024;

/// An answer that was given.
#[derive(Debug)]
pub(super) struct Given {
    /// Its beginning, up to the date.
    pub(super) beginning: Vec<u8>,
    /// The document that it carries, in a coding.
    pub(super) carries: Option<(Weak<Item>, Option<Coding>)>,
    /// Whether nothing is to follow it.
    pub(super) is_last: bool,
    /// What it counts for.
    pub(super) share: Share,
    /// Who asked, where a proxy tells that.
    pub(super) told_client: Option<IpAddr>,
}

impl Given {
    /// Gives what follows the head; `None` where that is no longer at hand.
    pub(super) fn body(&self) -> Option<Payload> {
        match &self.carries {
            Some((item, coding)) => {
                let item = item.upgrade()?;
                let file = item.file(*coding).cloned();
                Some(Payload { bytes: item.at_hand(*coding)?.clone(), file })
            }
            None => Some(Payload::default()),
        }
    }
}

/// What follows the head of an answer.
#[derive(Debug, Default)]
pub(super) struct Payload {
    pub(super) bytes: Bytes,
    /// A file that has the same bytes, if there is one.
    pub(super) file: Option<Arc<File>>,
}

/// Answers by their requests.
#[derive(Debug, Default)]
pub(in crate::serve) struct Known([Mutex<Drawer>; DRAWERS]);

/// The answers that a thread has given.
#[derive(Debug, Default)]
struct Drawer {
    /// What they were made from.
    shelf: Weak<Shelf>,
    answers: HashMap<Bytes, Arc<Given>>,
    /// Those to requests that proxies made.
    to_proxies: HashMap<Bytes, Arc<Given>>,
}

impl Known {
    /// Finds what is given from a shelf to a request, which a proxy may have made.
    pub(super) fn find(
        &self,
        request: &[u8],
        shelf: &Arc<Shelf>,
        is_of_proxy: bool,
    ) -> Option<Arc<Given>> {
        let mut drawer = self.drawer().lock().unwrap_or_else(PoisonError::into_inner);
        drawer.is_of(shelf).then(|| drawer.answers(is_of_proxy).get(request).cloned()).flatten()
    }

    /// Keeps what was given from a shelf to a request, which a proxy may have made.
    pub(super) fn keep(
        &self,
        request: &Bytes,
        shelf: &Arc<Shelf>,
        is_of_proxy: bool,
        given: Given,
    ) {
        if request.len() > LONGEST_REQUEST {
            return;
        }
        let mut drawer = self.drawer().lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever never asks twice in the same words can only make the others wait for what they would
        // wait for without any of this.
        if !drawer.is_of(shelf) || drawer.answers(is_of_proxy).len() >= MOST_ANSWERS {
            *drawer = Drawer { shelf: Arc::downgrade(shelf), ..Drawer::default() };
        }
        drawer.answers(is_of_proxy).insert(request.clone(), Arc::new(given));
    }

    fn drawer(&self) -> &Mutex<Drawer> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % DRAWERS;
        }
        &self.0[OWN.with(|own| *own)]
    }
}

impl Drawer {
    fn answers(&mut self, is_of_proxy: bool) -> &mut HashMap<Bytes, Arc<Given>> {
        if is_of_proxy { &mut self.to_proxies } else { &mut self.answers }
    }

    fn is_of(&self, shelf: &Arc<Shelf>) -> bool {
        std::ptr::eq(self.shelf.as_ptr(), Arc::as_ptr(shelf))
    }
}
