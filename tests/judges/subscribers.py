"""Real readers that have subscribed to an address: each keeps what it has seen in a home of its own."""

import mailbox
import os
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path

import feedparser
from service import Fault

# A reader that takes longer for one feed hangs.
SECONDS = 60
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TERM": "dumb"}


# The answer that carries no more than what is new (RFC 3229 §10.4.1).
IM_USED = 226


class Subscriber(ABC):
    """A reader that has subscribed to one feed."""

    # What its last request was answered with, where it tells.
    status: int | None = None
    # What it is answered with when something has changed.
    changed = 200

    def __init__(self, home: Path, address: str) -> None:
        self.home, self.address = home, address
        home.mkdir(parents=True)

    @property
    def name(self) -> str:
        """Names the reader and the feed."""
        return self.home.name

    @abstractmethod
    def read(self) -> list[str]:
        """Looks at the feed; gives the ids of the entries that are new to it, each as often as it is
        shown."""

    def call(self, *command: str | Path) -> None:
        """Runs a program that keeps whatever it keeps in the home; it must end well."""
        environment = ENVIRONMENT | {"PATH": os.environ["PATH"], "HOME": str(self.home)}
        ended = subprocess.run(
            command, env=environment, cwd=self.home, timeout=SECONDS, capture_output=True, check=False
        )
        if ended.returncode != 0:
            told = (ended.stdout + ended.stderr).decode(errors="replace")
            raise Fault(f"{self.name}: {command[0]} ended with {ended.returncode}: {told}")


class Newsboat(Subscriber):
    """newsboat, with a person who reads everything at once."""

    def __init__(self, home: Path, address: str) -> None:
        super().__init__(home, address)
        (home / "urls").write_text(f"{address}\n", encoding="utf-8")
        (home / "config").write_text("max-items 0\ndownload-retries 1\n", encoding="utf-8")

    def read(self) -> list[str]:
        """Reloads; what is unread is new."""
        urls, cache, config = (self.home / name for name in ("urls", "cache.db", "config"))
        self.call("newsboat", "-u", urls, "-c", cache, "-C", config, "-x", "reload")
        with closing(sqlite3.connect(cache)) as table, table:
            unread = table.execute("select guid from rss_item where unread = 1").fetchall()
            table.execute("update rss_item set unread = 0")
        return [guid for (guid,) in unread]


class Sfeed(Subscriber):
    """sfeed_update, which merges what it gets into a file with a line for each entry (sfeed(5))."""

    def __init__(self, home: Path, address: str) -> None:
        super().__init__(home, address)
        (home / "sfeedrc").write_text(f'feeds() {{ feed one "{address}"; }}\n', encoding="utf-8")
        self.known: set[tuple[str, ...]] = set()

    def read(self) -> list[str]:
        """Updates; a line with an id, a title or an address that no line had is new."""
        self.call("sfeed_update", self.home / "sfeedrc")
        lines = (self.home / ".sfeed/feeds/one").read_text(encoding="utf-8").splitlines()
        rows = [tuple(line.split("\t")[field] for field in (5, 1, 2)) for line in lines]
        new = [row[0] for row in rows if row not in self.known]
        self.known.update(rows)
        return new


class Rss2email(Subscriber):
    """rss2email, which delivers a letter for each entry into a folder of this machine."""

    def __init__(self, home: Path, address: str) -> None:
        super().__init__(home, address)
        letters = home / "letters"
        letters.mkdir()
        self.inbox = mailbox.Maildir(letters / "INBOX")
        config = f"[DEFAULT]\nto = reader@mill.example\nemail-protocol = maildir\nmaildir-path = {letters}\n"
        (home / "config").write_text(config, encoding="utf-8")
        self.command("add", "one", address)

    def command(self, *arguments: str) -> None:
        """Runs rss2email with what it keeps in the home."""
        self.call("r2e", "-c", self.home / "config", "-d", self.home / "data.json", *arguments)

    def read(self) -> list[str]:
        """Fetches; each letter is a new entry, and is taken away."""
        self.command("run")
        ids = [letter["X-RSS-ID"] for letter in self.inbox]
        self.inbox.clear()
        return ids


class Feedparser(Subscriber):
    """feedparser by a name of its own, which is told the validators that it got the last time, and takes
    news alone."""

    changed = IM_USED

    def __init__(self, home: Path, address: str) -> None:
        super().__init__(home, address)
        self.etag = self.modified = None
        self.known: set[str] = set()

    def read(self) -> list[str]:
        """Fetches; an id that it has not met is new."""
        feed = feedparser.parse(
            self.address, etag=self.etag, modified=self.modified, agent="Judge/1.0"
        )
        if feed.bozo:
            raise Fault(f"{self.name}: {feed.bozo_exception!r}")
        self.status = feed.status
        if self.status == IM_USED and len(feed.entries) != 1:
            raise Fault(f"{self.name}: of one change it was sent {len(feed.entries)} entries")
        self.etag, self.modified = feed.get("etag", self.etag), feed.get("modified", self.modified)
        ids = [entry.id for entry in feed.entries]
        new = [id for id in ids if id not in self.known]
        self.known.update(ids)
        return new
