"""Files as they are found: every format, every way to be broken, nothing lost and nothing raised."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.cleaning import clean_article
from index.errors import ReadError, UsageError
from index.readers import SUFFIXES, RawArticle, find_files, read_file
from index.records import read_record

STORY = "Four guards were killed in the attack, officials said. Twelve people had been taken hostage."
HTML = """<!doctype html><html><head><title>Prison stormed | The Example</title>
<meta property="og:title" content="Prison stormed"><meta property="og:site_name" content="The Example">
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2024-08-23T10:00:00Z">
<meta name="keywords" content="Russia, prison"><link rel="canonical" href="https://example.com/prison"></head>
<body><nav><a href="/">Home</a><a href="/world">World</a></nav><article><h1>Prison stormed</h1>
<p>Four guards were killed in the attack on the prison, officials said on Friday afternoon.</p>
<p>Twelve people had been taken hostage during a meeting, the prison service said in a statement.</p>
<p>Special forces ended the siege after several hours, and all four attackers were shot dead.</p>
</article><footer>All rights reserved</footer><script>alert(1)</script></body></html>"""


def read(path: Path) -> list[RawArticle | ReadError]:
    return list(read_file(path))


def read_one(path: Path) -> RawArticle:
    (article,) = read_file(path)
    assert isinstance(article, RawArticle), str(article)
    return article


def read_error(path: Path) -> str:
    (error,) = read_file(path)
    assert isinstance(error, ReadError), error
    assert str(path) in str(error)
    return str(error)


def pdf(lines: list[str], *, info: str = "", trailer: str = "") -> bytes:
    """A PDF of one page, written by hand: no library here writes text into one."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown}ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {info} >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF"
    return out + head.encode() + end.encode()


def docx(**properties: object) -> bytes:
    document = Document()
    document.add_paragraph("Prison stormed", style="Title")
    document.add_paragraph("Four guards were killed.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "hostages", "12"
    document.add_paragraph("The siege is over.")
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


# Every format


def test_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"A headline\n\n{STORY}\n")
    assert read(path) == [RawArticle("", f"A headline\n\n{STORY}\n", "", "", "", "", (), str(path))]


def test_a_markdown_file_as_long_as_a_book_is_taken_as_it_stands(tmp_path: Path) -> None:
    text = "*Word* " * 100_000
    (tmp_path / "long.md").write_text(text, encoding="utf-8")
    (raw,) = read_file(tmp_path / "long.md")
    assert isinstance(raw, RawArticle)
    assert raw.text.strip() == text.strip()


def test_more_lines_than_any_article_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("a\n\n" * 200_001, encoding="utf-8")
    (raw,) = read_file(tmp_path / "lines.txt")
    assert isinstance(raw, RawArticle)
    with pytest.raises(ReadError, match="lines"):
        clean_article(raw)


def test_markdown_is_read_as_the_words_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: Prison stormed\ndate: 2024-08-23\ntags: [Russia, prison]\n---\n"
        "## What happened\n\nFour **guards** were\nkilled, [officials](https://x.example) said. ![a picture](p.png)\n\n"
        "- first\n- `second`\n\n<script>x</script>\n"
    )
    raw = read_one(path)
    assert (raw.title, raw.published, raw.tags) == ("Prison stormed", "2024-08-23", ("Russia", "prison"))
    assert raw.text.split("\n\n") == [
        "What happened",
        "Four guards were killed, officials said. ",
        "first",
        "second",
        "",
    ]


