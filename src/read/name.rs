//! What the name of a file tells, where the file itself says nothing.

/// Gives a path less the ending of its file.
#[must_use]
pub fn without_ending(path: &str) -> &str {
    let name_start = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name_start..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name_start + dot],
        _ => path,
    }
}

/// Gives the ending of a file's name in lower case, without the dot; empty without one.
#[must_use]
pub fn ending(path: &str) -> String {
    let stem = without_ending(path);
    path[stem.len()..].trim_start_matches('.').to_lowercase()
}

/// Gives the name of a file less its ending and a date at its beginning. `index` files go by the
/// name of their folder.
#[must_use]
pub fn slug(path: &str) -> String {
    let mut segments = without_ending(path).rsplit('/');
    let name = segments.next().unwrap_or_default();
    let name = match name {
        "index" => segments.next().unwrap_or(name),
        name => name,
    };
    without_date(name).to_owned()
}

/// Gives a title made of the name of a file.
#[must_use]
pub fn title(path: &str) -> String {
    slug(path).replace(['-', '_'], " ")
}

/// Drops `2024-05-16-` or `20240516_` from the beginning of a name that has more to say.
fn without_date(name: &str) -> &str {
    let digits_and_dashes =
        name.find(|c: char| !c.is_ascii_digit() && c != '-' && c != '_').unwrap_or(name.len());
    let digits = name[..digits_and_dashes].bytes().filter(u8::is_ascii_digit).count();
    match &name[digits_and_dashes..] {
        rest if digits == 8 && !rest.is_empty() => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_found_in_the_name_only() {
        assert_eq!(without_ending("a.b/c"), "a.b/c");
        assert_eq!(without_ending("a/c.d.MD"), "a/c.d");
        assert_eq!(without_ending("a/.hidden"), "a/.hidden");
        assert_eq!((ending("a/c.d.MD").as_str(), ending("a.b/c").as_str()), ("md", ""));
    }

    #[test]
    fn dates_are_no_part_of_a_slug() {
        assert_eq!(slug("a/2024-05-16-first-post.md"), "first-post");
        assert_eq!(slug("20240516_first.md"), "first");
        assert_eq!(slug("2024-05-16.md"), "2024-05-16");
        assert_eq!(slug("1984-a-novel.md"), "1984-a-novel");
        assert_eq!(slug("posts/first/index.md"), "first");
        assert_eq!(title("a/2024-05-16-first_post.md"), "first post");
    }
}
