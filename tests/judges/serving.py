"""Runs `feedmill run` where it serves what it publishes, at a free port of this machine."""

import socket
from pathlib import Path

from service import Service, wait_until


def free_port() -> int:
    """Gives a port of the loopback that is nobody's."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


class ServingService(Service):
    """A folder in which feedmill runs and serves; its feeds name the address at which they stand."""

    def __init__(self, feedmill: Path, folder: Path, config: str) -> None:
        super().__init__(feedmill, folder, config)
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}/"
        self.serving = ["--listen", f"127.0.0.1:{self.port}", "--site-url", self.root]

    def is_taken(self) -> bool:
        """Tells whether connections are taken."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def start_and_wait(self) -> None:
        """Starts the service, and waits until its first edition is there to be asked for."""
        turns = self.turns()
        self.start()
        wait_until("a first turn ended", lambda: self.turns() > turns)
        wait_until("connections are taken", self.is_taken)

    def turns(self) -> int:
        """Gives how many turns have ended."""
        return self.judge_log() if self.log.exists() else 0
