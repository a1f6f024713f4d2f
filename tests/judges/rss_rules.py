"""RSS 2.0: the specification, and the best-practices profile of the RSS Advisory Board."""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

import markup_rules
from tree import Document, Tree
from values import (
    Entry,
    Feed,
    Finding,
    address_fault,
    doubles,
    implausible,
    is_language,
    is_media_type,
    rss_date,
)

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
NEEDED = ("title", "link", "description", "language", "generator", "docs", "ttl")
ONCE = ("title", "link", "guid", "pubDate", "description", "enclosure", CONTENT)
ADDRESS_ELEMENTS = ("link", "url", "docs", "comments")
ADDRESS_ATTRIBUTES = ("href", "url")
RAW_TITLE = re.compile(r"<title>(.*?)</title>", re.S)
NAMED_IN_TITLE = re.compile(r"&(amp|lt|gt);|<!\[CDATA\[")


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges an RSS document."""
    if document.xml is None:
        return
    for rule, found in faults(document, document.xml):
        yield Finding(document.path, rule, found)
    if tree.root_by(document) != tree.root:
        yield Finding(document.path, "rss-self", f"{tree.self_address(document)} is not this document")


def faults(document: Document, rss: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the whole document."""
    channels = rss.findall("channel")
    if rss.get("version") != "2.0" or len(channels) != 1:
        yield "rss-version", f"version {rss.get('version')}, {len(channels)} channels"
        return
    yield from title_faults(document.text)
    yield from address_faults(rss)
    yield from channel_faults(channels[0])
    for item in channels[0].iterfind("item"):
        where = item.findtext("guid") or item.findtext("title") or "an item"
        for rule, found in item_faults(item):
            yield rule, f"{found} (in {where})"
    guids = [item.findtext("guid") or "" for item in channels[0].iterfind("item")]
    for double in doubles(guids):
        yield "rss-guid-unique", double


def title_faults(text: str) -> Iterator[tuple[str, str]]:
    """Yields titles that the fewest readers get right (Profile §3.1)."""
    for title in RAW_TITLE.findall(text):
        if NAMED_IN_TITLE.search(title):
            yield "rss-title-references", title[:80]


