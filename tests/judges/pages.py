#!/usr/bin/env python3
"""Opens the pages and the XML of a tree in headless Chromium, as a person would.

    pages.py [--feeds N] FOLDER OUT

Takes a screenshot of each on a phone and on a desk, light and dark, into OUT, and ends with 1 when a
page runs out of the screen, hides an entry, can't be read for want of contrast, or is bare source.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

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


def faults(seen: dict, document: Document, width: int) -> Iterator[str]:
    """Yields what a person would not like about one look at a document."""
    if not seen["sheets"]:
        yield "no style sheet is in force"
    # A phone zooms out until everything fits, so its own idea of the screen's width says nothing.
    if seen["width"] > width:
        yield f"{seen['width']} pixels wide on a screen of {width}"
    told = agreement.READ[document.kind](document)
    shown = collapsed(" ".join(text["text"] for text in seen["texts"]))
    if told is None:
        yield "can't be told what it must show"
        return
    for entry in told.entries:
        if collapsed(entry.title) not in shown:
            yield f"does not show {entry.title!r}"
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


def judge(chrome: Chrome, root: str, document: Document, told: Document, out: Path) -> Iterator[str]:
    """Yields the faults of a document on every screen; `told` says what must be seen."""
    grounds = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            picture = out / f"{document.path.replace('/', '-')}-{width}-{scheme}.png"
            seen = look(chrome, address(root, document.path), width, scheme, picture)
            grounds[scheme] = seen["ground"]
            for fault in [*faults(seen, told, width), *faint(seen)]:
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
            if document.folder in folders and models:
                looked += 1
                told = models[0] if document.kind == "html" else document
                found += judge(chrome, root, document, told, options.out)
    for fault in found:
        print(f"{options.folder}/{fault}")
    print(f"{options.folder}: {looked} documents in Chromium: {len(found)} faults")
    return int(bool(found) or not looked)


if __name__ == "__main__":
    sys.exit(main())
