//! The order of entries.

use serde::{Deserialize, Serialize};

use crate::config::meant::Order;
use crate::model::article::Listed;

/// Where an article stands in an order: the lesser one first. Equals stand in the order of their ids,
/// so that an order never depends on that of files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rank {
    /// By a time.
    Number(i64),
    /// By a text.
    Text(String),
}

/// Gives the rank of an article as a feed wants it.
#[must_use]
pub fn rank(order: Order, article: &Listed) -> Rank {
    match order {
        Order::Newest => Rank::Number(-article.published.unix()),
        Order::Oldest => Rank::Number(article.published.unix()),
        Order::Updated => Rank::Number(-article.updated.unix()),
        Order::Title => Rank::Text(article.head.title.to_lowercase()),
    }
}
