"""Every rule of the judges is seen failing once: each case spoils the good sample in one place."""

import gzip
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import judge
import markup_rules
import storage
import values
from tree import Tree

SAMPLE = Path(__file__).with_name("sample")

# The rule that must fail; the document; what stands there; what stands there instead.
SPOILED = [
    ("xml-well-formed", "rss.xml", "</channel>", ""),
    ("xml-well-formed", "rss.xml", "<item>", "<item><media:content/>"),
    ("xml-declaration", "rss.xml", ' encoding="utf-8"', ""),
    ("xml-root-in-512-bytes", "atom.xml", "<feed", f"<!--{'x' * 500}--><feed"),
    ("xml-character", "rss.xml", "面粉", "面\x08粉"),
    ("xml-no-doctype", "feeds.opml", "<opml", "<!DOCTYPE opml><opml"),
    ("xml-no-named-entity", "rss.xml", "<category>sums", "<category>&nbsp;sums"),
    ("xml-prefix-used", "rss.xml", "<rss ", '<rss xmlns:fh="http://purl.org/syndication/history/1.0" '),
    ("xml-prefix-declared", "rss.xml", "<item>", "<item><media:content/>"),
    ("xml-stylesheet", "食/rss.xml", "../feedmill.css", "feedmill.css"),
    ("xml-stylesheet", "rss.xml", 'type="text/css"', 'type="text/xsl"'),
    ("no-xml-base", "atom.xml", '<entry xml:lang="en">', '<entry xml:base="https://a.example/">'),
    ("language-bcp-47", "atom.xml", '<entry xml:lang="en">', '<entry xml:lang="english language">'),
    ("rss-version", "rss.xml", 'version="2.0"', 'version="0.91"'),
    ("rss-title-references", "rss.xml", "Is 1 &#x3C; 2?", "Is 1 &lt; 2?"),
    ("rss-title-references", "rss.xml", "<title>面粉", "<title><![CDATA[面粉]]>"),
    ("rss-absolute-address", "rss.xml", 'url="https://news1.example/a.mp3"', 'url="/a.mp3"'),
    ("rss-absolute-address", "rss.xml", "<link>https://news1.example/a<", "<link>https://news1.example/面<"),
    ("rss-channel-element", "rss.xml", "<generator>feedmill</generator>", ""),
    ("rss-channel-element", "rss.xml", "What the mill grinds", " "),
    ("rss-self", "rss.xml", 'rel="self"', 'rel="via"'),
    ("rss-self", "rss.xml", 'href="https://feeds.example/rss.xml"', 'href="https://feeds.example/b.xml"'),
    ("language-bcp-47", "rss.xml", "<language>en", "<language>en_us"),
    ("rss-ttl", "rss.xml", "<ttl>60", "<ttl>0"),
    ("rss-items-last", "rss.xml", "</channel>", "<skipHours/></channel>"),
    ("rss-image", "rss.xml", "mill.png", "mill.svg"),
    ("rss-image", "rss.xml", "<url>https://feeds.example/mill.png</url>", ""),
    ("rss-image-title", "rss.xml", "Salt</title><link>https://feeds.example/</link></image>",
     "Oil</title><link>https://feeds.example/</link></image>"),
    ("rss-image-size", "rss.xml", "</image>", "<width>145</width></image>"),
    ("rss-date", "rss.xml", "Thu, 16 May 2024", "Wed, 16 May 2024"),
    ("rss-date", "rss.xml", "Thu, 16 May 2024", "Thu, 16 May 24"),
    ("rss-date", "rss.xml", "Thu, 16 May 2024 09:32:52 +0000", "Thu, 16 May 2024 09:32:52 +0200"),
    ("rss-date", "rss.xml", "Fri, 17 May 2024 08", "Fr, 17 Mai 2024 08"),
    ("rss-last-build-date", "rss.xml", "<lastBuildDate>Fri, 17 May", "<lastBuildDate>Tue, 14 May"),
    ("rss-last-build-date", "rss.xml", "<lastBuildDate>Fri, 17 May 2024 08:00:00 +0000</lastBuildDate>", ""),
    ("rss-once", "rss.xml", "<dc:creator>", '<enclosure url="https://a.example/b" length="1" type="a/b"/><dc:creator>'),
    ("rss-item-title", "rss.xml", "<title>面粉</title>", ""),
    ("rss-description-before-content", "rss.xml", "<description>Flour.</description>", ""),
    ("rss-guid", "rss.xml", "<guid>https://news1.example/a</guid>", ""),
    ("rss-guid-permalink", "rss.xml", ' isPermaLink="false"', ""),
    ("rss-guid-permalink", "rss.xml", 'isPermaLink="false"', 'isPermaLink="no"'),
    ("rss-guid-unique", "rss.xml", "tag:feeds.example,2026:entry/1", "https://news1.example/a"),
    ("implausible-date", "rss.xml", "Thu, 16 May 2024 09:32:52", "Thu, 01 Jan 1970 00:00:00"),
    ("implausible-date", "atom.xml", "<published>2024-05-16", "<published>9998-05-16"),
    ("implausible-date", "feed.json", "2024-05-15T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("rss-author-email", "rss.xml", "<category>", "<author>Ann Miller</author><category>"),
    ("rss-filled", "rss.xml", "Ann Miller", ""),
    ("rss-enclosure", "rss.xml", 'length="0"', 'length=""'),
    ("rss-enclosure", "rss.xml", 'type="audio/mpeg"', 'type="mp3"'),
    ("html-absolute-address", "rss.xml", 'href="https://news1.example/b"', 'href="#b"'),
    ("html-absolute-address", "atom.xml", 'src="https://news1.example/p.png"', 'srcset="https://a.example/b 2x, c 3x"'),
    ("html-absolute-address", "feed.json", "https://news1.example/b", "javascript:alert(1)"),
    ("html-sanitised", "rss.xml", "&lt;p&gt;Flour", "&lt;script&gt;1&lt;/script&gt;&lt;p&gt;Flour"),
    ("html-sanitised", "atom.xml", "&lt;p&gt;Flour", "&lt;p onclick=1&gt;Flour"),
    ("html-sanitised", "feed.json", "<p>Flour", "<p style='color:red'>Flour"),
    ("html-no-tracking-pixel", "feed.json", 'alt=\\"\\"', 'width=\\"1\\" height=\\"1\\"'),
    ("html-whole", "feed.json", "<p>Flour.</p>", "<p>Flour.<img src='https://a.exa"),
    ("atom-grammar", "atom.xml", "<id>tag:feeds.example,2026:entry/1</id>", ""),
    ("atom-grammar", "atom.xml", '<category term="sums"/>', "<category/>"),
    ("atom-grammar", "atom.xml", "<summary>Flour.", "<abstract>1</abstract><summary>Flour."),
    ("atom-grammar", "atom.xml", "<published>2024-05-15T00", "<published>2024-05-15 00"),
    ("atom-default-namespace", "atom.xml", None, None),
    ("atom-absolute-address", "atom.xml", 'href="https://news1.example/a"', 'href="/a"'),
    ("atom-date", "atom.xml", "<updated>2024-05-15T00:00:00Z", "<updated>2024-05-15T00:00:00+00:00"),
    ("atom-text-type", "atom.xml", '<content type="html">&lt;p&gt;Flour', "<content>&lt;p&gt;Flour"),
    ("atom-title", "atom.xml", "<title>面粉", "<title>"),
    ("atom-self", "atom.xml", 'rel="self"', 'rel="via"'),
    ("atom-self", "atom.xml", "feeds.example/atom.xml", "feeds.example/b.xml"),
    ("atom-alternate", "atom.xml", '<link rel="alternate" type="text/html" href="https://feeds.example/"/>', ""),
    ("atom-link-type", "atom.xml", 'type="audio/mpeg"', 'type="mp3"'),
    ("atom-link-length", "atom.xml", 'type="audio/mpeg"', 'length="long"'),
    ("atom-id-unique", "atom.xml", "tag:feeds.example,2026:entry/1", "https://news1.example/a"),
    ("atom-updated-newest", "atom.xml", "<updated>2024-05-17T08:00:00Z</updated>\n  <author>",
     "<updated>2024-05-18T08:00:00Z</updated>\n  <author>"),
    ("atom-author", "atom.xml", "<author><name>The miller</name></author>", ""),
    ("atom-entry-dates", "atom.xml", "<updated>2024-05-15", "<updated>2024-05-14"),
    ("json-syntax", "feed.json", '"items"', "items"),
    ("json-syntax", "feed.json", '"language": "en"', '"title": "b"'),
    ("json-schema", "feed.json", "version/1.1", "version/1"),
    ("json-schema", "feed.json", '"id": "https://news1.example/a"', '"id": 1'),
    ("json-schema", "feed.json", '"content_html": "<p>Flour.</p>",', ""),
    ("json-schema", "feed.json", "2024-05-16T09:32:52Z", "2024-05-16T25:32:52Z"),
    ("json-schema", "feed.json", '"tags"', '"tgas"'),
    ("json-id-unique", "feed.json", "tag:feeds.example,2026:entry/1", "https://news1.example/a"),
    ("json-self", "feed.json", "feeds.example/feed.json", "feeds.example/b.json"),
    ("json-next-url", "feed.json", "https://feeds.example/feed-2.json", "https://feeds.example/feed.json"),
    ("json-character", "feed.json", "面粉", "面\\u0008粉"),
    ("json-absolute-address", "feed.json", '"url": "https://news1.example/a"', '"url": "a"'),
    ("json-item-dates", "feed.json", "2024-05-17T08", "2024-05-15T08"),
    ("language-bcp-47", "feed.json", '"en"', '"EN"'),
    ("opml-version", "feeds.opml", '<opml version="2.0">', '<opml version="1.0">'),
    ("opml-parts", "feeds.opml", "</body>", "</body><body/>"),
    ("opml-title", "feeds.opml", "<title>The feeds</title>", ""),
    ("opml-date", "feeds.opml", "</head>", "<dateModified>2024-05-16</dateModified></head>"),
    ("opml-lists-every-feed", "feeds.opml", 'xmlUrl="https://feeds.example/rss.xml"', ""),
    ("opml-text", "feeds.opml", 'text="食"', 'text=""'),
    ("opml-type", "feeds.opml", '<outline type="rss" text="Bread', '<outline text="Bread'),
    ("opml-xml-url", "feeds.opml", "%E9%A3%9F", "%E9%A3%9E"),
    ("opml-xml-url", "feeds.opml", "</body>", '<outline text="nothing"/></body>'),
    ("opml-absolute-address", "feeds.opml", 'htmlUrl="https://feeds.example/"', 'htmlUrl="/"'),
    ("page-whole", "feed.html", "<!doctype html>", ""),
    ("page-lang", "feed.html", ' lang="en"', ""),
    ("page-title", "feed.html", "<title>Bread &amp; Salt</title>", ""),
    ("page-charset", "feed.html", '<meta charset="utf-8">', ""),
    ("page-viewport", "feed.html", 'name="viewport"', 'name="width"'),
    ("page-autodiscovery", "feed.html", '<link rel="alternate" type="application/atom+xml" href="atom.xml">', ""),
    ("page-autodiscovery", "feed.html", 'href="https://feeds.example/feed.json"', 'href="feeds.json"'),
    ("page-autodiscovery", "feed.html", "application/feed+json", "application/rss+xml"),
    ("page-autodiscovery", "feed.html", 'href="atom.xml"', 'href="atom-2.xml"'),
    ("page-no-script", "feed.html", "</body>", "<script>1</script></body>"),
    ("page-no-script", "feed.html", "<body>", "<body onload=1>"),
    ("page-no-script", "feed.html", 'src="feedmill.js"', 'src="rss.xml"'),
    ("page-no-script", "feed.html", "defer></script>", "defer>1</script>"),
    ("page-alt", "feed.html", ' alt=""', ""),
    ("page-id-unique", "feed.html", "<article>", '<article id="top">'),
    ("page-address", "feed.html", '<p><a href="rss.xml">', '<p><a href="rss/">'),
    ("page-address", "feed.html", "https://news1.example/a", "javascript:alert(1)"),
    ("page-address", "feed.html", "https://news1.example/a", "https://news1.example/a b"),
    ("page-address", "feed.html", "data:image/svg+xml", "data:text/html"),
    ("page-address", "feed.html", 'rel="icon"', 'rel="next"'),
    ("page-tells-every-entry", "feed.html", "面粉", "面"),
    ("formats-agree", "atom.xml", "<title>面粉", "<title>面"),
    ("formats-agree", "feed.json", "https://news1.example/b", "https://news1.example/c"),
    ("formats-agree", "feed.json", "2024-05-17T08", "2024-05-18T08"),
    ("formats-agree", "feed.json", "One & two.", "One &amp; two."),
    ("formats-agree", "atom.xml", "<id>tag:feeds.example,2026:entry/1", "<id>tag:feeds.example,2026:entry/2"),
    ("history-subscription", "rss.xml", None, "<opml/>"),
    ("history-chain", "rss.xml", 'rel="prev-archive"', 'rel="via"'),
    ("history-chain", "atom-2.xml", "atom-1.xml", "atom-2.xml"),
    ("history-chain", "atom-2.xml", "atom-1.xml", "atom.xml"),
    ("history-chain", "feed-2.json", "feed-1.json", "feed-0.json"),
    ("history-chain", "feed-1.json", '"language"', '"next_url": "https://feeds.example/feed-2.json", "language"'),
    ("history-current", "rss-1.xml", "https://feeds.example/rss.xml", "https://feeds.example/rss-2.xml"),
    ("history-current", "atom.xml", 'rel="prev-archive"', 'rel="current"'),
    ("history-next-archive", "atom-1.xml", 'rel="next-archive"', 'rel="via"'),
    ("history-next-archive", "rss-2.xml", 'rel="prev-archive"', 'rel="next-archive"'),
    ("history-entry-once", "feed-1.json", "entry/0", "entry/1"),
    ("history-holds-everything", "atom-2.xml", "<summary>Flour.", "<summary>Flower."),
    ("history-holds-everything", "rss-2.xml", "entry/1", "entry/2"),
    ("history-mark", "rss-2.xml", "<fh:archive/>", "<fh:archive>1</fh:archive>"),
    ("history-mark", "rss-2.xml", "<fh:archive/>", "<fh:complete/>"),
    ("history-mark", "atom.xml", "<entry xml:lang", "<complete xmlns='http://purl.org/syndication/history/1.0'/><entry xml:lang"),
    ("feedparser-bozo", "rss.xml", "</channel>", ""),
    ("feedparser-version", "rss.xml", 'version="2.0"', 'version="0.92"'),
    ("feedparser-entries", "rss.xml", "</channel>", "</channel><item><guid>x</guid></item>"),
    ("tree-no-empty-document", "feedmill.css", None, ""),
    ("css-self-contained", "feedmill.css", ":root", '@import "other.css"; :root'),
]


def rules(folder: Path, grammar: bool = False) -> set[str]:
    """Gives the rules that a tree breaks; with those of the grammar, for which jing takes a second."""
    grammar_judge = judge.atom_rules.judge_grammar if grammar else (lambda _: ())
    with mock.patch.object(judge.atom_rules, "judge_grammar", grammar_judge):
        return {finding.rule for finding in judge.judge(Tree.read(folder))}


class Judges(unittest.TestCase):
    """The judges on the sample, good and spoiled."""

    def setUp(self) -> None:
        """Lays a copy of the sample."""
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name, "tree")
        shutil.copytree(SAMPLE, self.folder)

    def test_the_sample_is_good(self) -> None:
        """Nothing is found where nothing is wrong."""
        self.assertEqual(list(judge.judge(Tree.read(self.folder))), [])

    def test_every_spoiled_sample_is_found(self) -> None:
        """Each fault is found by the rule that it breaks."""
        for rule, path, good, bad in SPOILED:
            with self.subTest(rule=rule, path=path, bad=bad):
                whole = (SAMPLE / path).read_text("utf-8")
                (self.folder / path).write_text(spoil(whole, good, bad), "utf-8")
                self.assertIn(rule, rules(self.folder, grammar=rule == "atom-grammar"))
            shutil.copy(SAMPLE / path, self.folder / path)

    def test_bytes_that_are_not_utf_8_are_found(self) -> None:
        """A document in another encoding than it declares is a fault."""
        file = self.folder / "rss.xml"
        file.write_bytes(file.read_bytes().replace("面粉".encode(), "面粉".encode("gb18030")))
        self.assertIn("xml-utf-8", rules(self.folder))

    def test_leftovers_are_found(self) -> None:
        """A temporary file that nobody took away is a fault."""
        (self.folder / ".rss.xml.tmp1").write_bytes(b"<rss")
        self.assertEqual(rules(self.folder), {"tree-no-leftover"})

    def test_a_folder_without_feeds_is_a_fault(self) -> None:
        """Nothing to judge is not a success."""
        self.assertEqual(rules(self.folder / "no-such-folder"), {"tree-has-feeds"})

    def test_coded_twins_are_the_same_bytes(self) -> None:
        """A twin of other bytes, of no document, or with a time in its header is a fault."""
        plain = (self.folder / "rss.xml").read_bytes()
        cases = {
            "rss.xml.gz": (gzip.compress(plain, mtime=0), gzip.compress(plain, mtime=1)),
            "rss.xml.br": (storage.brotli.compress(plain), storage.brotli.compress(plain[1:])),
            "rss.xml.zst": (storage.zstandard.compress(plain), b"no zstd"),
        }
        for name, (good, bad) in cases.items():
            with self.subTest(name=name):
                (self.folder / name).write_bytes(good)
                self.assertEqual(rules(self.folder), set())
                (self.folder / name).write_bytes(bad)
                self.assertEqual(rules(self.folder), {"coded-twin"})
                (self.folder / name).unlink()
        (self.folder / "old.xml.gz").write_bytes(gzip.compress(plain, mtime=0))
        self.assertEqual(rules(self.folder), {"coded-twin"})

    def test_other_bytes_and_other_files_are_found(self) -> None:
        """Two trees are the same in every file or not at all."""
        self.assertEqual(list(storage.judge_same(self.folder, SAMPLE)), [])
        (self.folder / "feedmill.css").write_text("a{}")
        (self.folder / "more.css").write_text("a{}")
        found = [finding.path for finding in storage.judge_same(self.folder, SAMPLE)]
        self.assertEqual(found, ["feedmill.css", "more.css"])


