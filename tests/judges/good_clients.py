"""Clients that ask for a document as clients should, and how long they have to wait for it."""

import http.client
import threading
import time
from collections.abc import Callable
from pathlib import Path

# How many ask at a time: half of them come anew for each request, the others stay connected.
CLIENTS = 4
# The pause of a client between two requests, in seconds.
PAUSE = 0.008
# A client that waits longer for an answer gives up, in seconds.
PATIENCE = 10


class GoodClients:
    """Clients of a document, which compare what they get with its file."""

    def __init__(self, port: int, path: str, file: Path) -> None:
        self.port, self.path = port, path
        self.expected = file.read_bytes()
        # Answers that were not the whole document, or none at all.
        self.faults: list[str] = []
        self.is_ending = threading.Event()

    def measure(self, is_over: Callable[[], bool]) -> list[float]:
        """Lets all of them ask until it is over; gives how long each answer took, in seconds."""
        self.is_ending.clear()
        times: list[float] = []
        staying = [number % 2 == 0 for number in range(CLIENTS)]
        threads = [threading.Thread(target=self.ask, args=(times, stays)) for stays in staying]
        for thread in threads:
            thread.start()
        while not is_over():
            self.is_ending.wait(0.1)
        self.is_ending.set()
        for thread in threads:
            thread.join()
        return sorted(times)

    def ask(self, times: list[float], stays: bool) -> None:
        """Asks until it is over."""
        connection = self.connect()
        while not self.is_ending.wait(PAUSE):
            began = time.monotonic()
            if not stays:
                connection = self.connect()
            try:
                whole = self.get(connection) == self.expected
                if not whole:
                    self.faults.append("an answer was not the whole document")
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"a good client got no answer: {error!r}")
                connection = self.connect()
            if not stays:
                connection.close()
            times.append(time.monotonic() - began)
        connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """Prepares a connection, which is made with its first request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, connection: http.client.HTTPConnection) -> bytes:
        """Asks for the document."""
        connection.request("GET", self.path)
        with connection.getresponse() as answer:
            if answer.status != 200:
                raise http.client.HTTPException(f"{answer.status}")
            return answer.read()

    def fetch(self) -> bytes:
        """Asks for the document by a connection of its own."""
        connection = self.connect()
        try:
            return self.get(connection)
        finally:
            connection.close()

    def ask_once(self) -> float:
        """Asks once, by a connection of its own; gives how long that took, in seconds."""
        began = time.monotonic()
        self.fetch()
        return time.monotonic() - began

    def worst(self, times: list[float]) -> float:
        """Gives the 99th percentile of times that are sorted."""
        return times[min(len(times) * 99 // 100, len(times) - 1)]

    def told(self, times: list[float]) -> str:
        """Tells of times that are sorted."""
        median, worst = times[len(times) // 2] * 1000, self.worst(times) * 1000
        return f"{len(times)} answers, median {median:.1f} ms, 99th percentile {worst:.1f} ms"
