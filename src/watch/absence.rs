//! Why a file is not among the articles of the input folders.

use std::fs;
use std::path::{Component, Path};

use crate::config::meant::Input;
use crate::model::file::path_below;
use crate::watch::walk::{self, Refusal, Walk};

/// Tells in words why a file that exists is not among the articles of the input folders.
#[must_use]
pub fn reason(walk: &Walk<'_>, file: &Path) -> String {
    let input = walk.input;
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return "it is a folder, not an article".to_owned();
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // A link counts where it stands, not where it leads.
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name);
    if walk.output.as_ref().is_some_and(|output| place.starts_with(output)) {
        return "it stands in the output, and what is published is no article".to_owned();
    }
    let roots = input.folders.iter().filter_map(|root| root.canonicalize().ok());
    let found = roots.filter_map(|root| Some((place.strip_prefix(&root).ok()?.to_owned(), root)));
    match found.min_by_key(|(below, _)| below.components().count()) {
        Some((below, root)) => within(input, &place, &below, &root),
        None if place.is_dir() => "it is a folder, not an article".to_owned(),
        None => format!("it is in none of the input folders ({})", folders(input)),
    }
}

/// Tells why a file below an input folder is no article.
fn within(input: &Input, file: &Path, below: &Path, root: &Path) -> String {
    let hidden = below.components().find_map(|part| match part {
        Component::Normal(name) if name.as_encoded_bytes().starts_with(b".") => Some(name),
        _ => None,
    });
    if let Some(name) = hidden {
        return format!("\"{}\" is hidden: its name begins with a dot", name.display());
    }
    let Ok(found) = fs::symlink_metadata(file) else { return "it is gone".to_owned() };
    if found.is_dir() {
        return "it is a folder, not an article".to_owned();
    }
    if let Some(refusal) = walk::refusal(input, &path_below(Path::new(""), below)) {
        return in_words(input, refusal);
    }
    let fault = walk::fault(file, found.file_type(), root);
    fault.map_or_else(|| "it can't be looked at".to_owned(), |report| report.message)
}

fn in_words(input: &Input, refusal: Refusal) -> String {
    match refusal {
        Refusal::Hidden => "its name is that of an editor's copy".to_owned(),
        Refusal::Index => "an _index stands for its folder, and is no article".to_owned(),
        Refusal::Ending => {
            format!("its ending is not one of input.extensions ({})", input.extensions.join(", "))
        }
        Refusal::NotIncluded => "no pattern of input.include takes it".to_owned(),
        Refusal::Excluded => "a pattern of input.exclude takes it".to_owned(),
    }
}

fn folders(input: &Input) -> String {
    let names = input.folders.iter().map(|folder| folder.display().to_string());
    names.collect::<Vec<_>>().join(", ")
}
