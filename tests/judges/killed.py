"""Kills `feedmill build` at each of its writing system calls, and lets each of them fail.

    killed.py FEEDMILL [FOLDER]

An edition is built; then an article is changed, one is added and one is removed, and the build of that is
killed at its first writing call, at its second, and so on (strace's `inject`). After each, every document
is wholly the old or wholly the new one, and the next build comes to what an undisturbed one comes to:
the same documents, and the same ledger. Likewise with calls that fail for want of space (ENOSPC) and by
a fault of the disk (EIO): the build ends with exit code 4, and leaves no temporary file.

KILL_EVERY=1 disturbs each call; without it, there are at most KILL_MOST for each kind of disturbance.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONFIG = """
[site]
url = "https://feeds.example/"
[output]
precompress = ["gzip"]
[[feed]]
[[feed]]
name = "tag/{tag}"
formats = ["rss", "atom"]
"""
FIRST, SECOND, THIRD = "1735776000", "1735862400", "1735948800"
CALLS = (
    "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fallocate", "rename", "renameat",
    "renameat2", "linkat", "unlink", "unlinkat", "mkdir", "rmdir", "utimensat",
)  # fmt: skip
SYNCS = ("fsync", "fdatasync")
# To open a file can fail as well, but most that are opened are only read: those are not counted.
OPENING = "openat"
MOST = int(os.environ.get("KILL_MOST", "60"))
EVERY = os.environ.get("KILL_EVERY") == "1"
TEMPORARY = re.compile(r"\.tmp$|/\.feedmill-[^/]*$|\.rescued$")


@dataclass
class Edition:
    """What was built: the documents, and what the ledger remembers."""

    documents: dict[str, bytes]
    ledger: str


@dataclass(frozen=True)
class Call:
    """A system call of a build: its name, and its number among those of that name in its thread."""

    name: str
    number: int
    is_of_main: bool


def calls_of(log: str) -> Iterator[Call]:
    """Reads the writing calls from a log of strace.

    strace counts the calls of each thread for itself. Those of the first thread are singled out by
    tracing no other; those of the others, where the first thread did not come to that number before.
    """
    counts: Counter[tuple[str, str]] = Counter()
    main = ""
    for line in log.splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if not found:
            continue
        thread, name = found.groups()
        main = main or thread
        counts[thread, name] += 1
        number = counts[thread, name]
        writes = name != OPENING or "O_CREAT" in line
        if writes and (thread == main or counts[main, name] < number):
            yield Call(name, number, thread == main)


def judge_syncs(log: str) -> None:
    """Judges that nothing is synced again that could not be synced: it may be lost all the same."""
    failed: set[str] = set()
    for line in log.splitlines():
        found = re.search(r"f(?:data)?sync\(\d+<(.*?)>\)? *(.*)", line)
        if not found:
            continue
        path, ending = found.groups()
        if path in failed:
            raise Fault(f"{path} was synced again after that had failed")
        # SQLite syncs the folder of the state, and does not mind when that fails: feedmill did before.
        if "INJECTED" in ending and not path.endswith("/state"):
            failed.add(path)


def is_temporary(path: str) -> bool:
    """Tells whether a file is one that is only there while a build runs."""
    return TEMPORARY.search("/" + path) is not None


def article(title: str, keys: str, text: str) -> str:
    """Writes an article."""
    return f"---\ntitle: {title}\n{keys}---\n{text}\n"


def write(path: Path, text: str, second: int) -> None:
    """Writes a file that was changed at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (second, second))


