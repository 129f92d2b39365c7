"""Check, backup, restore and rebuild on real indexes: what damage is found, and that each way out leads out."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from made_articles import make_article, make_text

from index.article import Span
from index.backup import back_up, restore
from index.build import build_index
from index.catalogue import Catalogue
from index.check import Check, check_index
from index.chroma_folder import ChromaFolder
from index.connection import connect
from index.embedder import MiniLM
from index.errors import DamagedError, DatelineError, IndexBusyError, IndexMismatchError, IndexMissingError, UsageError
from index.home import Home
from index.rebuild import rebuild_index
from index.vectors import VectorIndex

Tamper = Callable[[Home], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> Path:
    """A folder with an index of twelve articles, to be copied."""
    folder = tmp_path_factory.mktemp("articles")
    for seed in range(12):
        (folder / f"{seed}.txt").write_text(f"Report number {seed}\n\n{make_text(seed, 20)}\n", encoding="utf-8")
    home = Home(tmp_path_factory.mktemp("sound") / "home")
    build_index([folder], home, embedder=lambda: embedder)
    return home.folder


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Home:
    shutil.copytree(sound, tmp_path / "home")
    return Home(tmp_path / "home")


def examine(home: Home, embedder: MiniLM) -> dict[str, Check]:
    return {check.name: check for check in check_index(home, embedder=lambda: embedder, sample=12)}


def problems(home: Home, embedder: MiniLM) -> set[str]:
    return {name for name, check in examine(home, embedder).items() if check.problem}


def change(home: Home, statement: str, *values: object) -> None:
    connection = sqlite3.connect(home.catalogue, isolation_level=None)
    connection.execute(statement, values)
    connection.close()


def rows(home: Home, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home.catalogue)
    found = sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
    connection.close()
    return found


def content(home: Home) -> list[list[tuple[object, ...]]]:
    return [rows(home, table) for table in ("articles", "places", "passages", "passage_vectors")]


def test_a_sound_index_has_no_problem(copied: Home, embedder: MiniLM) -> None:
    checks = examine(copied, embedder)
    assert list(checks) == [
        "database",
        "articles",
        "places",
        "passages",
        "text search",
        "vectors",
        "embedding",
        "chroma",
    ]
    assert {name: check.problem for name, check in checks.items() if check.problem} == {}
    before = content(copied)
    assert content(copied) == before


def swap_vectors(home: Home) -> None:
    catalogue = Catalogue(home)
    ids, vectors = catalogue.vectors.of_passages()
    catalogue.vectors.store(zip(ids, vectors[::-1], strict=True))
    VectorIndex(home, catalogue).publish()
    catalogue.close()


def lose_chroma(home: Home) -> None:
    shutil.rmtree(home.chroma)


def tamper_with_chroma(home: Home) -> None:
    catalogue = Catalogue(home)
    folder = ChromaFolder(home.chroma / catalogue.snapshot.name)
    ids, vectors = catalogue.vectors.of_passages()
    folder.add(ids[:2], vectors[2:4])
    folder.close()
    catalogue.close()


def forget_a_text(home: Home) -> None:
    change(home, "DELETE FROM passage_texts_docsize WHERE id = 3")


def exchange_texts(home: Home) -> None:
    """The text of one passage stands in the place of another's."""
    catalogue = Catalogue(home)
    passages = catalogue.load_passages(range(1, 60))
    catalogue.close()
    connection = connect(home.catalogue)
    for old, new in zip(passages, [*passages[1:], passages[0]], strict=True):
        connection.execute(
            "INSERT INTO passage_texts (passage_texts, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            (old.id, old.article.title, old.text),
        )
        connection.execute(
            "INSERT INTO passage_texts (rowid, title, text) VALUES (?, ?, ?)", (old.id, new.article.title, new.text)
        )
    connection.close()


def sql(statement: str) -> Tamper:
    return lambda home: change(home, statement)


