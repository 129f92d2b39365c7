"""Answers as HTML: an article's own "[1]" is text, only Dateline's marks are links."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from made_articles import make_article

from index.article import Span
from index.query import Filters, Query
from qa.answer import Answer, Citation, Delta, Done, Evidence, Found, Verdict
from qa.corroboration import agreeing_sources
from ui.answer_html import exchange
from ui.basis import say_basis, say_day, say_unmentioned
from ui.conversation import Exchange, State
from ui.evidence_html import evidence_panel
from ui.terminal import print_events


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
    asked = Exchange(1, "Is it safe?", Filters(), date(2026, 11, 1))
    reading = asked.after(Found(answer.query, (evidence,))).after(Delta(text))
    assert "data-cite" not in exchange(reading, latest=True)
    assert quote in exchange(reading, latest=True)
    turn = Exchange(1, "Is it safe?", Filters(), date(2026, 11, 1), state=State.DONE, answer=answer)
    shown = exchange(turn, latest=True)
    assert re.findall(r'data-cite="1-(\d+)"', shown) == ["7"]
    assert "As article [1] says, the bridge is safe [1][2][3]." in shown


def _answer(*published: tuple[str, date | None]) -> Answer:
    """An answer that rests on one article each of these sources and days."""
    quote = "The bridge is safe."
    evidence = tuple(
        Evidence(
            n,
            replace(make_article(text=f"{quote} So says number {n}."), source=source, published=day),
            Span(0, 19),
            1.0,
        )
        for n, (source, day) in enumerate(published, start=1)
    )
    return Answer(
        question="Is it safe?",
        query=Query("Is it safe?", date(2026, 11, 1)),
        text=quote + "".join(f" [{item.number}]" for item in evidence),
        short="",
        best_guess=quote,
        abstained=False,
        evidence=evidence,
        citations=tuple(Citation(Span(0, 19), e.number, e.span, Verdict.SUPPORTED) for e in evidence),
    )


def test_what_the_answer_cites_first_stands_first() -> None:
    answer = _answer(("Post", None), ("Times", None), ("Wire", None))
    spans = {1: Span(10, 19), 2: Span(10, 19), 3: Span(0, 9)}
    cited = tuple(replace(c, claim=spans[c.number]) for c in answer.citations)
    turn = Exchange(
        1, "Is it safe?", Filters(), date(2026, 11, 1), state=State.DONE, answer=replace(answer, citations=cited)
    )
    assert re.findall(r'data-card="1-(\d)"', evidence_panel([turn])) == ["3", "1", "2"]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Who is the mayor of Lisbon?", "“Lisbon”"),
        ("Is the bridge over the Elbe safe in Hamburg?", "“Elbe” or “Hamburg”"),
        ("Is a bridge of the United States safe?", "“United States”"),
        ("Is the Bridge safe?", ""),
        ("Is it safe?", ""),
    ],
)
def test_an_answer_from_articles_that_never_name_what_was_asked_says_so(question: str, missing: str) -> None:
    answer = replace(_answer(("Post", date(2026, 10, 1))), query=Query(question, date(2026, 11, 1)))
    said = say_unmentioned(answer)
    assert (f"mentions {missing}:" in said) if missing else (said == "")
    turn = Exchange(1, question, Filters(), date(2026, 11, 1), state=State.DONE, answer=answer)
    assert ("dl-doubt" in exchange(turn, latest=True)) == bool(missing)
    assert say_unmentioned(replace(answer, abstained=True)) == ""


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ([("Post", date(2026, 10, 1))], "As far as one source says: Post, 1 October 2026."),
        ([("Post", date(2021, 10, 1))], "As far as one source says: Post, 1 October 2021, 5 years old."),
        ([("Post", None)], "As far as one source says: Post, no date."),
        ([("Post", date(2021, 1, 1)), ("Times", date(2022, 1, 1))],
         "As far as these articles say: the newest is of 1 January 2022, 4 years old."),
        ([("Post", date(2026, 10, 1)), ("Times", date(2022, 1, 1))], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_what_one_source_or_old_articles_say_is_told_as_such(
    published: list[tuple[str, date | None]], said: str
) -> None:
    answer = _answer(*published)
    assert say_basis(answer, agreeing_sources(answer)) == said
    assert say_basis(replace(answer, abstained=True), {}) == ""
    turn = Exchange(1, "Is it safe?", Filters(), date(2026, 11, 1), state=State.DONE, answer=answer)
    assert (said in exchange(turn, latest=True)) if said else ("dl-basis" not in exchange(turn, latest=True))


def test_which_day_thursday_is_stands_below_the_answer() -> None:
    quote = "She resigned on Thursday."
    article = make_article("A minister resigns", quote, published=date(2019, 4, 26))
    answer = Answer(
        question="When did she resign?",
        query=Query("When did she resign?", date(2026, 11, 1)),
        text="Thursday [1]",
        short="Thursday",
        best_guess="Thursday",
        abstained=False,
        evidence=(Evidence(1, article, Span(0, len(quote)), 1.0),),
        citations=(Citation(Span(0, 8), 1, Span(0, len(quote)), Verdict.SUPPORTED),),
    )
    said = "By the date of the article that is 25 April 2019."
    assert say_day(answer) == said
    assert say_day(replace(answer, short="")) == ""
    turn = Exchange(1, answer.question, Filters(), date(2026, 11, 1), state=State.DONE, answer=answer)
    assert said in exchange(turn, latest=True)
    out = io.StringIO()
    print_events([Delta(answer.text), Done(answer)], out)
    assert said in out.getvalue()