class Site:
    """A folder with articles, a state and documents."""

    def __init__(self, feedmill: Path, folder: Path) -> None:
        self.feedmill, self.folder = feedmill, folder

    def command(self, *arguments: str) -> list[str]:
        """Gives the command line that runs feedmill."""
        return [str(self.feedmill), *arguments]

    def run(self, command: list[str], now: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in the folder, at a time."""
        environment = {
            "PATH": os.environ["PATH"],
            "SOURCE_DATE_EPOCH": now,
            "FEEDMILL_STATE_FILE": "state/state.db",
            "RAYON_NUM_THREADS": "1",
        }
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def succeed(self, now: str, *arguments: str) -> str:
        """Runs feedmill, which must end well; gives what it tells."""
        ended = self.run(self.command(*arguments), now)
        if ended.returncode != 0:
            raise Fault(f"{arguments} ended with {ended.returncode}: {ended.stderr}")
        if "damaged" in ended.stderr:
            raise Fault(f"a healthy state was taken for a damaged one: {ended.stderr}")
        return ended.stdout

    def documents(self) -> dict[str, bytes]:
        """Reads the output."""
        feeds = self.folder / "feeds"
        files = (path for path in sorted(feeds.rglob("*")) if path.is_file())
        return {str(path.relative_to(feeds)): path.read_bytes() for path in files}

    def edition(self) -> Edition:
        """Reads all that was built."""
        return Edition(self.documents(), self.succeed(THIRD, "ledger", "export"))

    def leftovers(self) -> list[str]:
        """Lists temporary files."""
        files = (str(path) for path in self.folder.rglob("*"))
        return [path for path in files if is_temporary(path)]


class Fault(Exception):
    """Something that must hold does not."""


def first_edition(site: Site) -> None:
    """Writes articles and builds."""
    seeds = site.folder / "seeds"
    (site.folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    for number in range(12):
        keys = f"date: 2024-05-{number + 1:02}\ntags: [t{number % 3}]\n"
        text = article(f"Title {number}", keys, f"Text of {number}. " * 20)
        write(seeds / f"{number}.md", text, int(FIRST))
    write(seeds / "undated.md", article("Undated", "", "Seen first."), int(FIRST))
    write(seeds / "only.md", article("Only", "date: 2024-06-01\ntags: [gone]\n", "Alone."), int(FIRST))
    site.succeed(FIRST, "build", "--quiet")


def edit(site: Site) -> None:
    """Changes an article, adds one with a tag of its own, removes another, and moves one."""
    seeds = site.folder / "seeds"
    changed = article("Title 3", "date: 2024-05-04\ntags: [t0]\n", "Another text.")
    write(seeds / "3.md", changed, int(SECOND) - 60)
    write(seeds / "new.md", article("New", "tags: [new]\n", "It has no date."), int(SECOND) - 60)
    (seeds / "only.md").unlink()
    (seeds / "deep").mkdir()
    (seeds / "7.md").rename(seeds / "deep" / "moved.md")


class Trial:
    """Disturbs the second build, again and again."""

    def __init__(self, feedmill: Path, work: Path) -> None:
        self.work = work
        self.before = Site(feedmill, work / "before")
        self.before.folder.mkdir(parents=True)
        first_edition(self.before)
        self.old = self.before.documents()
        edit(self.before)
        after = self.copy("after")
        after.succeed(SECOND, "build", "--quiet")
        self.new = after.edition()

    def copy(self, name: str) -> Site:
        """Copies the site as it is before the build that is disturbed, with the times of its files."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        # The documents get other inodes, so that the state takes none of them for its own unseen.
        shutil.copytree(self.before.folder, folder, symlinks=True)
        return Site(self.before.feedmill, folder)

    def calls(self) -> list[Call]:
        """Lists the writing calls of an undisturbed build, as far as strace can single them out."""
        site = self.copy("traced")
        log = self.work / "trace"
        names = ",".join((*CALLS, OPENING))
        traced = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={names}"]
        ended = site.run([*traced, *site.command("build", "--quiet")], SECOND)
        if ended.returncode != 0:
            raise Fault(f"the traced build ended with {ended.returncode}: {ended.stderr}")
        return list(calls_of(log.read_text(encoding="utf-8", errors="replace")))

    def disturb(self, kind: str, call: Call) -> None:
        """Disturbs a build at one call, and judges what it leaves."""
        site = self.copy("disturbed")
        effect = "signal=KILL" if kind == "KILL" else f"error={kind}"
        log = self.work / "trace"
        traced = ",".join({call.name, *SYNCS})
        injected = ["strace", "-qq", "-y", "-o", str(log), "-e", f"trace={traced}"]
        injected += ["-e", f"inject={call.name}:{effect}:when={call.number}"]
        if not call.is_of_main:
            injected.append("-f")
        ended = site.run([*injected, *site.command("build")], SECOND)
        if kind != "KILL":
            self.judge_failure(site, ended, call)
            judge_syncs(log.read_text(encoding="utf-8", errors="replace"))
        self.judge_documents(site)
        site.succeed(SECOND, "build", "--quiet")
        made = site.edition()
        documents = {path: bytes for path, bytes in made.documents.items() if not is_temporary(path)}
        if documents != self.new.documents:
            others = {path for path, bytes in self.new.documents.items() if documents.get(path) != bytes}
            others |= documents.keys() - self.new.documents.keys()
            raise Fault(f"the next build does not come to the same documents: {sorted(others)}")
        if made.ledger != self.new.ledger:
            raise Fault(f"the next build comes to another ledger:\n{made.ledger}\nnot\n{self.new.ledger}")

    def judge_failure(self, site: Site, ended: subprocess.CompletedProcess[str], call: Call) -> None:
        """Judges how a build ends that was told of a fault."""
        # What is only said, and what only tidies up, may fail without harm.
        if ended.returncode not in (0, 4):
            raise Fault(f"it ended with {ended.returncode}: {ended.stderr}")
        # What is said is written, too, and may be what could not be.
        if ended.returncode == 4 and call.name != "write" and "error" not in ended.stderr:
            raise Fault("it ended with 4 and says nothing")
        if ended.returncode == 0 and site.documents() != self.new.documents:
            raise Fault("it ended well, and the documents are not the new ones")
        if left := site.leftovers():
            raise Fault(f"temporary files are left: {left}")

    def judge_documents(self, site: Site) -> None:
        """Judges that every document is wholly the old or wholly the new one."""
        for path, bytes in site.documents().items():
            if is_temporary(path):
                continue
            if bytes not in (self.old.get(path), self.new.documents.get(path)):
                raise Fault(f"{path} is neither the old nor the new one")
        lost = self.old.keys() & self.new.documents.keys() - site.documents().keys()
        if lost:
            raise Fault(f"documents are missing: {sorted(lost)}")


def chosen(calls: list[Call]) -> list[Call]:
    """Chooses calls evenly, where there are too many."""
    step = 1 if EVERY else max(1, -(-len(calls) // MOST))
    return calls[::step]


def main() -> int:
    """Runs all trials; gives the exit code."""
    if not shutil.which("strace"):
        print("skipped: strace is not there")
        return 0
    feedmill = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(sys.argv[2] if len(sys.argv) > 2 else temporary).resolve()
        shutil.rmtree(work, ignore_errors=True)
        trial = Trial(feedmill, work)
        calls = trial.calls()
        faults = 0
        for kind in ("KILL", "ENOSPC", "EIO"):
            # Want of space does not keep a file from being removed.
            fit = [call for call in calls if kind != "ENOSPC" or not re.match("unlink|rmdir", call.name)]
            some = chosen(fit)
            for call in some:
                try:
                    trial.disturb(kind, call)
                except Fault as fault:
                    faults += 1
                    print(f"{kind} at {call}: {fault}", flush=True)
            print(f"{kind}: {len(some)} of {len(fit)} writing calls disturbed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
