//! The order of entries.

use std::cmp::Ordering;

use crate::config::meant::Order;
use crate::model::article::Listed;

/// Compares two articles as a feed wants them. Ties are broken by id, so that the order never
/// depends on the order of files.
#[must_use]
pub fn compare(order: Order, a: &Listed, b: &Listed) -> Ordering {
    let first = match order {
        Order::Newest => b.published.cmp(&a.published),
        Order::Oldest => a.published.cmp(&b.published),
        Order::Updated => b.updated.cmp(&a.updated),
        Order::Title => a.head.title.to_lowercase().cmp(&b.head.title.to_lowercase()),
    };
    first.then_with(|| a.id.cmp(&b.id))
}
