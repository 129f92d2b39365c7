"""What the world can do to an index: full disks, forbidden folders, flipped bits, other versions, wrong clocks.

Real faults on real files, mostly through the command line. Each must end in a message that says what, where and
what to do, and never in an answer from damaged text.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from made_articles import WORDS, make_text

from index.build import build_index
from index.catalogue import Catalogue, fts_query
from index.check import check_index
from index.embedder import MiniLM
from index.errors import DatelineError, IndexMismatchError
from index.home import Home
from index.query import Query
from index.search import Searcher
from ui.cli import main

NOBODY = 65534


class Command:
    """The command line, in this process: its exit status, and what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, home: Home) -> str:
        """What a command that must succeed prints."""
        code, told = self.run(*arguments, home=home)
        assert code == 0, told
        return told

    def refused(self, *arguments: str, home: Home) -> str:
        """What a command that must fail says: one line, no traceback."""
        code, told = self.run(*arguments, home=home)
        assert code == 1, told
        (line,) = [line for line in told.splitlines() if line.startswith("dateline: ")]
        return line

    def run(self, *arguments: str, home: Home) -> tuple[int, str]:
        self._capsys.readouterr()
        code = main(["--home", str(home.folder), *arguments])
        told = self._capsys.readouterr()
        return code, told.out + told.err


@pytest.fixture
def dateline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for seed in range(12):
        (folder / f"{seed}.txt").write_text(f"Report number {seed}\n\n{make_text(seed, 20)}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, articles: Path, embedder: MiniLM) -> Path:
    home = Home(tmp_path_factory.mktemp("sound") / "home")
    build_index([articles], home, embedder=lambda: embedder)
    return home.folder


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Home:
    shutil.copytree(sound, tmp_path / "home")
    return Home(tmp_path / "home")


def texts(home: Home) -> dict[str, tuple[str, str]]:
    """Id -> title and text of every article, as they lie in the file."""
    connection = sqlite3.connect(home.catalogue)
    found = {i: (title, text) for i, title, text in connection.execute("SELECT id, title, text FROM articles")}
    connection.close()
    return found


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow past `size` bytes: to whoever writes, the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [20_000, 150_000, 400_000])
def test_a_full_disk_is_said_and_the_next_run_makes_it_good(
    articles: Path, sound: Path, tmp_path: Path, size: int, embedder: MiniLM, dateline: Command
) -> None:
    home = Home(tmp_path / "home")
    with full_disk(size):
        message = dateline.refused("index", str(articles), home=home)
    assert str(home.folder) in message
    assert "room" in message or "disk" in message
    dateline("index", str(articles), home=home)
    assert texts(home) == texts(Home(sound))
    assert [check for check in check_index(home, embedder=lambda: embedder) if check.problem] == []


