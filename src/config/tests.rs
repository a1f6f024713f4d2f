//! All layers together, and what must hold for any input.

use proptest::prelude::*;

use crate::config::{ConfigError, ConfigFile, FlagValue, Loaded, Origin, Setting, Sources, load};

fn file(text: &str) -> Sources {
    let file = ConfigFile { name: "config.toml".to_owned(), text: text.to_owned() };
    Sources { file: Some(file), ..Sources::default() }
}

fn with_environment(mut sources: Sources, name: &str, value: &str) -> Sources {
    sources.environment.push((name.to_owned(), value.to_owned()));
    sources
}

fn with_flag(mut sources: Sources, key: &str, value: impl Into<toml::Value>) -> Sources {
    sources.flags.push(FlagValue {
        key: key.to_owned(),
        value: value.into(),
        flag: "--flag".to_owned(),
    });
    sources
}

fn setting<'a>(loaded: &'a Loaded, key: &str) -> &'a Setting {
    loaded.listing.iter().find(|setting| setting.key == key).expect("every key is listed")
}

fn told(errors: &[ConfigError]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_at_all_works() {
    let loaded = load(&Sources::default()).expect("the defaults");
    assert_eq!(loaded.settings.feeds.len(), 1);
    assert!(loaded.listing.iter().all(|setting| setting.origin == Origin::Default));
    assert_eq!(loaded.listing[0].key, "site.authors");
}

#[test]
fn the_stronger_layer_wins_and_is_named() {
    let text = "[site]\ntitle = 'file'\nurl = 'https://file.example/'\nlanguage = 'de'\n";
    let sources = with_environment(file(text), "FEEDMILL_SITE_URL", "https://variable.example/");
    let sources = with_environment(sources, "FEEDMILL_SITE_TITLE", "variable");
    let sources = with_flag(sources, "site.url", "https://flag.example/");
    let loaded = load(&sources).expect("valid");
    assert_eq!(loaded.settings.site.url.as_str(), "https://flag.example/");
    assert_eq!(loaded.settings.site.title.as_str(), "variable");
    let of = |key| (setting(&loaded, key).value.clone(), setting(&loaded, key).origin.to_string());
    assert_eq!(of("site.url"), ("\"https://flag.example/\"".into(), "--flag".into()));
    assert_eq!(of("site.title"), ("\"variable\"".into(), "FEEDMILL_SITE_TITLE".into()));
    assert_eq!(of("site.language"), ("\"de\"".into(), "config.toml:4:1".into()));
    assert_eq!(of("site.time_zone"), ("\"UTC\"".into(), "default".into()));
}

#[test]
fn every_fault_of_every_layer_is_told_at_once() {
    let text = "[site]\nlangauge = 'en'\nurl = 'ftp://example.org/'\n[[feed]]\nlimit = 'all'\n\
                order = 'newst'\n[[feed]]\nname = 'a'\n[[feed]]\nname = 'A'\n[[feed]]\n";
    let sources = with_environment(file(text), "FEEDMILL_SITE_TIME_ZONE", "Viena");
    let sources = with_flag(sources, "output.folder", 1);
    let sources = with_flag(sources, "output.fodler", "x");
    let wanted = [
        "config.toml:2:1: site.langauge: unknown key; did you mean \"language\"?",
        "config.toml:3:1: site.url: \"ftp://example.org/\" does not begin with http:// or https://",
        "config.toml:5:1: feed[0].limit: expected a whole number, found a string",
        "config.toml:6:1: feed[0].order: \"newst\" is not one of the words that can stand here; \
         did you mean \"newest\"?",
        "config.toml:10:1: feed[2].name: this feed would be written to the same place as the one \
         at config.toml:8:1; give each a name of its own",
        "FEEDMILL_SITE_TIME_ZONE: site.time_zone: \"Viena\" is no time zone; \
         did you mean \"Europe/Vienna\"?",
        "--flag: output.fodler: unknown key; did you mean \"folder\"?",
        "--flag: output.folder: expected a string in quotes, found a whole number",
    ];
    let errors = told(&load(&sources).expect_err("faulty"));
    for (error, wanted) in errors.iter().zip(wanted) {
        assert_eq!(error, wanted);
    }
    assert_eq!(errors.len(), wanted.len(), "{errors:?}");
}

#[test]
fn an_element_of_a_list_is_named_by_its_own_line() {
    let errors = load(&file("[input]\nexclude = [\n  'a',\n  '食[',\n]")).expect_err("faulty");
    assert!(
        told(&errors)[0].starts_with("config.toml:4:3: input.exclude[1]: \"食[\" is no pattern")
    );
}

#[test]
fn a_feed_whose_name_is_faulty_collides_with_none() {
    let errors = load(&file("[[feed]]\n[[feed]]\nname = 1\n")).expect_err("faulty");
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn a_list_of_a_weaker_layer_is_replaced_whole() {
    let sources =
        with_environment(file("input.folders = ['a', 'b']"), "FEEDMILL_INPUT_FOLDERS", "c");
    let loaded = load(&sources).expect("valid");
    assert_eq!(loaded.settings.input.folders, [std::path::Path::new("c")]);
}

#[test]
fn a_hostile_file_takes_no_long_time() {
    let many = (0..20_000).map(|n| format!("'{n}['")).collect::<Vec<_>>().join(",");
    let errors = load(&file(&format!("input.exclude = [{many}]"))).expect_err("faulty");
    assert_eq!(errors.len(), 20_000);
    let feeds = "[[feed]]\nname='a'\nx=1\n".repeat(5_000);
    assert!(load(&file(&feeds)).is_err());
    assert!(load(&file(&"[".repeat(100_000))).is_err());
    assert!(load(&file(&format!("{}a = 1", "a.".repeat(100_000)))).is_err());
}

/// Gives pieces of a configuration in any order, so that more than syntax is tried.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[site]\n".to_owned()),
        Just("[input]\n".to_owned()),
        Just("[[feed]]\n".to_owned()),
        Just("[feed.only]\n".to_owned()),
        ("(url|title|name|limit|since|paths|authors|order|time_zone)", "\\PC{0,12}")
            .prop_map(|(key, value)| format!("{key} = {}\n", toml::Value::String(value))),
        "(limit|since|paths|authors|x) = [\\[\\]{}0-9a-z'\", =:.-]{0,12}\n",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_gives_settings_or_errors(text in prop_oneof!["\\PC*", any::<String>(), pieces()]) {
        if let Err(errors) = load(&file(&text)) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                let in_file = matches!(&error.origin, Origin::File { line, .. } if *line > 0);
                prop_assert!(in_file, "{}", error);
                prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error);
            }
        }
    }

    #[test]
    fn any_variable_gives_settings_or_errors(
        value in any::<String>(),
        at in any::<prop::sample::Index>(),
    ) {
        let listing = load(&Sources::default()).expect("the defaults").listing;
        let keys: Vec<_> = listing.iter().filter(|s| !s.key.starts_with("feed")).collect();
        let key = &keys[at.index(keys.len())].key;
        let name = format!("FEEDMILL_{}", key.replace('.', "_").to_uppercase());
        if let Err(errors) = load(&with_environment(Sources::default(), &name, &value)) {
            for error in errors {
                prop_assert!(error.key.starts_with(key.as_str()), "{}", error);
                prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error);
            }
        }
    }

    #[test]
    fn any_slip_in_a_key_is_told_with_its_line(
        at in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        blank_lines in 0_u32..9,
    ) {
        let listing = load(&Sources::default()).expect("the defaults").listing;
        let key = listing[at.index(listing.len())].key.clone();
        let first = key.rfind('.').map_or(0, |dot| dot + 1);
        let slip = first + place.index(key.len() - first);
        let wrong = format!("{}q{}", &key[..slip], &key[slip..]);
        let text = match wrong.strip_prefix("feed[0].") {
            Some(rest) => format!("[[feed]]{}{rest} = 1", "\n".repeat(blank_lines as usize + 1)),
            None => format!("{}{wrong} = 1", "\n".repeat(blank_lines as usize + 1)),
        };
        let errors = load(&file(&text)).expect_err("an unknown key");
        prop_assert_eq!(errors.len(), 1);
        prop_assert_eq!(&errors[0].key, &wrong);
        let place = format!("config.toml:{}:", blank_lines + 2);
        prop_assert!(errors[0].to_string().starts_with(&place), "{}", errors[0]);
        let right = &key[first..];
        prop_assert!(errors[0].help.as_ref().is_some_and(|help| help.contains(right)));
    }
}
