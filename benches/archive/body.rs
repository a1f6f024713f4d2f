//! The body of an article: HTML on one line, as the publisher's feed had it.

use crate::archive::publisher::Opening;
use crate::archive::words::Tongue;
use crate::archive::{Article, date};

/// An image of nothing, such as stands in the place of one that a script was to load.
const PLACEHOLDER: &str = "data:image/svg+xml;base64,PHN2Zy8+";

/// Writes a body of about 4.5 KB.
pub(crate) fn write(article: &mut Article) -> String {
    let opening = opening(article);
    let dateline = match article.publisher.opening {
        Opening::FirstLineDate => {
            format!("日期：{}<br/>", date(article.published).format("%a, %d %b %Y %H:%M:%S +0000"))
        }
        _ => String::new(),
    };
    let length = 3_600 + article.random.index(1_200);
    let text = paragraphs(article, length);
    let ending = ending(article);
    match article.publisher.opening {
        Opening::LooseText => format!("<div>\n{opening}{text}\n{ending}</div>"),
        _ => format!("{dateline}{opening}{text}{ending}"),
    }
}

/// Writes what stands above the text, by publisher.
fn opening(article: &mut Article) -> String {
    let (host, number) = (article.publisher.host, article.number);
    let picture = format!("https://{host}/pictures/{number}_w900.jpg");
    let caption = article.publisher.tongue.sentence(&mut article.random);
    let name = article.publisher.tongue.name(&mut article.random);
    let published = date(article.published);
    let iso = published.format("%Y-%m-%dT%H:%M:%S");
    match article.publisher.opening {
        Opening::DateImageCaption => format!(
            "{}<img src=\"{picture}\" width=\"100%\"><div><small style=\"color: #999;\">{caption}</small></div>",
            rfc_dateline(article)
        ),
        Opening::DateProxiedImage => format!(
            "{}<img src=\"https://images.proxy.example?url={host}/{number}.jpg\" width=\"100%\">\
             <div><small style=\"color: #999;\">{caption}</small></div>",
            rfc_dateline(article)
        ),
        Opening::IsoDate => format!("<div><i>{iso}Z</i></div>"),
        Opening::AuthorAndIsoDate => {
            format!("<div><i>{name}<br>{iso}.243Z</i></div><img src=\"{picture}\">")
        }
        Opening::DateWithoutZone => {
            format!("<div>{}</div><img src=\"{picture}\">", published.format("%d/%m/%Y - %H:%M"))
        }
        Opening::AddressAndFigure => {
            let local = published.format("%Y-%m-%d %H:%M:%S");
            let told = published.format("%Y年%-m月%-d日");
            format!(
                "<address>{name}</address><time pudate=\"{local}\" datetime=\"{local}\">{told}</time>\
                 <figure><img src=\"{picture}\" alt=\"\"><figcaption>{caption}</figcaption></figure>"
            )
        }
        Opening::Video => format!(
            "<video poster=\"{picture}\" src=\"https://{host}/films/{number}.mp4\" controls></video>"
        ),
        Opening::LazyDataSource => format!("<img src=\"{PLACEHOLDER}\" data-src=\"{picture}\">"),
        Opening::LazyNoscript => format!(
            "<img src=\"{PLACEHOLDER}\" data-lazy-src=\"{picture}\">\
             <noscript><img src=\"{picture}\"></noscript>"
        ),
        Opening::Bylines | Opening::FirstLineDate | Opening::LooseText => String::new(),
    }
}

/// Writes the dateline with a zone.
fn rfc_dateline(article: &Article) -> String {
    format!("<div><i>{}</i></div>", date(article.published).format("%a, %d %b %Y %H:%M:%S GMT"))
}

/// Writes paragraphs of at least so many bytes: as `<p>`s, or as one with line breaks.
fn paragraphs(article: &mut Article, length: usize) -> String {
    let tongue = article.publisher.tongue;
    let breaks = match (article.publisher.opening, tongue) {
        (Opening::LooseText, _) => "<br />\n<br />\n",
        (_, Tongue::Chinese) => "<br /><br />",
        (_, Tongue::English) => "</p><p>",
    };
    let mut text = tongue.sentence(&mut article.random);
    while text.len() < length {
        text.push_str(breaks);
        for _ in 0..=article.random.below(4) {
            text.push_str(&tongue.sentence(&mut article.random));
        }
        text.push_str(&odd_piece(article));
    }
    match article.publisher.opening {
        Opening::LooseText => text,
        _ => format!("<p>{text}</p>"),
    }
}

/// Writes, now and then, what stands in the text of real articles beside words.
fn odd_piece(article: &mut Article) -> String {
    let host = article.publisher.host;
    match article.random.below(60) {
        0 => format!(" <a href=\"/a/story-{}.html\">…</a>", article.number + 1),
        1 => " It was ‹5 < 6› & so on.".to_owned(),
        2 => format!(" <a href=\"#note\">1</a> <a href=\"https://{host}/食/a?b=c&d\">2</a>"),
        3 => format!("<img src=\"//{host}/p.gif\" width=\"1\" height=\"1\">"),
        4 => format!("<img srcset=\"/s.jpg 1x, /b.jpg 2x\" src=\"/s.jpg\" alt=\"{host}\">"),
        5 => "<script>alert(1)</script>".to_owned(),
        6 => format!("<iframe src=\"https://{host}/embed/{}\"></iframe>", article.number),
        7 => "<em onclick=\"run()\">]]></em>\u{2028}".to_owned(),
        _ => String::new(),
    }
}

/// Writes what stands below the text.
fn ending(article: &mut Article) -> String {
    let tongue = article.publisher.tongue;
    match article.publisher.opening {
        Opening::Bylines => format!(
            "<p>记者：{} 责编：{}</p>",
            tongue.name(&mut article.random),
            tongue.name(&mut article.random)
        ),
        _ if article.random.one_in(4) => {
            format!("<p><em>{}</em></p>", tongue.sentence(&mut article.random))
        }
        _ => String::new(),
    }
}
