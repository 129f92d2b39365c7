"""Who published an article and when, from lines in forms that no list of agencies holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.cleaning import clean_article
from index.imprint import Imprint, closing_source, read_dateline, read_imprint
from index.readers import RawArticle, read_file

DAY = date(2017, 8, 17)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Aug. 17, 2017 - Harbour Wire", Imprint("Harbour Wire", "", DAY)),
        ("Harbour Wire | 17 August 2017", Imprint("Harbour Wire", "", DAY)),
        ("17 August 2017 — The Island Post", Imprint("The Island Post", "", DAY)),
        ("By Anna Berg | August 17, 2017", Imprint("", "Anna Berg", DAY)),
        ("Source: Bank of Aland News", Imprint("Bank of Aland News")),
        ("Published by: Harbour Wire", Imprint("Harbour Wire")),
        ("August 17, 2017 / 10:02 AM / Harbour News", Imprint("Harbour News", "", DAY)),
        ("The Harbour Courier, 17 August 2017", Imprint("The Harbour Courier", "", DAY)),
        ("The Harbour Courier, Thursday 17 August 2017", Imprint("The Harbour Courier", "", DAY)),
        ("BBC | 17 August 2017", Imprint("BBC", "", DAY)),
        ("Herald of Aland - 17 August 2017", Imprint("Herald of Aland", "", DAY)),
        ("harbour.example.org | 17 August 2017", Imprint("harbour.example.org", "", DAY)),
        ("Posted on August 17, 2017 by admin", Imprint("", "", DAY)),
        ("Posted on August 17, 2017 by Anna Berg", Imprint("", "Anna Berg", DAY)),
    ],
)
def test_header_lines_tell_source_and_day(line: str, expected: Imprint) -> None:
    assert read_imprint(line) == expected


@pytest.mark.parametrize(
    "name",
    ["Anna Berg", "World", "News", "World News", "London", "Gaza City", "KYIV", "UK", "Opinion", "Press Release"],
)
@pytest.mark.parametrize("form", ["{} | 17 August 2017", "{} - 17 August 2017 - 10:15", "August 17, 2017 – {}"])
def test_a_person_a_place_a_section_is_no_source(form: str, name: str) -> None:
    assert read_imprint(form.format(name)) == Imprint("", "", DAY)


@pytest.mark.parametrize(
    "line",
    [
        "Harbour Wire",
        "The ferry sailed on 17 August 2017 - with nobody on board.",
        "Home | News | 17 August 2017",
        "17 August 2017 - 3 min read",
        "August 17, 2017 - Updated",
        "Harbour Wire - Island Post",
        "Source: the ministry said so",
        "Port Levik, 17 August 2017",
        "The Harbour Courier, founded on 17 August 2017",
        "The Harbour Courier, one of three papers",
        "",
    ],
)
def test_other_lines_tell_nothing(line: str) -> None:
    assert read_imprint(line) is None


def test_a_closing_line_in_brackets_names_the_publisher() -> None:
    assert closing_source("(Island Post)") == "Island Post"
    assert closing_source("[ANP]") == "ANP"
    assert closing_source("(Herald Tribune)") == "Herald Tribune"
    assert not closing_source("(Applause)")
    assert not closing_source("(COMMERCIAL BREAK)")
    assert not closing_source("(Anna Berg)")
    assert not closing_source("(File Photo)")
    assert not closing_source("(Island Post) The ferry sank.")


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("OSLO, Aug 17 (Harbour Wire) — The ferry sank.", Imprint("Harbour Wire")),
        ("OSLO (Reuters) - The ferry sank.", Imprint("Reuters")),
        ("OSLO, 17 Aug 2017 (Harbour Press Agency) — The ferry sank.", Imprint("Harbour Press Agency", "", DAY)),
        ("OSLO, Aug. 17, 2017 (Xinhua) -- The ferry sank.", Imprint("Xinhua", "", DAY)),
        ("PORT LEVIK, 17 August 2017 – The ferry sank.", Imprint("", "", DAY)),
        ("Bergen, Norway, August 17, 2017 (Southern Norway) - The ferry sank.", Imprint("", "", DAY)),
        ("The ferry (Aurora) sank.", Imprint()),
        ("OSLO (Southern Norway) — The ferry sank.", Imprint()),
        ("The ferry sank in Oslo on 17 August 2017 – with nobody on board.", Imprint()),
        ("August 17, 2017 – the ferry sank.", Imprint()),
        ("OSLO, 17 August – The ferry sank.", Imprint()),
        ("OSLO, 17 August 2017, was quiet.", Imprint()),
        ("OSLO, 31 February 2017 – The ferry sank.", Imprint()),
        ("Meeting in Oslo, 17 August 2017 – The ferry sank.", Imprint()),
    ],
)
def test_a_dateline_names_publisher_and_day(paragraph: str, expected: Imprint) -> None:
    assert read_dateline(paragraph) == expected


@pytest.mark.parametrize(
    ("published", "day"), [("", DAY), ("2017-08-19", date(2017, 8, 19))], ids=["no other", "the file's own"]
)
def test_a_dateline_s_day_is_that_of_publication_where_no_other_is_known(published: str, day: date) -> None:
    text = "Ferry sinks off Aland\n\nOSLO, 17 August 2017 (Harbour Wire) — The ferry sank. Nobody was hurt."
    article = clean_article(RawArticle("", text, published, "", "", "", (), "ferry.txt"))
    assert (article.published, article.source) == (day, "Harbour Wire")
    assert article.text.startswith("OSLO, 17 August 2017 (Harbour Wire) — The ferry sank.")


def test_a_date_in_a_later_paragraph_or_sentence_is_not_that_of_publication() -> None:
    text = "Ferry sinks off Aland\n\nThe ferry sank. Nobody was hurt.\n\nOSLO, 17 August 2017 – It was found."
    assert clean_article(RawArticle("", text, "", "", "", "", (), "ferry.txt")).published is None


@pytest.mark.parametrize(
    "text",
    [
        "Ferry sinks off Aland\n\nAug. 17, 2017 - Harbour Wire\n\nThe ferry sank on Thursday. Nobody was hurt.",
        "Ferry sinks off Aland\n\n17 August 2017\n\nThe ferry sank on Thursday. Nobody was hurt.\n\n(Harbour Wire)",
        "Ferry sinks off Aland\n\n17 August 2017\nSource: Harbour Wire\n\nThe ferry sank on Thursday. Nobody was hurt.",
    ],
)
def test_the_article_has_them_and_its_text_does_not(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text(text, encoding="utf-8")
    (raw,) = read_file(file)
    assert isinstance(raw, RawArticle)
    article = clean_article(raw)
    assert (article.source, article.published) == ("Harbour Wire", DAY)
    assert article.text == "The ferry sank on Thursday. Nobody was hurt."
