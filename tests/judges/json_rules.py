"""JSON Feed 1.1: its shape by a JSON schema, and what a schema cannot say."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from jsonschema import Draft202012Validator

import markup_rules
from tree import Document, Tree
from values import Entry, Feed, Finding, address_fault, atom_date, collapsed, doubles, implausible, is_language

SCHEMA = json.loads(Path(__file__).with_name("jsonfeed.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
ADDRESSES = ("home_page_url", "feed_url", "next_url", "icon", "favicon", "url", "external_url", "image",
             "banner_image", "avatar")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def judge(tree: Tree, document: Document) -> Iterator[Finding]:
    """Judges a JSON Feed."""
    for rule, found in faults(document):
        yield Finding(document.path, rule, found)
    if isinstance(document.json, dict) and tree.root_by(document) != tree.root:
        yield Finding(document.path, "json-self", f"feed_url {document.json.get('feed_url')!r}")


def faults(document: Document) -> Iterator[tuple[str, str]]:
    """Yields the faults, each with the name of its rule."""
    try:
        feed = json.loads(document.bytes.decode("utf-8"), object_pairs_hook=without_doubles)
    except ValueError as error:
        yield "json-syntax", str(error)
        return
    errors = list(VALIDATOR.iter_errors(feed))
    for error in errors:
        yield "json-schema", f"{error.json_path}: {error.message[:200]}"
    if errors:
        return
    yield from value_faults(feed)
    for double in doubles([item["id"] for item in feed["items"]]):
        yield "json-id-unique", double
    if feed.get("next_url") == feed["feed_url"]:
        yield "json-next-url", "leads back to the same document"
    for item in feed["items"]:
        yield from item_faults(item)


def without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Makes an object; a name that stands in it twice is an error (RFC 8259 §4)."""
    for double in doubles([name for name, _ in pairs]):
        raise ValueError(f"the name {double!r} stands twice in an object")
    return dict(pairs)


def value_faults(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yields relative addresses, wrong languages and control characters, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from value_faults(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from value_faults(inner, name)
    elif isinstance(value, str):
        if wrong := CONTROL.search(value):
            yield "json-character", f"{name}: {wrong.group()!r}"
        # JSON Feed lets an author's address be one of mail.
        is_mail = name == "url" and value.startswith("mailto:")
        if name in ADDRESSES and not is_mail and (fault := address_fault(value)):
            yield "json-absolute-address", f"{name}: {fault}"
        if name == "language" and not is_language(value):
            yield "language-bcp-47", value


def item_faults(item: dict) -> Iterator[tuple[str, str]]:
    """Yields the faults of an item."""
    yield from markup_rules.faults(item.get("content_html", ""))
    published, updated = date_in(item, "date_published"), date_in(item, "date_modified")
    if not published or (updated and updated < published):
        yield "json-item-dates", f"published {published}, modified {updated} in {item['id']}"
    if published and (fault := implausible(published)):
        yield "implausible-date", fault


def date_in(item: dict, name: str) -> datetime | None:
    """Gives a date of an item; None when it is missing or not in UTC."""
    return atom_date(item.get(name, ""))


def read(document: Document) -> Feed | None:
    """Gives the feed that the document tells; None when it has not the shape of one."""
    feed = document.json
    if not VALIDATOR.is_valid(feed):
        return None
    told = Feed(feed["title"])
    for item in feed["items"]:
        summary = item.get("summary")
        told.entries.append(
            Entry(
                item["id"],
                item.get("title", ""),
                date_in(item, "date_published"),
                date_in(item, "date_modified") or date_in(item, "date_published"),
                item.get("url"),
                None if summary is None else collapsed(summary),
                item.get("content_html"),
            )
        )
    told.updated = max((entry.updated for entry in told.entries if entry.updated), default=None)
    return told
