"""Lets the system's queue of events overflow under `feedmill run`.

    overflow.py FEEDMILL FOLDER

The service is stopped in the middle of its life, as a busy machine may do it, while far more happens to the
articles than the queue holds: what happened last is told to nobody. Once it goes on, it finds out by itself,
and the feeds come to be equal to the byte to those of a clean build.
"""

import shutil
import signal
import sys
from pathlib import Path

from service import Fault, Service

# How many messages the queue holds (inotify(7)); each article that is written makes three of them at least.
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
# What the log tells of a turn that had to look everywhere since something was lost.
TOLD = "everything is looked at: too much happened at once"


def write(folder: Path, marks: range, version: int) -> None:
    """Writes articles, each with its mark and version."""
    for mark in marks:
        text = f"begin-{mark}-{version}- The mill. end-{mark}-{version}-"
        article = f"---\ntitle: Article {mark}\ndate: 2025-01-01\n---\n{text}\n"
        (folder / f"{mark}.md").write_text(article, encoding="utf-8")


def overflow(service: Service) -> None:
    """Lets it happen, and judges what comes of it."""
    seeds = service.folder / "seeds"
    seeds.mkdir()
    write(seeds, range(3), 1)
    service.start()
    service.wait_for_start()
    assert service.running
    service.running.send_signal(signal.SIGSTOP)
    count = int(QUEUE.read_text()) // 2
    write(seeds, range(count), 2)
    # These are told to nobody any more.
    for mark in range(0, count, 7):
        (seeds / f"{mark}.md").unlink()
    write(seeds, range(1, 3), 3)
    service.running.send_signal(signal.SIGCONT)
    waited = service.wait_until_true()
    service.end(signal.SIGTERM)
    if TOLD not in service.log.read_text(encoding="utf-8"):
        raise Fault(f'the log does not tell that "{TOLD}"')
    documents = service.compare_with_clean_build()
    print(f"{count} articles while nobody listened: {documents} documents are true {waited:.1f} s later")


def main() -> int:
    """Runs it; gives the exit code."""
    feedmill, folder = (Path(argument).resolve() for argument in sys.argv[1:])
    shutil.rmtree(folder, ignore_errors=True)
    service = Service(feedmill, folder)
    try:
        overflow(service)
    except Fault as fault:
        print(f"fault: {fault}")
        return 1
    finally:
        service.abandon()
    return 0


if __name__ == "__main__":
    sys.exit(main())
