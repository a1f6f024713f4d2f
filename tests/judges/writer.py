"""Writes, moves and removes articles below a folder at random, in all ways that programs do.

Every article has a mark, a number that is its own for ever; each text that it ever has, a version. The
text begins with `begin-MARK-VERSION-` and ends with `end-MARK-VERSION-`, so that half of one is seen to
be half of one. All articles tell their dates, so that nothing depends on when a file was first seen.

What is an article's own identity decides what may happen to it, so that its id may never change:

* most tell an id or a page: anything may happen to them;
* some tell neither and stay at their path (below `kept`), where they are edited, removed and restored;
* some tell neither and wander, but their bytes stay as they are.

The name of a file holds the mark of its article: no two articles ever have the same path, but for those
that tell an id, which may be put over each other.
"""

import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = ("left.example", "right.example", "middle.example")
TAGS = ("red", "green", "blue", "white")
KEPT = "kept"
FEWEST, MOST = 50, 140


@dataclass
class Article:
    """An article: what it tells of itself, and the names that its file has."""

    mark: int
    version: int
    words: int
    names: set[Path] = field(default_factory=set)

    @property
    def tells_id(self) -> bool:
        """Whether it tells its id, so that it is known wherever it stands."""
        return self.mark % 4 == 1

    @property
    def is_page(self) -> bool:
        """Whether it is an HTML page."""
        return self.mark % 4 == 2

    @property
    def tells_nothing(self) -> bool:
        """Whether it is known by its path or its bytes only."""
        return self.mark % 4 == 3

    @property
    def is_kept(self) -> bool:
        """Whether it has to stay at its path."""
        return self.tells_nothing and self.mark % 8 == 3

    @property
    def wanders(self) -> bool:
        """Whether its bytes have to stay as they are."""
        return self.tells_nothing and self.mark % 8 == 7

    def source(self) -> str:
        """Gives where it comes from."""
        return SOURCES[self.mark % len(SOURCES)]

    def tags(self) -> list[str]:
        """Gives its tags, which an edit may change; the bytes of those that wander stay."""
        number = self.mark if self.wanders else self.version
        return [TAGS[number % len(TAGS)]]

    def ending(self) -> str:
        """Gives the ending of its file."""
        return "html" if self.is_page else "md"

    def body(self) -> str:
        """Gives its text between its two marks."""
        number = f"{self.mark}-{self.version}-"
        words = " ".join(f"word{n % 97}" for n in range(self.words))
        return f"begin-{number} {words} end-{number}"

    def text(self) -> bytes:
        """Gives what stands in its file."""
        date = f"2024-{self.mark % 4 + 1:02}-{self.mark % 28 + 1:02}"
        address = f"https://{self.source()}/{self.mark}.html"
        title = f"Article {self.mark} as of {self.version // 3}"
        if self.is_page:
            return (
                f'<!doctype html>\n<html lang="en">\n<head>\n<title>{title}</title>\n'
                f'<meta property="article:published_time" content="{date}T08:00:00Z">\n'
                f'<meta name="keywords" content="{", ".join(self.tags())}">\n'
                f'<link rel="canonical" href="{address}">\n</head>\n'
                f"<body><article><h1>{title}</h1><p>{self.body()}</p></article></body>\n</html>\n"
            ).encode()
        own = "" if self.tells_nothing else f"permalink: {address}\n"
        own = f"id: article-{self.mark}\n" if self.tells_id else own
        keys = f"date: {date}\nsource: {self.source()}\ntags: [{', '.join(self.tags())}]\n"
        return f"---\ntitle: {title}\n{own}{keys}---\n{self.body()}\n".encode()


@dataclass
class Open:
    """A file that somebody writes and has not closed."""

    article: Article
    file: int
    rest: list[bytes]
    last: float
    due: float


