"""What must hold before an answer's likelihood is even weighed."""

from __future__ import annotations

from datetime import date

import pytest

from index.article import Article
from qa.confidence import is_of_asked_year


@pytest.mark.parametrize(
    ("question", "text", "published", "fits"),
    [
        ("Who won the race in 2019?", "Novak won the race of 2019.", None, True),
        ("Who won the race in 2019?", "Baker won the race of 2018.", None, False),
        ("Who won the race in 2019?", "Baker won on Sunday.", date(2019, 5, 1), True),
        ("Who won the race in 2019?", "Baker won on Sunday.", date(2021, 5, 1), False),
        ("Who won the race?", "Baker won the race of 2018.", None, True),
        ("Who got $2019 at the race?", "Baker won the race of 2018.", None, True),
    ],
)
def test_an_article_of_another_year_does_not_answer(
    question: str, text: str, published: date | None, fits: bool
) -> None:
    article = Article("a" * 16, "A race in Riga", text, published, "", "", "", (), "a.txt", "a" * 64)
    assert is_of_asked_year(question, article) is fits
