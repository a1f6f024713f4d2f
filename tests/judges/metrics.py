"""Holds the metrics of `feedmill run` to the parsers of the Prometheus project.

    metrics.py FEEDMILL FOLDER

A service runs, readers of all sorts ask for its feeds, and what /metrics tells of it is read in both forms.
The parser of OpenMetrics is a strict one; the other one is held to the same numbers.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_families

CONFIG = """
[site]
url = "https://feeds.example/"
[[feed]]
[[feed]]
name = "食/{source}"
"""
ARTICLE = "---\ntitle: One\ndate: 2024-05-01\nsource: \"a 'b' c\"\n---\nThe text of one.\n"
# Who asks for what, and the status of the answer.
READERS = [
    ("/rss.xml", "Feedbin feed-id:1 - 12 subscribers", 200),
    ("/rss.xml", "Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers; feed-id=a)", 200),
    ("/atom.xml", 'A "new" one\\n/1.0 (7 subscribers)', 200),
    ("/feed.json", "Newsboat/2.32", 200),
    ("/feed.json", "", 200),
    ("/none", "curl/8", 404),
]
PATIENCE = 60
# What must be told, whatever the labels.
FAMILIES = {
    "feedmill_answer_duration_seconds": "histogram",
    "feedmill_articles": "gauge",
    "feedmill_connections": "gauge",
    "feedmill_feed_pollers": "gauge",
    "feedmill_feed_subscribers": "gauge",
    "feedmill_polls": "counter",
    "feedmill_reports": "gauge",
    "feedmill_requests": "counter",
    "feedmill_saved_bytes": "counter",
    "feedmill_turn_duration_seconds": "histogram",
    "feedmill_turns": "counter",
}

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def free_ports(count: int) -> list[int]:
    """Finds ports at which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def ask(port: int, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
    """Asks for a path; gives status, media type and text."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers=fields)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type", ""), text


def wait_until_ready(port: int) -> None:
    """Waits until the service says that it is ready."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            status, _, told = ask(port, "/readyz", {})
        except OSError as error:
            status, told = 0, str(error)
        if status == 200:
            return
        if time.monotonic() > end:
            sys.exit(f"the service is not ready: {told}")
        time.sleep(0.1)


def numbers(families: list) -> Numbers:
    """Lists all samples, each of which must be there once."""
    found: Numbers = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            if key in found:
                sys.exit(f"told twice: {key}")
            found[key] = sample.value
    return found


def read(port: int, accept: str, media_type: str, parse) -> list:
    """Reads the metrics in one form."""
    status, told, text = ask(port, "/metrics", {"Accept": accept})
    if status != 200 or not told.startswith(media_type):
        sys.exit(f"asked for {accept}, got {status} {told}")
    try:
        return list(parse(text))
    except ValueError as error:
        sys.exit(f"{media_type}: {error}\n{text}")


def judge(world: int, admin: int) -> int:
    """Judges a service that is asked; gives the number of samples."""
    for path, agent, wanted in READERS:
        status, _, _ = ask(world, path, {"User-Agent": agent})
        if status != wanted:
            sys.exit(f"{path}: {status} and not {wanted}")
    text = read(admin, "text/plain;version=0.0.4", "text/plain; version=0.0.4", text_families)
    accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    strict = read(
        admin, accept, "application/openmetrics-text", openmetrics.text_string_to_metric_families
    )
    if numbers(text) != numbers(strict):
        sys.exit(f"the forms tell different numbers: {numbers(text).items() ^ numbers(strict).items()}")
    for families in (text, strict):
        types = {family.name: family.type for family in families}
        missing = FAMILIES.items() - types.items()
        if missing:
            sys.exit(f"not told, or as something else: {missing}")
    found = numbers(strict)
    root = frozenset({("feed", "(root)")})
    if found["feedmill_feed_subscribers", root] != 12 + 3 + 7:
        sys.exit(f"the subscribers are {found['feedmill_feed_subscribers', root]}")
    return len(found)


def main() -> None:
    """Runs a service in a folder, and judges it."""
    feedmill, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "seeds").mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "seeds/one.md").write_text(ARTICLE, encoding="utf-8")
    world, admin = free_ports(2)
    environment = {
        "PATH": os.environ["PATH"],
        "FEEDMILL_SERVE_LISTEN": f"127.0.0.1:{world}",
        "FEEDMILL_SERVE_ADMIN": f"127.0.0.1:{admin}",
    }
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen([feedmill, "run"], cwd=folder, env=environment, stderr=log)
    try:
        wait_until_ready(admin)
        print(f"{judge(world, admin)} numbers in both forms")
    finally:
        service.terminate()
        service.wait(PATIENCE)


main()
