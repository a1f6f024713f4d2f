"""Runs `feedmill run` in a folder, and compares what it has made with a clean build."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from reading import MARK, Half, entries, version_of

# How long a file must have been quiet that is open, in seconds: twice the default, so that a writer on
# a busy machine is seldom held up for longer.
SETTLE = 1.0
# The storm removes and brings back far more at once than a gate should let through, and whoever waits
# for someone to say --force can't be compared with a clean build. So the gate is out of the way; that
# everything disappears at once is refused nevertheless.
CONFIG = f"""
[site]
url = "https://feeds.example/"
id_authority = "feeds.example,2025"
[output]
gate = 1000000
[watch]
settle = "{int(SETTLE * 1000)} ms"
[[feed]]
limit = 0
limit_size = ""
content = "full"
[[feed]]
name = "source/{{source}}"
limit = 0
limit_size = ""
content = "full"
[[feed]]
name = "tag/{{tag}}"
limit = 20
content = "full"
[[feed]]
name = "months"
limit = 10
archive = "month"
content = "full"
"""
# How long anything may take that has to happen, in seconds. It never takes so long when all is well.
PATIENCE = 60.0


class Fault(Exception):
    """Something that must hold does not."""


def wait_until(what: str, is_so: Callable[[], bool]) -> float:
    """Waits until something is so; gives how long that took, in seconds."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > PATIENCE:
            raise Fault(f"after {PATIENCE:.0f} s it still is not so: {what}")
        time.sleep(0.1)
    return time.monotonic() - began


class Service:
    """A folder in which feedmill runs."""

    # What tells it whether and where to serve.
    serving = ["--no-serve"]

    def __init__(self, feedmill: Path, folder: Path, config: str = CONFIG) -> None:
        self.feedmill, self.folder = feedmill, folder
        self.log = folder / "log"
        self.running: subprocess.Popen[bytes] | None = None
        self.environment = {"PATH": os.environ["PATH"]}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(config, encoding="utf-8")

    def start(self) -> None:
        """Starts the service."""
        command = [self.feedmill, "run", "--verbose", *self.serving]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )

    def end(self, how: signal.Signals) -> None:
        """Ends the service by a signal."""
        assert self.running
        if self.running.poll() is not None:
            raise Fault(f"the service ended by itself with {self.running.returncode}: {self.last_words()}")
        self.running.send_signal(how)
        try:
            code = self.running.wait(PATIENCE)
        except subprocess.TimeoutExpired as expired:
            self.running.kill()
            raise Fault(f"the service did not end after {how.name}") from expired
        if how == signal.SIGTERM and code != 0:
            raise Fault(f"the service ended with {code}: {self.last_words()}")

    def abandon(self) -> None:
        """Ends the service if it still runs, without further questions."""
        if self.running and self.running.poll() is None:
            self.running.kill()
            self.running.wait()

    def last_words(self) -> str:
        """Gives the last lines of the log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])

    def judge_log(self) -> int:
        """Judges that nothing in the log tells of a fault of the program; gives the number of turns."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            if re.search(r"panicked|damaged|salvag|put aside|disk image|constraint", line):
                raise Fault(f"the log tells of a fault: {line}")
        return len(re.findall(r"documents written", text))

    def call(self, folder: Path, *arguments: str) -> str:
        """Runs feedmill in a folder; it must end well, and what it tells is given."""
        command = [self.feedmill, *arguments]
        ended = subprocess.run(
            command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if ended.returncode != 0:
            raise Fault(f"{arguments} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def status(self) -> dict:
        """Asks the service how it is; what it tells is empty while it does not answer."""
        command = [self.feedmill, "status", "--json"]
        asked = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        told = json.loads(asked.stdout) if asked.stdout else {}
        return told["status"] if told.get("running") else {}

    def wait_for_start(self) -> None:
        """Waits until the service answers, and has published."""
        wait_until("the service answers", lambda: bool(self.status().get("turns")))

    def ledger_ids(self) -> list[str]:
        """Gives the ids that the ledger tells of. The service must not run."""
        lines = self.call(self.folder, "ledger", "export").splitlines()
        return [line["entry"]["id"] for line in map(json.loads, lines) if "entry" in line]

    # What has to be there in the end.

    def standing(self) -> dict[int, int]:
        """Reads the articles: their marks and versions."""
        found = {}
        for path in (self.folder / "seeds").rglob("*.[mh][dt]*"):
            told = MARK.findall(path.read_text(encoding="utf-8"))
            if path.name.startswith(".") or not told:
                continue
            found[int(told[0][1])] = int(told[0][2])
        return found

    def published(self) -> dict[int, int]:
        """Reads the feed of everything: the marks and versions of its entries."""
        path = self.folder / "feeds" / "feed.json"
        try:
            text_of = path.read_text(encoding="utf-8")
            return dict(version_of(title, text) for _, title, text in entries(path, text_of))
        except (FileNotFoundError, Half):
            return {}

    def wait_until_true(self) -> float:
        """Waits until the feed of everything is true to the articles, and the service is idle."""
        standing = self.standing()
        last: list[object] = [None]

        def is_true() -> bool:
            """Tells whether it is so, and no turn has ended since it was asked last."""
            told = self.status()
            if self.running and self.running.poll() is not None:
                raise Fault(f"the service ended by itself: {self.last_words()}")
            turns, before = told.get("turns"), last[0]
            last[0] = turns
            return turns == before and self.published() == standing

        try:
            return wait_until("the feed holds what the articles are", is_true)
        except Fault as fault:
            raise Fault(f"{fault}\n{self.difference(standing, self.published())}") from fault

    def difference(self, standing: dict[int, int], published: dict[int, int]) -> str:
        """Tells in what the feed is not true to the articles, and how the service says it is."""
        told = self.status()
        lines = [f"trouble: {trouble}" for trouble in told.get("troubles", [])]
        lines += [f"turn: {turn['at']} {turn['what']}" for turn in told.get("turns", [])[:5]]
        for mark in sorted(standing.keys() | published.keys()):
            is_so, has_to = published.get(mark), standing.get(mark)
            if is_so != has_to:
                lines.append(f"article {mark} is published as {is_so}, and has to be {has_to}")
        return "\n".join(lines[:60])

    def compare_with_clean_build(self) -> int:
        """Builds at once what stands there, with the same ledger, and expects the same bytes; gives the
        number of documents. The service must not run."""
        clean = self.folder / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        shutil.copytree(self.folder / "seeds", clean / "seeds", symlinks=True)
        shutil.copy(self.folder / "config.toml", clean)
        self.call(self.folder, "ledger", "export", "clean/ledger.jsonl")
        self.call(clean, "ledger", "import", "ledger.jsonl")
        self.call(clean, "build", "--quiet", "--force")
        own, other = self.tree(self.folder / "feeds"), self.tree(clean / "feeds")
        unequal = [name for name in own.keys() | other.keys() if own.get(name) != other.get(name)]
        if unequal:
            raise Fault(f"these documents are not those of a clean build: {sorted(unequal)}")
        return len(own)

    def tree(self, folder: Path) -> dict[str, bytes]:
        """Reads all that is in an output, hidden files too."""
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

