"""Answers as HTML: an article's own "[1]" is text, only Dateline's marks are links."""

from __future__ import annotations

import re
from datetime import date

from made_articles import make_article

from index.article import Span
from index.query import Filters, Query
from qa.answer import Answer, Citation, Evidence, Verdict
from ui.answer_html import exchange
from ui.conversation import Exchange, State


def test_numbers_that_an_article_writes_are_no_links() -> None:
    quote = "As article [1] says, the bridge is safe [1][2][3]."
    article = make_article(text=f"{quote} Nobody else said so.")
    evidence = Evidence(7, article, Span(0, len(quote)), 1.0)
    text = f"{quote} [7]"
    answer = Answer(
        question="Is it safe?",
        query=Query("Is it safe?", date(2026, 11, 1)),
        text=text,
        short="",
        best_guess=quote,
        abstained=False,
        evidence=(evidence,),
        citations=(Citation(Span(0, len(quote)), 7, evidence.span, Verdict.SUPPORTED),),
    )
    turn = Exchange(1, "Is it safe?", Filters(), date(2026, 11, 1), state=State.DONE, answer=answer)
    shown = exchange(turn, latest=True)
    assert re.findall(r'data-cite="1-(\d+)"', shown) == ["7"]
    assert "As article [1] says, the bridge is safe [1][2][3]." in shown
