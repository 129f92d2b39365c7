"""Which of the model's guesses is written, with the published 1.5B itself."""

from __future__ import annotations

from datetime import date

import pytest
from made_articles import make_evidence

import qa.reading
from index.query import Query
from qa.answer import Evidence
from qa.attribution import judge_sentence
from qa.misfits import cannot_answer
from qa.model import LocalModel
from qa.prompts import REFUSAL, build_messages
from qa.reading import _NEAR, MAX_TOKENS, write_answer

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
STORM = (
    "How many people did the storm kill in Arenza?",
    "Nine people were known to have died in Arenza on Monday evening.",
    "The storm killed at least 14 people in Arenza and the villages around it, the governor said.",
    "Eleven of the dead were found in the flooded market of Arenza.",
)
TUNNEL = (
    "When does the Orsk tunnel open?",
    "The Orsk tunnel, first promised for May, was put off to September 12 when water came in.",
    "Tests of the Orsk tunnel's pumps end on August 30, the ministry said.",
    "It now opens on October 3, the builder said.",
)
MINISTER = (
    "Who is Velland's finance minister?",
    "Runa Maas, finance minister until Monday, will lead Velland's central bank.",
    "Finance will be run by Tor Ekdal, so far Velland's minister of trade.",
    "Ekdal's post in trade goes to Siv Aune.",
)
CLOSE = (OFFER, COUPLE, STORM, TUNNEL, MINISTER)
FERRY = (
    "How many people were on the ferry?",
    "The ferry Aurora ran aground off Vardo on Tuesday with 312 people aboard.",
    "The coast guard took nine of them off with light injuries.",
)

CAPITALS = (
    (
        "Which insect was put on the list of endangered species?",
        "Monarch butterflies are now on the list of endangered species, scientists in Halden said.",
        "The monarch butterfly has lost half its numbers in ten years.",
    ),
    (
        "What closed the schools of Arenza?",
        "Extreme heat closed the schools of Arenza on Monday.",
        "The mayor called extreme heat the new normal.",
    ),
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


def test_of_guesses_as_likely_that_is_written_which_its_quote_alone_makes_likeliest(local_model: LocalModel) -> None:
    """On which of these texts the model wavers, its weights decide: on some it must, or nothing is shown here."""
    weighed = 0
    for texts in CLOSE:
        query, evidence = Query(texts[0], ASKED), make_evidence(*texts[1:])
        guesses = [
            g for g in guesses_of(local_model, query, evidence, 4) if not cannot_answer(texts[0], g[0], evidence)
        ]
        near = [text for text, likely in guesses if likely > guesses[0][1] - _NEAR]
        cited = {text: judge_sentence(text, evidence, query.text).evidence for text in near}
        alone = {
            text: sum(local_model.score_continuations(build_messages(query, [item]), [text])[0])
            for text, item in cited.items()
            if item is not None
        }
        if len(alone) < 2:
            continue
        weighed += 1
        reading = write_answer(local_model, query, evidence)
        assert reading.text == max(alone, key=lambda text: alone[text])
        likely = next(likely for text, likely in guesses if text == reading.text)
        assert sum(reading.token_logprobs) == pytest.approx(likely, abs=1e-3)
    assert weighed >= 2


def test_a_guess_far_likelier_than_others_is_written_at_once(local_model: LocalModel) -> None:
    query, evidence = Query(FERRY[0], ASKED), make_evidence(*FERRY[1:])
    guesses = guesses_of(local_model, query, evidence, 2)
    assert guesses[1][1] < guesses[0][1] - _NEAR
    reading = write_answer(local_model, query, evidence)
    assert (reading.text, sum(reading.token_logprobs)) == guesses[0]


def test_a_guess_in_other_capitals_is_not_read_again(local_model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.reading, "_NEAR", 4.0)
    alike = 0
    for texts in CAPITALS:
        query, evidence = Query(texts[0], ASKED), make_evidence(*texts[1:])
        begun = [text.casefold() for text, _ in guesses_of(local_model, query, evidence, 4)]
        alike += len(begun) - len(set(begun))
        guesses = qa.reading._guess(local_model, build_messages(query, evidence), query, evidence, None)
        weighed = [guess.text.casefold() for guess, _ in guesses]
        assert len(set(weighed)) == len(weighed)
    assert alike
