//! The same work for each of several things, on all threads.

use rayon::prelude::*;

/// Gives what comes of each thing. Where at most one of them is `work`, it is done at once: to wake another
/// thread and to wait for it takes about as long as to read an article.
pub(super) fn map<'a, T, R>(
    things: &'a [T],
    is_work: impl Fn(&T) -> bool,
    work: impl Fn(&'a T) -> R + Sync + Send,
) -> Vec<R>
where
    T: Sync,
    R: Send,
{
    if things.iter().filter(|thing| is_work(thing)).nth(1).is_some() {
        things.par_iter().map(work).collect()
    } else {
        things.iter().map(work).collect()
    }
}
