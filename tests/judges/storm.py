"""Lets a storm of changes come over the articles while `feedmill run` follows them.

    storm.py FEEDMILL FOLDER [--seconds 30] [--seed N]

While it lasts, every document is read again and again: each is whole at every moment, no article is
shown half, and none ever gets another id. When it is over, the feeds come to be equal to the byte to
those of a clean build with the same ledger.
"""

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path

from reading import Ids, Reader
from service import SETTLE, Fault, Service
from writer import Writer


# How long the feeds may stand still while the articles do not, in seconds, on the slowest machine.
STILL = 15.0
# So many faults are told; one often comes with many others.
MOST_TOLD = 40


def storm(feedmill: Path, folder: Path, seconds: float, seed: int) -> int:
    """Lets the storm come and go; gives the exit code."""
    service, writer = Service(feedmill, folder), Writer(folder, seed, SETTLE)
    reader = Reader(folder / "feeds", writer.held_up, Ids())
    faults: list[str] = []
    try:
        with reader:
            service.start()
            service.wait_for_start()
            end = time.monotonic() + seconds
            writer.run(lambda: time.monotonic() >= end)
            waited = service.wait_until_true()
        service.end(signal.SIGTERM)
        count = service.compare_with_clean_build()
        print(f"{count} documents are those of a clean build, {waited:.1f} s after the storm")
        print(f"{service.judge_log()} turns; the feeds stood still for {reader.stood_still:.1f} s at most")
        if reader.stood_still > STILL:
            faults.append(f"the feeds stood still for {reader.stood_still:.1f} s")
    except Fault as fault:
        faults.append(str(fault))
    finally:
        service.abandon()
    return tell(writer, reader, faults + reader.faults)


def tell(writer: Writer, reader: Reader, faults: list[str]) -> int:
    """Tells what was done, and what was wrong; gives the exit code."""
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(writer.counts.items()))
    print(f"{sum(writer.counts.values())} operations: {counts}")
    print(f"{reader.reads} documents read, {reader.entries} entries in them")
    held_up, excused = len(writer.held_up), len(reader.excused)
    print(f"{held_up} articles whose writer was held up; {excused} times one was seen half")
    for fault in faults[:MOST_TOLD]:
        print(f"fault: {fault}")
    if len(faults) > MOST_TOLD:
        print(f"and {len(faults) - MOST_TOLD} more faults")
    return 1 if faults else 0


def main() -> int:
    """Runs the storm; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feedmill", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    print(f"seed {asked.seed}", flush=True)
    return storm(asked.feedmill.resolve(), asked.folder.resolve(), asked.seconds, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