@pytest.mark.parametrize(
    ("front", "found"),
    [
        (
            "title: >-\n  Bridge closed\n  for a year\ndate: 2024-05-02",
            {"title": "Bridge closed for a year", "published": "2024-05-02"},
        ),
        ("title: |\n  Bridge closed\nsource: S", {"title": "Bridge closed", "source": "S"}),
        ("title: Floods: a warning\nauthor: 'Ann O’Hara'", {"title": "Floods: a warning", "author": "Ann O’Hara"}),
        (
            "tags:\n  - Rain\n  - 'Po valley'\nauthor:\n- Ann Lee\n- Bo Ek",
            {"tags": ("Rain", "Po valley"), "author": "Ann Lee, Bo Ek"},
        ),
        ("authors:\n  - name: Ann Lee\n    url: x", {"author": "Ann Lee"}),
        ('tags: ["Rain", Po]\nkeywords: no', {"tags": ("Rain", "Po")}),
        ("tags: Rain, Po", {"tags": ("Rain", "Po")}),
        (
            "headline: T\npublished_at: 2024-05-02T10:00Z\npublisher: S\nlink: https://s.example/x\nbyline: By Ann Lee",
            {
                "title": "T",
                "published": "2024-05-02T10:00Z",
                "source": "S",
                "url": "https://s.example/x",
                "author": "Ann Lee",
            },
        ),
        ("published: true\ndate: 2024-05-02\n# a remark\ntext: not this\nlayout:", {"published": "2024-05-02"}),
        ("date: 2024-05-02 10:30\npublished:", {"published": "2024-05-02 10:30"}),
    ],
)
def test_front_matter(tmp_path: Path, front: str, found: dict[str, object]) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n{front}\n---\nIt *rained*.\n")
    assert read(path) == [replace(RawArticle("", "It rained.", "", "", "", "", (), str(path)), **found)]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Rain fell.<br>Then it<br/>stopped.", "Rain fell.\nThen it\nstopped."),
        ("A <em>new</em> bridge<!-- check --> opened.", "A new bridge opened."),
        ("Write to <anna@x.example> if 3 < 4, <3.", "Write to anna@x.example if 3 < 4, <3."),
        ("R&amp;D costs fell, &amp;amp; is an entity.", "R&D costs fell, &amp; is an entity."),
        (
            '<figure>\n<img src="a.jpg">\n<p>The bridge at noon.</p>\n</figure>\n\nIt *opened*.',
            "The bridge at noon.\n\nIt opened.",
        ),
        ("<div>\n\nIt *opened*.\n\n</div>", "It opened."),
    ],
)
def test_html_in_markdown_is_not_shown(tmp_path: Path, markdown: str, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(markdown)
    lines = [line.strip() for line in read_one(path).text.split("\n")]
    assert [line for line in lines if line] == [line for line in text.split("\n") if line]


@pytest.mark.parametrize("suffix", [".html", ".htm", ".HTML"])
def test_html_gives_article_and_metadata(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(HTML)
    raw = read_one(path)
    assert (raw.title, raw.source, raw.author) == ("Prison stormed", "The Example", "Jane Doe")
    assert (raw.published, raw.url, raw.tags) == ("2024-08-23", "https://example.com/prison", ("Russia", "prison"))
    paragraphs = clean_article(raw).text.split("\n\n")
    assert paragraphs[0] == "Four guards were killed in the attack on the prison, officials said on Friday afternoon."
    assert len(paragraphs) == 3
    assert "alert" not in raw.text


def test_pdf_lines_are_joined_and_metadata_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    lines = [
        "Four guards were killed in the attack on the prison near Volgo-",
        "grad, officials said on Friday afternoon in a short statement to",
        "the press.",
        "Twelve people had been taken hostage.",
    ]
    path.write_bytes(pdf(lines, info="/Title (Prison stormed) /CreationDate (D:20240823100000Z)"))
    raw = read_one(path)
    assert raw.title == "Prison stormed"
    assert raw.text.split("\n\n") == [
        "Four guards were killed in the attack on the prison near Volgograd, officials said on Friday afternoon "
        "in a short statement to the press.",
        "Twelve people had been taken hostage.",
    ]
    assert str(clean_article(raw).published) == "2024-08-23"


def test_docx_gives_paragraphs_tables_and_properties(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(author="Jane Doe", keywords="Russia, prison", created=datetime(2024, 8, 23)))
    raw = read_one(path)
    assert (raw.title, raw.author, raw.made, raw.tags) == (
        "Prison stormed",
        "Jane Doe",
        "2024-08-23",
        ("Russia", "prison"),
    )
    assert raw.text.split("\n\n") == ["Four guards were killed.", "hostages | 12", "The siege is over."]


def test_docx_in_content_controls_nested_tables_and_merged_cells(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("Bridge closed", style="Title")
    held = document.add_paragraph("The mayor closed it.")
    inner = document.add_paragraph("It is ")
    run = inner.add_run("old")
    inner.add_run(".")
    table = document.add_table(rows=2, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(number)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).merge(table.cell(1, 2)).text = "tall"
    nested = table.cell(1, 1).add_table(rows=1, cols=2)
    nested.cell(0, 0).text, nested.cell(0, 1).text = "a", "b"
    for element in (document.paragraphs[0]._p, held._p, run._r, table._tbl.tr_lst[1]):
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        element.addprevious(control)
        control.append(content)
        content.append(element)
    document.save(str(tmp_path / "a.docx"))
    raw = read_one(tmp_path / "a.docx")
    assert raw.title == "Bridge closed"
    blocks = [" ".join(block.split()) for block in raw.text.split("\n\n")]
    assert blocks == ["The mayor closed it.", "It is old.", "wide | tall", "3 | 4 a | b"]


def test_the_date_of_the_word_template_is_no_date(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx())
    assert (read_one(path).made, read_one(path).author) == ("", "")


@pytest.mark.parametrize(
    "record",
    [
        {
            "title": "T",
            "text": "X",
            "published": "2024-01-02",
            "url": "u",
            "source": "S",
            "author": "A",
            "tags": ["p", "q"],
        },
        {
            "headline": "T",
            "body": "X",
            "date": "2024-01-02",
            "link": "u",
            "publisher": "S",
            "byline": "A",
            "keywords": "p, q",
        },
        {
            "Title": "T",
            "articleBody": "X",
            "datePublished": "2024-01-02",
            "URL": "u",
            "publisher": {"name": "S"},
            "author": [{"@type": "Person", "name": "A"}],
            "keywords": ["p", "q"],
        },
        {
            "name": "T",
            "content": "X",
            "publishedAt": "2024-01-02",
            "web_url": "u",
            "source": {"id": None, "name": "S"},
            "author": "A",
            "tags": "p;q",
            "description": "not the text",
        },
        {
            "title": "T",
            "content_text": "X",
            "date_published": "2024-01-02",
            "url": "u",
            "site_name": "S",
            "authors": ["A"],
            "tags": [{"name": "p"}, {"name": "q"}],
        },
    ],
)
@pytest.mark.parametrize("shape", ["object", "list", "wrapped", "jsonl"])
def test_records_under_any_usual_name(tmp_path: Path, record: dict[str, object], shape: str) -> None:
    path = tmp_path / ("a.jsonl" if shape == "jsonl" else "a.json")
    value = {"object": record, "list": [record], "wrapped": {"articles": [record]}, "jsonl": record}[shape]
    path.write_text(json.dumps(value))
    place = str(path) if shape == "object" else f"{path}#1"
    assert read(path) == [RawArticle("T", "X", "2024-01-02", "S", "A", "u", ("p", "q"), place)]


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (
            {"id": 7, "article": {"title": "T", "text": "X", "date": "2024-01-02", "author": "A"}},
            {"title": "T", "text": "X", "published": "2024-01-02", "author": "A"},
        ),
        (
            {"_id": "7", "_source": {"headline": "T", "body": "X", "source": {"id": None, "name": "S"}}},
            {"title": "T", "text": "X", "source": "S"},
        ),
        (
            {"link": "u", "author": 3, "tags": [5, 8], "title": {"rendered": "T"}, "content": {"rendered": "<p>X</p>"}},
            {"title": "T", "text": "<p>X</p>", "url": "u", "html": True},
        ),
        (
            {
                "maintext": "X",
                "date_download": "2024-03-01",
                "date_publish": "2024-01-02",
                "source_domain": "s.example",
            },
            {"text": "X", "published": "2024-01-02", "source": "s.example"},
        ),
        (
            {"text": "X", "source": "https://s.example/x", "source-hostname": "S", "hostname": "s.example"},
            {"text": "X", "url": "https://s.example/x", "source": "S"},
        ),
        (
            {"text": "X", "source": "https://s.example/", "url": "https://s.example/x"},
            {"text": "X", "source": "https://s.example/", "url": "https://s.example/x"},
        ),
        (
            {"text": "X", "created": {"$date": "2024-01-02T00:00:00Z"}},
            {"text": "X", "published": "2024-01-02T00:00:00Z"},
        ),
        (
            {"text": "X", "created": {"$date": {"$numberLong": "1704153600000"}}},
            {"text": "X", "published": "1704153600000"},
        ),
        ({"text": "X", "published": True, "date": "2024-01-02"}, {"text": "X", "published": "2024-01-02"}),
        ({"text": float("nan"), "title": float("nan"), "headline": "T", "body": "X"}, {"title": "T", "text": "X"}),
        ({"text": " ", "content": [], "body": "X", "author": None, "byline": "By A"}, {"text": "X", "author": "A"}),
        (
            {
                "headline": {"main": "T", "kicker": None},
                "abstract": "X",
                "byline": {"original": "By A and B", "person": []},
                "keywords": [{"name": "glocations", "value": "Mali"}],
            },
            {"title": "T", "text": "X", "author": "A and B", "tags": ("Mali",)},
        ),
    ],
)
def test_records_as_other_programs_write_them(
    tmp_path: Path, record: dict[str, object], found: dict[str, object]
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(record))
    assert read(path) == [replace(RawArticle("", "", "", "", "", "", (), str(path)), **found)]


def test_numeric_dates_and_paragraph_lists(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"paragraphs": ["One.", "Two."], "timestamp": 1711173348}))
    assert (read_one(path).text, read_one(path).published) == ("One.\n\nTwo.", "1711173348")


