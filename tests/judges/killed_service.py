"""Kills `feedmill run` at random moments, while a storm of changes comes over the articles.

    killed_service.py FEEDMILL FOLDER [--times 50] [--seed N]

It is started again each time. Every document is whole at every moment, no article ever gets another id,
none stands in a feed twice, and none is lost: every so often the storm rests, and the feeds come to hold
what the articles are; then they are compared with a clean build, to the byte.
"""

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path

from reading import Ids, Reader
from service import SETTLE, Fault, Service
from storm import tell
from writer import Writer

# After so many kills, the storm rests.
REST = 10
# A service is killed at the latest so many seconds after its start: as often before its first edition
# is there as after it.
LONGEST = 2.0


class Trial:
    """A service that is killed again and again."""

    def __init__(self, feedmill: Path, folder: Path, seed: int) -> None:
        self.service, self.writer = Service(feedmill, folder), Writer(folder, seed, SETTLE)
        self.ids = Ids()
        self.reader = Reader(folder / "feeds", self.writer.held_up, self.ids)
        self.compared = 0

    def kill(self) -> None:
        """Starts the service and kills it at some moment, while the storm goes on."""
        self.service.start()
        end = time.monotonic() + self.writer.random.random() * LONGEST
        self.writer.run(lambda: time.monotonic() >= end)
        self.service.end(signal.SIGKILL)

    def rest(self) -> None:
        """Lets the service come to rest, and judges all that it has made."""
        self.service.start()
        self.service.wait_until_true()
        self.service.end(signal.SIGTERM)
        self.compared = self.service.compare_with_clean_build()
        self.judge_ledger()

    def judge_ledger(self) -> None:
        """Judges that the ledger still has every id that was ever seen, and each once."""
        told = self.service.ledger_ids()
        if len(told) != len(set(told)):
            raise Fault("an id stands in the ledger twice")
        if lost := self.ids.by_id.keys() - set(told):
            raise Fault(f"ids that were published are not in the ledger: {sorted(lost)[:10]}")

    def run(self, times: int) -> list[str]:
        """Kills the service so often; gives what was wrong."""
        number = 0
        try:
            with self.reader:
                for number in range(1, times + 1):
                    self.kill()
                    if number % REST == 0 or number == times:
                        self.rest()
            print(f"killed {times} times; {self.compared} documents are those of a clean build")
            print(f"{self.service.judge_log()} turns")
        except Fault as fault:
            return [f"after {number} kills: {fault}", *self.reader.faults]
        finally:
            self.service.abandon()
        return self.reader.faults


def main() -> int:
    """Runs the trial; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feedmill", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    print(f"seed {asked.seed}", flush=True)
    trial = Trial(asked.feedmill.resolve(), asked.folder.resolve(), asked.seed)
    faults = trial.run(asked.times)
    return tell(trial.writer, trial.reader, faults)


if __name__ == "__main__":
    sys.exit(main())
