//! Media types of files, as articles declare them or as their endings tell.

use mime_guess::Mime;
use url::Url;

use crate::model::text::Text;

/// The media type of a file of which nothing is known (RFC 2046 §4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// Takes the media type as declared, less its parameters. What is none (`audio`, say) is guessed
/// from the ending of the address: feeds may say nothing else (RFC 4287 §4.2.7.3).
pub(crate) fn media_type(declared: Option<&str>, url: &Url) -> Text {
    let essence = declared.and_then(|raw| raw.split(';').next()).unwrap_or_default().trim();
    match essence.parse::<Mime>() {
        // The crate takes an empty subtype, and the wildcards of requests.
        Ok(known) if !essence.contains('*') && !known.subtype().as_str().is_empty() => {
            Text::line(known.essence_str())
        }
        _ => Text::line(mime_guess::from_path(url.path()).first_raw().unwrap_or(UNKNOWN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_media_type_is_guessed() {
        let url = |raw| Url::parse(raw).expect("an address");
        let (sound, unknown) = (url("https://a.example/b.mp3?c"), url("https://a.example/b"));
        for declared in
            ["audio", "", " ", "audio/", "/mpeg", "a b/c", "audio/*", "音/楽", "\u{200B}"]
        {
            assert_eq!(media_type(Some(declared), &sound).as_str(), "audio/mpeg", "{declared}");
            assert_eq!(media_type(Some(declared), &unknown).as_str(), UNKNOWN, "{declared}");
        }
        let declared = " Audio/X-M4A; codecs=\"a;b\"";
        assert_eq!(media_type(Some(declared), &unknown).as_str(), "audio/x-m4a");
        assert_eq!(media_type(None, &sound).as_str(), "audio/mpeg");
    }
}
