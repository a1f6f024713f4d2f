//! The pages of an archive: documents that together hold the whole history of a feed (RFC 5005 §4).

use chrono::Datelike;
use chrono_tz::Tz;

use crate::model::date::Timestamp;

/// A page of an archive. Of two pages of one archive the lesser is the older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// The entries of a month: its year times 100, and the number of the month.
    Month(i64),
    /// So many entries, in the order in which they were first seen. The oldest page has the number 1.
    Number(i64),
}

impl Page {
    /// Gives the page of the month in which a time lies, in a zone.
    #[must_use]
    pub fn of_month(time: Timestamp, zone: Tz) -> Self {
        let date = time.utc().with_timezone(&zone);
        Self::Month(i64::from(date.year()) * 100 + i64::from(date.month()))
    }

    /// Gives the number by which it stands among the pages of its archive.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Month(number) | Self::Number(number) => number,
        }
    }

    /// Gives the word for it in names of files: `2024-05` or `12`.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Month(number) => format!("{:04}-{:02}", number / 100, number % 100),
            Self::Number(number) => number.to_string(),
        }
    }

    /// Tells whether a word could be that for a page.
    #[must_use]
    pub fn is_label(word: &str) -> bool {
        let are_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match word.split_once('-') {
            Some((year, month)) => {
                (year.len(), month.len()) == (4, 2) && are_digits(year) && are_digits(month)
            }
            None => are_digits(word),
        }
    }
}

/// Where a document stands in the history of its feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The page that the document is; `None` for the one that people subscribe to.
    pub page: Option<Page>,
    /// The page before it. Of the document that people subscribe to, this is the newest page, which
    /// holds entries of that document too.
    pub older: Option<Page>,
    /// The page after it.
    pub newer: Option<Page>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_again() {
        for (page, label) in [
            (Page::Month(202_405), "2024-05"),
            (Page::Month(112), "0001-12"),
            (Page::Number(1), "1"),
            (Page::Number(12_345), "12345"),
        ] {
            assert_eq!(page.label(), label);
            assert!(Page::is_label(label), "{label}");
        }
        for other in ["", "-", "2024-", "2024-5", "24-05", "a", "2024-05-06", "１"] {
            assert!(!Page::is_label(other), "{other}");
        }
    }
}
