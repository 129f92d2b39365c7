"""Sentences that were taken back: what counts as one, and that it is not read and supports nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from made_articles import make_article

from index.article import Passage, Span
from index.query import Query
from index.search import Candidate, Findings
from index.sentences import split_sentences
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.disagreement import find_disagreements
from qa.evidence import choose_evidence
from qa.retractions import is_retracted


@pytest.mark.parametrize(
    "sentence",
    [
        "Correction, May 3: An earlier version of this article said that the mayor resigned on Friday.",
        "The previous version of this report incorrectly stated that nine ships had sunk.",
        "A previous version of this story misstated the length of the bridge.",
        "An earlier version of this story quoted the harbour office as saying 16 people had died.",
        "In a previous version of this story, the year of the first race was misstated.",
        "This article originally said that the ferry sank on Monday.",
        "This story has misstated her age.",
        "A previous headline said that the ferry had sunk.",
        "An earlier version misstated the name of the captain.",
    ],
)
def test_what_an_article_said_before_is_taken_back(sentence: str) -> None:
    assert is_retracted(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "She resigned on Saturday, October 10.",
        "An earlier version of the bill said that no one could be fined.",
        "An earlier version of the report, by the ministry, said that 14 people had died.",
        "The previous government said that the bridge would open in May.",
        "The original version of the virus spread more slowly.",
        "A version of this article was published in May.",
        "The agency corrected an earlier statement that gave March 3.",
        "This report by the inquiry said that the warning came too late.",
        "This story first appeared in the Harbour Wire.",
    ],
)
def test_news_of_earlier_versions_stays(sentence: str) -> None:
    assert not is_retracted(sentence)


TAKEN_BACK = "Correction: An earlier version of this article said that Ida Moen resigned on Friday."
RIGHT = "Ida Moen resigned on Saturday."


def test_it_is_not_read() -> None:
    article = make_article("Moen quits", f"{TAKEN_BACK} {RIGHT}", published=date(2024, 5, 3))
    passage = Passage(1, article, Span(0, len(article.text)), tuple(split_sentences(article.text)))
    findings = Findings((Candidate(passage, 1.0, 0.5, 1.0),))
    query = Query("When did Ida Moen resign?", date(2024, 6, 1))
    chosen = choose_evidence(query, findings, lambda _, texts: [np.zeros(2, np.float32) for _ in texts])
    assert [item.quote for item in chosen.evidence] == [RIGHT]
    assert not find_disagreements(query.text, "Saturday", chosen.evidence, findings)[0]


def test_it_supports_nothing() -> None:
    article = make_article("Moen quits", TAKEN_BACK)
    evidence = [Evidence(1, article, Span(0, len(TAKEN_BACK)), 1.0)]
    judgement = judge_sentence("Ida Moen resigned on Friday.", evidence, "When did Ida Moen resign?")
    assert (judgement.verdict, judgement.evidence) == (Verdict.UNSUPPORTED, None)
