//! A place in a date that is being read.

/// What is still to be read. Copies of it are places to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    pub(super) fn is_at_end(self) -> bool {
        self.rest.is_empty()
    }

    /// Skips blanks; tells whether there were any.
    pub(super) fn blanks(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start();
        self.rest.len() < before
    }

    /// Takes one of these characters.
    pub(super) fn symbol(&mut self, wanted: &[char]) -> Option<char> {
        let c = self.rest.chars().next().filter(|c| wanted.contains(c))?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Takes ASCII letters without regard to case, as far as they stand there as a whole word.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.take_while(|c| c.is_ascii_alphabetic())
    }

    /// Takes all digits that stand here; `None` when their number is not within the range.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let mut ahead = *self;
        let digits = ahead.take_while(|c| c.is_ascii_digit())?;
        if !(least..=most).contains(&digits.len()) {
            return None;
        }
        *self = ahead;
        Some(digits)
    }

    /// Takes a number of one or two digits.
    pub(super) fn short_number(&mut self) -> Option<u32> {
        self.digits(1, 2)?.parse().ok()
    }

    /// Takes characters as long as they fit; `None` when there are none.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!taken.is_empty()).then_some(taken)
    }
}
