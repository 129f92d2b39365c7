"""The index run: what it adds, keeps and removes, and that no kill can be seen in its result."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from made_articles import WORDS, make_text

from index.build import Report, build_index
from index.catalogue import Catalogue, fts_query
from index.chroma_folder import ChromaFolder
from index.embedder import MiniLM, PassageText, Vectors
from index.errors import IndexBusyError, UsageError
from index.home import Home
from index.vectors import VectorIndex

Build = Callable[..., Report]


class Counting:
    """The real embedder, counting what it is asked."""

    def __init__(self, embedder: MiniLM) -> None:
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.passages = 0
        self._embedder = embedder

    def embed_passages(self, passages: Sequence[PassageText]) -> Vectors:
        self.passages += len(passages)
        return self._embedder.embed_passages(passages)


@pytest.fixture
def counting(embedder: MiniLM) -> Counting:
    return Counting(embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


@pytest.fixture
def build(home: Home, folder: Path, counting: Counting) -> Build:
    def run(*paths: Path, **options: Any) -> Report:
        return build_index(paths or [folder], home, embedder=lambda: counting, **options)

    return run


def write(folder: Path, name: str, seed: int, *, title: str = "", sentences: int = 8) -> Path:
    path = folder / name
    path.write_text(f"{title or f'Report number {seed}'}\n\n{make_text(seed, sentences)}\n", encoding="utf-8")
    return path


def record(seed: int, sentences: int = 8) -> str:
    return json.dumps({"title": f"Report number {seed}", "text": make_text(seed, sentences), "source": "AP"})


def titles(home: Home) -> dict[str, str]:
    """Place -> title of the stored article that stands for it."""
    rows = Catalogue(home).database.connection.execute(
        "SELECT p.path, a.title FROM places p JOIN articles a ON a.number = p.article"
    )
    return {Path(path).name: title for path, title in rows}


def assert_whole(home: Home) -> None:
    """Everything agrees: FTS with passages, vectors with passages, Chroma with vectors, articles with places."""
    catalogue = Catalogue(home)
    connection = catalogue.database.connection
    passages = [row[0] for row in connection.execute("SELECT id FROM passages ORDER BY id")]
    assert sorted(i for i, _ in catalogue.match(fts_query(WORDS), k=10**6)) == passages
    assert catalogue.vectors.ids() == passages
    chroma = ChromaFolder(home.chroma / catalogue.snapshot.name)
    assert sorted(chroma.ids()) == passages
    chroma.close()
    assert [entry.name for entry in home.chroma.iterdir()] == [catalogue.snapshot.name]
    placed = {row[0] for row in connection.execute("SELECT article FROM places")}
    assert {row[0] for row in connection.execute("SELECT number FROM articles")} == placed


def test_a_run_adds_and_a_second_finds_nothing_to_do(
    build: Build, home: Home, folder: Path, counting: Counting
) -> None:
    for seed in range(3):
        write(folder, f"{seed}.txt", seed)
    (folder / "more.jsonl").write_text("\n".join(record(seed) for seed in (10, 11)), encoding="utf-8")
    assert build() == Report(added=5)
    assert_whole(home)
    embedded, snapshot = counting.passages, Catalogue(home).snapshot
    assert build() == Report(unchanged=5)
    os.utime(folder / "1.txt", (1, 1))
    assert build() == Report(unchanged=5)
    assert (counting.passages, Catalogue(home).snapshot) == (embedded, snapshot)


def test_a_changed_file_replaces_its_article(build: Build, home: Home, folder: Path, counting: Counting) -> None:
    for seed in range(3):
        write(folder, f"{seed}.txt", seed)
    build()
    write(folder, "1.txt", 50)
    before = counting.passages
    assert build() == Report(updated=1, unchanged=2)
    assert counting.passages - before == len(Catalogue(home).load_passages(range(100))) // 3
    assert titles(home) == {"0.txt": "Report number 0", "1.txt": "Report number 50", "2.txt": "Report number 2"}
    assert_whole(home)


def test_a_small_correction_replaces_the_text(build: Build, home: Home, folder: Path) -> None:
    """The new version resembles the old one, but must not become a reprint of it."""
    path = write(folder, "1.txt", 1, sentences=30)
    build()
    path.write_text(path.read_text(encoding="utf-8") + "\n\nCorrected on Tuesday by the volcano.\n", encoding="utf-8")
    assert build() == Report(updated=1)
    (passage, *_) = Catalogue(home).load_passages(range(100))
    assert "Corrected on Tuesday" in passage.article.text
    assert_whole(home)


def test_vanished_files_go_only_with_prune_and_only_below_the_paths(build: Build, home: Home, folder: Path) -> None:
    for name in ("a", "ab"):
        (folder / name).mkdir()
        write(folder / name, f"{name}.txt", len(name))
        write(folder / name, f"{name}-stays.txt", 10 + len(name))
    build()
    (folder / "a" / "a.txt").unlink()
    (folder / "ab" / "ab.txt").unlink()
    assert build() == Report(unchanged=2)
    assert len(titles(home)) == 4
    assert build(folder / "a", prune=True) == Report(unchanged=1, removed=1)
    assert sorted(titles(home)) == ["a-stays.txt", "ab-stays.txt", "ab.txt"]
    shutil.rmtree(folder / "ab")
    assert build(folder / "ab", prune=True) == Report(removed=2)
    assert sorted(titles(home)) == ["a-stays.txt"]
    assert_whole(home)


def test_a_missing_path_is_refused(build: Build, folder: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        build(folder / "nowhere", prune=True)


def test_a_moved_file_keeps_its_vectors(build: Build, home: Home, folder: Path, counting: Counting) -> None:
    write(folder, "old.txt", 1)
    build()
    before = counting.passages
    (folder / "old.txt").rename(folder / "new.txt")
    assert build(prune=True) == Report(duplicates=1, removed=1)
    assert counting.passages == before
    (passage, *_) = Catalogue(home).load_passages(range(100))
    assert Path(passage.article.path).name == "new.txt"
    assert_whole(home)


def test_records_that_move_within_a_file_keep_their_vectors(
    build: Build, home: Home, folder: Path, counting: Counting
) -> None:
    path = folder / "all.jsonl"
    path.write_text("\n".join(map(record, range(1, 6))), encoding="utf-8")
    build()
    before = counting.passages
    path.write_text("\n".join(map(record, (2, 1, 3, 4, 5))), encoding="utf-8")
    build()
    assert counting.passages == before
    path.write_text("\n".join(map(record, (3, 4, 5))), encoding="utf-8")
    assert build().removed == 2
    assert counting.passages == before
    assert titles(home) == {f"all.jsonl#{n}": f"Report number {n + 2}" for n in (1, 2, 3)}
    assert_whole(home)


def test_the_same_text_is_one_article_with_two_places(build: Build, home: Home, folder: Path) -> None:
    first = write(folder, "1.txt", 1)
    shutil.copy(first, folder / "2.txt")
    assert build() == Report(added=1, duplicates=1)
    catalogue = Catalogue(home)
    (passage, *_) = catalogue.load_passages(range(100))
    assert [(Path(p.path).name, p.exact) for p in catalogue.places(passage.article.id)] == [
        ("1.txt", True),
        ("2.txt", True),
    ]
    assert_whole(home)


def test_a_reprint_is_a_place_of_the_first(build: Build, home: Home, folder: Path) -> None:
    write(folder, "1.txt", 1, sentences=40)
    reprint = write(folder, "2.txt", 1, sentences=40, title="The same under another title")
    reprint.write_text(reprint.read_text(encoding="utf-8") + "\n\nThe agency contributed to this orchard.\n")
    write(folder, "3.txt", 3, sentences=40)
    assert build() == Report(added=2, duplicates=1)
    assert titles(home)["2.txt"] == "Report number 1"
    catalogue = Catalogue(home)
    (passage, *_) = catalogue.load_passages(range(100))
    assert [(p.title, p.exact) for p in catalogue.places(passage.article.id)] == [
        ("Report number 1", True),
        ("The same under another title", False),
    ]
    assert_whole(home)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_reprint_stands_for_itself_once_the_first_is_gone(
    build: Build, home: Home, folder: Path, tmp_path: Path, elsewhere: bool
) -> None:
    """Even if its own folder is not part of the run that finds the first one changed."""
    other = tmp_path / "other" if elsewhere else folder
    other.mkdir(exist_ok=True)
    first = write(folder, "1.txt", 1, sentences=40)
    write(other, "2.txt", 1, sentences=40, title="The same under another title")
    build(folder, other)
    assert set(titles(home).values()) == {"Report number 1"}
    write(folder, "1.txt", 2)
    build(folder)
    assert titles(home) == {"1.txt": "Report number 2", "2.txt": "The same under another title"}
    first.unlink()
    build(folder, prune=True)
    assert titles(home) == {"2.txt": "The same under another title"}
    assert_whole(home)


def test_what_cannot_be_read_is_reported_every_time(build: Build, home: Home, folder: Path) -> None:
    write(folder, "good.txt", 1)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "dangling.txt").symlink_to(folder / "nothing.txt")
    (folder / "lines.jsonl").write_text(f"{record(5)}\n{{broken\n{record(6)}\n", encoding="utf-8")
    for added in (3, 0):
        report = build()
        assert (report.added, report.unchanged) == (added, 3 - added)
        assert sorted(Path(path).name for path, _ in report.failures) == [
            "broken.pdf",
            "dangling.txt",
            "empty.txt",
            "lines.jsonl#2",
        ]
        assert all(reason and str(folder) not in reason for _, reason in report.failures)
    assert_whole(home)


def test_files_beside_the_articles_are_left_out_unless_named(build: Build, home: Home, folder: Path) -> None:
    write(folder, "1.txt", 1)
    write(folder, "README.md", 2)
    (folder / "questions.jsonl").write_text(record(3), encoding="utf-8")
    assert build() == Report(added=1)
    assert build(folder / "README.md").added == 1


def test_text_is_searchable_before_vectors_and_progress_ends_at_its_total(
    build: Build, home: Home, folder: Path
) -> None:
    for seed in range(6):
        write(folder, f"{seed}.txt", seed)
    seen: list[tuple[str, int, int]] = []
    found: list[int] = []

    def progress(stage: str, done: int, total: int) -> None:
        seen.append((stage, done, total))
        if stage == "vectors":
            reader = Catalogue(home)
            found.append(len(reader.match(fts_query(["report"]), k=100)))
            reader.close()

    build(progress=progress, batch=2)
    status = Catalogue(home).status()
    assert [s for s in seen if s[0] == "text"] == [("text", n, 6) for n in range(7)]
    assert [s[1] for s in seen if s[0] == "vectors"][-1] == status.passages == status.vectors
    assert found
    assert set(found) == {status.passages}


def test_a_busy_index_is_refused(build: Build, home: Home, folder: Path) -> None:
    write(folder, "1.txt", 1)
    with home.write_lock(), pytest.raises(IndexBusyError):
        build()


def test_a_lost_chroma_folder_is_rebuilt_without_embedding(
    build: Build, home: Home, folder: Path, counting: Counting
) -> None:
    write(folder, "1.txt", 1)
    build()
    before = counting.passages
    shutil.rmtree(home.chroma)
    build()
    assert counting.passages == before
    assert_whole(home)


def test_what_was_asked_is_near(build: Build, home: Home, folder: Path, embedder: MiniLM) -> None:
    (folder / "1.txt").write_text("Ferry sinks\n\nA ferry sank off the coast on Monday and nine people drowned.\n")
    (folder / "2.txt").write_text("Budget passes\n\nParliament voted for the budget after a long night of talks.\n")
    build()
    catalogue = Catalogue(home)
    vectors = VectorIndex(home, catalogue)
    ((best, _),) = vectors.nearest(embedder.embed(["How many died when the boat went down?"])[0], k=1)
    assert catalogue.load_passages([best])[0].article.title == "Ferry sinks"
    vectors.close()


RUNNER = """
import json, os, signal, sys, time, traceback
from pathlib import Path
from index.build import build_index
from index.embedder import MiniLM
from index.home import Home
from index.reprints import signature

