//! The fixed words of the pages, in one place, so that they can be told in other languages.

/// The fixed words of the page in one language.
pub(super) struct Words {
    /// The language that the words are in (BCP 47).
    pub(super) language: &'static str,
    /// The direction of that language, as in HTML's `dir`.
    pub(super) direction: &'static str,
    /// Leads past the head of the page.
    pub(super) skip: &'static str,
    /// Leads past the head of the page that lists all feeds.
    pub(super) skip_to_feeds: &'static str,
    /// Stands above the addresses of the feed.
    pub(super) subscribe: &'static str,
    /// Tells what a feed is and what to do with its address.
    pub(super) what_is_a_feed: &'static str,
    /// Leads to the list of all feeds.
    pub(super) all_feeds: &'static str,
    /// Copies an address.
    pub(super) copy: &'static str,
    /// Tells that it was copied.
    pub(super) copied: &'static str,
    /// Tells that it could not be copied, and is marked instead.
    pub(super) not_copied: &'static str,
    /// Tells that the page shows what is new: `{arrived}` entries.
    pub(super) renewed: &'static str,
    /// Stands for the names of readers that can be asked to subscribe.
    pub(super) readers: &'static str,
    /// Stands for the reader of this machine.
    pub(super) own_reader: &'static str,
    /// Stands above the feeds.
    pub(super) feeds: &'static str,
    /// Stands for the feeds when there is none.
    pub(super) no_feeds: &'static str,
    /// Stands above what is looked for.
    pub(super) search: &'static str,
    /// Tells how many feeds were found: `{found}` of `{all}`.
    pub(super) found: &'static str,
    /// Tells that none was found.
    pub(super) none_found: &'static str,
    /// Stands behind the number 1.
    pub(super) article: &'static str,
    /// Stands behind any other number of articles.
    pub(super) articles: &'static str,
    /// Stands before numbers of articles, month by month.
    pub(super) cadence: &'static str,
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

impl Words {
    /// Tells a number of articles.
    pub(super) fn size(&self, articles: u64) -> String {
        format!("{articles} {}", if articles == 1 { self.article } else { self.articles })
    }
}

/// The words in English.
pub(super) const ENGLISH: Words = Words {
    language: "en",
    direction: "ltr",
    skip: "Skip to the entries",
    skip_to_feeds: "Skip to the feeds",
    subscribe: "Subscribe",
    what_is_a_feed: "A feed brings new entries to you: copy one of these addresses into a feed \
                     reader, and it will show them as they appear.",
    all_feeds: "All feeds, as a list for feed readers (OPML)",
    copy: "Copy",
    copied: "Copied",
    not_copied: "Marked: copy it by the keyboard",
    renewed: "The page was renewed; new on it: {arrived}",
    readers: "Subscribe with",
    own_reader: "Reader on this device",
    feeds: "Feeds",
    no_feeds: "No feeds yet.",
    search: "Search feeds and titles",
    found: "{found} of {all} feeds",
    none_found: "No feed has these words.",
    article: "article",
    articles: "articles",
    cadence: "Articles in each month",
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
