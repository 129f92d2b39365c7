"""Lines cut to fit a page: what becomes of a word that a line's end breaks."""

from __future__ import annotations

import pytest

from index.cleaning import clean_article
from index.readers import RawArticle
from index.wrapping import join_wrapped

FULL = "The river rose all night, and by the morning it had come to"
OTHERS = "It is known that the well was dry. The government said so; a long-term plan and an overdue one were there."


@pytest.mark.parametrize(
    ("left", "right", "whole"),
    [
        ("Iran-", "backed men", "Iran-backed men"),
        ("well-", "known", "well-known"),
        ("long-", "term", "long-term"),
        ("govern-", "ment", "government"),
        ("Govern-", "ment", "Government"),
        ("over-", "due", "overdue"),
        ("aban-", "doned", "abandoned"),
        ("with-", "in", "within"),
        ("Ger-", "many", "Germany"),
        ("state-of-the-", "art", "state-of-the-art"),
        ("well\u00ad", "known", "wellknown"),
        ("19-", "year-old", "19-year-old"),
        ("well-", "Known", "well- Known"),
    ],
)
def test_a_hyphen_at_the_margin(left: str, right: str, whole: str) -> None:
    lines = [f"{FULL} {left}", f"{right} {FULL}."]
    assert join_wrapped(lines, "\n".join([*lines, OTHERS])) == [f"{FULL} {whole} {FULL}."]


def test_the_whole_article_tells() -> None:
    wrapped = f"{FULL} the over-\ndue bridges of the town and to the gardens beyond them, where\n{FULL} rest."
    for others, whole in ((OTHERS, "overdue"), ("The long over-due plan.", "over-due"), ("Nothing.", "overdue")):
        text = f"{wrapped}\n\n{others}"
        article = clean_article(RawArticle("T", text, "", "", "", "", (), "f.txt"))
        assert article.text.startswith(f"{FULL} the {whole} bridges of")


def test_where_words_are_hyphenated_a_name_is_joined_unless_its_parts_are_words() -> None:
    hyphenated = f"{OTHERS} They spoke of the govern-\nment; rebels backed by Iran were there."
    for left, right, whole in (("Minne-", "sota", "Minnesota"), ("Iran-", "backed", "Iran-backed")):
        lines = [f"{FULL} {left}", f"{right} {FULL}."]
        assert join_wrapped(lines, "\n".join([*lines, hyphenated])) == [f"{FULL} {whole} {FULL}."]
