"""Lets real readers subscribe over HTTP to what `feedmill run` serves.

    subscribed.py FEEDMILL FOLDER

newsboat, sfeed_update, rss2email and feedparser subscribe to a feed in RSS and in Atom; none of them reads
JSON Feed, so that one is asked for by hand, with its entity tag. Then an article is renamed, an older one
is changed in a small way, the service is killed and starts again, and an article is added that is older than
that change: each reader is shown it as new, once, and nothing else. Who tells what it has gets a 304 until
there is something else.
"""

import json
import shutil
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service import Fault, wait_until
from serving import ServingService
from subscribers import Feedparser, Newsboat, Rss2email, Sfeed, Subscriber

CONFIG = '[watch]\nsettle = "50 ms"\n'
READERS = (Newsboat, Sfeed, Rss2email, Feedparser)
DOCUMENTS = ("rss.xml", "atom.xml")
# By what they tell of themselves: an id, a page, a date alone, and nothing.
ARTICLES = {
    "told.md": '---\nid: "tag:mill.example,2025:told"\ntitle: Told & named\ndate: 2025-05-04\n---\nBread.\n',
    "page.html": '<html lang="en"><head><title>A page</title><meta name="date" content="2025-05-03">'
    '<link rel="canonical" href="https://mill.example/page"></head><body><p>Rolls.</p></body></html>',
    "dated.md": "---\ntitle: 磨坊的消息\ndate: 2025-05-02\n---\n河边的磨坊转了一整夜。\n",
    "bare.txt": "A mill without a date\n\nIt turned all night, and in the morning there was bread.\n",
}
NEW = "---\ntitle: Fresh bread\ndate: 2025-05-05\n---\nThe newest of all.\n"


class JsonFeed(Subscriber):
    """The feed in JSON, asked for with the entity tag of what is there already."""

    def __init__(self, home: Path, address: str) -> None:
        super().__init__(home, address)
        self.tag = ""
        self.known: set[str] = set()

    def read(self) -> list[str]:
        """Asks for the feed; gives the ids that were not there before."""
        asked = urllib.request.Request(self.address, headers={"If-None-Match": self.tag})
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                self.status, self.tag = answer.status, answer.headers["ETag"]
                ids = [item["id"] for item in json.load(answer)["items"]]
        except urllib.error.HTTPError as error:
            self.status, ids = error.code, []
        new = [id for id in ids if id not in self.known]
        self.known.update(ids)
        return new


class Trial:
    """A service, and all that have subscribed to it."""

    def __init__(self, feedmill: Path, folder: Path) -> None:
        self.service = ServingService(feedmill, folder, CONFIG)
        self.seeds = folder / "seeds"
        self.seeds.mkdir()
        for name, text in ARTICLES.items():
            (self.seeds / name).write_text(text, encoding="utf-8")
        self.homes = folder / "readers"
        self.json = JsonFeed(self.homes / "json", f"{self.service.root}feed.json")
        self.readers: list[Subscriber] = [self.json]

    def subscribe(self) -> None:
        """Lets all readers subscribe to all documents."""
        for reader in READERS:
            for document in DOCUMENTS:
                home = self.homes / f"{reader.__name__}-{document}"
                self.readers.append(reader(home, self.service.root + document))

    # What happens, and whether a document is another one then.

    def do_nothing(self) -> bool:
        """Does nothing."""
        return False

    def rename(self) -> bool:
        """Gives another name to the article that tells nothing of itself."""
        self.act(lambda: (self.seeds / "bare.txt").rename(self.seeds / "other.txt"))
        return False

    def edit(self) -> bool:
        """Changes a word of an older article."""
        text = ARTICLES["dated.md"].replace("一整夜", "半夜")
        self.act(lambda: (self.seeds / "dated.md").write_text(text, encoding="utf-8"))
        return True

    def restart(self) -> bool:
        """Kills the service, and starts it again."""
        self.service.end(signal.SIGKILL)
        self.service.start_and_wait()
        return False

    def add(self) -> bool:
        """Adds an article."""
        beside = self.service.folder / "beside"
        beside.write_text(NEW, encoding="utf-8")
        self.act(lambda: beside.rename(self.seeds / "new.md"))
        return True

    def act(self, change: Callable[[], object]) -> None:
        """Changes the articles, and waits for the turn that follows."""
        turns = self.service.turns()
        change()
        wait_until("a turn followed", lambda: self.service.turns() > turns)

    # What the readers make of it.

    def run(self) -> Iterator[str]:
        """Lets everything happen, one after the other; gives what was wrong."""
        self.service.start_and_wait()
        first = self.read_all()
        published = sorted(self.json.known)
        if len(published) != len(ARTICLES):
            yield f"the feed holds {len(published)} entries of {len(ARTICLES)} articles"
        yield from self.differences("subscribing", first, published, True)
        for happens in (self.do_nothing, self.rename, self.edit, self.restart):
            is_other = happens()
            yield from self.differences(happens.__name__, self.read_all(), [], is_other)
        self.add()
        last = self.read_all()
        new = sorted(self.json.known - set(published))
        if len(new) != 1:
            yield f"one article was added, and {len(new)} entries are new"
        yield from self.differences("add", last, new, True)
        yield from self.differences("in the end", self.read_all(), [], False)

    def read_all(self) -> list[list[str]]:
        """Lets all readers look at the same time; gives what is new to each, by its id."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda reader: sorted(reader.read()), self.readers))

    def differences(
        self, when: str, seen: list[list[str]], expected: list[str], is_other: bool
    ) -> Iterator[str]:
        """Yields what is new to a reader and should not be, or the other way round, and every answer
        that should have been a 304, or should not."""
        for reader, new in zip(self.readers, seen, strict=True):
            first = 200 if when == "subscribing" else reader.changed
            status = first if is_other else 304
            if new != expected:
                yield f"{when}: new to {reader.name} is {new}, not {expected}"
            if reader.status not in (None, status):
                yield f"{when}: {reader.name} got {reader.status}, not {status}"


def main() -> int:
    """Lets the readers subscribe; gives the exit code."""
    feedmill, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    trial = Trial(feedmill, folder)
    faults: list[str] = []
    try:
        trial.subscribe()
        faults += trial.run()
        trial.service.end(signal.SIGTERM)
    except Fault as fault:
        faults.append(str(fault))
    finally:
        trial.service.abandon()
    for fault in faults:
        print(f"fault: {fault}")
    print(f"{len(trial.readers)} subscriptions: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
