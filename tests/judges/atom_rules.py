"""Atom 1.0 (RFC 4287): its grammar by jing, and what a grammar cannot say."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lxml import etree

import markup_rules
from tree import Document, Tree
from values import (
    Entry,
    Feed,
    Finding,
    address_fault,
    atom_date,
    collapsed,
    doubles,
    implausible,
    is_media_type,
)

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = Path(__file__).with_name("atom.rnc")


def judge_grammar(documents: list[Document]) -> Iterator[Finding]:
    """Judges many documents at once: jing needs longer to start than to read."""
    if not documents:
        return
    with tempfile.TemporaryDirectory() as folder:
        # Names of our own: jing takes names for addresses, and `%` in them for an escape.
        names = {f"{number}.xml": document for number, document in enumerate(documents)}
        for name, document in names.items():
            Path(folder, name).write_bytes(document.bytes)
        run = subprocess.run(
            ["jing", "-c", str(GRAMMAR), *names], cwd=folder, capture_output=True, text=True, check=False
        )
    complaints = re.findall(r"(?:^|/)(\d+\.xml):(\d+:\d+: .*)$", run.stdout, re.M)
    for name, complaint in complaints:
        yield Finding(names[name].path, "atom-grammar", complaint)
    if run.returncode and not complaints:
        yield Finding(documents[0].path, "atom-grammar", (run.stdout + run.stderr).strip()[:400])


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges an Atom document, less its grammar."""
    if document.xml is None:
        return
    for rule, found in faults(document.xml):
        yield Finding(document.path, rule, found)
    if tree.root_by(document) != tree.root:
        yield Finding(document.path, "atom-self", f"{tree.self_address(document)} is not this document")


def faults(feed: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the whole document."""
    if feed.prefix is not None:
        yield "atom-default-namespace", f"prefix {feed.prefix}"
    yield from address_faults(feed)
    yield from date_faults(feed)
    yield from text_faults(feed)
    yield from link_faults(feed)
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    for double in doubles([feed.findtext(f"{ATOM}id") or "", *ids]):
        yield "atom-id-unique", double
    newest = max((date for entry in entries if (date := date_in(entry, "updated"))), default=None)
    if newest and date_in(feed, "updated") != newest:
        yield "atom-updated-newest", f"{feed.findtext(f'{ATOM}updated')} is not {newest}"
    unsigned = [entry for entry in entries if entry.find(f"{ATOM}author") is None]
    if feed.find(f"{ATOM}author") is None and (unsigned or not entries):
        yield "atom-author", f"none for the feed and {len(unsigned)} of its entries"
    for entry in entries:
        published, updated = date_in(entry, "published"), date_in(entry, "updated")
        if not published or not updated or updated < published:
            yield "atom-entry-dates", f"published {published}, updated {updated}"


def address_faults(feed: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields addresses of elements and attributes that are not absolute."""
    for element in feed.iter(etree.Element):
        found = [element.get(name) for name in ("href", "url", "src") if name in element.attrib]
        if element.tag in (f"{ATOM}icon", f"{ATOM}logo", f"{ATOM}uri"):
            found.append(element.text or "")
        if element.tag == f"{ATOM}generator" and "uri" in element.attrib:
            found.append(element.get("uri"))
        for fault in filter(None, map(address_fault, found)):
            yield "atom-absolute-address", f"{element.tag}: {fault}"


def date_faults(feed: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields dates that are not in UTC with a Z, or that nobody believes."""
    for element in feed.iter(f"{ATOM}published", f"{ATOM}updated"):
        date = atom_date(element.text or "")
        if date is None:
            yield "atom-date", f"{element.tag.rpartition('}')[2]} {element.text!r}"
        elif element.getparent().tag == f"{ATOM}entry" and (fault := implausible(date)):
            yield "implausible-date", fault


def stands_in(content: etree._Element) -> bool:
    """Tells whether a content is a plain summary: where an entry has no page it must have a content."""
    entry = content.getparent()
    pages = [link for link in entry.iter(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    return not pages and entry.find(f"{ATOM}summary") is None


def text_faults(feed: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields faults of titles, summaries and contents: plain text, or HTML escaped."""
    for name in ("title", "subtitle", "rights", "summary", "content"):
        for element in feed.iter(ATOM + name):
            kind = element.get("type", "text")
            if kind not in ("text", "html") or (name == "content" and kind != "html" and not stands_in(element)):
                yield "atom-text-type", f"<{name} type={kind!r}>"
            if kind == "html":
                yield from markup_rules.faults(element.text or "")
    for title in feed.iter(f"{ATOM}title"):
        if not (title.text or "").strip():
            yield "atom-title", "empty"


def link_faults(feed: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields faults of the links: which there must be, and of what type."""
    selves = feed.findall(f"{ATOM}link[@rel='self']")
    if len(selves) != 1 or selves[0].get("type") != "application/atom+xml":
        yield "atom-self", f"{len(selves)} links rel=self of type application/atom+xml"
    if not alternates(feed):
        yield "atom-alternate", "the feed has no link rel=alternate"
    for entry in feed.iterfind(f"{ATOM}entry"):
        if len(alternates(entry)) > 1:
            yield "atom-alternate", f"{len(alternates(entry))} in an entry"
    for link in feed.iter(f"{ATOM}link"):
        if "type" in link.attrib and not is_media_type(link.get("type")):
            yield "atom-link-type", link.get("type")
        if not re.fullmatch(r"\d+", link.get("length", "0")):
            yield "atom-link-length", link.get("length")


def alternates(parent: etree._Element) -> list[etree._Element]:
    """Gives the links to the page that a feed or an entry stands for."""
    return [
        link for link in parent.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"
    ]


def date_in(parent: etree._Element, name: str) -> datetime | None:
    """Gives the date of a child element; None when it is missing or wrong."""
    return atom_date(parent.findtext(ATOM + name) or "")


def read(document: Document) -> Feed | None:
    """Gives the feed that the document tells."""
    feed = document.xml
    if feed is None:
        return None
    told = Feed(feed.findtext(f"{ATOM}title") or "", updated=date_in(feed, "updated"))
    for entry in feed.iterfind(f"{ATOM}entry"):
        summary, links = entry.find(f"{ATOM}summary"), alternates(entry)
        one = Entry(entry.findtext(f"{ATOM}id") or "", entry.findtext(f"{ATOM}title") or "")
        one.published, one.updated = date_in(entry, "published"), date_in(entry, "updated")
        one.link = links[0].get("href") if links else None
        one.content = entry.findtext(f"{ATOM}content")
        if summary is not None:
            text = summary.text or ""
            one.summary = markup_rules.plain(text) if summary.get("type") == "html" else collapsed(text)
        told.entries.append(one)
    return told
