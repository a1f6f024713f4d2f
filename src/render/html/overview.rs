//! The page that lists all feeds.

use askama::Template;
use chrono_tz::Tz;
use url::Url;

use crate::model::document::Document;
use crate::model::feed::{
    Feed, Format, LIST_PATH, OVERVIEW_PATH, SCRIPT_PATH, STYLESHEET_PATH, document_address,
};
use crate::model::glance::Headline;
use crate::model::overview::{Card, Overview, Shelf};
use crate::model::text::Text;
use crate::render::html::cadence::Bars;
use crate::render::html::direction;
use crate::render::html::entry::{Date, anchor, web_address};
use crate::render::html::ways::{Subscription, Ways, below};
use crate::render::html::words::{ENGLISH, Words};

/// How many feeds of a group are shown with all that is told of them. A larger group is an index of
/// titles: who looks for one of hundreds knows its name.
const MOST_CARDS: usize = 24;

/// What the links of the page begin with: a title may be taken for a scheme otherwise.
const HERE: &str = "./";

/// Renders the page. The same feeds give the same bytes.
#[must_use]
pub fn overview(overview: &Overview) -> Document {
    let page = Page::of(overview).to_string();
    Document::text(OVERVIEW_PATH, Format::Html.content_type(), page)
}

/// What the template `overview.html` shows.
#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    overview: &'a Overview,
    words: &'a Words,
    direction: &'static str,
    generator: &'static str,
    stylesheet: &'static str,
    script: &'static str,
    list: &'static str,
    /// What browsers and readers find by themselves: the titles of feeds, and their documents.
    offers: Vec<(&'a Text, Subscription)>,
    shelves: Vec<ShelfView<'a>>,
}

/// The feeds of one group, or those without one: as cards, or as an index of titles.
struct ShelfView<'a> {
    group: Option<&'a Text>,
    cards: Vec<CardView<'a>>,
    index: Vec<TitleView<'a>>,
}

/// A feed in an index.
struct TitleView<'a> {
    title: &'a Text,
    language: &'a str,
    link: String,
    /// How many articles it stands for.
    size: String,
}

/// What the template `card.html` shows.
struct CardView<'a> {
    title: &'a Text,
    /// A sentence about it, where that is not the one about the site.
    description: Option<&'a Text>,
    language: &'a str,
    direction: &'static str,
    /// The name of its place in the page.
    anchor: String,
    /// Its page, or its document where it has none.
    link: String,
    /// How many articles it stands for.
    size: String,
    bars: Option<Bars>,
    headlines: Vec<HeadlineView<'a>>,
    ways: Ways,
}

/// An entry by its title.
struct HeadlineView<'a> {
    title: &'a Text,
    language: &'a str,
    direction: &'static str,
    /// The page of the article, or its place on the page of the feed.
    link: Option<String>,
    published: Date,
}

impl<'a> Page<'a> {
    fn of(overview: &'a Overview) -> Self {
        Self {
            words: &ENGLISH,
            direction: direction(&overview.language),
            generator: env!("CARGO_PKG_NAME"),
            stylesheet: STYLESHEET_PATH,
            script: SCRIPT_PATH,
            list: LIST_PATH,
            offers: overview.shelves.iter().flat_map(|shelf| offers(shelf, overview)).collect(),
            shelves: overview.shelves.iter().map(|shelf| ShelfView::of(shelf, overview)).collect(),
            overview,
        }
    }
}

/// Lists what is offered of a shelf: all documents of the feed at the root, and of the others that are
/// shown the first one.
fn offers<'a>(shelf: &'a Shelf, overview: &Overview) -> Vec<(&'a Text, Subscription)> {
    let is_offered = |card: &&Card| card.folder.is_empty() || !is_long(shelf);
    let of_card = |card: &'a Card| {
        let ways = Ways::of(&overview.root, &card.folder, &card.formats, HERE);
        let most = if card.folder.is_empty() { usize::MAX } else { 1 };
        ways.subscriptions.into_iter().take(most).map(|one| (&card.title, one))
    };
    shelf.cards.iter().filter(is_offered).flat_map(of_card).collect()
}

fn is_long(shelf: &Shelf) -> bool {
    shelf.cards.len() > MOST_CARDS
}

impl<'a> ShelfView<'a> {
    fn of(shelf: &'a Shelf, overview: &'a Overview) -> Self {
        let (cards, index) = if is_long(shelf) {
            let titles = shelf.cards.iter().map(|card| TitleView::of(card, overview));
            (Vec::new(), titles.collect())
        } else {
            let cards = shelf.cards.iter().map(|card| CardView::of(card, overview));
            (cards.collect(), Vec::new())
        };
        Self { group: shelf.group.as_ref(), cards, index }
    }
}

