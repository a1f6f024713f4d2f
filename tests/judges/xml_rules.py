"""Rules for every XML document: 6 to 8 of the rules of interoperability, by parsers not ours."""

import re
import subprocess
from collections.abc import Iterator
from xml.parsers import expat

from tree import Document, Tree
from values import Finding, is_language

# XML 1.0 §2.2, production Char, as what is not in it.
NO_XML_CHARACTER = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = re.compile(rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"']utf-8[\"'][^>]*\?>", re.I)
NAMED_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)[^;\s]{0,20};?")
CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.S)
STYLESHEET = re.compile(r"<\?xml-stylesheet\s([^?]*)\?>")
ROOTS = {"rss": b"<rss", "atom": b"<feed", "opml": b"<opml"}


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges the document as XML, whatever it says."""
    for rule, found in faults(document):
        yield Finding(document.path, rule, found)
    for found in stylesheet_faults(tree, document):
        yield Finding(document.path, "xml-stylesheet", found)


def faults(document: Document) -> Iterator[tuple[str, str]]:
    """Yields the faults, each with the name of its rule."""
    if complaint := xmllint(document.bytes):
        yield "xml-well-formed", complaint
    if not DECLARATION.match(document.bytes):
        yield "xml-declaration", repr(document.bytes[:60])
    if ROOTS[document.kind] not in document.bytes[:512]:
        yield "xml-root-in-512-bytes", repr(document.bytes[:60])
    try:
        document.bytes.decode("utf-8")
    except UnicodeDecodeError as error:
        yield "xml-utf-8", str(error)
    if wrong := NO_XML_CHARACTER.search(document.text):
        yield "xml-character", f"{wrong.group()!r} at character {wrong.start()}"
    if "<!DOCTYPE" in document.text[:512]:
        yield "xml-no-doctype", repr(document.text[:80])
    if wrong := NAMED_ENTITY.search(CDATA.sub("", document.text)):
        yield "xml-no-named-entity", repr(wrong.group())
    yield from prefix_faults(document.bytes)


def xmllint(text: bytes) -> str | None:
    """Gives the first complaint of xmllint, or None."""
    run = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--huge", "-"], input=text, capture_output=True, check=False
    )
    complaint = run.stderr.decode("utf-8", "replace").strip()
    if run.returncode or complaint:
        return complaint.splitlines()[0] if complaint else f"xmllint ended with {run.returncode}"
    return None


def prefix_faults(text: bytes) -> Iterator[tuple[str, str]]:
    """Yields prefixes used but not declared and the other way round, and wrong `xml:` attributes."""
    declared: set[str] = set()
    used: set[str] = set()
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        for attribute, value in attributes.items():
            prefix, colon, rest = attribute.partition(":")
            if prefix == "xmlns":
                declared.update([rest] if colon else [])
            elif colon and prefix != "xml":
                used.add(prefix)
            if attribute == "xml:lang" and not is_language(value):
                found.append(("language-bcp-47", f"xml:lang={value!r}"))
            if attribute == "xml:base":
                found.append(("no-xml-base", value))
        prefix, colon, _ = name.partition(":")
        used.update([prefix] if colon else [])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        return  # xmllint has said so already, with better words
    yield from found
    if declared - used:
        yield "xml-prefix-used", f"declared but not used: {', '.join(sorted(declared - used))}"
    if used - declared:
        yield "xml-prefix-declared", f"used but not declared: {', '.join(sorted(used - declared))}"


def stylesheet_faults(tree: Tree, document: Document) -> Iterator[str]:
    """Yields what is wrong with the style sheets: CSS only, and of this tree."""
    for sheet in STYLESHEET.findall(document.text):
        settings = dict(re.findall(r"(\w+)=[\"']([^\"']*)[\"']", sheet))
        if settings.get("type") != "text/css":
            yield f"not CSS: {sheet}"
        if tree.locate(settings.get("href", ""), document) not in tree.documents:
            yield f"no such document: {settings.get('href')}"