@pytest.mark.parametrize(
    ("tamper", "found", "way_out"),
    [
        (sql("UPDATE articles SET text = replace(text, 'a', 'o') WHERE number = 2"), "articles", "restore"),
        (sql("UPDATE articles SET title = 'Another' WHERE number = 2"), "articles", "restore"),
        (sql("UPDATE passages SET end = 1000000 WHERE id = 2"), "passages", "rebuild"),
        (sql("UPDATE passages SET sentences = x'00' WHERE id = 2"), "passages", "rebuild"),
        (sql("DELETE FROM passages WHERE article = 2"), "passages", "rebuild"),
        (sql("DELETE FROM places WHERE number = 2"), "places", "index"),
        (sql("DELETE FROM passage_vectors WHERE passage = 2"), "vectors", "index"),
        (sql("UPDATE passage_vectors SET vector = zeroblob(768) WHERE passage = 2"), "vectors", "rebuild"),
        (sql("UPDATE meta SET value = 'another/1' WHERE key = 'embedder'"), "embedding", "rebuild"),
        (forget_a_text, "text search", "rebuild"),
        (exchange_texts, "text search", "rebuild"),
        (swap_vectors, "embedding", "rebuild"),
        (lose_chroma, "chroma", "index"),
        (tamper_with_chroma, "chroma", "rebuild"),
    ],
)
def test_damage_is_found_and_what_is_recommended_mends_it(
    copied: Home, embedder: MiniLM, tmp_path: Path, tamper: Tamper, found: str, way_out: str
) -> None:
    back_up(copied, tmp_path / "backup")
    tamper(copied)
    check = examine(copied, embedder)[found]
    assert check.problem
    assert f"dateline {way_out}" in check.remedy
    if way_out == "restore":
        restore(copied, tmp_path / "backup")
    elif way_out == "rebuild":
        rebuild_index(copied, embedder=lambda: embedder)
    else:
        build_index([Path(p) for p in ()], copied, embedder=lambda: embedder)
    assert problems(copied, embedder) == (set() if found != "places" else {"places"})


def test_a_rebuilt_index_is_the_one_that_was_built(copied: Home, embedder: MiniLM) -> None:
    """Passages get new numbers, all else is equal; nothing is read but the catalogue."""

    def derived() -> list[object]:
        catalogue = Catalogue(copied)
        ids, vectors = catalogue.vectors.of_passages()
        passages = catalogue.load_passages(ids)
        catalogue.close()
        return [(p.article, p.span, p.sentences, v.tobytes()) for p, v in zip(passages, vectors, strict=True)]

    before = derived()
    lose_chroma(copied)
    for table in ("passages", "passage_vectors"):
        change(copied, f"DELETE FROM {table}")
    change(copied, "INSERT INTO passage_texts (passage_texts) VALUES ('delete-all')")
    rebuilt = rebuild_index(copied, embedder=lambda: embedder)
    assert (rebuilt.articles, rebuilt.passages) == (12, len(before))
    assert derived() == before
    assert problems(copied, embedder) == set()


def test_a_damaged_article_is_never_read_nor_rebuilt_from(copied: Home, embedder: MiniLM) -> None:
    change(copied, "UPDATE articles SET text = replace(text, 'e', 'i') WHERE number = 5")
    before = content(copied)
    catalogue = Catalogue(copied)
    (article_id,) = catalogue.database.connection.execute("SELECT id FROM articles WHERE number = 5").fetchone()
    with pytest.raises(DamagedError, match="dateline restore"):
        catalogue.get_article(article_id)
    with pytest.raises(DamagedError):
        rebuild_index(copied, embedder=lambda: embedder)
    catalogue.close()
    assert content(copied) == before


def test_a_backup_brings_back_what_was_lost_since(copied: Home, embedder: MiniLM, tmp_path: Path) -> None:
    before = content(copied)
    back_up(copied, tmp_path / "backup")
    catalogue = Catalogue(copied)
    catalogue.add_article(make_article("Later", path="/later.txt"))
    catalogue.close()
    build_index([], copied, embedder=lambda: embedder)
    assert content(copied) != before
    restore(copied, tmp_path / "backup")
    assert content(copied) == before
    assert problems(copied, embedder) == set()
    assert [path.name for path in tmp_path.iterdir()] == ["home", "backup"] or not list(tmp_path.glob("*.part"))


def test_a_reader_sees_the_restored_state_without_being_opened_again(
    copied: Home, embedder: MiniLM, tmp_path: Path
) -> None:
    back_up(copied, tmp_path / "backup")
    reader = Catalogue(copied)
    vectors = VectorIndex(copied, reader, exact_limit=0)
    writer = Catalogue(copied)
    writer.add_article(make_article("Later", path="/later.txt"))
    writer.close()
    build_index([], copied, embedder=lambda: embedder)
    assert reader.status().articles == 13
    restore(copied, tmp_path / "backup")
    assert reader.status().articles == 12
    ids, stored = reader.vectors.of_passages()
    assert [vectors.nearest(v, k=1)[0][0] for v in stored] == ids
    vectors.close()
    reader.close()


