//! Names of people, with the address that may stand beside them.

use url::Url;

use crate::model::article::Author;
use crate::model::text::Text;

/// Reads `Name`, `Name <mail or address>` or `mail (Name)` (the form of RSS). A bare address is its
/// own name. `None` when there is nothing to see.
#[must_use]
pub fn person(raw: &str) -> Option<Author> {
    let raw = raw.trim();
    let (name, address) = split(raw, '<', '>')
        .or_else(|| split(raw, '(', ')').filter(|(mail, _)| is_mail(mail)).map(|(a, b)| (b, a)))
        .unwrap_or((raw, ""));
    let address = address.trim().trim_start_matches("mailto:");
    let name = Text::line(name.trim().trim_matches('"'));
    let name = if name.is_empty() { Text::line(address) } else { name };
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let email = (is_mail(address) && url.is_none()).then(|| Text::line(address));
    (!name.is_empty()).then_some(Author { name, email, url })
}

/// Splits `before(within)` at the last sign that opens.
fn split(raw: &str, open: char, close: char) -> Option<(&str, &str)> {
    raw.strip_suffix(close)?.rsplit_once(open)
}

fn is_mail(text: &str) -> bool {
    text.trim().split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !text.trim().contains([' ', '/', ':', '<', '>'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(raw: &str) -> Option<(String, Option<String>, Option<String>)> {
        person(raw).map(|author| {
            let email = author.email.map(|email| email.to_string());
            (author.name.to_string(), email, author.url.map(String::from))
        })
    }

    #[test]
    fn a_name_with_or_without_address() {
        let ann = |email: Option<&str>, url: Option<&str>| {
            Some(("Ann Lee".to_owned(), email.map(str::to_owned), url.map(str::to_owned)))
        };
        assert_eq!(told(" Ann  Lee "), ann(None, None));
        assert_eq!(told("Ann Lee <ann@example.org>"), ann(Some("ann@example.org"), None));
        assert_eq!(
            told("\"Ann Lee\" <mailto:ann@example.org>"),
            ann(Some("ann@example.org"), None)
        );
        assert_eq!(told("ann@example.org (Ann Lee)"), ann(Some("ann@example.org"), None));
        assert_eq!(told("Ann Lee <https://a.example/>"), ann(None, Some("https://a.example/")));
        assert_eq!(
            told("<b>Ann</b> Lee <javascript:x>").map(|(name, ..)| name).as_deref(),
            Some("<b>Ann</b> Lee")
        );
        assert_eq!(
            told("Ann Lee (editor)").map(|(name, ..)| name).as_deref(),
            Some("Ann Lee (editor)")
        );
        assert_eq!(
            told("<ann@example.org>").map(|(name, ..)| name).as_deref(),
            Some("ann@example.org")
        );
        assert_eq!(told(" \u{200B} "), None);
        assert_eq!(told("<>"), None);
    }
}
