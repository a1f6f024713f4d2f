"""Rules for the HTML inside entries: 10 and 11 of the rules of interoperability."""

import re
from collections.abc import Iterator
from functools import lru_cache

import html5lib

from values import address_fault

BANNED = set(
    "script style form input button select textarea object embed applet base link meta "
    "frame frameset template svg math".split()
)
ADDRESSES = ("href", "src", "poster", "cite", "data", "background", "action", "longdesc")
TEXT_BREAKS = set("p div br li tr h1 h2 h3 h4 h5 h6 blockquote pre figure figcaption td th dt dd".split())


def faults(markup: str) -> Iterator[tuple[str, str]]:
    """Yields the faults of a fragment, each with the name of its rule."""
    parser, fragment = parse(markup)
    for _, code, _ in parser.errors:
        if "eof" in code:
            yield "html-whole", f"{code}: …{markup[-60:]!r}"
    for element in fragment.iter():
        if isinstance(element.tag, str):
            yield from element_faults(element)


def parse(markup: str) -> tuple[html5lib.HTMLParser, object]:
    """Parses a fragment as a browser would."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser, parser.parseFragment(markup)


def element_faults(element) -> Iterator[tuple[str, str]]:
    """Yields the faults of one element."""
    name = element.tag.rpartition("}")[2]
    if name in BANNED:
        yield "html-sanitised", f"<{name}>"
    if name == "img" and element.get("width") == "1" and element.get("height") == "1":
        yield "html-no-tracking-pixel", element.get("src", "")
    for attribute, value in element.attrib.items():
        if str(attribute).startswith("on") or attribute in ("style", "srcdoc"):
            yield "html-sanitised", f"<{name} {attribute}={value!r}>"
    for attribute, address in addresses(element):
        if name == "a" and re.match(r"(mailto|tel):\S+$", address):
            continue
        if fault := address_fault(address):
            yield "html-absolute-address", f"<{name} {attribute}>: {fault}"


def addresses(element) -> Iterator[tuple[str, str]]:
    """Yields every address of an element with the name of its attribute."""
    for attribute in ADDRESSES:
        if (address := element.get(attribute)) is not None:
            yield attribute, address
    for candidate in candidates(element.get("srcset", "")):
        yield "srcset", candidate


def candidates(srcset: str) -> Iterator[str]:
    """Yields the addresses of a srcset (HTML §2.4.8: split where a comma ends a candidate)."""
    rest = srcset.lstrip(" \t\n\r\f,")
    while rest:
        address, _, rest = rest.partition(" ")
        if address.endswith(","):
            yield address.rstrip(",")
        else:
            yield address
            rest = rest.partition(",")[2]
        rest = rest.lstrip(" \t\n\r\f,")


@lru_cache(maxsize=None)
def plain(markup: str) -> str:
    """Gives the text of a fragment, white space collapsed."""
    pieces: list[str] = []

    def walk(element) -> None:
        if isinstance(element.tag, str) and element.tag in TEXT_BREAKS:
            pieces.append(" ")
        pieces.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                walk(child)
            pieces.append(child.tail or "")

    walk(parse(markup)[1])
    return " ".join("".join(pieces).split())
