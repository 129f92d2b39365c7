"""Evidence packs: exact, safe to open, and found out when they are altered or old."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from made_articles import make_article
from markdown_it import MarkdownIt
from stand_in_model import StandIn

from index.article import Article, Span
from index.build import build_index
from index.catalogue import Catalogue
from index.errors import UsageError
from index.home import Home
from index.query import Filters, Query
from qa.answer import Answer, Citation, Disagreement, Evidence, Reading, Verdict
from qa.assistant import Assistant
from qa.composition import Draft
from ui.evidence_pack import FilterValues, Pack, PackedAnswer, read_pack
from ui.export import SUFFIXES, export_pack, load_pack, save_pack, shows_otherwise
from ui.pack_check import Standing, check_pack
from ui.pack_text import escape_markdown, split_marks, to_html, to_markdown
from ui.packing import make_pack, origin_of, pack_answer, unpack_answer

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
QUESTION = "How many guards were killed in the attack on the Volgograd prison?"
AS_OF = date(2024, 8, 26)
HOSTILE = "<script>window.hacked=1</script> [9] **bold** | ` ![x](http://e.example/p.png) 漢字 العربية \x1b[31m 𝔘"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    build_index([SEEDS / "volgograd-prison-hostages-freed.txt", SEEDS / "niger-coup.txt"], Home(folder))
    return folder


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Iterator[Assistant]:
    with Assistant.open(folder, llm=StandIn(pattern="([Ff]our) prison guards|(?!)")) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[Answer]:
    """One that is answered, one that is not, and a timeline."""
    asked = [QUESTION, "Who won the cup?", "What happened in the Volgograd prison?"]
    found = [assistant.ask(question, as_of=AS_OF) for question in asked]
    assert [(a.abstained, a.timeline is not None) for a in found] == [(False, False), (True, False), (False, True)]
    return found


@pytest.fixture(scope="module")
def pack(assistant: Assistant, answers: list[Answer]) -> Pack:
    return make_pack(answers, origin_of(assistant.catalogue, "default"))


def hostile_answer() -> Answer:
    text = f"The pilot said {HOSTILE} on Monday. Then the plane landed."
    article = make_article(f"Title {HOSTILE}", text, source=HOSTILE, published=date(2024, 1, 2))
    said = f"{text} [1]"
    quote = Span(0, len(text))
    return Answer(
        question=f"What did the pilot say? {HOSTILE}",
        query=Query("What did the pilot say?", AS_OF),
        text=said,
        short="",
        best_guess="",
        abstained=False,
        evidence=(Evidence(1, article, quote, 1.0),),
        citations=(Citation(Span(0, len(text)), 1, quote, Verdict.WEAK, "the quote says only part of this"),),
    )


def packed(answer: Answer) -> Pack:
    origin = {"dateline": "0", "model": "m"}
    return Pack.model_validate(
        {"made": "2026-11-24T12:00:00Z", "title": answer.question, "origin": origin, "answers": [pack_answer(answer)]}
    )


def test_a_pack_holds_everything_needed_to_check_it(pack: Pack, answers: list[Answer]) -> None:
    value = json.loads(pack.model_dump_json())
    assert value["format"] == "dateline-evidence-pack/1"
    assert value["origin"]["model"] == "Qwen2.5-Coder-1.5B-Instruct"
    assert len(value["origin"]["model_sha256"]) == 64
    assert value["origin"]["articles"] == 2
    first = value["answers"][0]
    assert (first["question"], first["as_of"]) == (QUESTION, "2024-08-26")
    for quote in first["evidence"]:
        assert set(quote["article"]) >= {"title", "source", "published", "url", "sha256"}
    assert value["answers"][1]["nearest"][0]["quote"] == answers[1].nearest[0].passage.text


def test_a_pack_read_again_gives_the_answers_it_was_made_of(
    pack: Pack, answers: list[Answer], assistant: Assistant
) -> None:
    again = read_pack(pack.model_dump_json(), "here")
    assert again == pack
    for answer, stored in zip(answers, again.answers, strict=True):
        back = unpack_answer(stored, assistant.catalogue.get_article)
        for name in (
            "question",
            "query",
            "text",
            "short",
            "abstained",
            "evidence",
            "citations",
            "disagreements",
            "timeline",
        ):
            assert getattr(back, name) == getattr(answer, name), name
        assert [hit.passage.text for hit in back.nearest] == [hit.passage.text for hit in answer.nearest]


def test_filters_go_through_a_pack_unchanged() -> None:
    filters = Filters(date(2024, 1, 1), date(2024, 2, 1), ("EFE",), ("tag",), ("abc",))
    assert FilterValues.of(filters).to_filters() == filters


@pytest.mark.parametrize("suffix", [".json", ".html", ".pdf"])
def test_what_is_saved_is_found_again_in_the_file(pack: Pack, tmp_path: Path, suffix: str) -> None:
    for number, each in enumerate((pack, packed(hostile_answer()))):
        path = tmp_path / f"{number}{suffix}"
        save_pack(each, path)
        assert load_pack(path) == each
        assert [p.name for p in tmp_path.iterdir()].count(path.name) == 1
    assert not list(tmp_path.glob(".*"))


def test_files_that_are_no_packs_are_refused_in_words(tmp_path: Path) -> None:
    for name in ("a.json", "a.html", "a.pdf", "a.md"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
        with pytest.raises(UsageError, match=r"pack|PDF"):
            load_pack(tmp_path / name)
    with pytest.raises(UsageError, match="cannot read"):
        load_pack(tmp_path / "missing.json")
    with pytest.raises(UsageError, match=r"\.docx"):
        save_pack(packed(hostile_answer()), tmp_path / "a.docx")
    with pytest.raises(UsageError, match="folder"):
        save_pack(packed(hostile_answer()), tmp_path / "none" / "a.json")


# Reading it


def test_markdown_has_a_footnote_for_every_quote_cited(pack: Pack) -> None:
    text = to_markdown(pack)
    cited = pack.answers[0].cited
    assert cited
    for quote in cited:
        assert text.count(f"[^1-{quote.number}]:") == 1
        assert f"[^1-{quote.number}]" in text.split(f"[^1-{quote.number}]:")[0]
        assert quote.article.sha256 in text
    assert "Nearest passages" in text


def test_hostile_text_shows_as_itself_in_markdown_and_html() -> None:
    pack = packed(hostile_answer())
    rendered = MarkdownIt("commonmark", {"html": True}).render(to_markdown(pack))
    assert "<script" not in rendered
    assert "<img" not in rendered
    assert "<strong>" not in rendered
    assert "window.hacked=1" in rendered
    page = to_html(pack)
    shown = page.split('<script type="application/json"')[0]
    assert "<script" not in shown
    assert "<img" not in page
    assert "\x1b" not in page
    assert page.count("</script>") == 1
    assert "default-src 'none'" in page


@pytest.mark.parametrize("text", ["# head", "1. one", "- item", "+ x", "a_b_c*d*", "&lt;b&gt;", "> q", "=====", "`x`"])
def test_escaped_markdown_reads_back_as_the_text(text: str) -> None:
    rendered = MarkdownIt("commonmark").render(escape_markdown(text))
    plain = re.sub(r"<[^>]+>", "", rendered).strip()
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    assert rendered.startswith("<p>")
    assert plain == text


def test_only_marks_that_cite_are_taken_for_marks() -> None:
    pieces = split_marks(pack_answer(hostile_answer()))
    assert [piece.numbers for piece in pieces] == [(1,)]
    assert "[9]" in pieces[0].text


def test_pdf_shows_the_quotes_and_survives_any_writing(pack: Pack) -> None:
    document = pypdfium2.PdfDocument(export_pack(pack, ".pdf"))
    shown = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    for quote in pack.answers[0].cited:
        assert " ".join(quote.quote.split()) in shown
        assert quote.article.sha256 in shown
    hostile = pypdfium2.PdfDocument(export_pack(packed(hostile_answer()), ".pdf"))
    shown = " ".join(page.get_textpage().get_text_range() for page in hostile)
    assert "window.hacked=1" in shown
    assert "without a glyph" in shown


# Checking it


def test_an_untouched_pack_stands(pack: Pack, assistant: Assistant) -> None:
    checks = check_pack(pack, assistant.catalogue)
    assert len(checks) >= len(pack.answers[0].evidence)
    assert {check.standing for check in checks} == {Standing.STANDS}


def test_values_on_which_articles_differ_stand_with_their_day_and_fall_when_altered(catalogue: Catalogue) -> None:
    texts = {"Four guards were killed in the attack.": date(2024, 8, 24), "One guard was killed in the attack.": None}
    articles = [make_article(f"Report {n}", t, published=d, path=f"/{n}.txt") for n, (t, d) in enumerate(texts.items())]
    for article in articles:
        catalogue.add_article(article)
    evidence = tuple(Evidence(n, a, Span(0, len(a.text)), 1.0) for n, a in enumerate(articles, start=1))
    draft = Draft()
    readings = (Reading("four", (1,), 1), Reading("one", (2,), 1))
    draft.add_disagreement(Disagreement(readings), evidence)
    answer = Answer(
        "How many guards were killed?", Query("How many guards were killed?", AS_OF), draft.text, "", "", False,
        evidence, tuple(draft.citations), disagreements=(Disagreement(readings),),
    )  # fmt: skip
    pack = packed(answer)
    assert [check for check in check_pack(pack, catalogue) if check.standing is not Standing.STANDS] == []
    text = pack.answers[0].text
    pack.answers[0].text = text.replace("2024", "2014")
    (found,) = [check.reason for check in check_pack(pack, catalogue) if check.standing is not Standing.STANDS]
    assert "another day (2024-08-24)" in found
    pack.answers[0].text = text.replace("four", "nine")
    assert Standing.FAILS in {check.standing for check in check_pack(pack, catalogue)}


def altered(pack: Pack, change: str) -> Pack:
    """A copy with one thing changed in its first answer."""
    copy = pack.model_copy(deep=True)
    answer: PackedAnswer = copy.answers[0]
    quote = next(q for q in answer.evidence if q.number == answer.citations[0].number)
    if change == "quote":
        quote.quote = quote.quote.replace("Four", "Five").replace("four", "five")
    elif change == "place":
        quote.start, quote.end = quote.start + 1, quote.end + 1
    elif change == "hash":
        quote.article.sha256 = "0" * 64
    elif change == "answer":
        answer.text = answer.text.replace("Four", "Nine", 1)
    elif change == "number":
        answer.citations[0].number = 99
    elif change == "citations":
        answer.citations = []
    elif change == "citation":
        del answer.citations[0]
    elif change == "sentence":
        answer.text += "\n\nThe governor resigned in disgrace."
    elif change == "refusal":
        answer.abstained, answer.text, answer.citations = True, "The governor resigned in disgrace.", []
    elif change in ("title", "source", "author", "url"):
        setattr(quote.article, change, "Harbour Post")
    elif change == "short":
        answer.short = "Nine"
    elif change == "published":
        quote.article.published = date(2001, 1, 1)
    return copy


@pytest.mark.parametrize(
    "change",
    "quote place hash answer number citations citation sentence refusal short".split()
    + "title source author url published".split(),
)
def test_an_altered_pack_is_found_out(pack: Pack, assistant: Assistant, change: str) -> None:
    failed = [c for c in check_pack(altered(pack, change), assistant.catalogue) if c.standing is not Standing.STANDS]
    assert failed
    assert all(check.reason for check in failed)


def test_a_quote_of_a_changed_article_is_found_elsewhere_or_missed(catalogue: Catalogue) -> None:
    kept, gone = "The bridge was closed on Monday.", "The mayor spoke of a storm."
    old: Article = make_article(text=f"{kept} {gone}")
    catalogue.add_article(make_article(text=f"{kept} The mayor spoke of heavy rain."))
    value = {"question": "q", "standalone_question": "q", "as_of": "2024-01-01", "text": "", "abstained": True}
    quotes = [
        {"number": n, "quote": words, "start": at, "end": at + len(words),
         "article": {"id": old.id, "title": old.title, "sha256": old.sha256}}
        for n, words in enumerate((kept, gone), start=1)
        for at in [old.text.index(words)]
    ]  # fmt: skip
    pack = Pack.model_validate(
        {"made": "2024-01-01T00:00:00Z", "title": "t", "origin": {"dateline": "0", "model": "m"},
         "answers": [{**value, "evidence": quotes, "citations": []}]}
    )  # fmt: skip
    standings = [check.standing for check in check_pack(pack, catalogue)]
    assert standings == [Standing.ELSEWHERE, Standing.FAILS]


# The commands


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    command = [sys.executable, "-m", "ui.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, check=False)


def test_verify_says_what_stands_and_exits_3_where_something_does_not(pack: Pack, folder: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.json"
    save_pack(pack, good)
    save_pack(altered(pack, "quote"), bad)
    done = run("verify", str(good), "--home", str(folder))
    assert done.returncode == 0, done.stderr
    assert "character for character" in done.stdout
    done = run("verify", str(bad), "--home", str(folder))
    assert done.returncode == 3
    assert "does not stand: answer 1" in done.stdout
    found = json.loads(run("verify", str(bad), "--json", "--home", str(folder)).stdout)
    assert not found["stands"]


def test_verify_compares_what_a_page_or_pdf_shows_with_the_pack_it_holds(
    pack: Pack, folder: Path, tmp_path: Path
) -> None:
    page, paper = tmp_path / "pack.html", tmp_path / "pack.pdf"
    save_pack(pack, page)
    save_pack(pack, paper)
    assert not shows_otherwise(page, pack)
    assert not shows_otherwise(paper, pack)
    word = pack.answers[0].evidence[0].quote.split()[1]
    text = page.read_text(encoding="utf-8")
    head, script, rest = text.partition("<script")
    altered_page = head.replace(word, "nobody", 1) + script + rest
    assert altered_page != text
    page.write_text(altered_page, encoding="utf-8")
    assert load_pack(page) == pack, "what it holds is whole"
    done = run("verify", str(page), "--home", str(folder))
    assert done.returncode == 3
    assert "the file" in done.stdout
    other = pack.model_copy(update={"title": f"{pack.title} altered"})
    assert shows_otherwise(paper, other)


def test_ask_refuses_a_place_it_cannot_save_to_before_it_answers(tmp_path: Path) -> None:
    done = run("ask", "Who?", "--save", str(tmp_path / "a.docx"), "--home", str(tmp_path))
    assert (done.returncode, ".docx" in done.stderr) == (2, True)


def test_every_suffix_is_written(pack: Pack, tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        save_pack(pack, tmp_path / f"pack{suffix}")
        assert (tmp_path / f"pack{suffix}").stat().st_size > 1000
