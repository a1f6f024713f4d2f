//! The template syntax of site generators: it means nothing here, and stands in the entry as it is.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::report::{Report, line_of};
use crate::read::markdown;

/// How many characters of a template are shown.
const SHOWN: usize = 40;

/// Shortcodes of Hugo, tags and values of Liquid, Tera and Jinja. Only their beginnings, so that the
/// search takes linear time.
static TEMPLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\{\{[<%]|\{%[-+]?[ \t]*[a-z_]+\b|\{\{-?(?:[ \t]+[A-Za-z_.$]|[A-Za-z_]+[.(])").ok()
});

/// Links of Zola to other articles by the paths of their files.
static INNER_LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\]\([ \t]*<?@/|\]:[ \t]*<?@/").ok());

/// Reports the first template of a Markdown text that is no code, and the first link that only a site
/// generator knows. Lines count from the beginning of the text.
pub(crate) fn reports(markdown: &str) -> Vec<Report> {
    if !["{{", "{%", "@/"].iter().any(|sign| markdown.contains(sign)) {
        return Vec::new();
    }
    let code = markdown::code(markdown);
    let templates = first(TEMPLATE.as_ref(), markdown, &code).map(|at| {
        let message = format!(
            "`{}` is template syntax of a site generator; it stands in the entry as it is",
            shown(&markdown[at..])
        );
        (at, message, "write Markdown or HTML instead, or feed the pages that the generator made")
    });
    let links = first(INNER_LINK.as_ref(), markdown, &code).map(|at| {
        let link = at + markdown[at..].find('@').unwrap_or_default();
        let message = format!("`{}` is a link that only Zola knows", shown(&markdown[link..]));
        (at, message, "link to the page of the article instead of its file")
    });
    let found = templates.into_iter().chain(links);
    found
        .map(|(at, message, help)| {
            let line = line_of(markdown.as_bytes(), at);
            Report::warning("template-syntax", message).at_line(line).help(help)
        })
        .collect()
}

/// Finds the first match outside of the code, whose places stand in order.
fn first(pattern: Option<&Regex>, text: &str, code: &[Range<usize>]) -> Option<usize> {
    let is_code = |at: usize| {
        let before = code.partition_point(|range| range.start <= at);
        before > 0 && code[before - 1].contains(&at)
    };
    pattern?.find_iter(text).map(|found| found.start()).find(|at| !is_code(*at))
}

/// Gives the template or link at the beginning of a text, as far as its line goes.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let end = match text.get(..2) {
        Some("{{") => line.find("}}").map(|end| end + 2),
        Some("{%") => line.find("%}").map(|end| end + 2),
        _ => line.find([')', '>', ' ']),
    };
    let end = end.unwrap_or(line.len());
    let whole = &line[..end];
    match whole.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &whole[..cut]),
        None => whole.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(markdown: &str) -> Vec<(Option<u32>, String)> {
        let reports = reports(markdown);
        assert!(reports.iter().all(|report| report.rule == "template-syntax"));
        let what =
            |report: &Report| report.message.split('`').nth(1).unwrap_or_default().to_owned();
        reports.iter().map(|report| (report.line, what(report))).collect()
    }

    #[test]
    fn templates_are_told_once_with_their_line() {
        for (written, shown) in [
            ("{{< figure src=\"a.png\" >}}", "{{< figure src=\"a.png\" >}}"),
            ("{{% note %}}b{{% /note %}}", "{{% note %}}"),
            ("{% include a.html %} b", "{% include a.html %}"),
            ("{%- if a -%}", "{%- if a -%}"),
            ("{{ site.url }}/a", "{{ site.url }}"),
            ("{{page.title}}", "{{page.title}}"),
            ("{{ youtube(id=\"a\") }}", "{{ youtube(id=\"a\") }}"),
        ] {
            let text = format!("One\n\na {written}\n\n{written}\n");
            assert_eq!(told(&text), [(Some(3), shown.to_owned())], "{written}");
        }
        let both = "[a](@/posts/a.md)\n\n{{< a >}} [b](@/b.md)";
        let expected = [(Some(3), "{{< a >}}".to_owned()), (Some(1), "@/posts/a.md".to_owned())];
        assert_eq!(told(both), expected);
        assert_eq!(told("[a]\n\n[a]: @/a.md#b\n"), [(Some(3), "@/a.md#b".to_owned())]);
    }

    #[test]
    fn code_and_formulas_are_no_templates() {
        for text in [
            "",
            "Write `{{ site.url }}` or `{% raw %}`.",
            "```\n{{< figure >}}\n[a](@/a.md)\n```\n\n    {% include a %}\n",
            "<!-- {{ note }} -->\n\nText",
            "\\frac{{a}}{b} and {{}} and 100 {%} and a@/b",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }
}