@pytest.mark.parametrize("damage", ["header", "middle", "gone"])
def test_a_backup_restores_over_a_damaged_catalogue(
    copied: Home, embedder: MiniLM, tmp_path: Path, damage: str
) -> None:
    before = content(copied)
    back_up(copied, tmp_path / "backup")
    if damage == "gone":
        shutil.rmtree(copied.folder)
    else:
        overwrite(copied.catalogue, 0 if damage == "header" else copied.catalogue.stat().st_size // 2, 8192)
    restore(copied, tmp_path / "backup")
    assert content(copied) == before
    assert problems(copied, embedder) == set()
    assert (copied.folder / "catalogue.sqlite3.damaged").exists() == (damage != "gone")


def overwrite(file: Path, start: int, length: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(b"\xa5" * length)


def test_a_backup_of_a_damaged_catalogue_does_not_replace_a_good_one(copied: Home, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    back_up(copied, backup)
    good = backup.read_bytes()
    overwrite(copied.catalogue, copied.catalogue.stat().st_size // 2, 8192)
    with pytest.raises(DamagedError, match="dateline restore"):
        back_up(copied, backup)
    assert backup.read_bytes() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]


def test_what_is_no_backup_is_neither_restored_nor_replaced(copied: Home, tmp_path: Path) -> None:
    before = content(copied)
    other = tmp_path / "letter.txt"
    other.write_text("Dear editor, " * 100)
    for act in (lambda: restore(copied, other), lambda: back_up(copied, other)):
        with pytest.raises(UsageError, match="no backup"):
            act()
    assert other.read_text().startswith("Dear editor")
    for wrong in (tmp_path / "nowhere" / "backup", copied.catalogue):
        with pytest.raises(UsageError):
            back_up(copied, wrong)
    with pytest.raises(UsageError, match="no such backup"):
        restore(copied, tmp_path / "nothing")
    assert content(copied) == before


def test_a_truncated_backup_and_one_of_another_version_are_refused(copied: Home, tmp_path: Path) -> None:
    before = content(copied)
    backup = tmp_path / "backup"
    back_up(copied, backup)
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatelineError, match="damaged"):
        restore(copied, backup)
    backup.write_bytes(whole)
    connection = sqlite3.connect(backup, isolation_level=None)
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(IndexMismatchError, match="format 0"):
        restore(copied, backup)
    assert content(copied) == before


def test_nothing_is_checked_restored_or_rebuilt_while_another_writes(
    copied: Home, embedder: MiniLM, tmp_path: Path
) -> None:
    with copied.write_lock():
        back_up(copied, tmp_path / "backup")  # only reads
        for act in (
            lambda: check_index(copied, embedder=lambda: embedder),
            lambda: restore(copied, tmp_path / "backup"),
            lambda: rebuild_index(copied, embedder=lambda: embedder),
        ):
            with pytest.raises(IndexBusyError):
                act()


def test_without_an_index_each_says_so(home: Home, embedder: MiniLM, tmp_path: Path) -> None:
    for act in (
        lambda: check_index(home, embedder=lambda: embedder),
        lambda: back_up(home, tmp_path / "backup"),
        lambda: rebuild_index(home, embedder=lambda: embedder),
    ):
        with pytest.raises(IndexMissingError, match="dateline index"):
            act()


def test_sentences_outside_their_passage_are_found(copied: Home, embedder: MiniLM) -> None:
    (start, end) = sqlite3.connect(copied.catalogue).execute("SELECT start, end FROM passages WHERE id = 1").fetchone()
    from index.rows import pack_spans

    packed = pack_spans([Span(start, end), Span(start, end)])
    change(copied, "UPDATE passages SET sentences = ? WHERE id = 1", packed)
    assert "passages" in problems(copied, embedder)


def command(*arguments: str, home: Home) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "--home", str(home.folder), *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_commands_do_it(copied: Home, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert command("backup", str(backup), home=copied)[0] == 0
    change(copied, "UPDATE articles SET title = 'Another' WHERE number = 2")
    code, told = command("doctor", "--deep", "--port", "0", home=copied)
    assert (code, "1 articles are not what was stored" in told, "dateline restore" in told) == (1, True, True)
    for arguments in (["restore", str(backup)], ["rebuild"]):
        assert command(*arguments, home=copied)[0] == 0
    told = command("doctor", "--deep", "--port", "0", home=copied)[1]
    assert "12 hashed" in told
    assert "not what was stored" not in told
    code, told = command("doctor", "--deep", "--port", "0", home=Home(tmp_path / "nowhere"))
    assert "Traceback" not in told
