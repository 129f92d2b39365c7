"""The command line as it is run: real processes, a real index; the language model has tests of its own."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from made_datasets import write_dataset

from index.article import Article, Span
from index.query import Filters, Query
from qa.answer import Answer, Citation, Delta, Done, Event, Evidence, Found, Verdict, Withheld
from ui.answer_json import answer_object
from ui.terminal import Progress, print_article, print_events
from ui.waiting import signed
from ui.wording import mark_spans, printable, say_age, say_date, surroundings

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "transformers", "gradio", "chromadb", "llama_index", "fastapi")


def run(*arguments: str, home: Path | None = None, code: str = "") -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    if home is not None:
        environ["DATELINE_HOME"] = str(home)
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "ui.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A home with two articles in it, and how the run that made it ended: one file was no article."""
    folder = tmp_path_factory.mktemp("articles")
    lines = [
        {
            "title": "Ferry \x1b[31mruns\x1b[0m aground",
            "text": "A ferry ran aground near Aland on Monday. All 98 people on board were taken off unhurt. "
            "The owner said fog had been thick.\x9b2J\n\nThe hull held.",
            "published": "2021-11-22",
            "source": "Harbour Wire",
            "url": "https://example.org/ferry",
        },
        {"title": "Bridge closes for repairs", "text": "The old bridge closes in May. It will open again in autumn."},
    ]
    with gzip.open(folder / "two.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(json.dumps(line) for line in lines))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    for name in ("feed.xml", "older.xml", "notes.rtf", "ferry.png"):
        (folder / name).write_text("x")
    home = tmp_path_factory.mktemp("home")
    return home, run("index", str(folder), home=home)


def test_index_reports_and_exits_3_when_a_file_could_not_be_read(
    indexed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = indexed
    assert done.returncode == 3, done.stderr
    assert "2 added" in done.stdout
    assert "passed over 3 files of other formats: .xml, .rtf\n" in done.stdout
    assert "broken.pdf" in done.stdout


def test_index_again_finds_everything_unchanged_and_home_goes_anywhere(
    indexed: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("River rises\n\nThe river rose by two metres overnight, officials said.")
    first = run("--home", str(tmp_path / "home"), "index", str(tmp_path / "note.txt"))
    again = run("index", str(tmp_path / "note.txt"), "--home", str(tmp_path / "home"))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "1 added" in first.stdout
    assert "0 added" in again.stdout
    assert "1 unchanged" in again.stdout


def test_status_in_words_and_as_json(indexed: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    home, _ = indexed
    words = run("status", home=home)
    assert words.returncode == 0, words.stderr
    assert "Harbour Wire (1)" in words.stdout
    assert "22 November 2021" in words.stdout
    assert "complete" in words.stdout
    counts = json.loads(run("status", "--json", home=home).stdout)
    assert counts["articles"] == 2
    assert counts["vectors"] == counts["passages"]
    assert counts["first"] == "2021-11-22"


def test_show_prints_the_stored_article_and_nothing_that_drives_the_terminal(
    indexed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, _ = indexed
    listed = "from index.home import Home; from index.catalogue import Catalogue; from pathlib import Path;"
    listed += f"c = Catalogue(Home(Path({str(home)!r}))); print([p.article.id for p in c.load_passages([1])][0])"
    article_id = run(code=listed).stdout.strip()
    shown = run("show", article_id, home=home)
    assert shown.returncode == 0, shown.stderr
    assert "98 people" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "\x9b" not in shown.stdout
    stored = json.loads(run("show", article_id, "--json", home=home).stdout)
    assert stored["id"] == article_id
    assert stored["published"] == "2021-11-22"
    assert "98 people" in stored["text"]
    assert "two.jsonl.gz" in stored["places"][0]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "COMMAND"),
        (("fly",), 2, "fly"),
        (("index", "/no/such/place"), 2, "/no/such/place"),
        (("index",), 2, "no index"),
        (("ask", "  "), 2, "empty"),
        (("ask", "Who?", "--after", "yesterday"), 2, "yesterday"),
        (("ask", "Who?", "--after", "2024-02-01", "--before", "2024-01-01"), 2, "backwards"),
        (("chat", "--port", "eighty"), 2, "--port"),
        (("index", "seeds", "--prun"), 2, "--prun"),
        (("status",), 1, "index"),
        (("show", "abc"), 1, "index"),
    ],
)
def test_mistakes_are_said_in_one_line_without_a_traceback(
    arguments: tuple[str, ...], status: int, said: str, tmp_path: Path
) -> None:
    done = run(*arguments, home=tmp_path / "none")
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_config_tells_what_holds_and_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "dateline.toml"
    file.write_text("port = 8123", encoding="utf-8")
    said = run("config", "--config", str(file), "--model", "small", home=tmp_path)
    assert said.returncode == 0, said.stderr
    rows = {line.split()[0]: line.split()[1:] for line in said.stdout.splitlines() if line}
    assert rows["port"] == ["8123", str(file)]
    assert rows["home"] == [str(tmp_path), "DATELINE_HOME"]
    assert rows["model"] == ["small", "--model"]
    assert json.loads(run("config", "--json", home=tmp_path).stdout)["host"]["origin"] == "default"
    for shown in ([], ["--json"]):
        said = run("config", "--catalogue", "postgresql://ann:secret@db/archive", *shown, home=tmp_path)
        assert "secret" not in said.stdout
        assert "postgresql://ann@db/archive" in said.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_scripts_are_valid_and_know_the_commands(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0, done.stderr
    assert "timeline" in done.stdout
    if program := shutil.which(shell):
        checked = subprocess.run([program, "-n"], input=done.stdout, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
    assert run("completion", "fish").returncode == 2


def test_help_and_version_say_what_there_is() -> None:
    text = run("--help").stdout
    for command in ("index", "status", "ask", "show", "prepare", "chat"):
        assert command in text
    assert run("--version").stdout.startswith("dateline ")


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["status", "--json"]])
def test_light_commands_import_nothing_heavy(
    arguments: list[str], indexed: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    home, _ = indexed
    code = (
        "import sys\nfrom ui.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = run(home=home, code=code)
    assert done.stdout.rstrip().endswith("HEAVY []"), done.stdout + done.stderr


def test_sources_wait_for_no_part_of_the_language_model(
    indexed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, _ = indexed
    code = (
        "import sys\nfrom qa.assistant import Assistant\n"
        f"events = Assistant.open({str(home)!r}, at_once=False).stream('What was reported?')\n"
        "print(type(next(events)).__name__, [n for n in ('torch', 'transformers', 'llama_index') if n in sys.modules])"
    )
    done = run(code=code)
    assert done.stdout.strip() == "Found []", done.stdout + done.stderr


def test_program_does_not_wait_for_a_model_that_is_loading() -> None:
    code = (
        "import threading\nfrom qa.background import prepare_work\n"
        "started, never = threading.Event(), threading.Event()\n"
        "future, start = prepare_work(lambda: started.set() or never.wait(), 'model')\n"
        "start()\nstart()\nstarted.wait()\nraise KeyboardInterrupt"
    )
    assert run(code=code).returncode != 0


def test_ctrl_c_ends_with_130_and_no_traceback(tmp_path: Path) -> None:
    folder, home = tmp_path / "articles", tmp_path / "home"
    folder.mkdir()
    for number in range(2000):
        (folder / f"{number}.txt").write_text(f"Report {number}\n\nThe {number}th report says that {number} went well.")
    command = [sys.executable, "-m", "ui.cli", "index", str(folder), "--home", str(home)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while not (home / "catalogue.sqlite3").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors


def test_ctrl_c_ends_a_call_that_does_not_come_back_to_python() -> None:
    code = (
        "import sqlite3, threading, time, os, signal\nfrom ui.interrupt import ending_at_ctrl_c\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "query = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 999999999) SELECT max(i) FROM n'\n"
        "with ending_at_ctrl_c():\n    sqlite3.connect(':memory:').execute(query).fetchone()\n"
        "print('the query ran to its end')"
    )
    done = run(code=code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\ndateline: interrupted\n")


def test_ctrl_c_ends_a_question_whose_model_is_loading(
    indexed: tuple[Path, subprocess.CompletedProcess[str]], model_folder: Path
) -> None:
    home, _ = indexed
    command = [sys.executable, "-m", "ui.cli", "ask", "What ran aground?", "--home", str(home)]
    environ = {**os.environ, "DATELINE_MODELS": str(model_folder.parent), "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        while (line := process.stdout.readline()) and line != "Sources\n":
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (130, "\ndateline: interrupted\n")


def interrupt_at(sign: str, arguments: list[str], environ: dict[str, str]) -> tuple[int, str]:
    """Start a command on a terminal, press Ctrl-C once `sign` stands there; its status, and all that stood there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ui.cli", *arguments]
    shown = b""
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stderr=theirs, stdout=theirs) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes there any more
            while piece := os.read(ours, 1 << 16):
                if sign.encode() not in shown and sign.encode() in shown + piece:
                    process.send_signal(signal.SIGINT)
                shown += piece
    os.close(ours)
    return process.returncode, shown.decode(errors="replace")


def test_ctrl_c_ends_the_preparation_of_a_model_and_its_bar(tmp_path: Path) -> None:
    models = tmp_path / "models"
    code, shown = interrupt_at("joining", ["prepare", "--home", str(tmp_path)], {"DATELINE_MODELS": str(models)})
    assert code == 130
    assert "Traceback" not in shown
    assert not (models / "default" / "config.json").exists()


def test_ctrl_c_ends_an_evaluation_and_its_bar(tmp_path: Path, model_folder: Path) -> None:
    data, home = write_dataset(tmp_path / "data"), tmp_path / "home"
    environ = {"DATELINE_MODELS": str(model_folder.parent)}
    code, shown = interrupt_at("vectors", ["eval", str(data), "--home", str(home)], environ)
    assert code == 130
    assert "Traceback" not in shown


def test_ctrl_c_ends_the_page_while_its_model_loads(tmp_path: Path, model_folder: Path) -> None:
    environ = {"DATELINE_MODELS": str(model_folder.parent)}
    code, shown = interrupt_at("Ctrl-C ends it", ["chat", "--port", "0", "--home", str(tmp_path)], environ)
    assert code in (0, 130)
    assert "Traceback" not in shown


# --- an answer in the terminal --------------------------------------------------------------------------------

TEXT = "A ferry ran aground near Aland on Monday. All 98 people on board were taken off unhurt.\n\nThe hull held."
FERRY = Article(
    "f" * 16, "Ferry \x1b]0;owned\x07aground", TEXT, date(2021, 11, 22), "Harbour Wire", "", "", (), "a.txt", "0" * 64
)


def answer_events() -> list[Event]:
    query = Query("How many people were on board the ferry?", date(2021, 12, 1), Filters())
    quote = Span(TEXT.index("All 98"), TEXT.index("unhurt.") + 7)
    evidence = (Evidence(1, FERRY, quote, 0.9),)
    text = "There were 98 people on board. [1] Fog was thick. [1]"
    citations = (
        Citation(Span(0, 30), 1, quote, Verdict.SUPPORTED),
        Citation(Span(35, 49), 1, quote, Verdict.WEAK, "“fog” does not stand in the source"),
    )
    answer = Answer(
        question="How many?",
        query=query,
        text=text,
        short="98",
        best_guess="98",
        abstained=False,
        evidence=evidence,
        citations=citations,
        withheld=(Withheld("x", "y"),),
        timings={"total_s": 1.0},
    )
    return [Found(query, evidence), Delta(text[:34]), Delta(text[34:]), Done(answer)]


def test_an_answer_prints_sources_then_sentences_then_quotes() -> None:
    out = io.StringIO()
    answer = print_events(answer_events(), out)
    said = out.getvalue()
    assert answer is not None
    places = [said.index(part) for part in ("Sources", "There were 98", "Quotes", "“All 98 people")]
    assert places == sorted(places)
    assert said.count("There were 98 people on board.") == 1
    assert "22 November 2021 (9 days old)" in said
    assert "Weakly supported: Fog was thick. (“fog” does not stand in the source)" in said
    assert "1 sentence withheld" in said
    assert "\x1b" not in said
    assert "\x07" not in said


@pytest.mark.parametrize("count", range(4))
def test_the_sign_of_work_leaves_events_as_they_are(count: int) -> None:
    events = answer_events()[:count]
    assert list(signed(events)) == events


def test_sources_are_out_before_the_first_word() -> None:
    out = io.StringIO()
    seen: list[str] = []

    def watched() -> object:
        for event in answer_events():
            seen.append(out.getvalue())
            yield event

    print_events(watched(), out)  # type: ignore[arg-type]
    assert "[1] Ferry" in seen[1]


def test_json_has_the_promised_shape_and_exact_quotes() -> None:
    done = answer_events()[-1]
    assert isinstance(done, Done)
    value = json.loads(json.dumps(answer_object(done.answer)))
    assert list(value) == [
        "question", "standalone_question", "text", "short", "abstained", "evidence", "citations",
        "disagreements", "timeline", "timings",
    ]  # fmt: skip
    evidence = value["evidence"][0]
    assert list(evidence) == ["number", "quote", "start", "end", "article"]
    assert list(evidence["article"]) == ["id", "title", "published", "source", "url", "path"]
    assert FERRY.text[evidence["start"] : evidence["end"]] == evidence["quote"]
    assert value["citations"][0] == {
        "claim": [0, 30], "number": 1, "quote": [42, 87], "verdict": "supported",
    }  # fmt: skip


def test_article_prints_without_a_date_and_says_so() -> None:
    out = io.StringIO()
    undated = Article("a", "", "Body.", None, "", "", "", (), "p", "0")
    print_article(undated, [], out)
    assert "Untitled article\nunknown source · no date\n" in out.getvalue()


def test_printable_keeps_text_and_drops_what_drives_terminals() -> None:
    assert printable("a\tb\nc é 漢 “q”") == "a\tb\nc é 漢 “q”"
    assert printable("\x1b[2J\x9b1m\u202egnp\x00\r\ud800") == "[2J1mgnp\ufffd"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-08-23", "same day"), ("2024-08-22", "1 day old"), ("2024-08-10", "13 days old"),
        ("2024-08-09", "2 weeks old"), ("2024-05-23", "3 months old"), ("2023-08-23", "1 year old"),
        ("2021-08-01", "3 years old"), ("2024-08-24", "after the as-of date"),
    ],
)  # fmt: skip
def test_ages_are_said_as_people_say_them(day: str, said: str) -> None:
    assert say_age(date.fromisoformat(day), date(2024, 8, 23)) == said


def test_no_date_is_said() -> None:
    assert say_date(None) == "no date"
    assert say_age(None, date(2024, 8, 23)) == ""


def test_marked_pieces_are_the_text_whatever_the_spans() -> None:
    text = "One two three.\n\nFour five six seven."
    spans = [Span(4, 13), Span(8, 20), Span(30, 34), Span(0, 0)]
    within = Span(2, len(text) - 1)
    pieces = mark_spans(text, spans, within)
    assert "".join(piece.text for piece in pieces) == within.of(text)
    assert [piece.text for piece in pieces if piece.quoted] == [text[4:20], text[30:34]]


def test_surroundings_stay_in_the_paragraph_and_cut_between_words() -> None:
    text = "Before.\n\n" + "word " * 100 + "QUOTE " + "more " * 100 + "\n\nAfter."
    at = text.index("QUOTE")
    around = surroundings(text, Span(at, at + 5), margin=40)
    assert around.contains(Span(at, at + 5))
    shown = around.of(text)
    assert "Before" not in shown
    assert "After" not in shown
    assert shown.split() == [w for w in shown.split() if w in ("word", "QUOTE", "more")]
    assert surroundings("Short one.", Span(0, 5)) == Span(0, 10)


def test_progress_without_a_terminal_writes_no_bars() -> None:
    stream = io.StringIO()
    with Progress(stream) as progress:
        for done in range(1000):
            progress("embedding", done, 1000)
    assert stream.getvalue().count("\n") <= 1
    assert "\x1b" not in stream.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel has no /dev/full")
def test_output_that_cannot_be_written_is_said_in_a_line(indexed: tuple[Path, object]) -> None:
    for verb in ("status", "config"):
        command = f"exec {sys.executable} -m ui.cli {verb} --home {indexed[0]} "
        full = subprocess.run(
            ["/bin/sh", "-c", f"{command} >/dev/full"], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert (full.returncode, full.stderr.count("\n")) == (1, 1), full.stderr
        assert "No space left" in full.stderr
        closed = subprocess.run(
            ["/bin/sh", "-c", f"{command} >&-"], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert (closed.returncode, closed.stderr) == (0, "")
