"""Three formats of one feed tell the same, and a reader's parser understands them so."""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import feedparser
import html5lib

import atom_rules
import json_rules
import rss_rules
from history_rules import place
from tree import Document, Tree
from values import Entry, Feed, Finding, collapsed

READ: dict[str, Callable[[Document], Feed | None]] = {
    "rss": rss_rules.read,
    "atom": atom_rules.read,
    "json": json_rules.read,
}
FIELDS = ("id", "title", "published", "updated", "link", "summary", "content")


def judge(tree: Tree) -> Iterator[Finding]:
    """Judges every feed of the tree, and every page of its archive, format against format."""
    feeds: dict[tuple[str, str], dict[str, Document]] = {}
    for document in tree.of_kind("rss", "atom", "json", "html"):
        subscription, page = place(document.path)
        # What stands at the root as `index.html` is the list of all feeds.
        twin = "index.html" if document.folder else "feed.html"
        if subscription.rpartition("/")[2] in ("rss.xml", "atom.xml", "feed.json", twin):
            feeds.setdefault((document.folder, page), {})[document.kind] = document
    for documents in feeds.values():
        yield from judge_formats(documents)
    for document in tree.of_kind("rss", "atom"):
        for rule, found in feedparser_faults(document):
            yield Finding(document.path, rule, found)


def judge_formats(documents: dict[str, Document]) -> Iterator[Finding]:
    """Judges the formats of one feed against the first of them."""
    told = {kind: READ[kind](document) for kind, document in documents.items() if kind in READ}
    told = {kind: feed for kind, feed in told.items() if feed is not None}
    if not told:
        return
    first, model = next(iter(told.items()))
    for kind, feed in told.items():
        for rule, found in differences(model, feed):
            yield Finding(documents[kind].path, rule, f"{found} (against {documents[first].name})")
    if page := documents.get("html"):
        text = collapsed("".join(html5lib.parse(page.text, namespaceHTMLElements=False).itertext()))
        for entry in model.entries:
            if collapsed(entry.title) not in text:
                yield Finding(page.path, "page-tells-every-entry", f"not there: {entry.title}")


def differences(one: Feed, other: Feed) -> Iterator[tuple[str, str]]:
    """Yields where two formats of a feed tell different things; what one does not tell is no fault."""
    if one.title != other.title:
        yield "formats-agree", f"title {other.title!r}, not {one.title!r}"
    if one.entries and one.updated != other.updated:
        yield "formats-agree", f"updated {other.updated}, not {one.updated}"
    if len(one.entries) != len(other.entries):
        yield "formats-agree", f"{len(other.entries)} entries, not {len(one.entries)}"
    for mine, yours in zip(one.entries, other.entries):
        yield from entry_differences(mine, yours)


def entry_differences(one: Entry, other: Entry) -> Iterator[tuple[str, str]]:
    """Yields where two formats of an entry tell different things."""
    for name in FIELDS:
        mine, yours = getattr(one, name), getattr(other, name)
        if mine is not None and yours is not None and mine != yours:
            yield "formats-agree", f"{name} {str(yours)[:160]!r}, not {str(mine)[:160]!r} in {one.id}"


def feedparser_faults(document: Document) -> Iterator[tuple[str, str]]:
    """Yields what feedparser, which many readers stand on, understands otherwise."""
    feed = READ[document.kind](document)
    parsed = feedparser.parse(document.bytes, sanitize_html=False, resolve_relative_uris=False)
    if parsed.bozo or feed is None:
        yield "feedparser-bozo", str(parsed.get("bozo_exception"))
        return
    if parsed.version != {"rss": "rss20", "atom": "atom10"}[document.kind]:
        yield "feedparser-version", parsed.version
    if len(parsed.entries) != len(feed.entries):
        yield "feedparser-entries", f"{len(parsed.entries)}, not {len(feed.entries)}"
    for entry, told in zip(parsed.entries, feed.entries):
        date = entry.get("published_parsed")
        date = date and datetime(*date[:6], tzinfo=timezone.utc)
        if entry.get("id") != told.id or date != told.published:
            yield "feedparser-entries", f"{entry.get('id')} of {date}, not {told.id} of {told.published}"
        # In RSS feedparser guesses what is markup; only what leaves no room for guessing is compared.
        if not set("<&") & set(told.title) and collapsed(entry.get("title", "")) != collapsed(told.title):
            yield "feedparser-entries", f"title {entry.get('title')!r}, not {told.title!r}"
