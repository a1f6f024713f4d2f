"""RFC 5005 and JSON Feed's `next_url`: from the document that people subscribe to, every page of its
archive is reached, once, and with them every entry."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import atom_rules
import json_rules
import rss_rules
from tree import Document, Tree
from values import Entry, Finding

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
READ = {"rss": rss_rules.read, "atom": atom_rules.read, "json": json_rules.read}
NAME = re.compile(r"(rss|atom|feed|index)-(\d{4}-\d{2}|\d+)(\.xml|\.json|\.html)")


class Place(NamedTuple):
    """Where a document stands: that of its subscription, and the word for its page, empty for none."""

    subscription: str
    page: str


def place(path: str) -> Place:
    """Tells by its name where a document stands."""
    folder, slash, name = path.rpartition("/")
    match = NAME.fullmatch(name)
    return Place(f"{folder}{slash}{match[1]}{match[3]}", match[2]) if match else Place(path, "")


def links(document: Document) -> dict[str, list[str]]:
    """Gives the addresses that a document names, by their relation; `next_url` is one to an older page."""
    found: dict[str, list[str]] = {}
    if document.kind == "json":
        older = document.json.get("next_url") if isinstance(document.json, dict) else None
        return {"prev-archive": [older]} if isinstance(older, str) else {}
    head = document.xml
    if head is not None and document.kind == "rss":
        head = head.find("channel")
    for link in [] if head is None else head.iterfind(f"{ATOM}link"):
        found.setdefault(link.get("rel", "alternate"), []).append(link.get("href", ""))
    return found


def marks(document: Document) -> list[str]:
    """Gives the words of RFC 5005 that stand in a document."""
    if document.kind == "json" or document.xml is None:
        return []
    elements = [element for element in document.xml.iter() if str(element.tag).startswith(HISTORY)]
    return [element.tag.removeprefix(HISTORY) for element in elements]


def judge(tree: Tree) -> Iterator[Finding]:
    """Judges the history of every feed of the tree."""
    pages: dict[str, dict[str, Document]] = {}
    for document in tree.of_kind("rss", "atom", "json"):
        where = place(document.path)
        pages.setdefault(where.subscription, {})[where.page] = document
    for path, documents in pages.items():
        if "" not in documents:
            yield Finding(path, "history-subscription", "pages of an archive, but nothing to subscribe to")
            continue
        yield from judge_chain(tree, documents)
        yield from judge_entries(documents)
        for page, document in documents.items():
            yield from judge_marks(document, is_page=page != "", has_pages=len(documents) > 1)


def judge_chain(tree: Tree, documents: dict[str, Document]) -> Iterator[Finding]:
    """Judges that the links lead to every page once, forth and back, and end."""
    paths = {document.path: page for page, document in documents.items()}
    way, at = [""], documents[""]
    while older := links(at).get("prev-archive"):
        page = paths.get(tree.locate(older[0], at) or "")
        if page is None or page in way or len(older) > 1:
            yield Finding(at.path, "history-chain", f"leads to {', '.join(older)}")
            return
        way.append(page)
        at = documents[page]
    for page in documents.keys() - set(way):
        yield Finding(documents[page].path, "history-chain", "no link leads there")
    for newer, page in zip(way, way[1:]):
        document, told = documents[page], links(documents[page])
        if document.kind == "json":
            continue
        wanted = {"current": documents[""].path, "next-archive": documents[newer].path if newer else None}
        for relation, path in wanted.items():
            found = [tree.locate(address, document) for address in told.get(relation, [])]
            if found != ([path] if path else []):
                yield Finding(document.path, f"history-{relation}", f"{found}, not {path}")
    for relation in links(documents[""]).keys() & {"current", "next-archive"}:
        yield Finding(documents[""].path, f"history-{relation}", "in the document to subscribe to")


def judge_entries(documents: dict[str, Document]) -> Iterator[Finding]:
    """Judges that no entry stands on two pages, and that the pages hold what the subscription does."""
    seen: dict[str, Entry] = {}
    feeds = {page: READ[document.kind](document) for page, document in documents.items()}
    for page, feed in feeds.items():
        for entry in feed.entries if feed and page else []:
            if entry.id in seen:
                yield Finding(documents[page].path, "history-entry-once", entry.id)
            seen[entry.id] = entry
    if len(documents) == 1 or feeds[""] is None:
        return
    for entry in feeds[""].entries:
        if seen.get(entry.id) != entry:
            yield Finding(documents[""].path, "history-holds-everything", f"{entry.id} is other in the archive")


def judge_marks(document: Document, is_page: bool, has_pages: bool) -> Iterator[Finding]:
    """Judges what a document says of itself: an archive, all that there is, or neither."""
    found = marks(document)
    wanted = ["archive"] if is_page and document.kind != "json" else []
    if found != wanted and (is_page or has_pages or found != ["complete"]):
        yield Finding(document.path, "history-mark", f"{found}, not {wanted}")
    for element in [] if document.kind == "json" or document.xml is None else document.xml.iter():
        if str(element.tag).startswith(HISTORY) and (len(element) or element.text or element.attrib):
            yield Finding(document.path, "history-mark", "is not empty")