def test_markup_in_a_field_is_read_as_text_but_text_about_markup_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = ["<p>One &amp; two.</p><script>no()</script><p>Three<br>four.</p>", "Type <img src=x onerror=y> and </p>."]
    path.write_text("".join(json.dumps({"title": "T", "text": text}) + "\n" for text in texts))
    cleaned = [clean_article(raw).text for raw in read(path) if isinstance(raw, RawArticle)]
    assert cleaned == ["One & two.\n\nThree\n\nfour.", texts[1]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<strong>ROTTERDAM</strong> — A fire raged.<br/><br/>Two fled.", ["ROTTERDAM — A fire raged.", "Two fled."]),
        ('<img src="fire.jpg" /><p>A fire broke out.</p>', ["A fire broke out."]),
        ('<img src="fire.jpg" alt="">A fire broke out.', ["A fire broke out."]),
        ("<!-- wp:paragraph -->\n<p>A fire broke out.</p>\n<!-- /wp:paragraph -->", ["A fire broke out."]),
        ('The <a href="/port">harbour</a> was shut.\n\nIt reopened.', ["The harbour was shut.", "It reopened."]),
        ("&lt;p&gt;R&amp;amp;D costs fell.&lt;/p&gt;", ["R&D costs fell."]),
        ("<p>Type &amp;amp; for an R&amp;D sign.</p>", ["Type &amp; for an R&D sign."]),
        ("R&amp;D: &#8220;It&rsquo;s on&#x201d; & &xyz; &copyright.", ["R&D: “It’s on” & &xyz; &copyright."]),
        ("Type &lt;p&gt; and &lt;/p&gt; around it.", ["Type <p> and </p> around it."]),
        ("It holds where a < b and c > d, she said <3.", ["It holds where a < b and c > d, she said <3."]),
        ("Write to <anna@x.example> or <p@x.example>.", ["Write to <anna@x.example> or <p@x.example>."]),
        ("The tag <p> begins a paragraph.", ["The tag <p> begins a paragraph."]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_markup_and_entities_anywhere_in_a_field(tmp_path: Path, suffix: str, text: str, shown: list[str]) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("w", newline="") as stream:
        if suffix == ".csv":
            csv.writer(stream).writerows([["title", "text"], ["T", text]])
        else:
            stream.write(json.dumps({"title": "T", "text": text}))
    assert clean_article(read_one(path)).text.split("\n\n") == shown


def test_entities_and_tags_in_short_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    fields = {"title": "The <em>Ajax</em> of R&amp;D<br>is back", "author": "Jos&eacute; Ruiz", "source": "A&amp;B",
              "tags": "R&amp;D, Rain"}  # fmt: skip
    path.write_text(json.dumps({**fields, "text": "<p>Rain fell.</p>"}))
    raw = read_one(path)
    assert (raw.title, raw.author, raw.source) == ("The Ajax of R&D is back", "José Ruiz", "A&B")
    assert raw.tags == ("R&D", "Rain")
    path.write_text(json.dumps({**fields, "text": "Rain fell."}))
    assert read_one(path).title == "The <em>Ajax</em> of R&D<br>is back"


@pytest.mark.parametrize("piece", ["<p ", "<p", "<img src='", '<img "', "<!--", "</p ", "&#", "&a", "<br "])
def test_broken_markup_takes_no_time(tmp_path: Path, piece: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": piece * 20_000, "text": piece * 100_000}))
    started = time.process_time()
    read_one(path)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        rows = csv.writer(stream, delimiter=delimiter)
        rows.writerows(
            [
                ["Headline", "Body", "Date"],
                ["T", 'One, "two"; three.\n\nFour.', "2024-01-02"],
                ["U", "", ""],
                ["V", "W"],
            ]
        )
    first, second, third = read(path)
    assert first == RawArticle("T", 'One, "two"; three.\n\nFour.', "2024-01-02", "", "", "", (), f"{path}#1")
    assert isinstance(second, ReadError)
    assert isinstance(third, RawArticle)
    assert (third.title, third.path) == ("V", f"{path}#3")


def test_a_row_that_a_stray_comma_cut_is_reported_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "title,text,date\nStorm,Trees fell.,2024-05-02\nFlood,In Genoa two, maybe three, drowned.,2024-05-03\n"
        "Fog,Flights were late.,2024-05-04,,\n"
    )
    first, second, third = read(path)
    assert isinstance(first, RawArticle)
    assert isinstance(third, RawArticle)
    assert (first.published, third.published) == ("2024-05-02", "2024-05-04")
    assert str(second).startswith(f"{path}#2: more cells than columns")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (r'"The clerk said \"no, never\" to it."', 'The clerk said "no, never" to it.'),
        (r'"\"Yes,\" she said, and left."', '"Yes," she said, and left.'),
        ('"The clerk said ""no, never"" to it."', 'The clerk said "no, never" to it.'),
        (r'"They kept it in C:\files\"', "They kept it in C:\\files\\"),
        (r'"She typed ""dir C:\"" and left."', 'She typed "dir C:\\" and left.'),
    ],
)
def test_quotes_within_a_cell_are_doubled_or_escaped(tmp_path: Path, cell: str, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"title,text,date\nT,{cell},2024-05-02\n")
    assert (read_one(path).text, read_one(path).published) == (text, "2024-05-02")


