#!/usr/bin/env python3
"""Opens the pages and the XML of a tree in headless Chromium, as a person would.

    pages.py [--feeds N] FOLDER OUT

Takes a screenshot of each on a phone and on a desk, light and dark, into OUT, and ends with 1 when a
page runs out of the screen, hides an entry, can't be read for want of contrast, is bare source, or tries
to run anything that its policy forbids; and when the list of all feeds can't be searched.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

import agreement
from history_rules import place
from served import address, served
from tree import Document, Tree
from values import collapsed

WIDTHS = {390: 844, 1280: 800}
SCHEMES = ("light", "dark")
# Large type, in CSS pixels, and the least contrast of text (WCAG 2.2, 1.4.3).
LARGE = 20
CONTRAST = 4.5
# The page that lists all feeds, and how many feeds of a group it shows in full.
OVERVIEW = "index.html"
MOST_CARDS = 24
# A word that no title has.
NO_WORD = "qqqqqq"

# Everything is asked of the page at once: what it shows, how wide it is, and in which colours.
LOOK = """
const root = document.documentElement;
// A canvas knows every way to write a colour; what is seen through is laid over what is below it.
const canvas = Object.assign(document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas'),
                             {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
const solid = (colours) => {
  canvas.clearRect(0, 0, 1, 1);
  for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
  return Array.from(canvas.getImageData(0, 0, 1, 1).data).slice(0, 3);
};
const luminance = (rgb) => rgb.map((part) => part / 255)
  .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
const below = (element) => {
  const colours = [];
  for (let one = element; one; one = one.parentElement) {
    colours.unshift(getComputedStyle(one).backgroundColor);
  }
  return [arguments[0] === 'dark' ? '#121212' : '#ffffff', ...colours];
};
const contrast = (element) => {
  const ground = below(element);
  const pair = [solid(ground), solid([...ground, getComputedStyle(element).color])].map(luminance);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
};
const texts = [];
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
  if (text && element.checkVisibility() && element.getClientRects().length) {
    const size = parseFloat(getComputedStyle(element).fontSize);
    texts.push({text: text, size: size, contrast: contrast(element)});
  }
}
return {
  sheets: document.styleSheets.length,
  width: root.scrollWidth, ground: solid(below(document.body || root)),
  texts: texts,
};
"""


@contextmanager
def browser() -> Iterator[Chrome]:
    """Opens Debian's Chromium, cut off from everything but this machine."""
    with tempfile.TemporaryDirectory() as home:
        options = ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (
            "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "hide-scrollbars",
            "disable-background-networking", "disable-component-update", "disable-sync",
            "disable-dev-shm-usage", f"user-data-dir={home}",
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ):
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        # A certificate for this machine is signed by nobody.
        options.accept_insecure_certs = True
        chrome = Chrome(options, Service("/usr/bin/chromedriver"))
        try:
            chrome.set_page_load_timeout(60)
            yield chrome
        finally:
            chrome.quit()


def look(chrome: Chrome, url: str, width: int, scheme: str, picture: Path) -> dict:
    """Opens an address on a screen of a width; gives what is there, and keeps a screenshot."""
    # XML can't name its viewport, so a phone lays it out as if it were 980 wide: a narrow window then.
    phone = width < 600 and not url.endswith(".xml")
    chrome.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": WIDTHS[width], "deviceScaleFactor": 1, "mobile": phone},
    )
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    chrome.get(url)
    picture.parent.mkdir(parents=True, exist_ok=True)
    chrome.save_screenshot(str(picture))
    return chrome.execute_script(LOOK, scheme)


@dataclass(frozen=True)
class Told:
    """What must be seen of a document: its own title in large type, and those of what it lists."""

    title: str
    titles: list[str]


def told_by(document: Document) -> Told | None:
    """Gives what a feed tells, or None where that can't be read."""
    feed = agreement.READ[document.kind](document)
    return feed and Told(feed.title, [entry.title for entry in feed.entries])


def told_by_list(tree: Tree) -> Told | None:
    """Gives what the list of all feeds tells; large groups are shown only when they are opened."""
    opml = tree.documents["feeds.opml"].xml if "feeds.opml" in tree.documents else None
    if opml is None:
        return None
    groups = [opml.find("body"), *opml.iterfind("body/outline")]
    feeds = [[feed for feed in group.iterfind("outline") if feed.get("xmlUrl")] for group in groups]
    shown = [feed.get("title") for group in feeds if len(group) <= MOST_CARDS for feed in group]
    return Told(opml.findtext("head/title"), shown)


