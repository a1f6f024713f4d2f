//! The articles read whole: from the catalog while their files have the same bytes, else from the
//! files.

use std::path::PathBuf;

use crate::catalog::files::FileKey;
use crate::catalog::identity::Found;
use crate::catalog::wholes::{Article, Kept};
use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;
use crate::mill::fresh::Fresh;
use crate::mill::stock::{self, Depth};
use crate::mill::threads;
use crate::model::article::{Head, Whole};
use crate::model::file::SeedFile;
use crate::model::id::{Digest, digest};
use crate::model::report::Report;
use crate::read;
use crate::read::head::ReadHead;

/// Reads articles whole, and remembers what can't be read.
#[derive(Debug)]
pub(super) struct Library<'a> {
    settings: &'a Settings,
    /// Whether a file must have the bytes that the catalog knows.
    is_guarded: bool,
    /// What the catalog heard of in this turn.
    fresh: Fresh,
    /// Files that have other bytes by now: input folder and path.
    restless: Vec<(usize, PathBuf)>,
    reports: Vec<Report>,
}

impl<'a> Library<'a> {
    pub(super) fn new(settings: &'a Settings, is_guarded: bool, fresh: Fresh) -> Self {
        Self { settings, is_guarded, fresh, restless: Vec::new(), reports: Vec::new() }
    }

    /// Gives articles whole, in the order asked for; `None` for one whose file can't be read any
    /// more, or may be half written. What must be parsed is parsed on all threads, and kept for the next time.
    pub(super) fn wholes(
        &mut self,
        catalog: &Catalog,
        keys: &[FileKey],
    ) -> Result<Vec<Option<Article>>, CatalogError> {
        self.get(catalog, keys, true)
    }

    /// Does the same for articles that are not asked for again soon.
    pub(super) fn wholes_in_passing(
        &mut self,
        catalog: &Catalog,
        keys: &[FileKey],
    ) -> Result<Vec<Option<Article>>, CatalogError> {
        self.get(catalog, keys, false)
    }

    fn get(
        &mut self,
        catalog: &Catalog,
        keys: &[FileKey],
        keeps: bool,
    ) -> Result<Vec<Option<Article>>, CatalogError> {
        let inputs = &self.settings.input.folders;
        let mut all_kept = Vec::with_capacity(keys.len());
        let mut missing = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let kept = catalog.whole(key)?;
            if kept.is_none() {
                missing.extend(catalog.seed_file(key, inputs)?.map(|file| (index, file)));
            }
            all_kept.push(kept);
        }
        let article = |kept: &Option<Kept>| kept.as_ref().map(Kept::article).transpose();
        let articles = threads::map(&all_kept, Option::is_some, article).into_iter();
        let mut articles = articles.collect::<Result<Vec<_>, CatalogError>>()?;
        let read = |(index, file): &(usize, SeedFile)| {
            read(self.settings, &self.fresh, &keys[*index], file)
        };
        let read = threads::map(&missing, |_| true, read);
        for ((index, file), read) in missing.into_iter().zip(read) {
            match read {
                Ok(read) => {
                    if self.is_guarded && catalog.hash_of(&keys[index])? != Some(read.hash) {
                        self.restless.push((file.folder.input, file.folder.path.join(&file.name)));
                        continue;
                    }
                    if keeps {
                        catalog.put_whole(&keys[index], &read.hash, &read.article)?;
                    }
                    catalog.add_reports(&keys[index], &read.reports)?;
                    articles[index] = Some(read.article);
                }
                Err(_) if self.is_guarded && stock::is_gone(&file) => {
                    self.restless.push((file.folder.input, file.folder.path.join(&file.name)));
                }
                Err(report) => self.reports.push(report.in_file(file.shown())),
            }
        }
        Ok(articles)
    }

    /// Gives the files that were changed since the catalog heard of them, and may be half written.
    pub(super) fn take_restless(&mut self) -> Vec<(usize, PathBuf)> {
        std::mem::take(&mut self.restless)
    }

    /// Gives what was not as it should be with the files.
    pub(super) fn into_reports(self) -> Vec<Report> {
        self.reports
    }
}

/// An article that was just read whole.
pub(crate) struct ReadWhole {
    /// The digest of the bytes that were read.
    pub(crate) hash: Digest,
    pub(crate) article: Article,
    /// What was not as it should be in its content.
    pub(crate) reports: Vec<Report>,
}

/// Reads all of an article, from what is there of its bytes.
fn read(
    settings: &Settings,
    fresh: &Fresh,
    key: &FileKey,
    file: &SeedFile,
) -> Result<ReadWhole, Report> {
    fresh.get(key).map_or_else(
        || read_whole(settings, file),
        |bytes| {
            let path = file.path();
            let head = stock::head(bytes, stock::context(settings, &path, Depth::Showing));
            whole_of(settings, file, bytes, head)
        },
    )
}

/// Reads all of an article from its file.
pub(crate) fn read_whole(settings: &Settings, file: &SeedFile) -> Result<ReadWhole, Report> {
    let mut bytes = Vec::new();
    let opened = stock::open(settings, file, Depth::Showing, &mut bytes)?;
    whole_of(settings, file, &bytes, opened.head)
}

fn whole_of(
    settings: &Settings,
    file: &SeedFile,
    bytes: &[u8],
    head: Result<ReadHead, Vec<Report>>,
) -> Result<ReadWhole, Report> {
    let head = match head {
        Ok(read) => read.head,
        Err(reports) => {
            let none = || Report::error("unreadable", "the file holds no article any more");
            return Err(reports.into_iter().next().unwrap_or_else(none));
        }
    };
    let path = file.path();
    let (whole, reports) =
        read::whole(bytes, &head, stock::context(settings, &path, Depth::Showing));
    let hash = digest(bytes);
    Ok(ReadWhole { hash, article: Article { head, whole }, reports })
}

/// Digests what matters to subscribers of the article in a file, which is read whole and kept.
pub(super) fn matter(
    settings: &Settings,
    catalog: &Catalog,
    fresh: &Fresh,
    found: &Found,
) -> Result<Option<Digest>, CatalogError> {
    let key = found.changed.key();
    let Ok(read) = read(settings, fresh, &key, &found.changed.file) else { return Ok(None) };
    catalog.put_whole(&key, &read.hash, &read.article)?;
    Ok(Some(matter_of(settings, &read.article.head, &read.article.whole)))
}

/// Digests the title, the page and the text of an article, less white space and markup. A page on the
/// site itself is taken without the site's address, which may change while the article does not.
pub(super) fn matter_of(settings: &Settings, head: &Head, whole: &Whole) -> Digest {
    let page = head.permalink.as_ref().filter(|_| head.permalink_is_declared);
    let page = page.map_or("", url::Url::as_str);
    let page = page.strip_prefix(settings.site.url.as_str()).unwrap_or(page);
    let files = whole.enclosures.iter().map(|enclosure| enclosure.url.as_str());
    let text = whole.text.split_whitespace().collect::<String>();
    let parts = [head.title.as_str(), page, &text].into_iter().chain(files);
    digest(parts.collect::<Vec<_>>().join("\n").as_bytes())
}
