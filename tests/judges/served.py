"""A tree over HTTP on this machine, for programs that read feeds from addresses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote


class Quiet(SimpleHTTPRequestHandler):
    """Serves files as a static host does, `.xml` as XML (rule 20), and says nothing."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".xml": "text/xml", ".opml": "text/xml"}

    def log_message(self, *_: object) -> None:
        """Keeps the log of the judges short."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder at a free port; gives the address of its root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def address(root: str, path: str) -> str:
    """Gives the address of a file below the root."""
    return root + quote(path)