class Writer:
    """A random writer. What it does depends on its seed, and a little on the clock."""

    def __init__(self, folder: Path, seed: int, settle: float) -> None:
        self.root, self.outside = folder / "seeds", folder / "outside"
        self.work = folder / "work"
        self.random = random.Random(seed)
        # Whoever pauses for so long while he writes can't expect to be waited for.
        self.patience = settle * 0.7
        self.counts: Counter[str] = Counter()
        self.articles: dict[int, Article] = {}
        self.places: dict[Path, Article] = {}
        self.removed: list[Article] = []
        self.opened: list[Open] = []
        # Versions that may be published half: the writer itself was held up for too long.
        self.held_up: set[tuple[int, int]] = set()
        self.version = 0
        for made in (self.root, self.outside, self.work):
            made.mkdir(parents=True, exist_ok=True)
        while len(self.places) < FEWEST:
            self.create()
        self.counts.clear()

    # What there is.

    def number(self) -> int:
        """Gives a number that was never used."""
        self.version += 1
        return self.version

    def folders(self, root: Path) -> list[Path]:
        """Lists the folders that may be moved and removed, and hold articles."""
        found = {place.parent for place in self.places if place.is_relative_to(root)}
        return sorted(folder for folder in found if folder not in (root, self.root / KEPT))

    def folder(self) -> Path:
        """Gives a folder of the tree, which may be new."""
        names = [self.random.choice("abc") for _ in range(self.random.randrange(4))]
        folder = self.root.joinpath(*names)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def pick(self, fits: Callable[[Article], bool], root: Path | None = None) -> Path | None:
        """Picks a file that nobody writes, of an article that fits."""
        busy = {one.article.mark for one in self.opened}
        within = root or self.root
        places = [
            place
            for place, article in self.places.items()
            if article.mark not in busy and fits(article) and place.is_relative_to(within)
        ]
        return self.random.choice(sorted(places)) if places else None

    def name(self, article: Article) -> str:
        """Gives a name for the file of an article."""
        stem = self.random.choice(("", "news-", "a b ", "Ü-"))
        return f"{stem}{article.mark}.{article.ending()}"

    def put(self, place: Path, article: Article) -> None:
        """Notes that an article has a file somewhere."""
        self.places[place] = article
        article.names.add(place)

    def drop(self, place: Path) -> None:
        """Notes that a file is gone."""
        article = self.places.pop(place)
        article.names.discard(place)
        if not article.names:
            self.removed.append(article)

    def relocate(self, old: Path, new: Path) -> None:
        """Notes that a file or a folder was moved."""
        below = [place for place in self.places if place == old or place.is_relative_to(old)]
        for place in below:
            article = self.places.pop(place)
            article.names.discard(place)
            self.put(new / place.relative_to(old), article)

    def edit(self, article: Article) -> bytes:
        """Gives an article another text."""
        if not article.wanders:
            article.version = self.number()
            article.words = self.random.choice((1, 5, 20, 60, 60, 400))
        return article.text()

    def new(self) -> tuple[Article, Path]:
        """Makes an article up, or takes one back that was removed, and chooses a place for it."""
        if self.removed and self.random.random() < 0.5:
            article = self.removed.pop(self.random.randrange(len(self.removed)))
            self.edit(article)
        else:
            article = Article(len(self.articles), self.number(), self.random.choice((1, 20, 200)))
            self.articles[article.mark] = article
        folder = self.root / KEPT if article.is_kept else self.folder()
        folder.mkdir(exist_ok=True)
        place = folder / (f"{article.mark}.md" if article.is_kept else self.name(article))
        # What tells an id may stand at the path of another one by now.
        return article, place.with_name(f"{self.number()}-{place.name}") if place.exists() else place

    def temporary(self, beside: Path) -> Path:
        """Gives a name for a file that is going to be renamed."""
        form = self.random.choice((".{}.part", "{}.tmp", ".{}.Xk3a9Q", ".{}"))
        return beside.with_name(form.format(beside.name))

    # What happens to one file.

    def create(self) -> None:
        """Creates a file and writes it."""
        article, place = self.new()
        place.write_bytes(article.text())
        self.put(place, article)

    def create_and_rename(self) -> None:
        """Writes a new article under another name, and renames it."""
        article, place = self.new()
        temporary = self.temporary(place)
        temporary.write_bytes(article.text())
        temporary.rename(place)
        self.put(place, article)

    def append_slowly(self) -> None:
        """Begins to write a new article bit by bit."""
        article, place = self.new()
        # What is known by its bytes alone is not known by some of them.
        self.begin(article, place, 1 if article.wanders else self.random.randrange(2, 9))
        self.put(place, article)

    def rewrite(self) -> None:
        """Writes a file anew, in its place."""
        if place := self.pick(lambda article: not article.wanders):
            place.write_bytes(self.edit(self.places[place]))

    def rewrite_in_halves(self) -> None:
        """Begins to write a file anew, in its place, with a pause in the middle."""
        if place := self.pick(lambda article: not article.wanders):
            article = self.places[place]
            self.edit(article)
            self.begin(article, place, 2)

    def rewrite_twice(self) -> None:
        """Writes a file anew, and at once again, with a pause in the middle."""
        if place := self.pick(lambda article: not article.wanders):
            article = self.places[place]
            place.write_bytes(self.edit(article))
            time.sleep(self.random.random() / 50)
            self.edit(article)
            self.begin(article, place, 2)

    def replace(self) -> None:
        """Writes another text under another name, and renames it over the file."""
        if place := self.pick_single():
            temporary = self.temporary(place)
            temporary.write_bytes(self.edit(self.places[place]))
            temporary.rename(place)

    def replace_like_rsync(self) -> None:
        """Does the same like rsync, which sets the time of the file to that of its original."""
        if place := self.pick_single():
            temporary = place.with_name(f".{place.name}.Zq81Lm")
            temporary.write_bytes(self.edit(self.places[place]))
            past = time.time() - self.random.randrange(1_000_000)
            os.utime(temporary, (past, past))
            temporary.rename(place)

    def replace_like_vim(self) -> None:
        """Does what vim does: moves the file aside, writes another, and removes the former one."""
        if place := self.pick_single():
            aside = place.with_name(f"{place.name}~")
            place.rename(aside)
            with place.open("wb") as file:
                file.write(self.edit(self.places[place]))
                file.flush()
                os.fsync(file.fileno())
            aside.unlink()

    def edit_with_sed(self) -> None:
        """Lets sed edit a file in its place."""
        if place := self.pick_single():
            article = self.places[place]
            old = article.version
            article.version = self.number()
            script = f"s/-{article.mark}-{old}-/-{article.mark}-{article.version}-/g"
            subprocess.run(["sed", "-i", script, place], check=True)

    def touch(self) -> None:
        """Sets the times of a file."""
        if place := self.pick(lambda _: True):
            past = time.time() - self.random.choice((0, 10, 100_000))
            os.utime(place, (past, past))

    def link(self) -> None:
        """Gives a file another name."""
        place = self.pick(lambda article: not article.tells_nothing and len(article.names) < 3)
        if place:
            article = self.places[place]
            other = self.folder() / f"link-{self.number()}-{article.mark}.{article.ending()}"
            other.hardlink_to(place)
            self.put(other, article)

    def rename(self) -> None:
        """Renames a file in its folder."""
        if place := self.pick(lambda article: not article.is_kept):
            self.move_to(place, place.parent / self.name(self.places[place]))

    def move(self) -> None:
        """Moves a file to another folder."""
        if place := self.pick(lambda article: not article.is_kept):
            self.move_to(place, self.folder() / self.name(self.places[place]))

    def move_over(self) -> None:
        """Moves a file over another one."""
        one, other = self.pick(is_single_with_id), self.pick(is_single_with_id)
        if one and other and one != other:
            one.rename(other)
            self.drop(other)
            self.relocate(one, other)

    def move_out(self) -> None:
        """Moves a file out of the tree."""
        if place := self.pick(lambda article: not article.is_kept and len(article.names) == 1):
            self.move_to(place, self.outside / place.name)

    def move_in(self) -> None:
        """Moves a file into the tree that was moved out, or was never in it."""
        if place := self.pick(lambda _: True, self.outside):
            self.move_to(place, self.folder() / place.name)

    def move_to(self, old: Path, new: Path) -> None:
        """Moves a file, unless there is one already."""
        if not new.exists():
            old.rename(new)
            self.relocate(old, new)

    def delete(self) -> None:
        """Removes a file."""
        if len(self.places) > FEWEST and (place := self.pick(lambda _: True)):
            place.unlink()
            self.drop(place)

    # What happens to many files at once.

    def create_nested(self) -> None:
        """Makes nested folders, and writes into each, as quickly as may be."""
        folder = self.folder() / f"n{self.number()}"
        for depth in range(self.random.randrange(1, 6)):
            folder = folder / str(depth)
            folder.mkdir(parents=True)
            article, place = self.new()
            place = place if article.is_kept else folder / place.name
            place.write_bytes(article.text())
            self.put(place, article)

    def create_elsewhere(self) -> None:
        """Moves a folder into the tree that was never in it, with all that is in it."""
        made = self.outside / f"made-{self.number()}"
        places = [made / str(depth) for depth in range(self.random.randrange(1, 4))]
        for folder in places:
            folder.mkdir(parents=True)
            article, place = self.new()
            place = place if article.is_kept else folder / place.name
            place.write_bytes(article.text())
            self.put(place, article)
        self.move_folder_to(made, self.folder() / made.name)

    def move_folder(self) -> None:
        """Moves a folder within the tree, with all that is in it."""
        folders = self.folders(self.root)
        if folders:
            folder = self.random.choice(folders)
            above = self.random.choice([self.root, *folders])
            if not above.is_relative_to(folder):
                self.move_folder_to(folder, above / f"m{self.number()}")

    def move_folder_out(self) -> None:
        """Moves a folder out of the tree, with all that is in it."""
        folders = self.folders(self.root)
        if folders and len(self.places) > FEWEST:
            folder = self.random.choice(folders)
            self.move_folder_to(folder, self.outside / f"o{self.number()}")

    def move_folder_in(self) -> None:
        """Moves a folder into the tree that was moved out, with all that is in it."""
        folders = [folder for folder in self.folders(self.outside) if folder.parent == self.outside]
        if folders:
            folder = self.random.choice(folders)
            self.move_folder_to(folder, self.folder() / f"i{self.number()}")

    def move_folder_to(self, old: Path, new: Path) -> None:
        """Moves a folder."""
        if old.exists() and not new.exists():
            old.rename(new)
            self.relocate(old, new)

    def delete_folder(self) -> None:
        """Removes a folder and all that is in it."""
        folders = self.folders(self.root)
        if folders and len(self.places) > FEWEST:
            self.close_all()
            folder = self.random.choice(folders)
            shutil.rmtree(folder)
            for place in [place for place in self.places if place.is_relative_to(folder)]:
                self.drop(place)

    def unpack(self) -> None:
        """Lets tar unpack articles over those that are there, and new ones."""
        tree = self.work / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        for _ in range(self.random.randrange(1, 12)):
            place = self.pick_single()
            if place and self.random.random() < 0.5:
                article = self.places[place]
                self.edit(article)
            else:
                article, place = self.new()
                self.put(place, article)
            packed = tree / place.relative_to(self.root)
            packed.parent.mkdir(parents=True, exist_ok=True)
            packed.write_bytes(article.text())
            past = time.time() - self.random.randrange(1_000_000)
            os.utime(packed, (past, past))
        archive = self.work / "articles.tar"
        subprocess.run(["tar", "-C", tree, "-cf", archive, "."], check=True)
        subprocess.run(["tar", "-C", self.root, "-xf", archive], check=True)

    def check_out(self) -> None:
        """Removes, edits and adds many files at once, like a change of branches."""
        for _ in range(self.random.randrange(5, 40)):
            chance = self.random.random()
            if chance < 0.3:
                self.delete()
            elif chance < 0.6:
                self.create()
            elif place := self.pick_single():
                place.unlink()
                place.write_bytes(self.edit(self.places[place]))

    def recreate_root(self) -> None:
        """Removes the whole tree, and writes it again."""
        self.close_all()
        self.drop_other_names()
        shutil.rmtree(self.root)
        time.sleep(self.random.choice((0, 0.01, 0.3)))
        self.root.mkdir()
        for place, article in list(self.places.items()):
            if place.is_relative_to(self.root) and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(article.text())

    def swap_root(self) -> None:
        """Puts another tree into the place of the tree, with other texts of some articles."""
        self.close_all()
        self.drop_other_names()
        other, old = self.work / "other", self.work / "old"
        # In a process of its own: beside a thread that reads documents, Python would need half a minute for
        # a large tree, in which nothing happens to the articles.
        subprocess.run(["cp", "-a", self.root, other], check=True)
        for _ in range(10):
            if place := self.pick_single():
                (other / place.relative_to(self.root)).write_bytes(self.edit(self.places[place]))
        self.root.rename(old)
        if self.random.random() < 0.5:
            time.sleep(self.random.random() / 10)
        other.rename(self.root)
        shutil.rmtree(old)

    def drop_other_names(self) -> None:
        """Removes all but one name of each file: a copy of the tree would make several files of them."""
        for article in self.articles.values():
            for place in sorted(article.names)[1:]:
                place.unlink()
                self.drop(place)

    def pick_single(self) -> Path | None:
        """Picks a file that has one name and may get other bytes."""
        return self.pick(lambda article: not article.wanders and len(article.names) == 1)

    # Files that are being written.

    def begin(self, article: Article, place: Path, parts: int) -> None:
        """Begins to write a file in so many parts, and writes the first."""
        text = article.text()
        length = max(1, -(-len(text) // parts))
        rest = [text[at : at + length] for at in range(0, len(text), length)]
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        one = Open(article, file, rest, time.monotonic(), 0)
        self.opened.append(one)
        self.go_on_with(one)

    def go_on_with(self, one: Open) -> None:
        """Writes the next part of a file; closes it after the last."""
        os.write(one.file, one.rest.pop(0))
        now = time.monotonic()
        if now - one.last > self.patience:
            self.held_up.add((one.article.mark, one.article.version))
        one.last, one.due = now, now + self.random.random() * 0.2
        if not one.rest:
            os.close(one.file)
            self.opened.remove(one)

    def close_all(self) -> None:
        """Writes all files to their ends that are open."""
        while self.opened:
            self.go_on_with(self.opened[0])

    # The storm.

    def step(self) -> None:
        """Does something at random, and goes on with what is open."""
        for one in [one for one in self.opened if one.due <= time.monotonic()]:
            self.go_on_with(one)
        kinds = WEIGHTS if len(self.places) < MOST else WEIGHTS | {"delete": 80, "delete_folder": 4}
        kind = self.random.choices(list(kinds), list(kinds.values()))[0]
        getattr(self, kind)()
        self.counts[kind] += 1

    def run(self, until: Callable[[], bool]) -> None:
        """Does something again and again, mostly at once, until it has been long enough."""
        while not until():
            self.step()
            chance = self.random.random()
            if chance < 0.3:
                time.sleep(self.random.random() * 0.02)
            elif chance < 0.302:
                time.sleep(0.5)
        self.close_all()


def is_single_with_id(article: Article) -> bool:
    """Tells whether an article may be anywhere, and has one name."""
    return article.tells_id and len(article.names) == 1


# How often each thing happens, by its name.
WEIGHTS = {
    "create": 40, "create_and_rename": 40, "append_slowly": 15, "rewrite": 30, "rewrite_in_halves": 15,
    "rewrite_twice": 8, "replace": 40, "replace_like_rsync": 20, "replace_like_vim": 20,
    "edit_with_sed": 6, "touch": 20, "link": 15, "rename": 30, "move": 30, "move_over": 10,
    "move_out": 15, "move_in": 15, "delete": 60, "create_nested": 12, "create_elsewhere": 10,
    "move_folder": 10, "move_folder_out": 5, "move_folder_in": 8, "delete_folder": 2, "unpack": 3,
    "check_out": 3, "recreate_root": 0.4, "swap_root": 0.6,
}  # fmt: skip
