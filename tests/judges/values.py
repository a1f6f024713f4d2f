"""What the judges share: a finding, a feed as any format tells it, and the rules on small values."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from urllib.parse import urlsplit


class Finding(NamedTuple):
    """A fault: the document, the name of the rule that it breaks, and what stands there."""

    path: str
    rule: str
    found: str


@dataclass
class Entry:
    """An entry as one format tells it; what the format does not tell is None."""

    id: str
    title: str
    published: datetime | None = None
    updated: datetime | None = None
    link: str | None = None
    summary: str | None = None
    content: str | None = None


@dataclass
class Feed:
    """A feed as one format tells it."""

    title: str
    address: str | None = None
    updated: datetime | None = None
    entries: list[Entry] = field(default_factory=list)


# Left out of addresses by RFC 3986, Appendix A, although browsers mend them.
NOT_IN_ADDRESSES = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f-\U0010ffff]')


def address_fault(address: str) -> str | None:
    """Says what keeps an address from being absolute http(s) in plain ASCII, or None."""
    if wrong := NOT_IN_ADDRESSES.search(address):
        return f"{wrong.group()!r} in the address {address!r}"
    try:
        parts = urlsplit(address)
    except ValueError as error:
        return f"{error} in {address!r}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"not absolute http(s): {address!r}"
    return None


DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
RSS_DATE = re.compile(
    r"(\w{3}), (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:\+0000|GMT)", re.ASCII
)
ATOM_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z", re.ASCII)


def rss_date(text: str) -> datetime | None:
    """Reads an RFC 822 date in English, with a four-digit year, in UTC; None when it is not one."""
    match = RSS_DATE.fullmatch(text)
    if not match or match[3] not in MONTHS:
        return None
    date = date_of(match[4], MONTHS.index(match[3]) + 1, match[2], *match.groups()[4:])
    return date if date and DAYS[date.weekday()] == match[1] else None


def atom_date(text: str) -> datetime | None:
    """Reads an RFC 3339 date that ends in Z; None when it is not one."""
    match = ATOM_DATE.fullmatch(text)
    return date_of(*match.groups()) if match else None


def date_of(*numbers: str | int) -> datetime | None:
    """Makes a date of year, month, day, hour, minute and second; None when there is no such date."""
    try:
        return datetime(*map(int, numbers), tzinfo=timezone.utc)
    except ValueError:
        return None


def implausible(date: datetime) -> str | None:
    """Says why nobody believes a date: a sentinel, or not due yet (a day is left for wrong clocks)."""
    if date.year == 1 or date == datetime(1970, 1, 1, tzinfo=timezone.utc):
        return f"a sentinel: {date.isoformat()}"
    if date > datetime.now(timezone.utc) + timedelta(days=1):
        return f"in the future: {date.isoformat()}"
    return None


# The langtag of RFC 5646 §2.1 without the grandfathered tags, in its customary casing.
LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?"
    r"(-([0-9a-z]{5,8}|\d[0-9a-z]{3}))*(-[a-wyz0-9](-[0-9a-z]{2,8})+)*(-x(-[0-9a-z]{1,8})+)?"
)


def is_language(tag: str) -> bool:
    """Tells whether a tag is well-formed BCP 47."""
    return LANGUAGE.fullmatch(tag) is not None


def is_media_type(text: str) -> bool:
    """Tells whether a text is a media type (RFC 6838 §4.2), with or without parameters."""
    return re.fullmatch(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;.*)?", text, re.ASCII) is not None


def collapsed(text: str) -> str:
    """Gives a text with runs of white space as one blank: what a person sees of it."""
    return " ".join(text.split())


def doubles(items: list[str]) -> list[str]:
    """Gives the items that stand in a list more than once."""
    seen: set[str] = set()
    return [item for item in items if item in seen or seen.add(item)]
