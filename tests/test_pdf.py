"""PDFs as programs make them from news: pages with running lines, headlines set large, words broken at the margin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from index.article import Article
from index.cleaning import clean_article
from index.readers import RawArticle, read_file

TEXT = """The barrier cost 1.9 billion kroner and took seven years to build, and
it was designed by the engineers of a firm that knew the fjord well.
Its pumps lost pressure on Thursday shortly before nine in the evening.
The mayor told reporters that 312 residents had been taken to a hall.
The harbour board handed both of its reports to the town in the spring.
Nobody in the street that is nearest to the quay had been warned of it.
Insurers expect claims of about ninety million kroner before the winter.
A second test of all four gates has been set for the autumn, they said.""".splitlines()
HALVES = (TEXT[:4], TEXT[4:])
WHOLE = " ".join(TEXT).replace(". ", ".\n").split("\n")


def write_pdf(path: Path, pages: Sequence[Sequence[str]], *, large: Sequence[str] = (), **fields: str) -> Path:
    """A PDF of these lines, those of `large` in larger letters; `fields` are title and author."""
    pdf = FPDF()
    pdf.set_auto_page_break(auto=False)
    if "title" in fields:
        pdf.set_title(fields["title"])
    if "author" in fields:
        pdf.set_author(fields["author"])
    for lines in pages:
        pdf.add_page()
        for line in lines:
            pdf.set_font("Helvetica", size=24 if line in large else 11)
            pdf.cell(0, 12 if line in large else 5, line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))
    return path


def read(path: Path) -> tuple[RawArticle, Article]:
    (raw,) = read_file(path)
    assert isinstance(raw, RawArticle), raw
    return raw, clean_article(raw)


def stored(path: Path) -> list[str]:
    """The sentences of the stored article, each on a line, whatever the paragraphs are."""
    _, article = read(path)
    return article.text.replace("\n\n", " ").replace(". ", ".\n").split("\n")


@pytest.mark.parametrize(
    ("heads", "feet"),
    [
        ([["Harbour Post | Page 1"], ["Harbour Post | Page 2"]], [[], []]),
        ([["THE HARBOUR POST", "Friday, September 20, 2024"]] * 2, [["© Harbour Post", "1"], ["© Harbour Post", "2"]]),
        ([["11/27/26, 8:29 PM Gates fail - Post"]] * 2, [["file:///tmp/a.html 1/2"], ["file:///tmp/a.html 2/2"]]),
        ([["2   Harbour Post"], ["News   3"], ["4   Harbour Post"], ["News   5"]], [[], [], [], []]),
    ],
)  # fmt: skip
def test_running_lines_are_no_text(heads: list[list[str]], feet: list[list[str]], tmp_path: Path) -> None:
    parts = HALVES if len(heads) == 2 else (TEXT[:2], TEXT[2:4], TEXT[4:6], TEXT[6:])
    pages = [[*head, *part, *foot] for head, part, foot in zip(heads, parts, feet, strict=True)]
    assert stored(write_pdf(tmp_path / "a.pdf", pages)) == WHOLE


def test_a_running_title_is_kept_once_as_the_title(tmp_path: Path) -> None:
    title = "Flood barrier fails its first test"
    for number, fields in enumerate(({"title": title}, {})):
        path = write_pdf(tmp_path / f"{number}.pdf", [[title, *HALVES[0]], [title, *HALVES[1]]], **fields)
        _, article = read(path)
        assert article.title == title
        assert stored(path) == WHOLE


def test_lines_that_pages_do_not_share_stay(tmp_path: Path) -> None:
    pages = [TEXT[:2], TEXT[2:4], TEXT[4:6], TEXT[6:]]
    assert stored(write_pdf(tmp_path / "a.pdf", pages)) == WHOLE


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("Harbour Post | Friday, September 20, 2024 | Page 1", "2024-09-20"),
        ("The Harbour Post, 20 September 2024", "2024-09-20"),
        ("Harbour Post 20 September 2024, 8:29 PM", None),  # when it was printed
        ("After the flood of 20 September 2024", None),
    ],
)
def test_the_issue_is_dated_by_its_running_lines(head: str, day: str | None, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[head, *half] for half in HALVES])
    raw, article = read(path)
    assert head not in article.text
    assert (str(article.published) == day) if day else raw.made.startswith("D:")


def test_a_headline_of_two_lines_is_one_title(tmp_path: Path) -> None:
    title = ["Flood barrier at Korsavik fails its", "first test"]
    path = write_pdf(tmp_path / "a.pdf", [["The Harbour Post", *title, "By Anna Berg", *TEXT]], large=title)
    _, article = read(path)
    assert (article.title, article.author) == ("Flood barrier at Korsavik fails its first test", "Anna Berg")
    assert "first test" not in article.text


def test_a_date_and_a_byline_in_a_narrow_column_stand_alone(tmp_path: Path) -> None:
    title = ["Gates fail at Korsavik"]
    column = ["The gates of the barrier stuck on", "Thursday and left the lower town", "under water for a night."]
    path = write_pdf(tmp_path / "a.pdf", [[*title, "By Anna Berg", "20 September 2024", *column]], large=title)
    _, article = read(path)
    assert (article.author, str(article.published)) == ("Anna Berg", "2024-09-20")
    assert article.text == " ".join(column)


def test_what_programs_write_for_a_missing_title_or_author_is_none(tmp_path: Path) -> None:
    raw, _ = read(write_pdf(tmp_path / "a.pdf", [TEXT], title="(anonymous)", author="(anonymous)"))
    assert (raw.title, raw.author) == ("", "")
    raw, article = read(write_pdf(tmp_path / "b.pdf", [TEXT], title="Gates fail - The Harbour Post", author="Ann"))
    assert (article.title, article.source, raw.author) == ("Gates fail", "The Harbour Post", "Ann")


def test_a_hyphen_at_the_margin_is_kept_where_the_word_has_one(tmp_path: Path) -> None:
    lines = [
        *TEXT[:4],
        "A fault in the back-up system had been known, and that of the back-",
        "up pump, too, as letters of the spring to the ministry of the govern-",
    ]
    path = write_pdf(tmp_path / "a.pdf", [[*lines, "ment since March."]])
    assert "that of the back-up pump, too," in stored(path)[-1]
    assert stored(path)[-1].endswith("to the ministry of the government since March.")


def test_a_turned_page_is_read_in_order(tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(write_pdf(tmp_path / "a.pdf", [[*TEXT, '"We were promised a wall," she said.']]))
    document[0].set_rotation(90)
    document.save(tmp_path / "b.pdf")
    assert stored(tmp_path / "b.pdf")[: len(WHOLE)] == WHOLE
