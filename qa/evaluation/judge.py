"""How good one result is: answer, quotes, abstention, and where a lost answer was lost.

A judgement of strings and facts only; no model is asked. This module does not know rates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qa.answer import Verdict
from qa.attribution import split_claims, strip_marks
from qa.evaluation.dataset import Case
from qa.evaluation.result import Result, Said
from qa.evaluation.scores import exact_match, holds, holds_all, is_left_out, token_f1
from qa.facts import facts_of, tokenise

_SILENT = Said(text="", short="", best_guess="", abstained=True, confidence=0.0)
"""Stands in where only search was measured."""

_LETTERS = re.compile(r"[^\W\d_]+")


class Outcome(StrEnum):
    """What became of an answerable question: right, or the first step at which its answer was lost."""

    RIGHT = "right"
    REFUSED = "wrongly refused"
    MISREAD = "misread"
    NOT_IN_EVIDENCE = "not in evidence"
    NOT_RETRIEVED = "not retrieved"
    NOT_IN_CORPUS = "not in corpus"


@dataclass(frozen=True, slots=True)
class Scores:
    """A short answer against the accepted ones; `right` is EM, or every group named."""

    em: bool
    f1: float
    contains: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with its result, judged.

    `rank` is that of the first passage that holds the answer, 0 for none. `shown` counts an abstention as
    wrong, `guess` takes what the model wrote all the same. `named` says that the whole reply, quoted sentence
    included, names the answer. `scored` is false for questions that the benchmark leaves out of answer scores.
    """

    case: Case
    result: Result
    scored: bool
    rank: int
    in_evidence: bool
    in_corpus: bool
    shown: Scores
    guess: Scores
    named: bool
    both_values: bool
    quote_holds_answer: bool
    sentences: int
    cited_sentences: int
    invented: tuple[str, ...]

    @property
    def abstained(self) -> bool:
        """Whether the assistant said that the articles do not answer."""
        return self.result.said is not None and self.result.said.abstained

    @property
    def marked(self) -> bool:
        """Whether the answer was shown as only weakly supported."""
        said = self.result.said
        return said is not None and not said.abstained and any(c.verdict == Verdict.WEAK for c in said.citations[:1])

    @property
    def outcome(self) -> Outcome:
        """Where the answer was lost. Right counts first: an answer may be found in other words."""
        if self.shown.right:
            return Outcome.RIGHT
        if self.abstained and self.guess.right:
            return Outcome.REFUSED
        if self.in_evidence:
            return Outcome.MISREAD
        if self.rank:
            return Outcome.NOT_IN_EVIDENCE
        return Outcome.NOT_RETRIEVED if self.in_corpus else Outcome.NOT_IN_CORPUS


def judge(case: Case, result: Result, *, in_corpus: bool) -> Judged:
    """`result` held against what `case` accepts."""
    said = result.said or _SILENT
    quotes = [quote.text for quote in result.evidence]
    ranks = (rank for rank, text in enumerate(result.passages, start=1) if holds_all(text, case.answers))
    sentences, cited = (0, 0) if said.abstained else count_cited(said)
    return Judged(
        case,
        result,
        scored=not is_left_out(case.question),
        rank=next(ranks, 0),
        in_evidence=bool(case.answers) and all(any(holds(q, group) for q in quotes) for group in case.answers),
        in_corpus=in_corpus,
        shown=_score("" if said.abstained else said.short, case),
        guess=_score(said.best_guess, case),
        named=not said.abstained and holds_all(strip_marks(said.text), case.answers),
        both_values=_reports(said, case.alternatives) and _reports(said, (case.false_answer,)),
        quote_holds_answer=any(holds(citation.text, case.alternatives) for citation in said.citations),
        sentences=sentences,
        cited_sentences=cited,
        invented=() if said.abstained else find_invented(case.question, result, said),
    )


def _score(short: str, case: Case) -> Scores:
    answers = case.alternatives
    em = exact_match(short, answers)
    return Scores(em, token_f1(short, answers), holds(short, answers), right=em or holds_all(short, case.answers))


def _reports(said: Said, values: Sequence[str]) -> bool:
    """Whether the answer's text or one of its disagreeing readings gives one of `values`."""
    return any(holds(text, values) for text in (strip_marks(said.text), *said.readings))


def count_cited(said: Said) -> tuple[int, int]:
    """How many sentences the answer has, and how many of them a citation bears out, if only weakly."""
    claims = [(c.start, c.end) for c in said.citations if c.verdict != Verdict.UNSUPPORTED]
    sentences = [s for s in split_claims(said.text) if any(c.isalnum() for c in strip_marks(s.of(said.text)))]
    cited = sum(any(start < s.end and s.start < end for start, end in claims) for s in sentences)
    return len(sentences), cited


def find_invented(question: str, result: Result, said: Said) -> tuple[str, ...]:
    """Numbers, months and names that the answer shows and nothing it rests on holds.

    It rests on the words it cites, the titles and dates of their articles, and the question. Strict: a name
    in another form ("Russian" for "Russia") counts as invented.
    """
    cited = {citation.number for citation in said.citations}
    articles = [quote for quote in result.evidence if quote.number in cited]
    grounds = [question, *(c.text for c in said.citations), *(a.title for a in articles)]
    days = [date.fromisoformat(article.published) for article in articles if article.published]
    shown = [facts_of(strip_marks(sentence.of(said.text))) for sentence in split_claims(said.text)]
    names = sorted({name for facts in shown for name in facts.names})
    numbers = {float(n) for day in days for n in (day.year, day.month, day.day)}
    numbers |= {number for text in grounds for number in facts_of(text).numbers}
    months = {day.month for day in days} | {month for text in grounds for month in facts_of(text).months}
    words = {token.lower() for text in grounds for token in tokenise(text)}
    invented = [f"{number:g}" for number in sorted({n for facts in shown for n in facts.numbers} - numbers)]
    invented += [f"month {month}" for month in sorted({m for facts in shown for m in facts.months} - months)]
    held = {name for text in grounds for name in facts_of(text).names}  # "I'm" is one word there, two of letters
    invented += [name for name in names if name not in held and not words.issuperset(_LETTERS.findall(name))]
    return tuple(invented)
