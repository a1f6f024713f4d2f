#!/usr/bin/env python3
"""Looks on in headless Chromium while `feedmill run` publishes.

    live.py FEEDMILL FOLDER

Opens the list of feeds, the page of a feed, an entry of it and the feed itself, at the widths of a phone and
of a desk, in the light and in the dark. Then articles arrive, change and go: open pages show it without being
loaded anew, once, and keep what was opened in them; behind TLS, where browsers speak HTTP/2, as well. One
of the articles tries all that might run a script.
Pictures of every page are left in FOLDER/pictures.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from pages import SCHEMES, WIDTHS, browser, faint, look, refused
from service import Fault
from serving import ServingService, free_port

CONFIG = """
[serve]
tls_certificate = "chain.pem"
tls_key = "key.pem"
[watch]
settle = "50 ms"
[[feed]]
[[feed]]
name = "bread"
content = "full"
[feed.only]
tags = ["bread"]
"""
# What is opened, and how long anything may take to be seen, in seconds.
PAGES = ("", "feed.html", "bread/", "rss.xml", "bread/atom.xml")
PATIENCE = 30
# An article as someone writes it who means harm. Whatever runs says so in the title of the window.
HARM = "document.title='harmed'"
HOSTILE = f"""---
title: "<script>{HARM}</script><img src=x onerror={HARM}> harmless"
date: 2025-05-06
tags: [bread]
---
<script>{HARM}</script><img src="x" onerror="{HARM}"><svg onload="{HARM}"><a href="javascript:{HARM}">a</a>
<iframe srcdoc="<script>parent.{HARM}</script>"></iframe><details ontoggle="{HARM}" open><p>b</p></details>
<form action="javascript:{HARM}"><button autofocus onfocus="{HARM}">c</button></form>
<style>body {{ display: none }}</style><base href="//other.example/"><meta http-equiv="refresh" content="0;url=/">
Nothing of this does anything.
"""


def article(title: str, day: int, text: str = "It turned all night.") -> str:
    """Writes an article on bread."""
    return f"---\ntitle: {title}\ndate: 2025-05-{day:02}\ntags: [bread]\n---\n{text}\n"


class Look:
    """A browser, and the service that it looks at."""

    def __init__(self, chrome: Chrome, service: ServingService) -> None:
        self.chrome, self.service = chrome, service
        self.seeds = service.folder / "seeds"

    def write(self, name: str, text: str) -> None:
        """Writes an article."""
        (self.seeds / name).write_text(text, encoding="utf-8")

    def texts(self, selector: str) -> list[str]:
        """Gives the texts of what a selector finds, all as of one moment: the page may be renewed."""
        script = "return Array.from(document.querySelectorAll(arguments[0]), (one) => one.innerText.trim())"
        return self.chrome.execute_script(script, selector)

    def titles(self) -> list[str]:
        """Gives the titles that the page shows, in their order."""
        return self.texts(".entry h3, .headlines .title")

    def wait_for(self, what: str, titles: list[str]) -> None:
        """Waits until the page shows these titles, without having been loaded anew."""
        try:
            WebDriverWait(self.chrome, PATIENCE, 0.1).until(lambda _: self.titles() == titles)
        except TimeoutException as expired:
            raise Fault(f"{what}: the page shows {self.titles()}, and not {titles}") from expired
        if not self.chrome.execute_script("return window.isStill === true"):
            raise Fault(f"{what}: the page was loaded anew")

    def wait_to_be_told(self, words: str) -> None:
        """Waits until whoever does not see the page is told these words; the page says them a moment later."""
        told = "return document.querySelector('.unseen[role=status]').textContent"
        try:
            WebDriverWait(self.chrome, PATIENCE, 0.1).until(lambda chrome: words in chrome.execute_script(told))
        except TimeoutException as expired:
            last = self.chrome.execute_script(told)
            raise Fault(f"whoever does not see the page is told {last!r}, and not {words!r}") from expired

    def wait_for_all(self, count: int) -> None:
        """Waits until the page shows so many titles."""
        try:
            WebDriverWait(self.chrome, PATIENCE, 0.1).until(lambda _: len(self.titles()) == count)
        except TimeoutException as expired:
            raise Fault(f"the page shows {self.titles()}, and not {count} entries") from expired

    def stay(self) -> None:
        """Marks the page, so that it can be told from another of the same address; waits until it listens."""
        self.chrome.execute_script("window.isStill = true")
        # The stream is open as soon as the browser has its head.
        opened = "return performance.getEntriesByType('resource').length >= 2"
        WebDriverWait(self.chrome, PATIENCE, 0.1).until(lambda chrome: chrome.execute_script(opened))

    def judge_all(self) -> Iterator[str]:
        """Yields what is amiss with each page on each screen."""
        for page in PAGES:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    name = page.strip("/").replace("/", "-") or "list"
                    picture = self.service.folder / "pictures" / f"{name}-{width}-{scheme}.png"
                    seen = look(self.chrome, self.service.root + page, width, scheme, picture)
                    found = list(faint(seen))
                    if seen["width"] > width:
                        found.append(f"{seen['width']} pixels wide")
                    if not seen["sheets"]:
                        found.append("no style sheet is in force")
                    if self.chrome.title == "harmed":
                        found.append("an article ran a script")
                    # That the policy has to refuse something is no fault of the page where an article tried.
                    list(refused(self.chrome))
                    yield from (f"{page or 'the list'} at {width} in the {scheme}: {one}" for one in found)

    def judge_entry(self) -> Iterator[str]:
        """Yields what is amiss when an entry is opened by the keyboard's way: its summary is a button."""
        self.chrome.get(self.service.root + "bread/")
        whole = self.chrome.find_elements(By.CSS_SELECTOR, ".entry .whole > summary")
        for summary in whole:
            summary.click()
        if not any("does anything" in one.text for one in self.chrome.find_elements(By.CSS_SELECTOR, ".entry")):
            yield "the hostile article can't be read"
        if self.chrome.find_elements(By.CSS_SELECTOR, ".entry :is(script, form, style, base, meta, [onload])"):
            yield "something of the hostile article is left that might run"
        if self.chrome.title == "harmed":
            yield "an entry that was opened ran a script"

    def follow(self) -> None:
        """Sees articles arrive, change and go on pages that stay open."""
        self.chrome.get(self.service.root + "bread/")
        self.stay()
        self.write("two.md", article("Second", 2))
        self.wait_for("an article arrives", ["Second", "First"])
        self.write("one.md", article("First, again", 1, "It was quiet."))
        self.wait_for("an article is changed", ["Second", "First, again"])
        self.wait_to_be_told("new on it: 0")
        arrived = self.texts(".arrived h3")
        if arrived != ["Second"]:
            raise Fault(f"as new are marked {arrived}")
        (self.seeds / "two.md").unlink()
        self.wait_for("an article goes", ["First, again"])

        self.chrome.get(self.service.root)
        self.stay()
        box = self.chrome.find_element(By.CSS_SELECTOR, ".search input")
        box.send_keys("bread")
        self.write("three.md", article("Third", 3))
        self.wait_for_third(box)

    def follow_behind_tls(self, root: str) -> None:
        """Sees an article arrive by HTTP/2."""
        self.chrome.get(root + "bread/")
        spoken = self.chrome.execute_script("return performance.getEntriesByType('navigation')[0].nextHopProtocol")
        if spoken != "h2":
            raise Fault(f"behind TLS the browser speaks {spoken!r}")
        self.stay()
        self.write("four.md", article("Fourth", 7))
        self.wait_for("an article arrives behind TLS", ["Fourth", "Third", "First, again"])

    def wait_for_third(self, box: object) -> None:
        """Waits until the list of feeds shows the third article, with what was typed still in force."""
        shown = "#feeds [data-feed]:not([hidden]) .headlines"

        def is_there(_: Chrome) -> bool:
            """Tells whether one feed is left, which has it."""
            feeds = self.texts(shown)
            return len(feeds) == 1 and "Third" in feeds[0]

        try:
            WebDriverWait(self.chrome, PATIENCE, 0.1).until(is_there)
        except TimeoutException as expired:
            raise Fault(f"the list shows {self.texts(shown)}") from expired
        if self.chrome.switch_to.active_element != box:
            raise Fault("whoever was typing has lost the place")


