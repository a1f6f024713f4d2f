"""OPML 2.0: the list of every feed of the tree."""

from collections.abc import Iterator

from tree import Document, Tree
from values import Finding, address_fault, rss_date


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges an OPML document of the tree."""
    if document.xml is None:
        return
    for rule, found in faults(tree, document):
        yield Finding(document.path, rule, found)


def faults(tree: Tree, document: Document) -> Iterator[tuple[str, str]]:
    """Yields the faults, each with the name of its rule."""
    opml = document.xml
    if opml.get("version") != "2.0":
        yield "opml-version", str(opml.get("version"))
    if [child.tag for child in opml] != ["head", "body"]:
        yield "opml-parts", " ".join(child.tag for child in opml)
    if not opml.findtext("head/title"):
        yield "opml-title", "none"
    for name in ("dateCreated", "dateModified"):
        if (date := opml.findtext(f"head/{name}")) is not None and rss_date(date) is None:
            yield "opml-date", f"{name} {date!r}"
    listed = set()
    for outline in opml.iter("outline"):
        yield from outline_faults(tree, document, outline)
        if address := outline.get("xmlUrl"):
            listed.add(tree.locate(address, document))
    folders = {path.rpartition("/")[0] for path in listed if path in tree.documents}
    for feed in tree.of_kind("rss", "atom"):
        if feed.folder not in folders:
            yield "opml-lists-every-feed", f"{feed.path} is not listed"


def outline_faults(tree: Tree, document: Document, outline) -> Iterator[tuple[str, str]]:
    """Yields the faults of one outline: a feed, or a group of them."""
    where = outline.get("text") or outline.get("xmlUrl") or "an outline"
    if not (outline.get("text") or "").strip():
        yield "opml-text", where
    if "xmlUrl" not in outline.attrib:
        if not len(outline):
            yield "opml-xml-url", f"{where} is neither a feed nor a group"
        return
    if outline.get("type") != "rss":
        yield "opml-type", f"type={outline.get('type')!r} in {where}"
    for name in ("xmlUrl", "htmlUrl"):
        if name not in outline.attrib:
            continue
        address = outline.get(name)
        if fault := address_fault(address):
            yield "opml-absolute-address", f"{name}: {fault}"
        elif name == "xmlUrl" and tree.locate(address, document) not in tree.documents:
            yield "opml-xml-url", f"no such document: {address}"