def refused(chrome: Chrome) -> Iterator[str]:
    """Yields what the policy of a page did not let run."""
    for line in chrome.get_log("browser"):
        if "Content Security Policy" in line["message"]:
            yield line["message"]


def search_faults(chrome: Chrome, told: Told) -> Iterator[str]:
    """Yields what is amiss when the list of all feeds, which is open, is searched."""
    box = chrome.find_element(By.CSS_SELECTOR, ".search input")
    feeds = chrome.find_elements(By.CSS_SELECTOR, "[data-feed]")
    for typed, is_hit in ((NO_WORD, False), *((title, True) for title in told.titles[:1])):
        box.clear()
        box.send_keys(typed)
        answered = WebDriverWait(chrome, 10)
        try:
            answered.until(lambda _: any(feed.is_displayed() for feed in feeds) == is_hit)
        except TimeoutException:
            yield f"a search for {typed!r} shows the wrong feeds"


def faults(seen: dict, told: Told | None, width: int) -> Iterator[str]:
    """Yields what a person would not like about one look at a document."""
    if not seen["sheets"]:
        yield "no style sheet is in force"
    # A phone zooms out until everything fits, so its own idea of the screen's width says nothing.
    if seen["width"] > width:
        yield f"{seen['width']} pixels wide on a screen of {width}"
    shown = collapsed(" ".join(text["text"] for text in seen["texts"]))
    if told is None:
        yield "can't be told what it must show"
        return
    for title in told.titles:
        if collapsed(title) not in shown:
            yield f"does not show {title!r}"
    large = [collapsed(text["text"]) for text in seen["texts"] if text["size"] >= LARGE]
    if told.title not in large:
        yield f"the title {told.title!r} is not in large type"


def faint(seen: dict) -> Iterator[str]:
    """Yields the faintest text where it is too faint to read."""
    least = min(seen["texts"], key=lambda text: text["contrast"], default=None)
    if least is None:
        yield "shows no text"
    elif least["contrast"] < CONTRAST:
        yield f"contrast {least['contrast']:.1f} of {least['text'][:40]!r}"


def judge(chrome: Chrome, root: str, document: Document, told: Told | None, out: Path) -> Iterator[str]:
    """Yields the faults of a document on every screen; `told` says what must be seen."""
    grounds = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            picture = out / f"{document.path.replace('/', '-')}-{width}-{scheme}.png"
            seen = look(chrome, address(root, document.path), width, scheme, picture)
            grounds[scheme] = seen["ground"]
            found = [*faults(seen, told, width), *faint(seen), *refused(chrome)]
            if document.path == OVERVIEW and told:
                found += search_faults(chrome, told)
            for fault in found:
                yield f"{document.path} at {width} in the {scheme}: {fault}"
    if sum(grounds["light"]) <= sum(grounds["dark"]):
        yield f"{document.path}: as dark by day as by night: {json.dumps(grounds)}"


def main() -> int:
    """Opens the first feeds of a folder; gives the exit code."""
    arguments = argparse.ArgumentParser(description="Looks at pages in Chromium.")
    arguments.add_argument("--feeds", type=int, default=3, help="how many feeds to look at")
    arguments.add_argument("folder", type=Path, metavar="FOLDER")
    arguments.add_argument("out", type=Path, metavar="OUT")
    options = arguments.parse_args()
    tree = Tree.read(options.folder)
    folders = sorted({document.folder for document in tree.of_kind("rss", "atom")})[: options.feeds]
    found: list[str] = []
    looked = 0
    with served(options.folder) as root, browser() as chrome:
        for document in tree.of_kind("rss", "atom", "html"):
            page = place(document.path).page
            beside = [one for one in tree.of_kind("rss", "atom", "json") if one.folder == document.folder]
            models = [one for one in beside if place(one.path).page == page]
            if document.path == OVERVIEW:
                looked += 1
                found += judge(chrome, root, document, told_by_list(tree), options.out)
            elif document.folder in folders and models:
                looked += 1
                told = told_by(models[0] if document.kind == "html" else document)
                found += judge(chrome, root, document, told, options.out)
    for fault in found:
        print(f"{options.folder}/{fault}")
    print(f"{options.folder}: {looked} documents in Chromium: {len(found)} faults")
    return int(bool(found) or not looked)


if __name__ == "__main__":
    sys.exit(main())
