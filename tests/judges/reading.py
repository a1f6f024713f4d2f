"""Reads every document of an output again and again while it is written, and judges each by itself:
it is whole, and so is every article in it; and no article ever gets another id."""

import json
import re
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

MARK = re.compile(r"\b(begin|end)-(\d+)-(\d+)-")
ENDINGS = {".rss": "</rss>", ".atom": "</feed>", ".opml": "</opml>", ".html": "</html>", ".json": "}"}
ATOM = "{http://www.w3.org/2005/Atom}"

Version = tuple[int, int]


class Half(Exception):
    """An entry that is not a whole article."""

    def __init__(self, versions: set[Version], title: str, text: str) -> None:
        super().__init__(f"no whole article: {MARK.findall(text)} in {title!r}: {text[:200]!r}")
        self.versions = versions
        # Titles, and the names of files that stand in for them, hold the mark of the article.
        told = re.search(r"\d+", title)
        self.mark = int(told.group()) if told else None

    def is_excused(self, held_up: set[Version]) -> bool:
        """Tells whether the writer of the article was held up, so that it may have been seen half."""
        if self.versions:
            return self.versions <= held_up
        if self.mark is None:
            # It was cut before its mark, so it may be that of anyone who was held up.
            return bool(held_up)
        return any(mark == self.mark for mark, _ in held_up)


def documents(folder: Path) -> list[Path]:
    """Lists the documents of an output, without what is only there while it is written."""
    try:
        found = [path for path in folder.rglob("*") if not path.name.startswith(".")]
        return [path for path in found if path.is_file()]
    except FileNotFoundError:
        # A folder went while it was listed.
        return []


def entries(path: Path, text: str) -> Iterator[tuple[str | None, str, str]]:
    """Gives the id, where it tells one, the title and the text of each entry of a document.

    It is an error if the document is not well-formed.
    """
    if path.suffix == ".json":
        for item in json.loads(text)["items"]:
            yield item["id"], item.get("title", ""), item.get("content_html", "")
    elif path.name.startswith("rss"):
        for item in ElementTree.fromstring(text).iter("item"):
            text_of = "".join(part.text or "" for part in item)
            yield item.findtext("guid"), item.findtext("title") or "", text_of
    elif path.name.startswith("atom"):
        for entry in ElementTree.fromstring(text).iter(f"{ATOM}entry"):
            title, content = entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}content")
            yield entry.findtext(f"{ATOM}id"), title or "", content or ""
    elif path.suffix == ".opml":
        ElementTree.fromstring(text)
    elif path.suffix == ".html":
        for article in text.split('<article class="entry"')[1:]:
            one = article.split("</article>")[0]
            heading = re.search(r"<h3[^>]*>(.*?)</h3>", one, re.DOTALL)
            yield None, re.sub(r"<[^>]*>", "", heading.group(1)) if heading else "", one


def is_ended(path: Path, text: str) -> bool:
    """Tells whether a document ends as one of its kind has to."""
    kind = f".{path.name.split('.')[0].split('-')[0]}" if path.suffix == ".xml" else path.suffix
    return text.rstrip().endswith(ENDINGS.get(kind, "}"))


def version_of(title: str, text: str) -> Version:
    """Tells of which article an entry is, and of which version; it has to be whole."""
    begins, ends = [], []
    for kind, mark, version in MARK.findall(text):
        (begins if kind == "begin" else ends).append((int(mark), int(version)))
    if not begins or set(begins) != set(ends) or len(set(begins)) != 1:
        raise Half({*begins, *ends}, title, text)
    return begins[0]


class Ids:
    """Which article has which id: for ever."""

    def __init__(self) -> None:
        self.by_mark: dict[int, str] = {}
        self.by_id: dict[str, int] = {}

    def take(self, mark: int, id: str) -> str | None:
        """Takes an id in; tells what is wrong with it, if it is another than before."""
        known, other = self.by_mark.setdefault(mark, id), self.by_id.setdefault(id, mark)
        if known != id:
            return f"article {mark} had the id {known}, and has {id}"
        return f"the id {id} was that of article {other}, and is that of {mark}" if other != mark else None


class Reader:
    """Reads all documents again and again, on a thread of its own."""

    def __init__(self, folder: Path, held_up: set[Version], ids: Ids) -> None:
        self.folder, self.held_up, self.ids = folder, held_up, ids
        self.reads = self.entries = 0
        # How long the feed of everything stayed as it was at most, in seconds, once it was there.
        self.stood_still = 0.0
        self.changed: tuple[str, float] | None = None
        self.certain: list[str] = []
        self.halves: list[tuple[str, Half]] = []
        self.is_ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    @property
    def excused(self) -> list[str]:
        """Lists what was seen half of articles whose writer was held up."""
        return [told for told, half in self.halves if half.is_excused(self.held_up)]

    @property
    def faults(self) -> list[str]:
        """Lists what is wrong. A writer that is held up knows that only when it goes on, so this is asked
        when all is over."""
        return self.certain + [told for told, half in self.halves if not half.is_excused(self.held_up)]

    def run(self) -> None:
        """Reads until it is told to end."""
        while not self.is_ending.is_set():
            for path in documents(self.folder):
                self.read(path)
            # Others want to work too.
            self.is_ending.wait(0.1)

    def __enter__(self) -> "Reader":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_ending.set()
        self.thread.join()

    def read(self, path: Path) -> None:
        """Reads a document and judges it."""
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            return
        except UnicodeDecodeError as error:
            self.certain.append(f"{path}: {error}")
            return
        self.reads += 1
        name = path.relative_to(self.folder)
        if str(name) == "feed.json":
            self.watch_for_change(text)
        try:
            if not is_ended(path, text):
                self.certain.append(f"{name} ends with {text[-40:]!r}")
            self.judge(name, list(entries(path, text)))
        except (ValueError, LookupError, ElementTree.ParseError) as error:
            self.certain.append(f"{name} is no valid document: {error!r}")

    def watch_for_change(self, text: str) -> None:
        """Notes how long the feed of everything has stayed as it is."""
        now = time.monotonic()
        if self.changed and self.changed[0] == text:
            self.stood_still = max(self.stood_still, now - self.changed[1])
        else:
            self.changed = (text, now)

    def judge(self, name: Path, found: list[tuple[str | None, str, str]]) -> None:
        """Judges the entries of a document."""
        marks: set[int] = set()
        for id, title, text in found:
            self.entries += 1
            try:
                mark, version = version_of(title, text)
            except Half as half:
                self.halves.append((f"{name}: {id}: {half}", half))
                continue
            if mark in marks:
                self.certain.append(f"{name}: article {mark} stands in it twice")
            marks.add(mark)
            if id and (mark, version) not in self.held_up and (fault := self.ids.take(mark, id)):
                self.certain.append(f"{name}: {fault}")
