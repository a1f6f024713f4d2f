"""Holds thousands of slow connections against `feedmill run`, while good clients go on.

    slow_clients.py FEEDMILL FOLDER [--seconds 5]

slowhttptest sends heads of requests that never end, then reads answers a few bytes at a time, then sends
bodies that never end. Good clients, measured before and meanwhile, may have to wait twice as long, and get
the whole document each time. What else happens on the machine may make them wait as well, so a kind of
client that disturbs them comes up to three times: a service that is held up is so each time. When it is
over, an article that is added comes to them at once, and the memory that so many connections needed is
given back.
"""

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from good_clients import GoodClients
from service import Fault, wait_until
from serving import ServingService

CONNECTIONS = 4000
# One slowhttptest takes long for so many connections; several take them at the same time.
PROGRAMS = 4
# What counts as all of them: some are always about to be made anew.
MOST = CONNECTIONS * 95 // 100
# What the service has open for itself may be so many files more or less.
FEW = 10
# By what each kind of client is slow, and whether the service lets it stay at all: who sends a body is told
# at once that nobody wants it.
KINDS = {
    "heads": (["-H", "-i", "2"], True),
    "reading": (["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5"], True),
    "bodies": (["-B", "-i", "2", "-s", "8192"], False),
}
# How much longer a good client may have to wait, at the 99th percentile; what is shorter than the second,
# in seconds, counts as so long, since it says more of the machine than of the service.
TIMES, LEAST = 2.0, 0.005
# How often clients of one kind come until they disturb nobody.
ATTEMPTS = 3
# How much more memory may be in use when all is over, in KiB.
KEPT = 16 * 1024
# A feed of about 200 KB, which no slow reader gets at one go.
CONFIG = '[watch]\nsettle = "50 ms"\n[[feed]]\nlimit_size = ""\ncontent = "full"\n'
WORDS = "The mill by the river turned all night, and in the morning there was bread. "


def article(number: int) -> str:
    """Gives an article of 5 KB."""
    return f"---\ntitle: Bread {number}\ndate: 2025-05-01 10:{number:02}\n---\n{WORDS * 65}\n"


class Trial:
    """A service, slow clients and good ones."""

    def __init__(self, feedmill: Path, folder: Path, seconds: float) -> None:
        self.service = ServingService(feedmill, folder, CONFIG)
        self.seconds = seconds
        self.seeds = folder / "seeds"
        self.seeds.mkdir()
        for number in range(40):
            (self.seeds / f"{number}.md").write_text(article(number), encoding="utf-8")

    def process(self) -> Path:
        """Gives where the system tells of the service."""
        assert self.service.running
        return Path(f"/proc/{self.service.running.pid}")

    def connections(self) -> int:
        """Gives how many files and connections the service has open."""
        return len(os.listdir(self.process() / "fd"))

    def memory(self) -> int:
        """Gives how much memory the service has, in KiB."""
        lines = (self.process() / "status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def run(self) -> Iterator[str]:
        """Lets the clients come, kind by kind; gives what was wrong."""
        self.service.start_and_wait()
        clients = GoodClients(self.service.port, "/rss.xml", self.service.folder / "feeds/rss.xml")
        pause = Pause(self.seconds)
        usual = clients.measure(pause.is_over)
        before, open_before = self.memory(), self.connections()
        print(f"undisturbed: {clients.told(usual)}, {before // 1024} MiB")
        limit = max(clients.worst(usual), LEAST) * TIMES
        for kind in KINDS:
            for _ in range(ATTEMPTS):
                wrong = list(self.hold(kind, clients, limit))
                wait_until("the slow clients are gone", lambda: self.connections() <= open_before + FEW)
                if not wrong:
                    break
            yield from wrong
        yield from clients.faults
        yield from self.afterwards(clients, limit, before)

    def hold(self, kind: str, clients: GoodClients, limit: float) -> Iterator[str]:
        """Lets slow clients of one kind come over the good ones; gives what was wrong."""
        options, may_stay = KINDS[kind]
        with self.slow_clients(options) as programs:
            hold = Hold(self, programs, may_stay)
            waited = clients.measure(hold.is_over)
            memory = self.memory()
        print(f"slow {kind}: {clients.told(waited)}, {hold.most} connections, {memory // 1024} MiB")
        if may_stay and hold.most < MOST:
            yield f"slow {kind}: only {hold.most} connections were held"
        if clients.worst(waited) > limit:
            yield f"slow {kind}: the 99th percentile is over {limit * 1000:.1f} ms"

    def afterwards(self, clients: GoodClients, limit: float, before: int) -> Iterator[str]:
        """Adds an article when all is over; yields what is not as it was before."""
        took = min(clients.ask_once() for _ in range(ATTEMPTS))
        if took > limit:
            yield f"afterwards one answer took {took * 1000:.1f} ms"
        turns = self.service.turns()
        (self.seeds / "new.md").write_text(article(59), encoding="utf-8")
        wait_until("a turn followed", lambda: self.service.turns() > turns)
        wait_until("the article is served", lambda: b"Bread 59" in clients.fetch())
        try:
            wait_until("the memory is given back", lambda: self.memory() <= before + KEPT)
        finally:
            print(f"afterwards: {took * 1000:.1f} ms for an answer, {self.memory() // 1024} MiB")

    @contextmanager
    def slow_clients(self, options: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Lets slow clients come, and ends them. Elsewhere they would take no time of this machine, so
        here they take what nobody else wants."""
        count = str(CONNECTIONS // PROGRAMS)
        command = ["nice", "-n", "19", "slowhttptest", *options, "-c", count, "-r", count, "-v", "0"]
        command += ["-l", "60", "-p", "5", "-u", f"{self.service.root}rss.xml"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        programs = [subprocess.Popen(command, **quiet) for _ in range(PROGRAMS)]
        try:
            yield programs
        finally:
            for program in programs:
                program.kill()
                program.wait()


class Pause:
    """A length of time that goes by from now on."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Tells whether it has gone by."""
        return time.monotonic() >= self.end


class Hold:
    """Slow clients who come, and stay for a while once all of them are there."""

    def __init__(self, trial: Trial, programs: list[subprocess.Popen[bytes]], may_stay: bool) -> None:
        self.trial, self.programs, self.may_stay = trial, programs, may_stay
        self.most = 0
        self.stay: Pause | None = None
        # Where they do not all get in, it is not waited for them for ever.
        self.patience = Pause(trial.seconds * 4)

    def is_over(self) -> bool:
        """Tells whether they have stayed for long enough, or are gone."""
        self.most = max(self.most, self.trial.connections())
        if self.stay is None and (self.most >= MOST or not self.may_stay):
            self.stay = Pause(self.trial.seconds)
        is_gone = all(program.poll() is not None for program in self.programs)
        return is_gone or self.patience.is_over() or bool(self.stay and self.stay.is_over())


def raise_limit() -> None:
    """Lets this process and those that it starts have as many connections as are needed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS * 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, most), max(wanted, most)))


def main() -> int:
    """Lets the clients come; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feedmill", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    raise_limit()
    shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True)
    trial = Trial(asked.feedmill.resolve(), asked.folder.resolve(), asked.seconds)
    faults: list[str] = []
    try:
        faults += trial.run()
        trial.service.end(signal.SIGTERM)
    except Fault as fault:
        faults.append(str(fault))
    finally:
        trial.service.abandon()
    for fault in faults:
        print(f"fault: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
