"""The measuring instrument: scores, statistics, data sets, RGB's modes, judging, the report."""

from __future__ import annotations

import importlib.util
import itertools
import math
import random
import string
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_articles import make_article
from made_datasets import CASE, DAY, QUESTIONS, QUOTE, RGB_ROW, make_result, make_said, write_dataset, write_lines

from index.article import Span
from index.catalogue import Catalogue
from index.errors import DatelineError, UsageError
from index.query import Query
from qa.answer import Answer, Citation, Evidence, Verdict
from qa.evaluation.corpus_check import find_answered
from qa.evaluation.dataset import ANSWERABLE, UNANSWERABLE, read_dataset
from qa.evaluation.judge import Judged, Outcome, count_cited, find_invented, judge
from qa.evaluation.report import Figure, make_report
from qa.evaluation.result import CitedQuote, Result, Said
from qa.evaluation.rgb import DISAGREEMENT, REJECTION, mix_snippets, noise_suite, read_groups, read_rgb
from qa.evaluation.run import check_slices
from qa.evaluation.scores import exact_match, holds, holds_all, is_left_out, normalise, token_f1
from qa.evaluation.statistics import estimate_aurc, estimate_mean, estimate_ratio, percentile, risk_coverage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "mine")


# Scores


def test_normalise_is_the_benchmarks() -> None:
    assert normalise("  The $19 million,\tU.S.\n“deal” ") == "the 19 million us “deal”"
    chance = random.Random(1)
    for _ in range(200):
        text = "".join(chance.choices(string.printable, k=40))
        expected = "".join(c for c in text.lower() if c not in set(string.punctuation)).split()
        assert normalise(text).split() == expected


def test_exact_match_takes_any_answer() -> None:
    assert exact_match("Three months.", ["3 months", "three months"])
    assert not exact_match("The three months", ["three months"])
    assert not exact_match("", ["three months"])


