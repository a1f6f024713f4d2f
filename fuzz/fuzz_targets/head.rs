//! Any bytes as a file, whole or only its beginning: a sound head, or a reason why there is none.
#![no_main]

use feedmill::read::{self, Beginning, Bytes};
use laws::{context, file, is_sound_head};
use libfuzzer_sys::fuzz_target;

/// How much of a file counts as its beginning here: little, so that short inputs are cut too.
const PREFIX: usize = 256;

fuzz_target!(|input: &[u8]| {
    let (path, bytes) = file(input);
    let all = read::head(Bytes { front: bytes, back: &[], complete: true }, context(path));
    assert!(!matches!(all, Beginning::NeedsMore), "there is no more than all");
    judge(&all);
    let (front, back) = bytes.split_at(bytes.len().min(PREFIX));
    let part = read::head(Bytes { front, back, complete: back.is_empty() }, context(path));
    judge(&part);
});

fn judge(beginning: &Beginning) {
    match beginning {
        Beginning::Head(read) => is_sound_head(&read.head),
        Beginning::Nothing(reports) => assert!(!reports.is_empty(), "nothing, and no reason"),
        Beginning::NeedsMore => {}
    }
}
