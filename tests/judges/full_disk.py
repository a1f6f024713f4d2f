"""Fills the disk under `feedmill run`, first that of the output, then that of the state.

    full_disk.py FEEDMILL FOLDER

A small file system in memory stands under what the service writes; it is filled to the last byte, and an
article is added. The feeds stay whole and as they were, the status tells what is the matter, and as soon
as there is room again the article is published, without anybody's help. Needs the right to mount, or a
user namespace that gives it.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

CONFIG = '[site]\nurl = "https://feeds.example/"\n[watch]\nsettle = "50 ms"\n'
PATIENCE = 60


class Service:
    """A service that runs in a folder, and the lines that it logs."""

    def __init__(self, feedmill: str, folder: Path):
        self.folder, self.feedmill = folder, feedmill
        command = [feedmill, "run", "--no-serve"]
        self.process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
        self.lines: queue.Queue[str] = queue.Queue()
        self.log: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stderr:
            self.lines.put(line.rstrip())

    def wait_for(self, words: str) -> None:
        """Waits for a line that holds some words."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                sys.exit(f'nothing told of "{words}":\n' + "\n".join(self.log))
            self.log.append(line)
            if words in line:
                return

    def troubles(self) -> list[str]:
        command = [self.feedmill, "status", "--json"]
        told = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        return json.loads(told.stdout)["status"]["troubles"]

    def stop(self) -> None:
        self.process.terminate()
        if self.process.wait(PATIENCE) != 0:
            sys.exit("the service did not end well:\n" + "\n".join(self.log))


def article(title: str) -> str:
    return f"---\ntitle: {title}\ndate: 2024-05-01\n---\n" + f"The text of {title}. " * 2000


def fill(folder: Path) -> Path:
    """Fills the file system of a folder; gives what fills it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def documents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.name != "filler"}


def try_one(feedmill: str, folder: Path, full: str) -> None:
    """Fills the disk of one of the folders that the service writes into."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("seeds", "feeds", ".feedmill"):
        (folder / name).mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "seeds/one.md").write_text(article("One"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder / full)]
    subprocess.run(mount, check=True)
    service = Service(feedmill, folder)
    service.wait_for("documents written")
    before = documents(folder / "feeds")
    filler = fill(folder / full)
    (folder / "seeds/two.md").write_text(article("Two"))
    service.wait_for("it is tried again in")
    for name, content in documents(folder / "feeds").items():
        if name.endswith(".xml"):
            ElementTree.fromstring(content)
    if full == ".feedmill" and documents(folder / "feeds") != before:
        sys.exit("feeds were replaced, though what was issued could not be kept")
    if not service.troubles():
        sys.exit("the status tells of no trouble")
    filler.unlink()
    service.wait_for("all is well again")
    if b"<title>Two</title>" not in (folder / "feeds/atom.xml").read_bytes():
        sys.exit("the article was not published once there was room")
    if service.troubles():
        sys.exit(f"the trouble stays: {service.troubles()}")
    service.stop()
    subprocess.run(["umount", str(folder / full)], check=True)
    print(f"{full}: full, told, and made good")


def main() -> None:
    if os.environ.get("FULL_DISK_UNSHARED") != "1":
        unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        environment = {**os.environ, "FULL_DISK_UNSHARED": "1"}
        sys.exit(subprocess.run([*unshare, sys.executable, *sys.argv], env=environment).returncode)
    feedmill, folder = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    for full in ("feeds", ".feedmill"):
        try_one(feedmill, folder, full)


main()
