"""The whole way with a stand-in at the model seam: events, abstention, follow-ups, cancellation, llama-index."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse
from stand_in_model import StandIn

from index.build import build_index
from index.errors import CancelledError, IndexMissingError
from index.home import Home
from index.query import Filters, Query
from qa.answer import Answer, Delta, Done, Found, Turn, Verdict
from qa.assistant import Assistant
from qa.composition import DOUBT, NOT_FOUND
from qa.engine import AssistantQueryEngine

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "How many guards were killed in the attack on the Volgograd prison?"
NO_TOLL = "Who attacked the Volgograd prison?"
AS_OF = date(2024, 8, 26)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assistant")
    build_index([SEEDS], Home(folder))
    return folder


@pytest.fixture
def assistant(folder: Path) -> Iterator[Assistant]:
    with Assistant.open(folder, llm=StandIn(pattern="([Ff]our) prison guards")) as assistant:
        yield assistant


def check_offsets(answer: Answer) -> None:
    for item in answer.evidence:
        assert item.article.text[item.span.start : item.span.end] == item.quote
    for citation in answer.citations:
        assert citation.quote == answer.evidence[citation.number - 1].span
        assert citation.claim.of(answer.text)


def test_sources_come_before_the_answer_and_the_answer_last(assistant: Assistant) -> None:
    events = list(assistant.stream(QUESTION, as_of=AS_OF))
    assert isinstance(events[0], Found)
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert "".join(e.text for e in events if isinstance(e, Delta)) == answer.text
    assert answer.evidence[: len(events[0].evidence)] == events[0].evidence  # what else differs comes after it
    assert answer.short == "Four"
    assert not answer.abstained
    check_offsets(answer)
    assert {"sources_s", "first_word_s", "total_s"} <= set(answer.timings)


class Inventor(StandIn):
    """Names what no article holds."""

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text="Ninety-nine guards, said Igor Nobodyev")


def test_what_the_model_invents_is_not_shown(folder: Path) -> None:
    with Assistant.open(folder, llm=Inventor()) as assistant:
        answer = assistant.ask(NO_TOLL, as_of=AS_OF)
    assert answer.abstained
    assert answer.text == NOT_FOUND
    assert "Ninety-nine" not in answer.text + answer.short
    assert answer.best_guess.startswith("Ninety-nine")


@pytest.mark.parametrize(("even", "verdict"), [(0.0, Verdict.SUPPORTED), (1.0, Verdict.WEAK)])
def test_an_answer_that_is_wrong_more_often_than_right_is_marked(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, even: float, verdict: Verdict
) -> None:
    monkeypatch.setattr("qa.conclusion.even_from", lambda model: even)
    answer = assistant.ask(QUESTION, as_of=AS_OF)
    assert answer.short == "Four"
    short, quoted = answer.citations[0], answer.citations[-1]
    assert (short.verdict, short.reason) == (verdict, DOUBT if verdict is Verdict.WEAK else "")
    assert quoted.verdict is Verdict.SUPPORTED, "the quote itself stands"


def test_a_refusal_of_the_model_is_an_abstention_that_names_the_nearest(folder: Path) -> None:
    with Assistant.open(folder, llm=StandIn(pattern="(?!)")) as assistant:
        answer = assistant.ask(NO_TOLL, as_of=AS_OF)
        best = assistant.search(answer.query, k=3)
    assert (answer.abstained, answer.short, answer.citations) == (True, "", ())
    assert [hit.rank for hit in answer.nearest] == [1, 2, 3]
    assert list(answer.nearest) == best


def test_filters_that_exclude_all_leave_nothing_to_say(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION, as_of=AS_OF, filters=Filters(before=date(1990, 1, 1)))
    assert answer.abstained
    assert (answer.evidence, answer.nearest) == ((), ())


def test_articles_that_differ_are_shown_to_differ(folder: Path) -> None:
    with Assistant.open(folder, llm=StandIn(pattern="(1[34]\\d)")) as assistant:
        answer = assistant.ask(
            "How many people were killed in the attack on Crocus City Hall?", as_of=date(2024, 12, 1)
        )
    values = [reading.value for d in answer.disagreements for reading in d.readings]
    assert len(values) >= 2
    assert all(value in answer.text for value in values)
    check_offsets(answer)


def test_a_toll_that_has_grown_is_told_as_it_stands(folder: Path) -> None:
    """The first count, which the model read, stands below it with its day."""
    with Assistant.open(folder, llm=StandIn(pattern="killing at least (13)")) as assistant:
        answer = assistant.ask("How many people were killed in the attacks in Catalonia?", as_of=date(2024, 12, 1))
    assert answer.short == "16"
    assert "16" in answer.evidence[answer.citations[0].number - 1].quote
    assert [r.value for d in answer.disagreements for r in d.readings] == ["16", "13"]
    check_offsets(answer)


def test_a_follow_up_is_searched_as_it_is_understood(assistant: Assistant) -> None:
    history = [Turn(QUESTION, QUESTION, "Four")]
    answer = assistant.ask("and when did it happen?", history=history, as_of=AS_OF)
    assert "Volgograd" in answer.query.text
    assert answer.question == "and when did it happen?"


def test_small_talk_is_answered_without_articles(assistant: Assistant) -> None:
    events = list(assistant.stream("Thank you!"))
    assert not any(isinstance(event, Found) for event in events)
    assert isinstance(events[-1], Done)
    assert (events[-1].answer.evidence, events[-1].answer.abstained) == ((), False)


def test_cancelling_stops_before_the_answer(assistant: Assistant) -> None:
    cancel = threading.Event()
    events = assistant.stream(QUESTION, as_of=AS_OF, cancel=cancel)
    assert isinstance(next(events), Found)
    cancel.set()
    with pytest.raises(CancelledError):
        list(events)


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="dateline index"):
        Assistant.open(tmp_path / "nothing", llm=StandIn())


def test_a_query_engine_for_llama_index(assistant: Assistant) -> None:
    response = AssistantQueryEngine(assistant, as_of=AS_OF).query(QUESTION)
    answer = response.metadata["answer"]  # type: ignore[union-attr, index]
    assert str(response) == answer.text
    assert {n.metadata["number"] for n in response.source_nodes} == {c.number for c in answer.citations}


def test_examples_ask_what_the_articles_hold(assistant: Assistant) -> None:
    examples = assistant.example_questions(4)
    assert len(set(examples)) == 4
    text = " ".join(a.text for a in assistant.catalogue.newest_articles(50)).lower()
    for example in examples:
        asked = re.fullmatch(
            r"(?:How many|What happened to|What is said about|Why is) (.+?)(?: in the news)?\?", example
        )
        assert asked
        assert asked[1].lower() in text


def test_half_a_character_in_a_question_is_no_error(assistant: Assistant) -> None:
    assert assistant.ask("How many guards were killed in \ud800 Volgograd?").evidence
    assert assistant.search(Query("guards \ud800 Volgograd", AS_OF))
    assert assistant.timeline("\udcff Volgograd prison").events