@pytest.mark.parametrize(
    ("prediction", "answers", "expected"),
    [
        ("a b c", ["a b c"], 1.0),
        ("a b c d", ["a b"], 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("a a b", ["a b b"], 2 / 3),
        ("x", ["a"], 0.0),
        ("", ["a"], 0.0),
        ("a", ["x", "a b"], 2 / 3),
    ],
)
def test_token_f1_by_hand(prediction: str, answers: list[str], expected: float) -> None:
    assert token_f1(prediction, answers) == pytest.approx(expected)


def test_token_f1_is_precision_and_recall() -> None:
    chance = random.Random(2)
    for _ in range(200):
        ours, theirs = (chance.choices("abcd", k=chance.randint(1, 6)) for _ in range(2))
        left = list(theirs)
        shared = 0
        for token in ours:
            if token in left:
                left.remove(token)
                shared += 1
        precision, recall = shared / len(ours), shared / len(theirs)
        expected = 2 * precision * recall / (precision + recall) if shared else 0.0
        assert token_f1(" ".join(ours), [" ".join(theirs)]) == pytest.approx(expected)


def test_answers_are_found_as_whole_words() -> None:
    assert holds("The toll rose to 40, officials said.", ["40"])
    assert not holds("The toll rose to 140.", ["40"])
    assert holds("Seen in Saudi-Arabia", ["SaudiArabia"])  # the benchmark drops hyphens
    assert holds("“Succession,” of Saudi Arabia’s coast—the actors’ own", ["Succession"])
    assert holds("In Saudi Arabia’s capital", ["Saudi Arabia"])
    assert holds("the actors' own", ["actors"])
    assert holds("at McDonald’s", ["McDonald's"])
    assert not holds("Saudi Arabia", ["Arabia Saudi"]), "nor where its end meets its beginning"
    assert not holds("anything", ["?!"])


def test_every_group_must_be_named() -> None:
    groups = (("Jul 21, 2017", "July 21 2017"), ("Nintendo",))
    assert holds_all("Nintendo released it on July 21, 2017", groups)
    assert not holds_all("It came on July 21, 2017", groups)
    assert not holds_all("anything", ())


def test_only_a_final_except_is_left_out() -> None:
    assert is_left_out("He coached at all of these schools except:")
    assert not is_left_out("Which exception did the court make, except for one?")


# Statistics


def test_ratio_and_mean_by_hand() -> None:
    ratio = estimate_ratio([1, 2, 0], [2, 2, 0], seed=0)
    assert ratio is not None
    assert (ratio.value, ratio.n) == (0.75, 2)
    assert estimate_ratio([0], [0], seed=0) is None
    assert estimate_mean([], seed=0) is None


def test_interval_agrees_with_the_normal_one() -> None:
    values = [1.0] * 120 + [0.0] * 280
    estimate = estimate_mean(values, seed=3)
    assert estimate is not None
    half = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert estimate.low == pytest.approx(0.3 - half, abs=0.01)
    assert estimate.high == pytest.approx(0.3 + half, abs=0.01)


def test_interval_is_the_same_for_the_same_seed() -> None:
    values = list(np.linspace(0, 1, 37))
    assert estimate_mean(values, seed=5) == estimate_mean(values, seed=5)
    assert estimate_mean(values, seed=5) != estimate_mean(values, seed=6)


def test_risk_coverage_by_hand() -> None:
    curve = risk_coverage([0.9, 0.1, 0.5, 0.7], [False, True, True, False])
    assert curve == [(0.25, 0.0), (0.5, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    area = estimate_aurc([0.9, 0.1, 0.5, 0.7], [False, True, True, False], seed=0)
    assert area is not None
    assert area.value == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_ties_count_as_the_mean_of_all_orders() -> None:
    confidences, wrong = [0.9, 0.5, 0.5, 0.5, 0.2], [False, True, False, True, False]
    areas = []
    for order in itertools.permutations([1, 2, 3]):
        errors = np.array([wrong[i] for i in (0, *order, 4)], dtype=float)
        areas.append(np.mean(np.cumsum(errors) / np.arange(1, 6)))
    area = estimate_aurc(confidences, wrong, seed=0)
    assert area is not None
    assert area.value == pytest.approx(np.mean(areas))


def test_percentiles() -> None:
    median = percentile([4.0, 1.0, 2.0], 50)
    assert median is not None
    assert median.value == 2.0
    assert percentile([], 95) is None


# Data sets


def test_folder_is_read(folder: Path) -> None:
    dataset = read_dataset(folder)
    assert [(c.suite, c.id) for c in dataset.cases] == [
        *((ANSWERABLE, f"q{n}") for n in (1, 2, 3)),
        (UNANSWERABLE, "u1"),
    ]
    assert {c.as_of for c in dataset.cases} == {DAY}
    assert dataset.cases[1].answers == (("four", "4"),)
    assert dataset.cases[3].answers == ()
    assert [c.id for c in dataset.first(1)] == ["q1", "u1"]


def test_corpus_key_follows_the_articles_not_the_questions(folder: Path) -> None:
    key = read_dataset(folder).corpora[0].key
    write_lines(folder / "questions.jsonl", QUESTIONS[:1])
    assert read_dataset(folder).corpora[0].key == key
    with (folder / "articles.jsonl").open("a") as stream:
        stream.write('{"text": "One more."}\n')
    assert read_dataset(folder).corpora[0].key != key


def test_a_folder_of_any_articles_will_do(folder: Path) -> None:
    (folder / "articles.jsonl").unlink()
    with pytest.raises(UsageError, match="holds no articles"):
        read_dataset(folder)
    (folder / "one.txt").write_text("Ghent\n\nThe mayor, Anna Peeters, resigned.")
    dataset = read_dataset(folder)
    assert find_answered(dataset, dataset.cases) == {dataset.cases[0].fingerprint}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not valid JSON"),
        ("[]", "line 1: is no object"),
        ('{"id": "a", "date": "2024-08-26", "answers": ["x"]}', 'no "question"'),
        ('{"id": "a", "question": "Who?", "answers": ["x"]}', '"date" must be'),
        ('{"id": "a", "date": "2024-02-30", "question": "Who?", "answers": ["x"]}', '"date" must be'),
        ('{"id": "a", "date": "2024-08-26", "question": "Who?", "answers": []}', '"answers" must list'),
        ('{"id": "a", "date": "2024-08-26", "question": "Who?", "answers": [3]}', '"answers" must list'),
    ],
)
def test_unusable_questions_are_named(folder: Path, line: str, message: str) -> None:
    (folder / "questions.jsonl").write_text(line + "\n")
    with pytest.raises(UsageError, match=message):
        read_dataset(folder)


def test_published_figures_are_read(folder: Path) -> None:
    (folder / "published.json").write_text('{"other": {"weeks": ["1"], "n": 199, "em": 38.7}}')
    assert read_dataset(folder).published == {"other": {"n": 199.0, "em": 38.7}}
    (folder / "published.json").write_text("[]")
    with pytest.raises(UsageError, match=r"published\.json"):
        read_dataset(folder)


def test_answers_in_the_corpus_are_found_in_any_article(folder: Path) -> None:
    dataset = read_dataset(folder)
    found = find_answered(dataset, dataset.cases)
    assert [c.id for c in dataset.cases if c.fingerprint in found] == ["q1", "q2"]


def test_the_shared_set_holds_as_many_answers_as_it_says() -> None:
    shared = Path(__file__).parents[2] / "shared" / "eval" / "realtimeqa"
    if not shared.is_dir():
        pytest.skip(f"{shared} is not there")
    dataset = read_dataset(shared)
    asked = [c for c in dataset.cases if c.suite == ANSWERABLE]
    found = len(find_answered(dataset, asked)) / len(asked)
    assert found == 0.78, "it says 0.77: two answers stand there as possessives or beside typographic marks only"


# RGB


@pytest.mark.parametrize(
    ("positives", "negatives", "rate", "expected"),
    [
        (5, 5, 0.0, (5, 0)),
        (5, 5, 0.2, (4, 1)),
        (5, 5, 0.6, (2, 3)),
        (2, 8, 0.0, (2, 3)),  # too few positives: negatives fill up, as in the paper's program
        (8, 2, 0.8, (3, 2)),  # too few negatives
        (1, 3, 0.2, (1, 3)),  # too few of both
    ],
)
def test_snippets_are_mixed_as_in_the_paper(
    positives: int, negatives: int, rate: float, expected: tuple[int, int]
) -> None:
    assert mix_snippets(positives, negatives, rate) == expected


def test_answers_of_every_form() -> None:
    assert read_groups("Tampa") == (("Tampa",),)
    assert read_groups(["Biden", "Harris"]) == (("Biden",), ("Harris",))
    assert read_groups([["May 1", "1 May"], "Rome"]) == (("May 1", "1 May"), ("Rome",))
    for bad in (None, [], [[]], [3], ""):
        with pytest.raises(ValueError, match="not a string"):
            read_groups(bad)


def test_rgb_modes(tmp_path: Path) -> None:
    write_lines(tmp_path / "en_fact.jsonl", [RGB_ROW])
    dataset = read_dataset(tmp_path)
    corpora = {corpus.name: "".join(corpus.records) for corpus in dataset.corpora}
    assert "Porto" not in corpora["negatives"]  # nor an altered copy that it might be folded with
    assert "Madrid" not in corpora["mixed"]
    cases = {case.suite: case for case in dataset.cases}
    assert len(cases) == 7
    assert cases[noise_suite(0.8)].sources == ("7/positive/0", *(f"7/negative/{i}" for i in range(4)))
    assert cases[noise_suite(0.0)].answers == (("Porto",),)
    assert cases[REJECTION].sources == tuple(f"7/negative/{i}" for i in range(5))
    assert cases[REJECTION].answers == ()
    assert cases[DISAGREEMENT].sources == ("7/positive/0", "7/positive/1", "7/positive_wrong/0")
    assert cases[DISAGREEMENT].false_answer == "Madrid"


def test_other_files_are_no_rgb(tmp_path: Path) -> None:
    write_lines(tmp_path / "en_fact.jsonl", [{"query": "Who?"}])
    with pytest.raises(UsageError, match="no question of RGB"):
        read_rgb(tmp_path / "en_fact.jsonl")


# Judging


@pytest.mark.parametrize(
    ("result", "in_corpus", "outcome"),
    [
        (make_result(make_said("Anna Peeters")), False, Outcome.RIGHT),
        (make_result(make_said("anna peeters", abstained=True)), True, Outcome.REFUSED),
        (make_result(make_said("Jan"), passages=[QUOTE], evidence=[QUOTE]), True, Outcome.MISREAD),
        (make_result(make_said("Jan", abstained=True), passages=[QUOTE], evidence=[QUOTE]), True, Outcome.MISREAD),
        (make_result(make_said("Jan"), passages=["x", QUOTE], evidence=["x"]), True, Outcome.NOT_IN_EVIDENCE),
        (make_result(make_said("Jan"), passages=["x"]), True, Outcome.NOT_RETRIEVED),
        (make_result(make_said("Jan"), passages=["x"]), False, Outcome.NOT_IN_CORPUS),
    ],
)
def test_where_an_answer_is_lost(result: Result, in_corpus: bool, outcome: Outcome) -> None:
    assert judge(CASE, result, in_corpus=in_corpus).outcome is outcome


def test_an_abstention_scores_nothing_but_its_guess_does() -> None:
    judged = judge(CASE, make_result(make_said("Anna Peeters", abstained=True), passages=["x", QUOTE]), in_corpus=True)
    assert (judged.shown.em, judged.shown.f1, judged.shown.contains) == (False, 0.0, False)
    assert (judged.guess.em, judged.guess.f1, judged.guess.contains) == (True, 1.0, True)
    assert judged.rank == 2
    assert judged.sentences == 0


def test_a_citation_that_does_not_hold_the_answer() -> None:
    wrong = make_said("Anna Peeters", cited="She cited her health.")
    assert not judge(CASE, make_result(wrong), in_corpus=True).quote_holds_answer
    assert judge(CASE, make_result(make_said("Anna Peeters")), in_corpus=True).quote_holds_answer


def test_sentences_without_a_citation_are_counted() -> None:
    text = "Anna Peeters resigned. [1]\n\nShe was tired. Nobody came."
    claims = [(0, 22, "supported"), (28, 42, "weak"), (43, 55, "unsupported")]
    citations = tuple(CitedQuote(start, end, 1, QUOTE, verdict) for start, end, verdict in claims)
    assert count_cited(Said(text, "", "", False, 0.0, citations)) == (3, 2)


def test_invented_facts() -> None:
    result = make_result(None, evidence=[QUOTE, "Paris has 99 mayors."])
    invented = find_invented(
        CASE.question, result, make_said("", text="In May, Anna Peeters of Paris left 40 people. [1]")
    )
    assert invented == ("40", "month 5", "paris")  # the second quote is not cited
    borne_out = "Anna Peeters, mayor of Ghent, resigned on 22 August 2024. [1]"  # the article's own date
    assert find_invented(CASE.question, result, make_said("", text=borne_out)) == ()


def test_a_sentence_shown_as_it_was_written_invents_nothing() -> None:
    quote = 'Anna Peeters told the crowd, "I just quit my job, I\'m gonna find new drive, Ghent."'
    said = Said(f"{quote} [1]", "", "", False, 0.0, (CitedQuote(0, len(quote), 1, quote, "supported"),))
    assert find_invented("Who?", make_result(None, evidence=[quote]), said) == ()


def test_both_values_must_be_reported() -> None:
    case = replace(CASE, suite=DISAGREEMENT, answers=(("Porto",),), false_answer="Madrid")
    for text, readings, expected in [
        ("Porto [1], but Madrid [2].", (), True),
        ("Porto [1].", ("Porto", "Madrid"), True),
        ("Porto [1].", (), False),
        ("Madrid [1].", (), False),
    ]:
        said = replace(make_said("Porto", text=text), readings=readings)
        assert judge(case, make_result(said), in_corpus=True).both_values is expected


def test_slices_are_checked_against_the_catalogue(catalogue: Catalogue) -> None:
    article = make_article(text=QUOTE + " She cited her health.")
    catalogue.add_article(article)
    evidence = Evidence(1, article, Span(0, len(QUOTE)), 1.0)
    moved = replace(article, text="  " + article.text)
    altered = Evidence(2, moved, Span(0, len(QUOTE)), 1.0)
    answer = Answer(
        question="",
        query=Query("", DAY),
        text="x",
        short="x",
        best_guess="x",
        abstained=False,
        evidence=(evidence,),
        citations=(
            Citation(Span(0, 1), 1, Span(4, 18), Verdict.SUPPORTED),
            Citation(Span(0, 1), 9, Span(4, 18), Verdict.SUPPORTED),
        ),
    )
    assert sorted(check_slices(catalogue, [evidence], answer)) == [False, True, True]
    assert check_slices(catalogue, [altered], None) == [False]


# The report


def figures_of(judged: Sequence[Judged]) -> dict[tuple[str, str], Figure]:
    return {(f.section, f.name): f for f in make_report(judged, seed=1).figures}


def test_figures_by_hand() -> None:
    left_out = replace(CASE, question="All of these resigned except:")
    unanswerable = replace(CASE, suite=UNANSWERABLE, answers=())
    right = make_result(make_said("Anna Peeters"), passages=[QUOTE], evidence=[QUOTE])
    partly = make_result(make_said("Peeters"), passages=["x", QUOTE], evidence=[QUOTE])
    refused = make_result(make_said("Anna Peeters", abstained=True), passages=["x"], evidence=[QUOTE])
    wrong = make_result(make_said("Jan"), passages=["x"], evidence=["x"])
    pairs = [(CASE, right), (CASE, partly), (CASE, refused), (left_out, wrong), (unanswerable, refused)]
    judged = [judge(case, result, in_corpus=True) for case, result in pairs]
    figures = figures_of([*judged, judge(unanswerable, wrong, in_corpus=False)])

    def value(section: str, name: str) -> float:
        return figures[section, name].estimate.value

    assert value("Search", "answer in the top 1") == pytest.approx(1 / 4)
    assert value("Search", "answer in the top 3") == pytest.approx(2 / 4)
    assert value("Search", "answer in the evidence") == pytest.approx(3 / 4)
    assert value("Short answer, as shown", "EM") == pytest.approx(1 / 3)
    assert value("Short answer, as shown", "F1") == pytest.approx((1 + 2 / 3) / 3)
    assert value("Short answer, never abstaining", "EM") == pytest.approx(2 / 3)
    assert value("Abstention", "answer in evidence, refused") == pytest.approx(1 / 3)
    assert value("Abstention", "unanswerable: abstained") == pytest.approx(1 / 2)
    assert value("Citations", "precision: a quote holds the answer") == 1.0
    assert figures["Citations", "precision: a quote holds the answer"].estimate.n == 1
    report = make_report(judged, seed=1)
    assert report.abstention == {
        "answered, right": 1,
        "answered, wrong": 1,
        "abstained, guess right": 1,
        "abstained, guess wrong": 0,
    }
    assert sum(report.outcomes.values()) == 3


def test_answers_with_and_without_a_mark_are_counted_apart() -> None:
    unanswerable = replace(CASE, suite=UNANSWERABLE, answers=())
    sure, marked = (make_said("Anna Peeters", verdict=v) for v in ("supported", "weak"))
    pairs = [
        (CASE, sure),
        (CASE, replace(sure, short="Jan")),
        (CASE, marked),
        (unanswerable, sure),
        (unanswerable, marked),
        (unanswerable, make_said("Jan", abstained=True)),
    ]
    figures = figures_of([judge(case, make_result(said, evidence=[QUOTE]), in_corpus=True) for case, said in pairs])
    counted = {name: (f.estimate.value, f.estimate.n) for (section, name), f in figures.items() if "Abst" in section}
    assert counted["of those answered without a mark, right"] == (pytest.approx(1 / 2), 2)
    assert counted["of those marked as weak, right"] == (1.0, 1)
    assert counted["unanswerable: abstained"] == (pytest.approx(1 / 3), 3)
    assert counted["unanswerable: abstained or marked"] == (pytest.approx(2 / 3), 3)


def test_without_a_model_only_search_is_reported() -> None:
    judged = [judge(CASE, make_result(None, passages=[QUOTE], evidence=[QUOTE]), in_corpus=True)]
    sections = {figure.section for figure in make_report(judged, seed=0).figures}
    assert sections == {"Search", "Citations", "Time and size"}
    assert not make_report(judged, seed=0).outcomes


def test_pictures_are_drawn_where_matplotlib_is(folder: Path, tmp_path: Path) -> None:
    from qa.evaluation.plots import draw_report

    said = [make_said("Anna Peeters"), make_said("Jan"), make_said("Anna Peeters", abstained=True)]
    judged = [judge(CASE, make_result(s, passages=[QUOTE], evidence=[QUOTE]), in_corpus=True) for s in said]
    report = make_report(judged, seed=0)
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(DatelineError, match="EXTRAS=eval"):
            draw_report(report, judged, tmp_path / "plots", title="mine")
        return
    files = draw_report(report, judged, tmp_path / "plots", title="mine")
    assert [f.name for f in files] == ["risk-coverage.png", "latency.png", "lost-answers.png"]
    assert all(f.read_bytes().startswith(b"\x89PNG") for f in files)
