"""What happened with something: which questions want it, and dated, exact, folded sentences of the sample archive."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_articles import make_article
from stand_in_model import StandIn

from index.article import Passage, Span
from index.build import build_index
from index.embedder import MiniLM, to_unit
from index.home import Home
from index.query import Filters, Query
from index.search import Candidate, Findings
from index.sentences import split_sentences
from qa.answer import Evidence, Turn
from qa.assistant import Assistant
from qa.independence import independent
from qa.namesakes import find_person
from qa.timeline import Timeline, build_timeline, find_topic
from qa.written_dates import Basis
from ui.answer_json import timeline_object
from ui.terminal import print_timeline

SEEDS = Path(__file__).parent.parent / "seeds"
AS_OF = date(2024, 10, 1)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("timeline")
    build_index([SEEDS], Home(folder))
    with Assistant.open(folder, llm=StandIn()) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What happened in Mali?", "Mali"),
        ("what has happened with the UN mission in Mali since 2023", "the UN mission in Mali since 2023"),
        ("What happened to Yevgeny Prigozhin?", "Yevgeny Prigozhin"),
        ("What's happening in Niger?", "Niger"),
        ("Timeline of the Volgograd prison siege", "the Volgograd prison siege"),
        ("Give me a timeline of events in Barcelona.", "Barcelona"),
        ("the chronology of the coup", "the coup"),
        ("Tell me about the Paris attacks", "the Paris attacks"),
        ("can you tell me about Wagner?", "Wagner"),
        ("What do the articles say about JNIM?", "JNIM"),
        ("What's the latest on the strike?", "the strike"),
        ("Summarise the coup in Niger", "the coup in Niger"),
        ("a short summary of the siege", "the siege"),
        ("How did the siege in Rostov unfold?", "the siege in Rostov"),
        ("What happened after the siege in Rostov?", "after the siege in Rostov"),
        ("What has happened since 2023?", "since 2023"),
        ("What happened before Per Lund resigned?", "before Per Lund resigned"),
    ],
)
def test_questions_for_a_timeline(question: str, topic: str) -> None:
    assert find_topic(question) == topic


@pytest.mark.parametrize(
    "question",
    [
        "What happened?",
        "What happened when the fan tried to cash the cheque?",
        "Biden dropped out of the race after what happened?",
        "How did he die?",
        "What happens if it rains?",
        "Who wrote Timeline?",
        "Tell me who leads Wagner",
        "What is the latest toll?",
        "What do the police know?",
        "",
    ],
)
def test_other_questions_are_none(question: str) -> None:
    assert find_topic(question) == ""


def check(timeline: Timeline) -> None:
    """What must hold of every timeline."""
    for item in timeline.evidence:
        assert item.article.text[item.span.start : item.span.end] == item.quote
    assert [item.number for item in timeline.evidence] == list(range(1, len(timeline.evidence) + 1))
    days = [event.when.day if event.when else date.max for event in timeline.events]
    assert days == sorted(days)
    for event in timeline.events:
        assert 1 <= event.sources <= len(event.evidence)
        assert len({item.article.id for item in event.evidence}) == len(event.evidence)
        published = event.evidence[0].article.published
        if event.when is not None and event.when.basis is Basis.PUBLISHED:
            assert event.when.day == published


def test_events_come_in_order_with_the_days_they_happened_on(assistant: Assistant) -> None:
    timeline = assistant.timeline("the Russian airliner in Sinai", as_of=AS_OF)
    check(timeline)
    said = {event.quote[:24]: event.when.say() for event in timeline.events if event.when}
    assert said["A Russian passenger plan"] == "31 October 2015"
    assert said["Russia suspended all pas"] == "6 November 2015"  # "two days later"
    assert list(said.values())[-1] == "17 November 2015"


def test_a_topic_of_which_the_articles_tell_nothing_has_no_events(assistant: Assistant) -> None:
    assert assistant.timeline("the Olympic Games in Tokyo", as_of=AS_OF).events == ()


def test_a_time_is_kept_to(assistant: Assistant) -> None:
    timeline = assistant.timeline("What happened in Mali in 2023?", as_of=AS_OF)
    check(timeline)
    assert timeline.events
    assert {event.when.day.year for event in timeline.events if event.when} == {2023}


def test_what_happened_is_answered_by_a_timeline_without_the_model(assistant: Assistant) -> None:
    answer = assistant.ask("What happened to Prigozhin?", as_of=AS_OF)
    assert answer.timeline is not None
    assert answer.evidence == answer.timeline.evidence
    assert not answer.abstained
    assert [c.quote.of(answer.evidence[c.number - 1].article.text) for c in answer.citations] == [
        c.claim.of(answer.text) for c in answer.citations
    ]
    assert "23 June 2023: Exactly two months before" in answer.text
    follow_up = assistant.ask(
        "And in Niger?", history=[Turn("What happened in Mali?", "What happened in Mali?", "")], as_of=AS_OF
    )
    assert follow_up.timeline is not None
    assert follow_up.timeline.topic == "Niger"


def test_where_nothing_is_told_the_question_goes_the_usual_way(assistant: Assistant) -> None:
    answer = assistant.ask("What happened in Tokyo?", as_of=AS_OF)
    assert answer.timeline is None
    assert answer.abstained


def test_filters_are_kept_to(assistant: Assistant) -> None:
    timeline = assistant.timeline("Nice", filters=Filters(before=date(2016, 7, 31)), as_of=AS_OF)
    assert {item.article.title for item in timeline.evidence} == {"Lorry kills at least 84 in Nice on Bastille Day"}


def test_it_is_printed_and_told_as_json(assistant: Assistant) -> None:
    timeline = assistant.timeline("the Nice attack", as_of=AS_OF)
    out = io.StringIO()
    print_timeline(timeline, out)
    assert out.getvalue().index("14 July 2016") < out.getvalue().index("4 August 2016")
    value = json.loads(json.dumps(timeline_object(timeline)))
    assert value["topic"] == "the Nice attack"
    first = value["events"][0]
    assert {"date": first["date"], "precision": first["precision"], "basis": first["basis"]} == {
        "date": "2016-07-14",
        "precision": "day",
        "basis": "relative",
    }
    assert first["text"] == first["evidence"][0]["quote"]


def found(embedder: MiniLM, topic: str, *articles: tuple[str, date | None, str]) -> Timeline:
    """The timeline of `topic` over articles (text, day, source) that a search is held to have found."""
    candidates = []
    for number, (text, published, source) in enumerate(articles, start=1):
        article = make_article("A report", text, published=published, source=source)
        spans = tuple(split_sentences(text))
        passage = Passage(number, article, Span(0, len(text)), spans)
        candidates.append(Candidate(passage, 1.0, 0.5, 1.0))
    return build_timeline(Query(topic, AS_OF), Findings(tuple(candidates)), embedder.embed)


DAY = date(2024, 5, 3)


def test_one_fact_of_several_sources_is_told_once(embedder: MiniLM) -> None:
    timeline = found(
        embedder,
        "the ferry Aurora",
        ("The ferry Aurora ran aground off Aland on Thursday.", DAY, "Harbour Wire"),
        ("On Thursday the ferry Aurora ran aground near Aland.", DAY, "Island Post"),
        ("The ferry Aurora ran aground off Aland late on Thursday.", DAY, "Reprint Daily"),
        ("The owner sold the ferry Aurora to a Greek company on May 20.", date(2024, 5, 21), "Harbour Wire"),
    )
    check(timeline)
    assert [(len(event.evidence), event.sources) for event in timeline.events] == [(3, 2), (1, 1)]


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("the ferry Aurora in May", True),  # of an earlier year than that of the question
        ("the ferry Aurora in May 2023", False),
        ("the ferry Aurora last week", False),
    ],
)
def test_a_month_without_a_year_is_of_any_where_none_is_told_of_the_last(
    embedder: MiniLM, topic: str, *, told: bool
) -> None:
    text, day = "The ferry Aurora ran aground off Aland on Thursday.", date(2022, 5, 6)
    assert bool(found(embedder, topic, (text, day, "Harbour Wire")).events) is told


def test_what_was_taken_back_is_no_event_and_what_puts_it_right_is_one(embedder: MiniLM) -> None:
    text = "Correction: An earlier version of this article said that the ferry Aurora sank on Monday. "
    timeline = found(embedder, "the ferry Aurora", (f"{text}The ferry Aurora sank on Thursday.", DAY, "Harbour Wire"))
    assert [event.quote for event in timeline.events] == ["The ferry Aurora sank on Thursday."]


@pytest.mark.parametrize(
    ("topic", "text", "told"),
    [
        ("the harbour strike", "Crane drivers began a strike at the harbour on Thursday.", True),
        ("the harbour strike", "The court moved to strike a juror on Thursday.", False),
        ("the strike", "The court moved to strike a juror on Thursday.", True),
        ("Storm Petra", "Storm Petra reached Aland on Thursday.", True),
        ("Storm Petra", "Petra Lund sold her paper on Thursday.", False),
        ("Petra", "Petra Lund sold her paper on Thursday.", True),
    ],
)
def test_what_shares_one_word_of_two_with_a_topic_is_not_of_it(
    embedder: MiniLM, topic: str, text: str, *, told: bool
) -> None:
    """Though that word weighs most, the other standing in most of what is found."""
    common = [(f"It was calm in the harbour at {n} after the storm.", DAY, "Island Post") for n in range(5)]
    quotes = [event.quote for event in found(embedder, topic, (text, DAY, "Harbour Wire"), *common).events]
    assert (text in quotes) is told


def test_a_person_s_timeline_tells_nothing_of_a_namesake(embedder: MiniLM) -> None:
    articles = (
        ("Ilena Tvorak was elected mayor on Thursday. Tvorak thanked her brother Petar Tvorak.", DAY, "Harbour Wire"),
        (
            "A court jailed Petar Tvorak on Wednesday. Tvorak was led away. Ilena Tvorak was in court.",
            DAY,
            "Island Post",
        ),
    )
    told = {event.quote for event in found(embedder, "Ilena Tvorak", *articles).events}
    assert "Ilena Tvorak was elected mayor on Thursday." in told
    assert not told & {"A court jailed Petar Tvorak on Wednesday.", "Tvorak was led away."}
    told = {event.quote for event in found(embedder, "Petar Tvorak", *articles).events}
    assert "A court jailed Petar Tvorak on Wednesday." in told
    assert "Ilena Tvorak was elected mayor on Thursday." not in told


@pytest.mark.parametrize(
    ("title", "lead", "is_another"),
    [
        ("Petar Tvorak jailed", "Tvorak was led away.", True),
        ("Court jails Tvorak", "Ilena Tvorak was in court; Petar Tvorak was not.", False),
        ("Court Jails Tvorak After Long Trial", "The sentence stands.", False),
        ("The trial", "President Tvorak and Petar Tvorak met.", True),
        ("The trial", "Meanwhile Tvorak resigned.", False),
        ("The trial", "Nobody of this name is mentioned.", False),
    ],
)
def test_the_first_full_name_tells_whom_a_report_is_about(title: str, lead: str, is_another: bool) -> None:
    person = find_person("Ilena Tvorak", [])
    assert person is not None
    assert person.is_another_in(title, lead) is is_another


def test_a_short_form_is_no_other_name() -> None:
    person = find_person("Michael Tvorak", [])
    assert person is not None
    assert person.is_named_in("The court jailed Mike Tvorak.")
    assert not person.is_another_in("The trial", "Mike Tvorak was led away.")
    assert person.is_another_in("The trial", "Matt Tvorak was led away.")


def test_what_is_no_person_has_no_namesakes() -> None:
    assert find_person("Lund Bridge", ["The old bridge was closed."]) is None
    assert find_person("the bridge", []) is None
    assert find_person("Tvorak", []) is None
    assert find_person("President Tvorak", []) is None
    assert find_person("Ilena Tvorak since May", []) is not None


@pytest.mark.parametrize(
    ("topic", "days"),
    [
        ("after Per Lund resigned", [7, 9]),
        ("since Per Lund resigned", [7, 9]),
        ("before Per Lund resigned", [3, 7]),
        ("Per Lund", [3, 7, 9]),
        ("Per Lund after May 8, 2024", [9]),
        ("after Per Lund drowned", []),
        ("after that", []),
    ],
)
def test_what_happened_after_an_event_or_before_it(topic: str, days: list[int], embedder: MiniLM) -> None:
    articles = (
        ("Mayor Per Lund ordered the harbour closed on Friday.", DAY, "Harbour Wire"),
        ("Mayor Per Lund resigned on Tuesday.", date(2024, 5, 7), "Island Post"),
        ("A court cleared Per Lund of all charges on Thursday.", date(2024, 5, 9), "Harbour Wire"),
    )
    assert [event.when.day.day for event in found(embedder, topic, *articles).events if event.when] == days


def test_of_an_event_alone_nothing_after_it_is_told(embedder: MiniLM) -> None:
    article = ("Mayor Per Lund resigned on Tuesday.", date(2024, 5, 7), "Island Post")
    assert found(embedder, "after Per Lund resigned", article).events == ()
    aside = ("It rained. The harbour was closed on Thursday.", date(2024, 5, 9), "Harbour Wire")
    assert found(embedder, "after Per Lund resigned", article, aside).events == ()


def test_another_count_of_the_same_thing_is_told_apart(embedder: MiniLM) -> None:
    timeline = found(
        embedder,
        "the ferry Aurora",
        ("Three sailors died when the ferry Aurora sank on Thursday.", DAY, "Harbour Wire"),
        ("Four sailors died when the ferry Aurora sank on Thursday.", DAY, "Island Post"),
    )
    assert [event.sources for event in timeline.events] == [1, 1]


def test_what_has_no_date_comes_last(embedder: MiniLM) -> None:
    timeline = found(
        embedder,
        "the ferry Aurora",
        ("The ferry Aurora was raised from the sea bed.", None, ""),
        ("The ferry Aurora sank on Thursday.", DAY, ""),
    )
    assert [event.when is None for event in timeline.events] == [False, True]


def test_one_publisher_or_one_wording_is_one_source() -> None:
    def report(number: int, text: str, source: str) -> Evidence:
        return Evidence(number, make_article(f"Report {number}", text, source=source), Span(0, len(text)), 1.0)

    wire = report(1, "The ferry ran aground off Aland on Thursday night.", "Harbour Wire")
    again = report(2, "It was the second time that the ferry ran aground.", "harbour wire")
    copied = report(3, "The ferry ran aground off Aland on Thursday night.", "")
    other = report(4, "Rocks off Aland stopped a ferry.", "")
    assert independent([wire, again, copied, other]) == [wire, other]


WORDS = 'The ferry Aurora sank on Friday . died said police in 2021 who May 8 yesterday later two days " was it'.split()
TEXTS = st.lists(st.sampled_from([*WORDS, "\n\n"]), min_size=1, max_size=40).map(" ".join)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))), max_size=5))
def test_any_articles_make_a_timeline(articles: list[tuple[str, date | None]]) -> None:
    chance = np.random.default_rng(0)
    candidates = []
    for number, (text, published) in enumerate(articles, start=1):
        spans = tuple(split_sentences(text))
        passage = Passage(
            number, make_article(f"Report {number}", text, published=published), Span(0, len(text)), spans
        )
        candidates.append(Candidate(passage, 1.0, 0.5, 1.0))
    query = Query("the ferry Aurora on Friday", AS_OF)
    check(
        build_timeline(query, Findings(tuple(candidates)), lambda texts: to_unit(chance.normal(size=(len(texts), 384))))
    )
