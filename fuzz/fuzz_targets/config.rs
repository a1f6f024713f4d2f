//! Any text as a configuration: settings, or errors that name their place.
#![no_main]

use feedmill::config::{self, ConfigFile, Sources};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = ConfigFile { name: "config.toml".to_owned(), text: text.to_owned() };
    match config::load(&Sources { file: Some(file), ..Sources::default() }) {
        Ok(loaded) => assert!(!loaded.listing.is_empty(), "every setting has a value"),
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            for error in errors {
                assert!(error.to_string().starts_with("config.toml"), "{error}");
            }
        }
    }
});
