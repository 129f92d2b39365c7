"""Questions that want yes or no: yes only where a sentence says so, else what articles say, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from made_articles import make_evidence
from stand_in_model import StandIn

from index.build import build_index
from index.home import Home
from qa.answer import Verdict
from qa.assistant import Assistant
from qa.composition import NOT_FOUND
from qa.yes_no import NEITHER, YES, asks_yes_or_no, says_yes

SEEDS = Path(__file__).parent.parent / "seeds"
RECORDS = [json.loads(line) for line in (Path(__file__).parent / "yes_no.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("home")
    build_index([SEEDS], Home(folder))
    with Assistant.open(folder, llm=StandIn(pattern="(the model is not asked)")) as assistant:
        yield assistant


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["question"])
def test_sample_archive(assistant: Assistant, record: dict[str, str]) -> None:
    answer = assistant.ask(record["question"], as_of=date(2026, 11, 28))
    says = "yes" if answer.short == YES else "" if answer.abstained else "told"
    assert says == record["says"], answer.text
    assert record["quote"] in answer.text
    assert answer.text.startswith({"yes": YES, "told": NEITHER, "": NOT_FOUND}[says])
    assert all(c.claim.of(answer.text) and c.quote == answer.evidence[c.number - 1].span for c in answer.citations)
    assert {c.verdict for c in answer.citations} <= {Verdict.SUPPORTED if says == "yes" else Verdict.WEAK}


@pytest.mark.parametrize(
    ("question", "quote", "yes"),
    [
        ("Did Macron resign?", "Macron resigned on Monday.", True),
        ("Did Macron resign?", "Macron has resigned.", True),
        ("Did Macron resign?", "The president, Emmanuel Macron, resigned on Monday.", True),
        ("Did Macron resign?", "Macron, who is 46, resigned.", True),
        ("Did Macron resign?", "Macron's prime minister resigned on Monday.", False),
        ("Did Macron resign?", "After Macron resigned, Attal took over.", False),
        ("Did Macron resign?", "Macron has not resigned.", False),
        ("Did Macron resign?", "Macron nearly resigned on Monday.", False),
        ("Did Macron resign?", "Macron would have resigned if the vote had failed.", False),
        ("Has Macron already resigned?", "Macron resigned on Monday.", False),
        ("Will Macron resign?", "Macron resigned on Monday.", False),
        ("Did Russia attack Ukraine?", "Russia attacked Ukraine from the north.", True),
        ("Did Russia attack Ukraine?", "Russia condemned the attack on Ukraine.", False),
        ("Did Russia attack Ukraine?", "Ukraine attacked Russia.", False),
        ("Did Russia attack Ukraine?", "Russia was attacked by Ukraine.", False),
        ("Were the attackers killed?", "The attackers, all inmates, were killed by snipers.", True),
        ("Were the attackers killed?", "The attackers killed four guards.", False),
        ("Were the attackers killed?", "Two of the attackers were killed.", False),
        ("Have the attackers been killed?", "The attackers were killed by snipers.", True),
        ("Did police kill the driver?", "Police said the men had killed the driver.", False),
        ("Is Ida Moen the mayor of Oslo?", "Ida Moen is the mayor of Oslo.", True),
        ("Is Ida Moen the mayor of Oslo?", "Ida Moen is the former mayor of Oslo.", False),
        ("Was Ida Moen arrested in Oslo?", "Ida Moen was arrested in Bergen.", False),
        ("Was Ida Moen killed by police?", "Ida Moen was killed by police in Oslo.", True),
        ("Was Ida Moen killed by police?", "Ida Moen was killed by rebels, police said.", False),
        ("Was Ida Moen killed by police?", "Ida Moen was killed near the police station.", False),
        ("Did Ida Moen vote for the bill?", "Ida Moen voted against the bill.", False),
        ("Did Macron resign?", "The claim that Macron resigned was put about by bots.", False),
        ("Were all guards killed?", "The guards were killed.", False),
        ("Did the blast kill 500 people?", "The blast killed 145 people.", False),
        ("Did Ida Moen not resign?", "Ida Moen resigned.", False),
        ("Did Wagner leave Mali?", "Wagner left Mali in June.", True),
        ("Did Wagner leave Mali?", "Wagner's commander left Mali in June.", False),
        ("Did the ferry sink?", "The ferry sank off Karsk.", True),
        ("Did the ferry sink?", "The ferry sinking was the worst in years.", False),
        ("Did Ida Moen lose the title?", "Ida Moen won the title.", False),
    ],
)
def test_yes_is_what_one_sentence_says(question: str, quote: str, *, yes: bool) -> None:
    assert says_yes(question, make_evidence(quote)[0]) is yes


def test_one_of_two_things_is_no_yes_or_no() -> None:
    assert asks_yes_or_no("Was it a bomb?")
    assert not asks_yes_or_no("Was it a bomb or a gas leak?")
    assert not asks_yes_or_no("Can you explain the strike?")
    assert not asks_yes_or_no("Had the radar failed, and whom does the captain blame?")
    assert not asks_yes_or_no("Who won?")
