"""Reading with other processes: the same articles in the same order, whatever becomes of the processes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from made_articles import make_text
from servers import processes_below
from word_embedder import WordEmbedder

from index.build import build_index
from index.catalogue import Catalogue
from index.home import Home
from index.processes import ProcessWorkers
from index.reading import Found, Signed, read_articles

LONG = 300


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files of all kinds, worth another process: lines, rows, objects, documents, an empty one, damaged ones."""
    folder = tmp_path / "articles"
    folder.mkdir()
    records = [{"title": f"Line {n}", "text": make_text(n, LONG)} for n in range(60)]
    lines = [json.dumps(record) for record in records]
    (folder / "a.jsonl").write_text("\n".join([*lines[:30], "{no JSON", *lines[30:]]), encoding="utf-8")
    with (folder / "b.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["title", "text"], *([f"Row {n}", make_text(100 + n, LONG)] for n in range(9))])
    (folder / "c.json").write_text(json.dumps(records[:3]), encoding="utf-8")
    (folder / "d.jsonl").write_text("", encoding="utf-8")
    for n in range(8):
        paragraphs = "".join(f"<p>{text}</p>" for text in make_text(200 + n, LONG).split("\n\n"))
        page = f"<html><body><h1>Page {n}</h1><article>{paragraphs}</article></body></html>"
        (folder / f"e{n}.html").write_text(page, encoding="utf-8")
        (folder / f"f{n}.txt").write_text(f"Text {n}\n\n{make_text(300 + n, LONG)}", encoding="utf-8")
    (folder / "g.pdf").write_bytes(b"no PDF at all")
    return sorted(folder.iterdir())


def tell(found: list[Found]) -> list[object]:
    """What was found, comparable."""
    return [(f.article, f.signature.tolist()) if isinstance(f, Signed) else str(f) for f in found]


def readers() -> list[int]:
    """The processes that read for this one; others may have been begun by other tests."""
    found = []
    for process in processes_below(os.getpid()):
        with suppress(OSError):  # it has just ended
            if b"index.reading" in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
    return found


def read_here(files: list[Path]) -> list[object]:
    return tell([found for file in files for found in read_articles(file)])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_processes_read_what_this_one_reads_in_the_same_order(files: list[Path], count: int) -> None:
    with closing(ProcessWorkers(count)) as workers:
        reader = workers.read(files)
        assert len(readers()) == count
        assert tell([found for file in files for found in reader(file)]) == read_here(files)
    assert readers() == []


def test_an_index_is_the_same_to_the_byte_with_processes_and_without(files: list[Path], tmp_path: Path) -> None:
    rows = []
    for count in (0, 2):
        home = Home(tmp_path / f"home{count}")
        with closing(ProcessWorkers(count)) as workers:
            report = build_index([files[0].parent], home, embedder=WordEmbedder, workers=workers)
        assert report.duplicates == 3
        assert len(report.failures) == 3
        catalogue = Catalogue(home)
        tables = ("articles", "passages", "places", "bands", "passage_vectors", "files")
        rows.append([catalogue.database.connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables])
        catalogue.close()
    assert rows[0] == rows[1]


def test_little_to_read_begins_no_process(files: list[Path]) -> None:
    few = [file for file in files if file.stat().st_size < 100_000][:3]
    with closing(ProcessWorkers(2)) as workers:
        reader = workers.read(few)
        assert readers() == []
        assert tell([found for file in few for found in reader(file)]) == read_here(few)


def test_killed_processes_are_made_up_for(files: list[Path]) -> None:
    with closing(ProcessWorkers(2)) as workers:
        reader = workers.read(files)
        found = list(reader(files[0]))
        for process in readers():
            os.kill(process, signal.SIGKILL)
        found += [each for file in files[1:] for each in reader(file)]
        assert tell(found) == read_here(files)


def test_files_that_are_not_asked_for_are_passed_over_and_others_read(files: list[Path]) -> None:
    *most, last = files
    asked = [most[1], most[2], most[6], last, most[0], most[7]]
    with closing(ProcessWorkers(1)) as workers:
        reader = workers.read(most)
        assert tell([found for file in asked for found in reader(file)]) == read_here(asked)


def test_a_second_reading_is_not_given_what_the_first_left_behind(files: list[Path]) -> None:
    with closing(ProcessWorkers(1)) as workers:
        list(workers.read(files)(files[0]))
        reader = workers.read(files)
        assert len(readers()) == 1
        assert tell([found for file in files for found in reader(file)]) == read_here(files)


def test_a_file_that_changes_after_it_was_read_ahead_is_read_again(files: list[Path]) -> None:
    with closing(ProcessWorkers(1)) as workers:
        reader = workers.read(files)
        list(reader(files[0]))
        for file in files[1:]:
            if file.suffix == ".txt":
                file.write_text(f"Another title\n\n{make_text(900, 20)}", encoding="utf-8")
        assert tell([found for file in files[1:] for found in reader(file)]) == read_here(files[1:])


def test_processes_end_with_the_one_that_began_them(files: list[Path]) -> None:
    code = (
        "import sys; from pathlib import Path; from index.processes import ProcessWorkers\n"
        "files = [Path(name) for name in sys.argv[1:]]\n"
        "next(iter(ProcessWorkers(2).read(files)(files[0]))); print('reading', flush=True); input()"
    )
    command = [sys.executable, "-c", code, *map(str, files)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "reading\n"
        children = processes_below(parent.pid)
        assert len(children) == 2
        parent.kill()
    while any(is_running(child) for child in children):
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """Whether it is there, and no mere entry that nobody has asked about."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
