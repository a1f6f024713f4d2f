"""Puts the articles on a file system that tells nobody what happens in it, and pulls its plug.

    mounted.py FEEDMILL FOLDER

The articles of `feedmill run` stand on a FUSE file system, and are written behind its back, as another
machine does it on a network mount. They are found all the same. Then what serves the file system is killed,
so that nothing can be read from it, and what is left is unmounted, so that there is an empty folder: the
feeds stay as they are, and the status tells of it. Once it is mounted again, the feeds follow. Needs bindfs
and the right to mount.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from overflow import write
from service import CONFIG, Fault, Service, wait_until

# Every second, since that is how long the kernel remembers what a FUSE file system told of a file.
POLL = 'poll = "1 second"\n'


# What the log tells of a turn that would have emptied the feeds.
EMPTY = "nothing was published"


class Mount:
    """The articles, which stand behind, and are seen by the service through a mount."""

    def __init__(self, folder: Path) -> None:
        self.behind, self.point = folder / "behind", folder / "seeds"
        for place in (self.behind, self.point):
            place.mkdir(parents=True)
        self.server: subprocess.Popen[bytes] | None = None

    def mount(self) -> bool:
        """Mounts it; tells whether the system lets that happen."""
        self.server = server = subprocess.Popen(["bindfs", "-f", self.behind, self.point])

        def is_decided() -> bool:
            """Tells whether it is mounted, or will never be."""
            return os.path.ismount(self.point) or server.poll() is not None

        wait_until("the articles are mounted", is_decided)
        return os.path.ismount(self.point)

    def kill(self) -> None:
        """Kills what serves it; whoever asks for a file gets an error then."""
        if self.server:
            self.server.kill()
            self.server.wait()
            self.server = None

    def unmount(self) -> None:
        """Takes what is left of it away."""
        subprocess.run(["umount", self.point], check=True)


def standing_still(service: Service) -> dict[str, bytes]:
    """Gives the feeds once they are the same as a moment before: then the turn that made them is over."""
    seen: list[dict[str, bytes]] = [{}]

    def is_same() -> bool:
        """Tells whether nothing was written since it was asked last."""
        before, seen[0] = seen[0], service.tree(service.folder / "feeds")
        return before == seen[0]

    wait_until("the feeds stand still", is_same)
    return seen[0]


def judge_untouched(service: Service, before: dict[str, bytes], what: str) -> None:
    """Judges that the service tells of a trouble, and that the feeds are as they were."""
    wait_until(f"the status tells of a trouble: {what}", lambda: bool(service.status().get("troubles")))
    if service.tree(service.folder / "feeds") != before:
        raise Fault(f"the feeds are others, though {what}")


def run(service: Service, mount: Mount) -> None:
    """Lets it happen, and judges what comes of it."""
    if not mount.mount():
        print("no FUSE file system can be mounted on this machine: not tried")
        return
    write(mount.behind, range(5), 1)
    service.start()
    service.wait_for_start()
    told = str(service.status()["watched"])
    if "FUSE" not in told:
        raise Fault(f"the status does not tell that the folder is walked: {told}")
    write(mount.behind, range(3, 8), 2)
    (mount.behind / "0.md").unlink()
    (mount.behind / "deep").mkdir()
    write(mount.behind / "deep", range(20, 23), 1)
    service.wait_until_true()
    before = standing_still(service)
    mount.kill()
    judge_untouched(service, before, "nothing can be read")
    mount.unmount()
    wait_until("the folder is found empty", lambda: EMPTY in service.log.read_text(encoding="utf-8"))
    judge_untouched(service, before, "the folder is empty")
    write(mount.behind, range(30, 31), 1)
    if not mount.mount():
        raise Fault("it can't be mounted again")
    service.wait_until_true()
    wait_until("the trouble is over", lambda: not service.status()["troubles"])
    service.end(signal.SIGTERM)
    documents = service.compare_with_clean_build()
    print(f"followed over a mount, unplugged and back: {documents} documents are true")


def main() -> int:
    """Runs it where nobody else sees the mounts; gives the exit code."""
    if os.environ.get("MOUNTED_UNSHARED") != "1":
        environment = {**os.environ, "MOUNTED_UNSHARED": "1"}
        return subprocess.run(["unshare", "--mount", sys.executable, *sys.argv], env=environment).returncode
    feedmill, folder = (Path(argument).resolve() for argument in sys.argv[1:])
    shutil.rmtree(folder, ignore_errors=True)
    mount = Mount(folder)
    service = Service(feedmill, folder, CONFIG.replace("[watch]\n", f"[watch]\n{POLL}"))
    try:
        run(service, mount)
    except Fault as fault:
        print(f"fault: {fault}")
        return 1
    finally:
        service.abandon()
        mount.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