impl<'a> TitleView<'a> {
    fn of(card: &'a Card, overview: &Overview) -> Self {
        Self {
            title: &card.title,
            language: card.language.as_str(),
            link: link(card, &overview.root),
            size: ENGLISH.size(card.glance.articles),
        }
    }
}

impl<'a> CardView<'a> {
    fn of(card: &'a Card, overview: &'a Overview) -> Self {
        let ways = Ways::of(&overview.root, &card.folder, &card.formats, HERE);
        let link = link(card, &overview.root);
        let page = card.formats.contains(&Format::Html).then_some(link.as_str());
        let glance = &card.glance;
        let headline = |one: &'a Headline| HeadlineView::of(one, card, page, overview.time_zone);
        Self {
            title: &card.title,
            description: Some(&card.description)
                .filter(|own| !own.is_empty() && **own != overview.description),
            language: card.language.as_str(),
            direction: direction(&card.language),
            anchor: anchor("feed", &card.folder),
            headlines: glance.headlines.iter().map(headline).collect(),
            link: link.clone(),
            size: ENGLISH.size(glance.articles),
            bars: glance.cadence.as_ref().map(Bars::of),
            ways,
        }
    }
}

/// Links the page of a feed, or its first document where it has none. A relative link leads there from
/// a disk, too.
fn link(card: &Card, root: &Url) -> String {
    let page = card.formats.iter().find(|format| **format == Format::Html);
    let Some(format) = page.or(card.formats.first()) else { return HERE.to_owned() };
    let address = document_address(root, &Feed::path_in(&card.folder, None, *format));
    format!("{HERE}{}", below(root, &address))
}