@pytest.mark.parametrize("before", ["\n", "\r\n\r\n", "sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\n', ";;\n"])
def test_lines_before_the_names_of_the_columns_are_passed_over(tmp_path: Path, before: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{before}title;text\nT;Rain, wind, hail.\n", encoding="utf-8")
    assert (read_one(path).title, read_one(path).text) == ("T", "Rain, wind, hail.")


@pytest.mark.parametrize("nothing", ["nan", "NaN", "None", "null"])
def test_cells_that_say_nothing_are_empty(tmp_path: Path, nothing: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"title,text,summary,author\n{nothing},{nothing},The nan bread sold out.,{nothing}\n")
    assert (read_one(path).title, read_one(path).text, read_one(path).author) == ("", "The nan bread sold out.", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_is_read_through_gzip(tmp_path: Path, suffix: str) -> None:
    record = json.dumps({"title": "T", "text": STORY}).encode()
    content = {
        ".html": HTML.encode(),
        ".htm": HTML.encode(),
        ".pdf": pdf([STORY]),
        ".docx": docx(),
        ".json": record,
        ".jsonl": record,
        ".ndjson": record,
        ".csv": b"title,text\nT,Story.\n",
        ".tsv": b"title\ttext\nT\tStory, and more.\n",
    }.get(suffix, STORY.encode())
    plain, packed = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    assert read_one(plain).text == read_one(packed).text
    assert read_one(plain).text.strip()


def test_a_large_archive_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "First."}\n') + b"\x1f\x8b damaged from here on")
    stream = read_file(path)
    assert isinstance(next(stream), RawArticle)
    assert isinstance(next(stream), ReadError)


# Encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv", ".html"])
def test_encodings(tmp_path: Path, encoding: str, suffix: str) -> None:
    words = "The café in São Paulo was closed, officials in Düsseldorf said, and nobody complained about it for long."
    content = {
        ".txt": words,
        ".jsonl": json.dumps({"text": words}, ensure_ascii=False) + "\n",
        ".csv": f'text\n"{words}"\n',
        ".html": f"<html><body><article><p>{words}</p><p>{words.replace('café', 'cinema')}</p></article></body></html>",
    }[suffix]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content.encode(encoding))
    assert words in read_one(path).text


def test_mixed_encodings_spoil_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Müller said “yes” in Köln and Zürich. ".encode() * 3 + "The café closed.".encode("cp1252"))
    assert read_one(path).text.endswith("Zürich. The café closed.")


def test_cyrillic_without_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    words = "Четверо сотрудников колонии погибли при нападении, сообщили в пятницу власти Волгоградской области. " * 5
    path.write_bytes(words.encode("cp1251"))
    assert read_one(path).text == words


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("iso-8859-1", "cp1252", "“Rates may rise 5–7 percent,” the bank’s governor said."),
        ("latin1", "cp1252", "Fares cost 3 € more – from May."),
        ("us-ascii", "cp1252", "The mayor’s office in Málaga was closed."),
        ("ISO-8859-9", "cp1254", "Prices in Iğdır rose by 5–7 percent."),
        ("utf-8", "cp1252", "The café’s owner paid 5–7 percent."),
        ("iso-8859-2", "iso-8859-2", "Łódź was without power."),
        ("undefined", "cp1252", "The café stayed shut."),
        ("no-such-thing", "cp1252", "The café stayed shut."),
    ],
)
def test_declared_encodings_are_read_as_browsers_do(tmp_path: Path, declared: str, encoding: str, words: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(
        f'<html><head><meta charset="{declared}"></head><body><p>{words}</p></body></html>'.encode(encoding)
    )
    assert words in clean_article(read_one(path)).text


# Bad input


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\r\n", "empty"),
        ("a.jsonl", b"", "empty"),
        ("a.csv.gz", gzip.compress(b""), "empty"),
        ("a.txt", bytes(range(256)) * 40, "binary"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(3000), "binary"),
        ("a.jsonl", bytes(range(1, 256)) * 40, "binary"),
        ("a.pdf", b"%PDF-1.4\nnot really", "PDF"),
        ("a.pdf", pdf([STORY])[:120], "PDF"),
        ("a.pdf", pdf([]), "no text"),
        (
            "a.pdf",
            pdf(
                [STORY],
                trailer=f"/ID [<{'0' * 32}><{'0' * 32}>] /Encrypt << /Filter /Standard /V 1 /R 2 "
                f"/O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>",
            ),
            "encrypted",
        ),
        ("a.docx", b"PK\x03\x04 broken", "Word"),
        ("a.docx", docx()[:2000], "Word"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
        ("a.docx", b"plain text", "Word"),
        ("a.json", b"{", "JSON"),
        ("a.json", b"[" * 100_000, "JSON"),
        ("a.json", b"[]", "empty list"),
        ("a.json", b'{"text": ' + b"[" * 900 + b"]" * 900 + b"}", "nested too deeply"),
        ("a.json", b'"just words"', "object"),
        ("a.json", b'{"title": "T"}', "no text"),
        ("a.json", b'{"text": ["", {}, null, false]}', "no text"),
        ("a.csv", b"a,b\n1,2\n", "column"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.txt.gz", gzip.compress(STORY.encode() * 50)[:-12], "cannot be read"),
        ("a.txt.gz", b"not gzip at all", "cannot be read"),
    ],
)
def test_bad_files_are_named_with_the_reason(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in read_error(path)


def test_a_broken_line_does_not_lose_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        '{"text": "One."}',
        '{"text": "Two',
        "",
        "[1, 2]",
        '{"n": ' + "9" * 5000 + "}",
        "\x00",
        '{"text": "Three."}',
    ]
    path.write_text("\n".join(lines))
    found = read(path)
    assert [a.text for a in found if isinstance(a, RawArticle)] == ["One.", "Three."]
    assert [a.path for a in found if isinstance(a, RawArticle)] == [f"{path}#1", f"{path}#7"]
    assert [str(e).split(":")[0] for e in found if isinstance(e, ReadError)] == [f"{path}#{n}" for n in (2, 4, 5)]


def test_json_lines_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"text": "One."}\n{"text": "Two."}\n')
    assert [a.path for a in read(path) if isinstance(a, RawArticle)] == [f"{path}#1", f"{path}#2"]


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    zeros = gzip.compress(bytes(64 * 2**20), 9)
    for name in ("a.txt.gz", "a.jsonl.gz"):
        (tmp_path / name).write_bytes(zeros * 5)
        assert isinstance(read(tmp_path / name)[-1], ReadError)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as entry:
        for _ in range(210):
            entry.write(bytes(2**20))
    assert "unpacks" in read_error(path)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY e SYSTEM "file:///etc/passwd">',
        '<!ENTITY e SYSTEM "http://127.0.0.1:9/">',
        "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)) + '<!ENTITY e0 "x"><!ENTITY e "&e11;">',
    ],
)
def test_entities_in_a_word_document_are_not_followed(tmp_path: Path, declared: str) -> None:
    Document().save(str(tmp_path / "plain.docx"))
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(tmp_path / "plain.docx") as plain, zipfile.ZipFile(path, "w") as hostile:
        for name in plain.namelist():
            data = plain.read(name)
            if name == "word/document.xml":
                text = data.decode().partition("<w:body>")
                body = "<w:body><w:p><w:r><w:t>The bridge was closed. &e;</w:t></w:r></w:p></w:body></w:document>"
                head = text[0].replace("<w:document", f"<!DOCTYPE x [{declared}]><w:document", 1)
                data = (head + body).encode()
            hostile.writestr(name, data)
    for found in read(path):
        if not isinstance(found, ReadError):
            assert "root:" not in found.text
            assert len(found.text) < 1_000


