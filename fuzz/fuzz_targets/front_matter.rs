//! Any text before an article: a block with its values, or none, and the body within the text.
#![no_main]

use chrono_tz::Tz;
use feedmill::read::front_matter::{self, Found};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for complete in [true, false] {
        match front_matter::find(text, complete, Tz::UTC) {
            Found::Block(block) => {
                assert!(text.is_char_boundary(block.body), "the body begins at {}", block.body);
                let lines = text.lines().count() + 1;
                assert!(usize::try_from(block.body_line).is_ok_and(|line| line <= lines + 1));
            }
            Found::Unfinished => assert!(!complete, "all of the text was there"),
            Found::None => {}
        }
    }
});
