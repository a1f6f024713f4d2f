//! The fixed words of the page, in one place, so that they can be told in other languages.

/// The fixed words of the page in one language.
pub(super) struct Words {
    /// The language that the words are in (BCP 47).
    pub(super) language: &'static str,
    /// The direction of that language, as in HTML's `dir`.
    pub(super) direction: &'static str,
    /// Leads past the head of the page.
    pub(super) skip: &'static str,
    /// Leads to the site that the feed belongs to.
    pub(super) home: &'static str,
    /// Stands above the addresses of the feed.
    pub(super) subscribe: &'static str,
    /// Tells what a feed is and what to do with its address.
    pub(super) what_is_a_feed: &'static str,
    /// Leads to the list of all feeds.
    pub(super) all_feeds: &'static str,
    /// Stands above the names of the other feeds.
    pub(super) more_feeds: &'static str,
    /// Stands above the entries.
    pub(super) entries: &'static str,
    /// Stands for the entries when there is none.
    pub(super) no_entries: &'static str,
    /// Leads to the page of entries before these.
    pub(super) older: &'static str,
    /// Leads to the page of entries after these.
    pub(super) newer: &'static str,
    /// Stands before the date of the latest change.
    pub(super) updated: &'static str,
    /// Opens the content of an entry.
    pub(super) read_in_full: &'static str,
    /// Names the tags of an entry.
    pub(super) tags: &'static str,
    /// Stands for the title of a file of sound.
    pub(super) sound: &'static str,
    /// Stands for the title of a film.
    pub(super) film: &'static str,
    /// Stands for the title of any other file.
    pub(super) file: &'static str,
    /// Stands before the name of the program.
    pub(super) made_with: &'static str,
}

/// The words in English.
pub(super) const ENGLISH: Words = Words {
    language: "en",
    direction: "ltr",
    skip: "Skip to the entries",
    home: "To the site",
    subscribe: "Subscribe",
    what_is_a_feed: "A feed brings new entries to you: copy one of these addresses into a feed \
                     reader, and it will show them as they appear.",
    all_feeds: "All feeds, as a list for feed readers (OPML)",
    more_feeds: "More feeds",
    entries: "Entries",
    no_entries: "No entries yet.",
    older: "Older entries",
    newer: "Newer entries",
    updated: "updated",
    read_in_full: "Read in full",
    tags: "Tags",
    sound: "Sound",
    film: "Film",
    file: "File",
    made_with: "Made with",
};
