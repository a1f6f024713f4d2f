//! The head of an article: the comment, the linked title, the rule, and the name of its file.

use crate::archive::publisher::Opening;
use crate::archive::random::Random;
use crate::archive::{Article, date};

/// The head of an article, written.
pub(crate) struct Head {
    /// From the first byte to the blank line above the body.
    pub(crate) text: String,
    /// The plain part of the title, for the name of the file.
    title: String,
    /// The ending of the file.
    ending: &'static str,
}

impl Head {
    /// Writes a head.
    pub(crate) fn new(article: &mut Article) -> Self {
        let comment = comment(article);
        let address = article.address();
        let plain = article.publisher.tongue.title(&mut article.random);
        let title = odd_title(&plain, &mut article.random);
        let rule = if article.random.one_in(30) { "---\n" } else { "------\n\n" };
        let front_matter = front_matter(article);
        let ending = match article.random.below(20) {
            0 => "txt",
            1 => "html",
            _ => "md",
        };
        let text = format!("{front_matter}{comment}[{title}]({address})\n{rule}");
        Self { text, title: plain, ending }
    }

    /// Gives the name of the file, different for every number: what stands in it decides nothing.
    pub(crate) fn file_name(&self, number: u64) -> String {
        let title: String = self.title.chars().filter(|c| *c != '/').take(40).collect();
        let title = match number % 40 {
            5 => format!("\"{title}\" #1"),
            9 => format!("100% {title}: a\\b"),
            13 => format!("{title} "),
            17 => format!("'{title}'%20"),
            _ => title,
        };
        format!("{number:07}-{title}.{}", self.ending)
    }
}

/// Writes the comment with the time at which the robot saw the item, or what stands in its place.
fn comment(article: &mut Article) -> String {
    let seen = article.seen;
    match (article.publisher.opening, article.random.below(100)) {
        // Only where the body says when it was: an archive has no clock but these two.
        (Opening::IsoDate, 0) => "<!--NaN-->\n".to_owned(),
        (Opening::IsoDate, 1) => "<!--0-->\n".to_owned(),
        (Opening::DateImageCaption, 0..3) | (Opening::FirstLineDate, _) => String::new(),
        _ => format!("<!--{seen}000-->\n"),
    }
}

/// Writes the block of YAML that some archives have above the comment.
fn front_matter(article: &mut Article) -> String {
    if !article.random.one_in(40) {
        return String::new();
    }
    let collected = date(article.seen).format("%Y-%m-%d");
    format!("---\ncollected: {collected}\ntags: [mill, \"食\"]\n---\n")
}

/// Makes one title in three as odd as titles really are.
fn odd_title(plain: &str, random: &mut Random) -> String {
    match random.below(48) {
        0 => format!("[Live] {plain} (updated)"),
        1 => format!("{plain} [video](part 2)"),
        2 => format!("Salt &amp; bread: {plain}"),
        3 => format!("Mill&#58; {plain} & more"),
        4 => format!("{plain} \\ *{plain}*"),
        5 => format!("“{plain}” costs $5"),
        6 => format!("🌾 {plain} 👩‍🌾"),
        7 => format!("{plain}\u{200B}\u{200B}"),
        8 => format!("  {plain}   {plain}"),
        9 => String::new(),
        10 => format!("{plain}\n{plain}"),
        11 => format!("Is a < b, or \"{plain}\" > c?"),
        12 => format!("{plain} ](x)"),
        13 => format!("<b>{plain}</b>"),
        14 => format!("{plain} \u{8}\u{c}"),
        15 => format!("{plain} 🇺🇳 ]]> é"),
        _ => plain.to_owned(),
    }
}
