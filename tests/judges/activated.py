"""Lets systemd hand sockets over to `feedmill run`, which it starts with the first request.

    activated.py FEEDMILL FOLDER

One socket is of TCP, and one has a path. Whoever asked before the service was there gets an answer as well.
"""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from service import PATIENCE, Fault, Service, wait_until
from serving import free_port


class PathConnection(http.client.HTTPConnection):
    """A connection to a socket that has a path."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        """Connects to it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class ActivatedService(Service):
    """A folder in which systemd's own tool starts feedmill."""

    def start(self) -> None:
        """Listens; feedmill is started by the first who comes."""
        self.port, self.path = free_port(), self.folder / "socket"
        command = ["systemd-socket-activate", "-l", f"127.0.0.1:{self.port}", "-l", self.path]
        command += [self.feedmill, "run", "--verbose", "--listen", "systemd"]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        wait_until("systemd listens", self.path.exists)

    def ask(self, connection: http.client.HTTPConnection) -> int:
        """Asks for a feed; gives the status."""
        connection.request("GET", "/feed.json")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


def main() -> int:
    """Runs it; gives the exit code."""
    feedmill, folder = (Path(argument).resolve() for argument in sys.argv[1:])
    shutil.rmtree(folder, ignore_errors=True)
    service = ActivatedService(feedmill, folder)
    (folder / "seeds").mkdir()
    (folder / "seeds/one.md").write_text("---\ntitle: One\ndate: 2025-01-01\n---\nIt turns.\n")
    try:
        service.start()
        by_network = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
        first = service.ask(by_network)
        if first not in (200, 404):
            raise Fault(f"whoever asked first was answered with {first}")
        wait_until("the feed is there", lambda: service.ask(by_network) == 200)
        if (status := service.ask(PathConnection(service.path))) != 200:
            raise Fault(f"by the socket with a path the answer is {status}")
        service.end(signal.SIGTERM)
    except (Fault, OSError, http.client.HTTPException) as fault:
        print(f"fault: {fault!r}\n{service.last_words()}")
        return 1
    finally:
        service.abandon()
    print("both sockets that systemd handed over were served")
    return 0


if __name__ == "__main__":
    sys.exit(main())
