//! Content codings: the same document, smaller.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};

use crate::config::meant::Coding;
use crate::model::document::Document;

/// Codes a document. Same bytes in, same bytes out: no time and no name is written into it.
pub fn encode(document: &Document, coding: Coding) -> io::Result<Document> {
    let (path, bytes) = (path(&document.path, coding), encode_bytes(&document.bytes, coding)?);
    Ok(Document { path, media_type: document.media_type, bytes })
}

/// Codes bytes.
pub fn encode_bytes(bytes: &[u8], coding: Coding) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Gzip => gzip(bytes),
        Coding::Brotli => brotli(bytes),
        Coding::Zstd => zstd::bulk::compress(bytes, 19),
    }
}

/// Gives the name of a coding in HTTP.
#[must_use]
pub fn token(coding: Coding) -> &'static str {
    match coding {
        Coding::Gzip => "gzip",
        Coding::Brotli => "br",
        Coding::Zstd => "zstd",
    }
}

/// Gives the path of a document's coded twin.
#[must_use]
pub fn path(path: &str, coding: Coding) -> String {
    let ending = match coding {
        Coding::Gzip => "gz",
        Coding::Brotli => "br",
        Coding::Zstd => "zst",
    };
    format!("{path}.{ending}")
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    // 255 is "unknown": the system that feedmill runs on makes no difference (RFC 1952 §2.3.1).
    let builder = GzBuilder::new().operating_system(255);
    let mut encoder = builder.write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 9,
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_TEXT,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters)?;
    Ok(out)
}
