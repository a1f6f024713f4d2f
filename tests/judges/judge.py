#!/usr/bin/env python3
"""Judges output trees of feedmill with programs that are not feedmill.

    judge.py [--against OTHER] FOLDER…

Prints every fault as `file: rule: what was found` and ends with 1 when there is one.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import agreement
import atom_rules
import history_rules
import html_rules
import json_rules
import opml_rules
import rss_rules
import storage
import xml_rules
from tree import Tree
from values import Finding

JUDGES = {
    "rss": (xml_rules.judge, rss_rules.judge),
    "atom": (xml_rules.judge, atom_rules.judge),
    "opml": (xml_rules.judge, opml_rules.judge),
    "json": (json_rules.judge,),
    "html": (html_rules.judge,),
    "css": (),
    "js": (),
}
# After so many faults of one rule in one document the rest is only counted.
TOLD = 5


def judge(tree: Tree) -> Iterator[Finding]:
    """Yields every fault of a tree."""
    for document in tree.documents.values():
        for one in JUDGES[document.kind]:
            yield from one(tree, document)
    yield from atom_rules.judge_grammar(tree.of_kind("atom"))
    yield from agreement.judge(tree)
    yield from history_rules.judge(tree)
    yield from storage.judge(tree)


def main() -> int:
    """Judges the folders of the command line; gives the exit code."""
    arguments = argparse.ArgumentParser(description="Judges output trees.")
    arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments.add_argument("--against", type=Path, help="a folder that must be the same, byte for byte")
    options = arguments.parse_args()
    faults: Counter[tuple[str, str]] = Counter()
    for folder in options.folders:
        tree = Tree.read(folder)
        findings = list(judge(tree))
        if options.against:
            findings += storage.judge_same(folder, options.against)
        faults.update(tell(folder, findings))
        kinds = Counter(document.kind for document in tree.documents.values())
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        print(f"{folder}: {told}, {len(tree.coded)} coded: {len(findings)} faults")
    return 1 if faults else 0


def tell(folder: Path, findings: list[Finding]) -> Counter[tuple[str, str]]:
    """Prints the faults, not endlessly; gives how many there are of a rule in a document."""
    counts: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        counts[finding.path, finding.rule] += 1
        if counts[finding.path, finding.rule] <= TOLD:
            print(f"{folder / finding.path}: {finding.rule}: {finding.found}")
    for (path, rule), number in counts.items():
        if number > TOLD:
            print(f"{folder / path}: {rule}: {number - TOLD} more")
    return counts


if __name__ == "__main__":
    sys.exit(main())
