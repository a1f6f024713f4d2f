"""How the documents lie in their folder: precompressed twins, leftovers, style sheets, same bytes."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import zstandard

from tree import Tree
from values import Finding

# What stands in the folder of the output of a fresh clone.
OWN_NOTES = ("README.md", ".gitignore", ".gitkeep")
NAMESPACE = re.compile(r"@namespace[^;]*;", re.I)
REMOTE = re.compile(r"@import|url\(\s*[\"']?(?:https?:|//)", re.I)


def judge(tree: Tree) -> Iterator[Finding]:
    """Judges the files of the tree as files."""
    if not tree.of_kind("rss", "atom", "json"):
        yield Finding(".", "tree-has-feeds", f"no feed in {tree.folder}")
    for path in tree.strays:
        if path not in OWN_NOTES:
            yield Finding(path, "tree-no-leftover", "neither a document nor a coded twin of one")
    for path, coded in tree.coded.items():
        plain, _, ending = path.rpartition(".")
        if plain not in tree.documents:
            yield Finding(path, "coded-twin", "the plain document is not there")
        elif fault := coding_fault(coded, ending, tree.documents[plain].bytes):
            yield Finding(path, "coded-twin", fault)
    for sheet in tree.of_kind("css"):
        # A namespace is named by an address, but nothing is loaded from it.
        if match := REMOTE.search(NAMESPACE.sub("", sheet.text)):
            yield Finding(sheet.path, "css-self-contained", match.group())
    for document in tree.documents.values():
        if not document.bytes:
            yield Finding(document.path, "tree-no-empty-document", "0 bytes")


def coding_fault(coded: bytes, ending: str, plain: bytes) -> str | None:
    """Says why coded bytes are not the plain document, or None."""
    try:
        decoded = decode(coded, ending)
    except (OSError, EOFError, brotli.error, zstandard.ZstdError) as error:
        return str(error)
    if decoded != plain:
        return f"decodes to {len(decoded)} other bytes than the {len(plain)} of the document"
    if ending == "gz" and coded[4:8] != bytes(4):
        return "the header holds a time, so that the same input gives other bytes"
    return None


def decode(coded: bytes, ending: str) -> bytes:
    """Decodes by the program that the ending names."""
    match ending:
        case "gz":
            return gzip.decompress(coded)
        case "br":
            return brotli.decompress(coded)
        case _:
            return zstandard.ZstdDecompressor().decompressobj().decompress(coded)


def judge_same(folder: Path, other: Path) -> Iterator[Finding]:
    """Judges that two folders hold the same files with the same bytes."""
    mine, yours = files(folder), files(other)
    for path in sorted(mine.keys() | yours.keys()):
        if path not in mine or path not in yours:
            there = folder if path in mine else other
            yield Finding(path, "same-bytes", f"only in {there}")
        elif mine[path].read_bytes() != yours[path].read_bytes():
            yield Finding(path, "same-bytes", f"differs from {yours[path]}")


def files(folder: Path) -> dict[str, Path]:
    """Gives the files below a folder by their path."""
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