def test_a_full_disk_spoils_neither_index_nor_backup(copied: Home, tmp_path: Path, dateline: Command) -> None:
    backup = tmp_path / "backup"
    dateline("backup", str(backup), home=copied)
    good, before = backup.read_bytes(), texts(copied)
    for size, command in (
        (100_000, ["backup", str(backup)]),
        (copied.catalogue.stat().st_size // 2, ["rebuild"]),
        (100_000, ["restore", str(backup)]),
    ):
        with full_disk(size):
            assert "room" in dateline.refused(*command, home=copied)
        assert backup.read_bytes() == good
        assert texts(copied) == before
    dateline("rebuild", home=copied)
    assert texts(copied) == before


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Be someone who owns nothing below `folder` where root runs the tests: root may do everything.

    In this process, because nobody may start the Python that belongs to root.
    """
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)  # pytest makes its folders for their owner only
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(me)


COMMANDS = (["index"], ["rebuild"], ["status"], ["backup"], ["restore"])


@pytest.mark.parametrize("forbidden", ["writing", "reading"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_forbidden_is_said(
    copied: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], forbidden: str
) -> None:
    backup = tmp_path / "backup"
    if command[0] in ("backup", "restore"):
        command = [*command, str(backup)]
        assert main(["--home", str(copied.folder), "backup", str(backup)]) == 0
    main(["--home", str(copied.folder), *command])  # what it imports may be forbidden to nobody, too
    before = texts(copied)
    capsys.readouterr()
    for path in [copied.folder, *copied.folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444 if forbidden == "writing" else 0)
    with as_nobody(copied.folder):
        code = main(["--home", str(copied.folder), *command])
    told = capsys.readouterr()
    if code == 0:
        assert (command, "12 in 12 places" in told.out) == (["status"], True)
    else:
        assert code == 1
        assert str(copied.folder) in told.err or str(backup) in told.err
        assert "make it" in told.err or "make the file" in told.err
    assert texts(copied) == before


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path, dateline: Command) -> None:
    (tmp_path / "home").write_text("not a folder")
    (tmp_path / "a.txt").write_text("Title\n\nThe bridge was closed on Monday, the mayor said.")
    assert "--home" in dateline.refused("index", str(tmp_path / "a.txt"), home=Home(tmp_path / "home"))


def test_clocks_that_jump_lose_no_change(articles: Path, tmp_path: Path, embedder: MiniLM) -> None:
    """A file counts as changed whenever its time differs, be it earlier, before 1970 or in the future."""
    folder = tmp_path / "articles"
    shutil.copytree(articles, folder)
    home = Home(tmp_path / "home")
    build_index([folder], home, embedder=lambda: embedder)
    for n, moment in enumerate([-(10**9), 0, 10**9, 4 * 10**9]):
        path = folder / "3.txt"
        old = path.read_text(encoding="utf-8")
        path.write_text(old.replace(f"Report number {3 if n == 0 else n + 19}", f"Report number {n + 20}"))
        os.utime(path, (moment, moment))
        report = build_index([folder], home, embedder=lambda: embedder)
        assert (report.updated, report.unchanged) == (1, 11)
    assert build_index([folder], home, embedder=lambda: embedder).unchanged == 12
    assert [check for check in check_index(home, embedder=lambda: embedder) if check.problem] == []


def test_any_day_may_be_today(copied: Home) -> None:
    searcher = Searcher(copied)
    question = f"What did the report say about the {WORDS[0]} this week?"
    for day in (date.min, date(1969, 12, 31), date(2038, 1, 20), date.max):
        assert searcher.search(Query(question, day), k=3)
    searcher.close()


def test_a_deleted_chroma_folder_changes_no_answer_and_is_made_again(
    copied: Home, embedder: MiniLM, dateline: Command
) -> None:
    query = Query(f"Which {WORDS[1]} was closed by the {WORDS[12]}?", date(2026, 1, 1))
    searcher = Searcher(copied)
    before = [(hit.passage.id, hit.score) for hit in searcher.search(query)]
    searcher.close()
    shutil.rmtree(copied.chroma)
    searcher = Searcher(copied)
    assert [(hit.passage.id, hit.score) for hit in searcher.search(query)] == before
    searcher.close()
    (chroma,) = [c for c in check_index(copied, embedder=lambda: embedder) if c.problem]
    assert (chroma.name, "dateline index" in chroma.remedy) == ("chroma", True)
    dateline("index", home=copied)
    assert [check for check in check_index(copied, embedder=lambda: embedder) if check.problem] == []


def test_an_index_of_another_version_is_refused_by_every_command(copied: Home, dateline: Command) -> None:
    connection = sqlite3.connect(copied.catalogue, isolation_level=None)
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    connection.close()
    for command in (["status"], ["index"], ["show", "a"], ["rebuild"], ["backup", "backup"]):
        assert "format 0" in dateline.refused(*command, home=copied)


def test_an_index_of_another_embedder_is_refused_until_rebuilt(copied: Home, dateline: Command) -> None:
    connection = sqlite3.connect(copied.catalogue, isolation_level=None)
    connection.execute("UPDATE meta SET value = 'another/1' WHERE key = 'embedder'")
    connection.close()
    with pytest.raises(IndexMismatchError, match="dateline rebuild"):
        Searcher(copied)
    dateline("rebuild", home=copied)
    searcher = Searcher(copied)
    assert searcher.search(Query("What was closed?", date(2026, 1, 1)))
    searcher.close()


@pytest.mark.parametrize("kind", ["bit", "page", "cut"])
def test_a_damaged_file_gives_the_stored_articles_or_an_error(
    sound: Path, tmp_path: Path, embedder: MiniLM, kind: str
) -> None:
    """Whatever is read, an article is as it was stored or is refused; nothing else is raised."""
    whole = (sound / "catalogue.sqlite3").read_bytes()
    stored = texts(Home(sound))
    chance = random.Random(7)
    refused = unharmed = 0
    for attempt in range(25):
        home = Home(tmp_path / str(attempt))
        home.create()
        home.catalogue.write_bytes(damage(whole, kind, chance))
        try:
            catalogue = Catalogue(home)
            look_at_everything(catalogue, stored)
            catalogue.close()
        except DatelineError as error:
            refused += "`dateline " in str(error)
        else:
            unharmed += 1
    assert refused + unharmed == 25
    assert refused or kind == "bit"


def damage(whole: bytes, kind: str, chance: random.Random) -> bytes:
    data = bytearray(whole)
    if kind == "bit":
        for _ in range(20):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == "page":
        start = chance.randrange(len(data) // 4096) * 4096
        data[start : start + 4096] = chance.randbytes(4096)
    else:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


def look_at_everything(catalogue: Catalogue, stored: dict[str, tuple[str, str]]) -> None:
    for word in WORDS[:12]:
        for passage in catalogue.load_passages([i for i, _ in catalogue.match(fts_query([word]), k=20)]):
            article = passage.article
            assert stored[article.id] == (article.title, article.text)
            assert passage.text in article.text
            catalogue.places(article.id)
    catalogue.vectors.of_passages()
    for article in catalogue.newest_articles(50):
        assert stored[article.id] == (article.title, article.text)
    json.dumps([str(part) for part in catalogue.status().sources])
