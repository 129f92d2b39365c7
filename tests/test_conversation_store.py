"""Conversations on disk: whole again after a restart, without copies of articles, each its owner's."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from made_articles import make_article

from index.article import Article, Hit, Passage, Span
from index.errors import DatelineError
from index.home import Home
from index.query import Filters, Query
from qa.answer import Answer, Citation, Evidence, Verdict
from ui.conversation import MAX_TURNS, Exchange, State
from ui.conversation_store import ConversationStore, open_conversations
from ui.turn_json import turn_from_json, turn_to_json

TEXT = "Fog lay over the sea. All 98 people on board were taken off. The hull held."
QUOTE = "All 98 people on board were taken off."


@pytest.fixture
def store(either_home: Home) -> ConversationStore:
    """In SQLite, and once more in PostgreSQL."""
    return open_conversations(either_home)


def state(home: Home, statement: str) -> list[tuple[object, ...]]:
    """What the database itself says."""
    if home.server:
        with psycopg.connect(home.server, autocommit=True) as server:
            cursor = server.execute(statement)
            return cursor.fetchall() if cursor.description else []
    with sqlite3.connect(home.conversations) as connection:
        return connection.execute(statement).fetchall()


def answered(article: Article, number: int = 1) -> Exchange:
    start = article.text.index(QUOTE)
    span = Span(start, start + len(QUOTE))
    query = Query("How many were on board?", date(2021, 11, 25), Filters(sources=("EFE",)))
    evidence = Evidence(1, article, span, 0.5)
    hit = Hit(Passage(7, article, Span(0, len(article.text)), (span,)), 0.3, 1)
    answer = Answer(
        "How many?", query, "98 [1]", "98", "98", abstained=False, evidence=(evidence,),
        citations=(Citation(Span(0, 2), 1, Span(start + 4, start + 13), Verdict.SUPPORTED),), nearest=(hit,),
        timings={"total_s": 1.5},
    )  # fmt: skip
    turn = Exchange(number, "How many?", query.filters, query.as_of, titles=("A",), agreeing={1: ("EFE", "DW")})
    return replace(turn, state=State.DONE, query=query, answer=answer)


def test_a_turn_is_the_same_after_json_and_holds_no_article() -> None:
    article = make_article(text=TEXT)
    turn = answered(article)
    stored = turn_to_json(turn)
    assert "Fog lay" not in json.loads(stored)["answer"]["evidence"][0].get("kept", "")
    assert "Fog lay" not in json.dumps(json.loads(stored)["answer"]["evidence"])
    assert turn_from_json(stored, {article.id: TEXT}.get) == turn


def test_an_article_that_left_the_index_is_stood_for_by_its_quote() -> None:
    turn = turn_from_json(turn_to_json(answered(make_article(text=TEXT))), lambda _: None)
    assert turn.answer is not None
    (evidence,), (citation,) = turn.answer.evidence, turn.answer.citations
    assert evidence.quote == QUOTE == evidence.article.text
    assert citation.quote.of(evidence.article.text) == "98 people"


def test_conversations_survive_a_restart(either_home: Home) -> None:
    article = make_article(text=TEXT)
    first = open_conversations(either_home)
    name = first.begin("", "How many?")
    turn = first.add_turn(name, answered(article, number=0))
    assert turn.number == 1
    again = open_conversations(either_home).load(name, "", {article.id: TEXT}.get)
    assert (again.id, again.title, again.turns) == (name, "How many?", (turn,))


def test_two_tabs_number_their_turns_one_after_the_other(store: ConversationStore) -> None:
    name = store.begin("", "Both")
    article = make_article(text=TEXT)
    numbers: list[int] = []

    def add() -> None:
        numbers.extend(store.add_turn(name, answered(article)).number for _ in range(5))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 21))


def test_a_conversation_is_its_owners_alone(store: ConversationStore) -> None:
    name = store.begin("ada", "Hers")
    store.rename(name, "bob", "His")
    store.delete(name, "bob")
    assert store.listed("bob") == []
    with pytest.raises(DatelineError, match="no such conversation"):
        store.load(name, "bob", lambda _: None)
    assert [each.title for each in store.listed("ada")] == ["Hers"]


def test_search_looks_into_titles_questions_and_answers_word_for_word(store: ConversationStore) -> None:
    ferry = store.begin("", "Änderung 100%")
    store.add_turn(ferry, answered(make_article(text=TEXT)))
    store.begin("", "Other")
    assert [each.id for each in store.listed("", "änderung")] == [ferry]
    assert [each.id for each in store.listed("", "98 [1]")] == [ferry]
    assert [each.id for each in store.listed("", "0%")] == [ferry]
    assert store.listed("", "_nderung") == []
    assert len(store.listed("")) == 2


def test_a_deleted_conversation_takes_its_turns_and_no_new_one(store: ConversationStore, either_home: Home) -> None:
    name = store.begin("", "Gone")
    store.add_turn(name, answered(make_article(text=TEXT)))
    store.delete(name, "")
    with pytest.raises(DatelineError, match="has been deleted"):
        store.add_turn(name, answered(make_article(text=TEXT)))
    assert state(either_home, "SELECT count(*) FROM turns") == [(0,)]


def test_only_the_newest_turns_are_loaded_and_the_rest_counted(store: ConversationStore) -> None:
    name = store.begin("", "Long")
    article = make_article(text=TEXT)
    for _ in range(MAX_TURNS + 3):
        store.add_turn(name, answered(article))
    loaded = store.load(name, "", lambda _: TEXT)
    assert (len(loaded.turns), loaded.earlier, loaded.turns[-1].number) == (MAX_TURNS, 3, MAX_TURNS + 3)


def test_a_turn_of_another_version_keeps_its_question(store: ConversationStore, either_home: Home) -> None:
    name = store.begin("", "Old")
    store.add_turn(name, answered(make_article(text=TEXT)))
    state(either_home, """UPDATE turns SET value = '{"number": 1}'""")
    (turn,) = store.load(name, "", lambda _: TEXT).turns
    assert (turn.question, turn.state) == ("How many?", State.FAILED)
    assert "another version" in turn.message


def test_a_damaged_file_is_said_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatelineError, match="move it away"):
        open_conversations(Home(tmp_path))