def test_a_line_of_fifty_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The quick brown fox jumps over the lazy dog. " * (50 * 2**20 // 45))
    assert len(read_one(path).text) > 49 * 2**20


def test_a_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(STORY)
    path.chmod(0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)  # root may read everything: be nobody for a moment
    try:
        assert "Permission denied" in read_error(path)
    finally:
        os.seteuid(me)


def test_a_file_that_fails_while_it_is_read(tmp_path: Path) -> None:
    for name in ("a.txt", "a.jsonl", "a.csv"):
        (tmp_path / name).symlink_to("/proc/self/mem")  # opens, and then gives an I/O error, to root as well
        assert "Input/output error" in read_error(tmp_path / name)


def test_what_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    read_error(pipe)
    read_error(tmp_path)
    read_error(tmp_path / "missing.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "nowhere.txt")
    read_error(tmp_path / "b.txt")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    suffix=st.sampled_from(SUFFIXES),
    packed=st.booleans(),
    head=st.sampled_from([b"", b"%PDF-1.4\n", b"text\n", b"<p>"]),
    tail=st.binary(max_size=300),
)
def test_no_bytes_raise(tmp_path: Path, suffix: str, packed: bool, head: bytes, tail: bytes) -> None:
    path = tmp_path / f"a{suffix}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(head + tail) if packed else head + tail)
    for found in read_file(path):
        assert isinstance(found, RawArticle | ReadError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "text", "articles", "date", "tags", "name", "author", "source"]), inner
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=JSON)
def test_no_json_raises(tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    for found in read_file(path):
        if isinstance(found, RawArticle):
            assert found.text.strip()
            assert all(isinstance(part, str) for part in (found.title, found.published, found.author, *found.tags))


# Finding files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.md", ".hidden.txt", "z/c.JSONL.GZ", "z/picture.png", ".git/d.txt", "y/e.pdf", "notes.gz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return tmp_path


def names(found: Callable[[], object], tree: Path) -> list[str]:
    return [str(path.relative_to(tree)) for path in found()]  # type: ignore[attr-defined]


def test_folders_are_walked_in_order(tree: Path) -> None:
    assert names(lambda: find_files([tree]), tree) == ["a.md", "b.txt", "y/e.pdf", "z/c.JSONL.GZ"]


def test_files_of_other_formats_are_counted(tree: Path) -> None:
    for name in ("a.xml", "z/b.XML.gz", "z/c.rtf", "z/page.css", ".d.xml", "LICENSE"):
        (tree / name).write_text("x")
    others: Counter[str] = Counter()
    assert len(list(find_files([tree], others))) == 4
    assert others == {".xml": 2, ".rtf": 1, "": 2}


def test_link_loops_are_survived_and_files_come_once(tree: Path) -> None:
    (tree / "z" / "loop").symlink_to(tree)
    (tree / "again").symlink_to(tree / "z")
    (tree / "c.txt").symlink_to(tree / "b.txt")
    (tree / "self.txt").symlink_to(tree / "self.txt")
    found = names(lambda: find_files([tree, tree / "b.txt"]), tree)
    assert sorted(found) == ["a.md", "again/c.JSONL.GZ", "b.txt", "self.txt", "y/e.pdf"]
    read_error(tree / "self.txt")


def test_named_files_must_exist_and_be_readable(tree: Path) -> None:
    assert list(find_files([tree / ".hidden.txt"])) == [tree / ".hidden.txt"]
    with pytest.raises(UsageError, match=r"missing.*no such file"):
        list(find_files([tree / "missing"]))
    with pytest.raises(UsageError, match=r"picture\.png.*\.docx"):
        list(find_files([tree / "z" / "picture.png"]))


def test_file_names_of_any_bytes_give_printable_places(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text(STORY)
    (path,) = find_files([tmp_path])
    read_one(path).path.encode("utf-8")


def test_importing_the_readers_is_light() -> None:
    heavy = [
        "trafilatura",
        "pypdfium2",
        "docx",
        "charset_normalizer",
        "lxml",
        "markdown_it",
        "dateparser",
    ]
    code = f"import sys, index.readers, index.cleaning, index.reprints; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_record_with_a_text_of_its_own_keeps_it() -> None:
    inner = {"title": "Other", "text": "Another text."}
    for key in ("data", "post", "source"):
        article = read_record({"title": "Outer", "text": "Body text.", key: inner}, "f.json")
        assert isinstance(article, RawArticle)
        assert (article.title, article.text) == ("Outer", "Body text.")


@pytest.mark.parametrize(
    ("shown", "title", "source"),
    [
        ("Bridge falls | Harbour Post", "Bridge falls", "Harbour Post"),
        ("Bridge falls - BBC News", "Bridge falls", "BBC News"),
        ("Bridge falls - Mayor resigns", "Bridge falls", ""),
        ("Harbour Post", "Harbour Post", ""),
    ],
)
def test_a_page_s_title_tells_its_site(shown: str, title: str, source: str, tmp_path: Path) -> None:
    body = "<p>The bridge at Lund fell into the river on Friday morning, and nobody was hurt, police said.</p>" * 3
    file = tmp_path / "page.html"
    file.write_text(f"<html><head><title>{shown}</title></head><body><article>{body}</article></body></html>", "utf-8")
    (found,) = read_file(file)
    assert isinstance(found, RawArticle)
    assert (found.title, found.source) == (title, source)


@pytest.mark.parametrize("name", ["a.md", "a.json"])
def test_control_characters_in_markup_do_no_harm(name: str, tmp_path: Path) -> None:
    markup = "<p>The bridge\x0c fell&#1; on\x1b Friday.</p>\x1b Nobody\ufffe was hurt."
    file = tmp_path / name
    file.write_text(json.dumps({"text": markup}) if name.endswith("json") else markup, "utf-8")
    (found,) = read_file(file)
    assert isinstance(found, RawArticle)
    assert clean_article(found).text.split() == "The bridge fell on Friday. Nobody was hurt.".split()
