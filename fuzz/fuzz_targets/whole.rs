//! Any bytes as a file: what is read of it whole is harmless, and no bomb.
#![no_main]

use feedmill::read::{self, Beginning, Bytes};
use laws::{context, file, is_harmless, is_xml_text};
use libfuzzer_sys::fuzz_target;

/// The most output of a short input, in bytes; see the limits in the reference of the settings.
const FLOOR: usize = 64 * 1024;

fuzz_target!(|input: &[u8]| {
    let (path, bytes) = file(input);
    let beginning = read::head(Bytes { front: bytes, back: &[], complete: true }, context(path));
    let Beginning::Head(read) = beginning else { return };
    let (whole, _) = read::whole(bytes, &read.head, context(path));
    is_xml_text(&whole.text);
    whole.summary.iter().for_each(|summary| is_xml_text(summary.as_str()));
    if let Some(content) = &whole.content {
        let content = content.as_str();
        assert!(content.len() <= (4 * bytes.len()).max(FLOOR), "{} bytes", content.len());
        is_harmless(content);
    }
});