def spoil(whole: str, good: str | None, bad: str | None) -> str:
    """Puts the bad in the place of the good; makes the Atom document prefixed for want of both."""
    if good is None:
        spoiled = bad if bad is not None else prefixed(whole)
    else:
        assert good in whole, f"the sample holds no {good!r}"
        spoiled = whole.replace(good, bad, 1)
    return spoiled


def prefixed(atom: str) -> str:
    """Writes the same Atom document with a prefix."""
    return atom.replace("</", "</a:").replace("<", "<a:").replace("<a:/a:", "</a:").replace(
        "<a:?", "<?").replace("xmlns=", "xmlns:a=")


class Values(unittest.TestCase):
    """The small rules."""

    def test_language_tags(self) -> None:
        """Well-formed tags in their customary casing."""
        for tag in ("en", "zh-Hans", "en-US", "sr-Latn-RS", "de-1996", "es-419", "en-x-mill"):
            self.assertTrue(values.is_language(tag), tag)
        for tag in ("", "e", "en_US", "EN", "english", "zh-hans-"):
            self.assertFalse(values.is_language(tag), tag)

    def test_srcset_is_split_as_browsers_do(self) -> None:
        """A comma within an address does not end it."""
        split = list(markup_rules.candidates(" https://a.example/b,c 1x, /d 2x,https://a.example/e,"))
        self.assertEqual(split, ["https://a.example/b,c", "/d", "https://a.example/e"])


if __name__ == "__main__":
    unittest.main()
