"""The twin page of a feed, and the list of all feeds: what HTML5 and a person's reader want of it."""

import re
from collections.abc import Iterator

import html5lib

from history_rules import place
from tree import Document, Tree
from values import Finding, address_fault, doubles, is_language

TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)
# The one file that a page may run.
SCRIPT = "feedmill.js"
SCHEMES = ("", "http", "https", "mailto", "tel", "feed")


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(document.text)
    for _, code, _ in parser.errors:
        if "doctype" in code or "eof" in code:
            yield Finding(document.path, "page-whole", code)
    for rule, found in [*head_faults(page, document), *offer_faults(tree, page, document)]:
        yield Finding(document.path, rule, found)
    for element in page.iter():
        if isinstance(element.tag, str):
            for rule, found in element_faults(tree, element, document):
                yield Finding(document.path, rule, found)
    for double in doubles([element.get("id") for element in page.iter() if element.get("id")]):
        yield Finding(document.path, "page-id-unique", double)


def head_faults(page, document: Document) -> Iterator[tuple[str, str]]:
    """Yields faults of language, title, encoding and width."""
    if not is_language(page.get("lang", "")):
        yield "page-lang", f"lang={page.get('lang')!r}"
    if not (page.findtext("head/title") or "").strip():
        yield "page-title", "none"
    if b'<meta charset="utf-8">' not in document.bytes[:1024].lower():
        yield "page-charset", 'no <meta charset="utf-8"> in the first 1024 bytes'
    if page.find("head/meta[@name='viewport']") is None:
        yield "page-viewport", "none"


def offer_faults(tree: Tree, page, document: Document) -> Iterator[tuple[str, str]]:
    """Yields feeds of the folder that autodiscovery does not offer, and offers of what is not there."""
    offered: dict[str | None, str] = {}
    for link in page.iterfind("head/link"):
        if "alternate" in link.get("rel", "").split() and link.get("type") in TYPES.values():
            offered[tree.locate(link.get("href", ""), document)] = link.get("type")
    for path, media_type in offered.items():
        if path not in tree.documents:
            yield "page-autodiscovery", f"offers what is not there: {path}"
        elif place(path).page:
            yield "page-autodiscovery", f"offers a page of an archive: {path}"
        elif TYPES.get(tree.documents[path].kind) != media_type:
            yield "page-autodiscovery", f"{path} is no {media_type}"
    for feed in tree.of_kind(*TYPES):
        # Nobody subscribes to a page of an archive.
        if feed.folder == document.folder and feed.path not in offered and not place(feed.path).page:
            yield "page-autodiscovery", f"does not offer {feed.path}"


def element_faults(tree: Tree, element, document: Document) -> Iterator[tuple[str, str]]:
    """Yields the faults of one element."""
    name = element.tag.rpartition("}")[2]
    if name == "script" and (element.text or tree.locate(element.get("src", ""), document) != SCRIPT):
        yield "page-no-script", f"<script src={element.get('src')!r}> {(element.text or '')[:40]}"
    if name == "img" and "alt" not in element.attrib:
        yield "page-alt", element.get("src", "")
    is_icon = name == "link" and element.get("rel") == "icon"
    for attribute, value in element.attrib.items():
        if str(attribute).startswith("on"):
            yield "page-no-script", f"<{name} {attribute}={value!r}>"
        # An icon runs nothing, whatever it holds.
        if attribute in ("href", "src", "poster") and not (is_icon and value.startswith("data:image/")):
            yield from address_faults(tree, f"<{name} {attribute}>", value, document)


def address_faults(tree: Tree, where: str, address: str, document: Document) -> Iterator[tuple[str, str]]:
    """Yields addresses of no safe scheme, and those that lead to nothing in the tree."""
    match = SCHEME.match(address.strip())
    scheme = match[1].lower() if match else ""
    if scheme not in SCHEMES:
        yield "page-address", f"{where}: {address!r}"
    elif scheme in ("http", "https") and (fault := address_fault(address)):
        yield "page-address", f"{where}: {fault}"
    elif not scheme and not address.startswith(("#", "//")):
        path = tree.locate(address, document)
        if path not in tree.documents:
            yield "page-address", f"{where}: {address!r} leads to nothing"
