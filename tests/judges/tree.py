"""An output tree: which documents it holds, and at which addresses they are served."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from lxml import etree

CODINGS = (".gz", ".br", ".zst")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass
class Document:
    """A file of the tree; `kind` is rss, atom, opml, json, html, css, js or, when unknown, empty."""

    path: str
    bytes: bytes
    kind: str = ""

    @cached_property
    def text(self) -> str:
        """Gives the text; bytes that are not UTF-8 become U+FFFD (a judge of its own finds them)."""
        return self.bytes.decode("utf-8", "replace")

    @cached_property
    def xml(self) -> etree._Element | None:
        """Gives the root element, or None when the document is not well-formed."""
        try:
            return etree.fromstring(self.bytes, PARSER)
        except etree.XMLSyntaxError:
            return None

    @cached_property
    def json(self) -> object | None:
        """Gives the value, or None when the document is not JSON."""
        try:
            return json.loads(self.bytes)
        except ValueError:
            return None

    @property
    def folder(self) -> str:
        """Gives the folder below the tree; empty at its root."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Gives the name of the file."""
        return self.path.rpartition("/")[2]


XML_KINDS = {
    "rss": "rss",
    "{http://www.w3.org/2005/Atom}feed": "atom",
    "opml": "opml",
}


def kind_of(document: Document) -> str:
    """Tells by its root element or ending what a document is."""
    ending = document.name.rpartition(".")[2]
    if ending in ("xml", "opml"):
        guess = {"rss.xml": "rss", "atom.xml": "atom", "feeds.opml": "opml"}.get(document.name, "")
        return guess if document.xml is None else XML_KINDS.get(document.xml.tag, "")
    return ending if ending in ("json", "html", "css", "js") else ""


@dataclass
class Tree:
    """The files below a folder, by path."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    coded: dict[str, bytes] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "Tree":
        """Reads a folder."""
        tree = cls(folder)
        for file in sorted(file for file in folder.rglob("*") if not file.is_dir()):
            path = file.relative_to(folder).as_posix()
            document = Document(path, file.read_bytes())
            document.kind = kind_of(document)
            if file.suffix in CODINGS:
                tree.coded[path] = document.bytes
            elif document.kind:
                tree.documents[path] = document
            else:
                tree.strays.append(path)
        return tree

    def of_kind(self, *kinds: str) -> list[Document]:
        """Gives the documents of some kinds, by path."""
        return [document for document in self.documents.values() if document.kind in kinds]

    def self_address(self, document: Document) -> str | None:
        """Gives the address that a document names as its own."""
        if document.kind == "json":
            value = document.json
            address = value.get("feed_url") if isinstance(value, dict) else None
            return address if isinstance(address, str) else None
        if document.xml is None:
            return None
        links = document.xml.iterfind(".//{http://www.w3.org/2005/Atom}link[@rel='self']")
        return next((link.get("href") for link in links), None)

    def root_by(self, document: Document) -> str | None:
        """Gives the address of the tree's root as a document tells it by its own address. A page of an
        archive in JSON names the feed that it belongs to: its address tells feeds apart."""
        address = self.self_address(document)
        parts = document.path.split("/")
        if document.kind == "json":
            parts[-1] = re.sub(r"-[\d-]+\.json$", ".json", parts[-1])
        if address is None:
            return None
        segments = address.split("/")
        if [unquote(segment) for segment in segments[-len(parts):]] != parts:
            return None
        return "/".join(segments[: -len(parts)]) + "/"

    @cached_property
    def root(self) -> str:
        """Gives the address at which the tree is served."""
        roots = (self.root_by(document) for document in self.of_kind("rss", "atom", "json"))
        return next((root for root in roots if root), "http://tree.invalid/")

    def locate(self, address: str, base: Document) -> str | None:
        """Gives the path below the tree that an address means in a document, whether a file stands
        there or not; None for an address elsewhere."""
        absolute = urljoin(self.root + quote(base.path), address).partition("#")[0].partition("?")[0]
        if not absolute.startswith(self.root):
            return None
        path = unquote(absolute.removeprefix(self.root))
        return path + "index.html" if path == "" or path.endswith("/") else path