impl<'a> HeadlineView<'a> {
    fn of(headline: &'a Headline, card: &'a Card, page: Option<&str>, zone: Tz) -> Self {
        let own = headline.language.as_ref();
        let permalink = headline.permalink.as_ref().and_then(web_address).map(ToOwned::to_owned);
        let place = || page.map(|page| format!("{page}#{}", anchor("entry", &headline.id)));
        Self {
            title: &headline.title,
            language: own.unwrap_or(&card.language).as_str(),
            direction: own.map_or("auto", direction),
            link: permalink.or_else(place),
            published: Date::day(headline.published, zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::date::Timestamp;
    use crate::model::glance::{Cadence, Glance};
    use crate::model::language::Language;
    use crate::render::html::tests::Read;

    /// Text that breaks a page wherever it is not escaped.
    const HOSTILE: &str =
        r#"</title></a><script>alert(1)</script> "' onload=x & &amp; {{ title }}"#;

    fn card(title: &str, folder: &str, formats: &[Format], language: &str) -> Card {
        Card {
            title: Text::new(title),
            description: Text::new(""),
            language: Language::parse(language).expect("well-formed"),
            folder: folder.to_owned(),
            formats: formats.to_vec(),
            glance: Glance::default(),
        }
    }

    fn headline(title: &str, page: Option<&str>, language: Option<&str>) -> Headline {
        Headline {
            id: Text::new(title),
            title: Text::new(title),
            permalink: page.map(|page| Url::parse(page).expect("an address")),
            published: Timestamp::from_unix(1_715_871_600).expect("in range"),
            language: language.and_then(Language::parse),
        }
    }

    fn shelf(group: Option<&str>, cards: Vec<Card>) -> Shelf {
        Shelf { group: group.map(Text::new), cards }
    }

    fn told(title: &str, shelves: Vec<Shelf>) -> Overview {
        Overview {
            title: Text::new(title),
            description: Text::new("What the mill grinds"),
            language: Language::parse("en").expect("well-formed"),
            image: None,
            rights: None,
            time_zone: Tz::Asia__Tokyo,
            root: Url::parse("https://feeds.example/out/").expect("an address"),
            shelves,
        }
    }

    fn page(shelves: Vec<Shelf>) -> Read {
        Read::of(&overview(&told("Bread & Salt", shelves)))
    }

    #[test]
    fn feeds_stand_on_their_shelves_in_order() {
        let all = Format::ALL;
        let page = page(vec![
            shelf(None, vec![card("Everything", "", &all, "en")]),
            shelf(
                Some("tag"),
                vec![card("食", "tag/食", &all, "zh"), card("B", "b", &[Format::Atom], "en")],
            ),
        ]);
        assert_eq!(page.texts("h1"), ["Bread & Salt"]);
        assert_eq!(page.texts("h2"), ["Feeds", "tag"]);
        assert_eq!(page.texts("h3"), ["Everything", "食", "B"]);
        let links = ["./feed.html", "./tag/%E9%A3%9F/index.html", "./b/atom.xml"];
        assert_eq!(page.values("h3 a", "href"), links);
        let offered = page.values("link[rel=alternate]", "href");
        let names = ["rss.xml", "atom.xml", "feed.json", "tag/%E9%A3%9F/rss.xml", "b/atom.xml"];
        assert_eq!(offered, names.map(|name| format!("https://feeds.example/out/{name}")));
        assert_eq!(page.values(".tools a", "href"), ["feeds.opml"]);
        assert_eq!(page.values("script", "src"), ["feedmill.js"]);
    }

    #[test]
    fn a_feed_tells_how_much_it_stands_for_and_what_is_new() {
        let headlines = vec![
            headline("خبر", Some("https://a.example/1"), Some("ar")),
            headline("B", None, None),
            headline("C", Some("javascript:alert(1)"), None),
        ];
        let cadence = Cadence::of([(202_405, 3), (202_403, 1)]);
        let glance = Glance { articles: 1, cadence, updated: None, headlines };
        let with =
            |formats: &[Format]| Card { glance: glance.clone(), ..card("A", "a", formats, "en") };
        let page =
            page(vec![shelf(None, vec![with(&[Format::Rss, Format::Html]), with(&[Format::Rss])])]);
        assert_eq!(page.texts(".card .size")[0], "1 article");
        let bars = "Articles in each month, 2023-06 – 2024-05: 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3";
        assert_eq!(page.texts("svg[role=img] title")[0], bars);
        assert_eq!(page.values(".headlines li", "dir")[..3], ["rtl", "auto", "auto"]);
        assert_eq!(page.values(".headlines li", "lang")[..3], ["ar", "en", "en"]);
        assert_eq!(page.texts(".headlines time")[0], "2024-05-17");
        let b = format!("./a/index.html#{}", anchor("entry", "B"));
        let c = format!("./a/index.html#{}", anchor("entry", "C"));
        assert_eq!(
            page.values(".headlines a", "href"),
            ["https://a.example/1", &b, &c, "https://a.example/1"]
        );
    }

    #[test]
    fn a_large_group_is_an_index_of_titles() {
        let many = |count| {
            let cards = (0..count).map(|number| {
                card(&format!("T{number}"), &format!("t/{number}"), &Format::ALL, "en")
            });
            page(vec![shelf(Some("tag"), cards.collect())])
        };
        let (cards, index) = (many(MOST_CARDS), many(MOST_CARDS + 1));
        assert_eq!((cards.all(".card").len(), cards.all(".index li").len()), (MOST_CARDS, 0));
        assert_eq!((index.all(".card").len(), index.all(".index li").len()), (0, MOST_CARDS + 1));
        assert_eq!(index.values(".index a", "href")[7], "./t/7/index.html");
        assert!(index.all("link[rel=alternate]").is_empty());
        assert_eq!(index.texts(".index summary"), ["Feeds: 25"]);
    }

    #[test]
    fn what_needs_the_script_is_hidden_until_it_runs() {
        let page = page(vec![shelf(None, vec![card("A", "", &Format::ALL, "en")])]);
        assert_eq!(page.all(".search[hidden]").len(), 1);
        assert_eq!(page.values("label", "for"), page.values("input", "id"));
        assert_eq!(page.all("button:not([hidden])").len(), 0);
        assert_eq!(page.all("button.copy").len(), 3);
        assert!(page.all("style, [style], base, form, [onclick]").is_empty());
        assert_eq!(page.values(".skip", "href"), ["#feeds"]);
    }

    #[test]
    fn hostile_titles_stay_titles() {
        let glance = Glance { headlines: vec![headline(HOSTILE, None, None)], ..Glance::default() };
        let description = Text::new(HOSTILE);
        let card = Card { description, glance, ..card(HOSTILE, "a", &Format::ALL, "en") };
        let page = Read::of(&overview(&told(HOSTILE, vec![shelf(Some(HOSTILE), vec![card])])));
        assert_eq!(page.all("script").len(), 1);
        for place in ["head title", "h1", "h2", "h3", ".about", ".headlines a"] {
            assert_eq!(page.texts(place), [HOSTILE], "{place}");
        }
    }

    #[test]
    fn without_feeds_the_page_says_so() {
        assert_eq!(page(Vec::new()).texts("main"), ["No feeds yet."]);
    }
}