def address_faults(rss: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields addresses of elements and attributes that are not absolute."""
    for element in rss.iter(etree.Element):
        found = [element.get(name) for name in ADDRESS_ATTRIBUTES if name in element.attrib]
        found += [element.text or ""] if element.tag in ADDRESS_ELEMENTS else []
        for fault in filter(None, map(address_fault, found)):
            yield "rss-absolute-address", f"{element.tag}: {fault}"


def channel_faults(channel: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the channel itself."""
    for name in NEEDED:
        elements = channel.findall(name)
        if len(elements) != 1 or not (elements[0].text or "").strip():
            yield "rss-channel-element", f"{len(elements)} filled <{name}>"
    selves = channel.findall(f"{ATOM}link[@rel='self']")
    if len(selves) != 1 or selves[0].get("type") != "application/rss+xml":
        yield "rss-self", f"{len(selves)} links rel=self of type application/rss+xml"
    if not is_language(channel.findtext("language") or ""):
        yield "language-bcp-47", f"<language> {channel.findtext('language')!r}"
    if not re.fullmatch(r"[1-9]\d*", channel.findtext("ttl") or "1"):
        yield "rss-ttl", channel.findtext("ttl") or ""
    names = [element.tag for element in channel.iterchildren(etree.Element)]
    if "item" in names and set(names[names.index("item"):]) != {"item"}:
        yield "rss-items-last", " ".join(names[names.index("item"):])[:80]
    yield from image_faults(channel)
    yield from channel_date_faults(channel)


def image_faults(channel: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the channel's image."""
    image = channel.find("image")
    if image is None:
        return
    if not all(image.findtext(name) for name in ("url", "title", "link")):
        yield "rss-image", "needs url, title and link"
    if image.findtext("title") != channel.findtext("title"):
        yield "rss-image-title", f"{image.findtext('title')!r} is not the channel's"
    for name, most in (("width", 144), ("height", 400)):
        size = image.findtext(name, "1")
        if not size.isdecimal() or not 1 <= int(size) <= most:
            yield "rss-image-size", f"{name} {size}"
    if re.search(r"\.(svg|webp|avif|ico|bmp)$", image.findtext("url") or "", re.I):
        yield "rss-image", f"neither GIF, JPEG nor PNG: {image.findtext('url')}"


def channel_date_faults(channel: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields wrong dates of the channel; that they agree with Atom is judged with the other formats."""
    items = [date for item in channel.iterfind("item") if (date := date_in(item, "pubDate"))]
    for name in ("lastBuildDate", "pubDate"):
        if channel.find(name) is None:
            continue
        date = date_in(channel, name)
        if date is None:
            yield "rss-date", f"channel's {name} {channel.findtext(name)!r}"
        elif items and name == "lastBuildDate" and date < max(items):
            yield "rss-last-build-date", f"{date} before the newest entry, {max(items)}"
    if items and channel.find("lastBuildDate") is None:
        yield "rss-last-build-date", "none"


def item_faults(item: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of an item."""
    names = [element.tag for element in item.iterchildren(etree.Element)]
    for double in doubles([name for name in names if name in ONCE]):
        yield "rss-once", double
    if not (item.findtext("title") or "").strip():
        yield "rss-item-title", "none"
    if CONTENT in names and "description" not in names[: names.index(CONTENT)]:
        yield "rss-description-before-content", " ".join(names)[:120]
    for name in ("description", CONTENT):
        yield from markup_rules.faults(item.findtext(name) or "")
    yield from guid_faults(item)
    date = date_in(item, "pubDate")
    if date is None:
        yield "rss-date", f"pubDate {item.findtext('pubDate')!r}"
    elif fault := implausible(date):
        yield "implausible-date", fault
    for author in item.iterfind("author"):
        if not re.search(r"\S+@\S+", author.text or ""):
            yield "rss-author-email", author.text or ""
    for element in [*item.iterfind(CREATOR), *item.iterfind("category")]:
        if not (element.text or "").strip():
            yield "rss-filled", element.tag
    yield from enclosure_faults(item)


def guid_faults(item: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the guid: the permalink, or said not to be one."""
    guid = item.find("guid")
    if guid is None or not (guid.text or "").strip():
        yield "rss-guid", "none"
    elif guid.get("isPermaLink") not in (None, "true", "false"):
        yield "rss-guid-permalink", f"isPermaLink={guid.get('isPermaLink')!r}"
    elif guid.get("isPermaLink") != "false" and guid.text != item.findtext("link"):
        yield "rss-guid-permalink", f"{guid.text} is not the link {item.findtext('link')}"


def enclosure_faults(item: etree._Element) -> Iterator[tuple[str, str]]:
    """Yields the faults of the enclosure (that there is one at most is judged with the others)."""
    for enclosure in item.iterfind("enclosure"):
        length, media_type = enclosure.get("length", ""), enclosure.get("type", "")
        if "url" not in enclosure.attrib or not length.isdecimal() or not is_media_type(media_type):
            yield "rss-enclosure", str(dict(enclosure.attrib))


def date_in(parent: etree._Element, name: str) -> datetime | None:
    """Gives the date of a child element; None when it is missing or wrong."""
    return rss_date(parent.findtext(name) or "")


def read(document: Document) -> Feed | None:
    """Gives the feed that the document tells."""
    channel = None if document.xml is None else document.xml.find("channel")
    if channel is None:
        return None
    feed = Feed(channel.findtext("title") or "", updated=date_in(channel, "lastBuildDate"))
    for item in channel.iterfind("item"):
        description, encoded = item.findtext("description"), item.findtext(CONTENT)
        entry = Entry(item.findtext("guid") or "", item.findtext("title") or "")
        entry.published = date_in(item, "pubDate")
        entry.link = item.findtext("link")
        entry.summary = markup_rules.plain(description) if description and encoded else None
        entry.content = encoded
        feed.entries.append(entry)
    return feed
