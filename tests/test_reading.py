"""Which of the model's guesses is written, with the published 1.5B itself."""

from __future__ import annotations

from datetime import date

import pytest
from made_articles import make_evidence

from index.query import Query
from qa.answer import Evidence
from qa.attribution import judge_sentence
from qa.model import LocalModel
from qa.prompts import REFUSAL, build_messages
from qa.reading import MAX_TOKENS, write_answer

ASKED = date(2026, 10, 5)
OFFER = (
    "Who offered to buy the Halden dairy?",
    "Kestrel Milk sold its own plants to Brennick Foods in 2021.",
    "Brennick Foods has made an offer for Halden, which runs four dairies.",
    "Kestrel Milk's offer in July was turned down.",
)
COUPLE = (
    "Which couple split up this week?",
    "Dora and Young were divorced in 2020 after 24 years.",
    "Jenna Lopata and Ben Aster have called it quits after two years of marriage.",
    "Lopata and Aster married in Vegas in 2022, a month after Dora and Young sold their house.",
)
FERRY = (
    "How many people were on the ferry?",
    "The ferry Aurora ran aground off Vardo on Tuesday with 312 people aboard.",
    "The coast guard took nine of them off with light injuries.",
)


def guesses_of(model: LocalModel, query: Query, evidence: list[Evidence], count: int) -> list[tuple[str, float]]:
    """What the model writes with each of its likeliest beginnings, and how likely it is."""
    found: list[tuple[str, float]] = []
    for _ in range(count):
        barred = [REFUSAL, *(text for text, _ in found)]
        messages = build_messages(query, evidence)
        *_, last = model.stream_chat(messages, max_tokens=MAX_TOKENS, stop=["\n"], not_first=barred)
        found.append((last.message.content or "", sum(last.raw.token_logprobs)))
    return found


@pytest.mark.parametrize("texts", [OFFER, COUPLE])
def test_of_guesses_as_likely_that_is_written_which_its_quote_alone_makes_likeliest(
    local_model: LocalModel, texts: tuple[str, ...]
) -> None:
    query, evidence = Query(texts[0], ASKED), make_evidence(*texts[1:])
    guesses = guesses_of(local_model, query, evidence, 4)
    near = {text for text, likely in guesses if likely > guesses[0][1] - 1 and text.lower() != REFUSAL}
    assert len(near) > 1, guesses

    def alone(text: str) -> float:
        cited = judge_sentence(text, evidence, query.text).evidence
        assert cited is not None
        return sum(local_model.score_continuations(build_messages(query, [cited]), [text])[0])

    reading = write_answer(local_model, query, evidence)
    assert reading.text == max(near, key=alone)
    assert sum(reading.token_logprobs) == pytest.approx(dict(guesses)[reading.text], abs=1e-3)


def test_a_guess_far_likelier_than_others_is_written_at_once(local_model: LocalModel) -> None:
    query, evidence = Query(FERRY[0], ASKED), make_evidence(*FERRY[1:])
    guesses = guesses_of(local_model, query, evidence, 2)
    assert guesses[1][1] < guesses[0][1] - 1
    reading = write_answer(local_model, query, evidence)
    assert (reading.text, sum(reading.token_logprobs)) == guesses[0]