signature("loads its library")
embedder = MiniLM(threads=1)  # one thread: with more it could not be used after a fork

def run(folder, home, last_statement):
    statements = 0

    def watch(frame, event, called):
        nonlocal statements
        if event == "c_call" and called.__name__ in ("execute", "executemany"):
            statements += 1
            if statements == last_statement:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    try:
        build_index([Path(folder)], Home(home), batch=4, embedder=lambda: embedder)
        Path(home, "statements").write_text(str(statements))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

for line in sys.stdin:
    folder, home, delay, last_statement = json.loads(line)
    started = time.monotonic()
    child = os.fork() or run(folder, home, last_statement)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, time.monotonic() - started]), flush=True)
"""


def test_a_kill_at_any_moment_leaves_no_trace(folder: Path, tmp_path: Path) -> None:
    """Runs killed at ten times spread over the run's duration and at ten of its SQL statements, then run again.

    Most of the time goes into embedding, so times alone would seldom fall into a transaction. The runner
    imports once and forks for each run, so that every moment falls into work, not imports.
    """
    write_thirty(folder)
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as runner:

        def run(home: Path, delay: float | None = None, statement: int = 0) -> tuple[int, float]:
            assert runner.stdin is not None
            assert runner.stdout is not None
            print(json.dumps([str(folder), str(home), delay, statement]), file=runner.stdin, flush=True)
            code, took = json.loads(runner.stdout.readline())
            return code, took

        assert run(tmp_path / "warming up")[0] == 0
        code, duration = run(tmp_path / "undisturbed")
        assert code == 0
        expected = dump(Home(tmp_path / "undisturbed"))
        assert len(expected["passage_vectors"]) >= 30
        statements = int((tmp_path / "undisturbed" / "statements").read_text())

        chance = random.Random(2026)
        moments: list[tuple[float | None, int]] = [(duration * (n + chance.random()) / 10, 0) for n in range(10)]
        moments += [(None, chance.randrange(statements * n // 10, statements * (n + 1) // 10)) for n in range(10)]
        killed = 0
        for n, (delay, statement) in enumerate(moments):
            home = tmp_path / f"killed-{n}"
            killed += run(home, delay, statement)[0] == -9
            assert run(home)[0] == 0
            assert dump(Home(home)) == expected, f"{moments[n]} of {duration} s, {statements} statements"
            assert_whole(Home(home))
            shutil.rmtree(home)
        assert killed >= 15  # the last times may come after the end


def write_thirty(folder: Path) -> None:
    """Thirty articles: files, records, a copy and a reprint."""
    for seed in range(22):
        write(folder, f"{seed:02}.txt", seed, sentences=30 if seed == 4 else 5)
    (folder / "records.jsonl").write_text("\n".join(record(seed, 5) for seed in range(30, 36)), encoding="utf-8")
    shutil.copy(folder / "03.txt", folder / "copy.txt")
    write(folder, "reprint.txt", 4, title="Another title", sentences=30)


def dump(home: Home) -> dict[str, list[Any]]:
    """Every row of the catalogue except the name of the Chroma folder, and what text search finds."""
    catalogue = Catalogue(home)
    connection = catalogue.database.connection
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith("passage_texts")
    ]
    rows: dict[str, list[Any]] = {t: sorted(connection.execute(f"SELECT * FROM {t}"), key=repr) for t in tables}
    rows["meta"] = [row for row in rows["meta"] if row[0] != "snapshot"]
    rows["matches"] = [catalogue.match(fts_query([word]), k=1000) for word in WORDS]
    catalogue.close()
    return rows