def certify(folder: Path) -> None:
    """Makes a certificate for this machine, and its key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command += ["-keyout", folder / "key.pem", "-out", folder / "chain.pem"]
    subprocess.run(command, check=True, capture_output=True)


def main() -> int:
    """Looks at all; gives the exit code."""
    feedmill, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    service = ServingService(feedmill, folder, CONFIG)
    certify(folder)
    port = free_port()
    service.serving += ["--listen", f"tls:127.0.0.1:{port}"]
    (folder / "seeds").mkdir()
    (folder / "seeds" / "one.md").write_text(article("First", 1), encoding="utf-8")
    found: list[str] = []
    try:
        service.start_and_wait()
        with browser() as chrome:
            sight = Look(chrome, service)
            sight.follow()
            sight.follow_behind_tls(f"https://127.0.0.1:{port}/")
            sight.write("hostile.md", HOSTILE)
            sight.write("中文.md", article("磨坊的消息", 4, "河边的磨坊转了一整夜。" * 20))
            sight.write("arabic.md", article("أخبار الطاحونة", 5, "دارت الطاحونة طوال الليل. " * 20))
            chrome.get(service.root + "bread/")
            sight.wait_for_all(6)
            found = [*sight.judge_all(), *sight.judge_entry()]
    except Fault as fault:
        found.append(str(fault))
    finally:
        service.abandon()
    for fault in found:
        print(fault)
    print(f"pages that are open while something is published: {len(found)} faults")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
