#!/usr/bin/env python3
"""Subscribes real feed readers, newsboat and sfeed, to every feed of the trees.

    readers.py FOLDER…

What they show must be what `feed.json` beside the feed says: as many entries, the same titles, dates
and addresses. Ends with 1 when a reader sees something else.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import agreement
from served import address, served
from tree import Document, Tree
from values import Entry, collapsed

# A reader that takes longer for one feed hangs.
SECONDS = 60


class Seen(NamedTuple):
    """An entry as a reader shows it; order and read marks are the reader's own."""

    date: int
    title: str
    link: str


def newsboat(document: Document, root: str) -> list[Seen]:
    """Gives what newsboat keeps of a feed. A cache for each feed: it knows a guid only once."""
    with tempfile.TemporaryDirectory() as home:
        urls, cache, config = (Path(home, name) for name in ("urls", "cache.db", "config"))
        urls.write_text(address(root, document.path) + "\n")
        config.write_text("max-items 0\nreload-threads 1\ndownload-retries 1\n")
        run(["newsboat", "-u", urls, "-c", cache, "-C", config, "-x", "reload"], home)
        with sqlite3.connect(cache) as table:
            rows = table.execute("select pubDate, title, url from rss_item where deleted = 0")
            return [Seen(date, collapsed(title), link) for date, title, link in rows]


def sfeed(document: Document, _root: str) -> list[Seen]:
    """Gives what sfeed makes of a feed: a line an entry, its fields between tabs (sfeed(5))."""
    with tempfile.TemporaryDirectory() as home:
        lines = run(["sfeed"], home, document.bytes).decode("utf-8").rstrip("\n").split("\n")
    fields = [line.split("\t") for line in lines if line]
    return [Seen(int(date or 0), collapsed(title), link) for date, title, link, *_ in fields]


def run(command: list[str | Path], home: str, given: bytes = b"") -> bytes:
    """Runs a reader that keeps whatever it keeps in a folder of its own."""
    environment = os.environ | {"HOME": home, "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(
        command, input=given, env=environment, timeout=SECONDS, capture_output=True, check=True
    )
    return done.stdout


READERS = {"newsboat": newsboat, "sfeed": sfeed}


def told(entry: Entry) -> Seen:
    """Gives an entry as a reader should show it."""
    date = int(entry.published.timestamp()) if entry.published else 0
    return Seen(date, collapsed(entry.title), entry.link or "")


def faults(tree: Tree, root: str) -> Iterator[str]:
    """Yields what a reader sees otherwise than the feed's entries say."""
    for document in tree.of_kind("rss", "atom"):
        name = re.sub("^(rss|atom)(.*).xml$", r"feed\2.json", document.name)
        twin = tree.documents.get(document.path.removesuffix(document.name) + name, document)
        feed = agreement.READ[twin.kind](twin)
        expected = sorted(map(told, feed.entries if feed else []))
        for name, reader in READERS.items():
            seen = sorted(reader(document, root))
            yield from (f"{document.path}: {name} misses {one}" for one in expected if one not in seen)
            yield from (f"{document.path}: {name} invents {one}" for one in seen if one not in expected)
            if len(seen) != len(expected):
                yield f"{document.path}: {name} sees {len(seen)} entries, not {len(expected)}"


def main() -> int:
    """Subscribes to every feed of the folders of the command line; gives the exit code.

    These readers know no JSON Feed, so a folder may have nothing for them; not all of them may.
    """
    failed, subscribed = False, 0
    for folder in map(Path, sys.argv[1:]):
        tree = Tree.read(folder)
        with served(folder) as root:
            found = list(faults(tree, root))
        for fault in found:
            print(f"{folder}/{fault}")
        feeds = tree.of_kind("rss", "atom")
        print(f"{folder}: {len(feeds)} feeds, {len(READERS)} readers: {len(found)} faults")
        failed = failed or bool(found)
        subscribed += len(feeds)
    return int(failed or not subscribed)


if __name__ == "__main__":
    sys.exit(main())
