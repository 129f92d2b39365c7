"""From what the model wrote to what is shown: each sentence judged, cited, or withheld.

This module does not know the model or the index; it writes no word of its own into an answer but the
sentence that nothing was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.article import Span
from qa.answer import Citation, Disagreement, Evidence, Verdict, Withheld
from qa.attribution import Judgement, judge_further, judge_sentence, split_claims, strip_marks, to_citation

NOT_FOUND = "The articles do not say."
DOUBT = "the quote may answer another question: read it"
"""Why an answer is marked whose confidence lies below the even point."""
BY_RULE = "read by a rule where the model was unsure or read another: check the quote"
"""Why a toll or a day is marked that code read."""
DIFFER = "\n\nThe articles differ: "
"""What begins the values that articles give, at the end of an answer's text."""

_MAX_CITED = 3
"""Sources named for one short answer."""

_REFUSALS = ("not stated", "not mentioned", "not specified", "unknown", "no answer", "n/a", "the evidence does not")


@dataclass(slots=True)
class Draft:
    """Text under construction, with its citations; offsets are right at every moment."""

    text: str = ""
    pieces: list[str] = field(default_factory=list)
    """The text as it grew, a checked sentence at a time."""
    citations: list[Citation] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)

    def add(self, sentence: str, judgements: Sequence[Judgement], *, gap: str) -> None:
        """Append a sentence with the marks of its citations."""
        start = len(self.text) + (len(gap) if self.text else 0)
        claim = Span(start, start + len(sentence))
        self.citations.extend(to_citation(claim, j) for j in judgements)
        marks = "".join(f" [{j.evidence.number}]" for j in judgements if j.evidence is not None)
        added = (gap if self.text else "") + sentence + marks
        self._append(added)

    def add_disagreement(self, disagreement: Disagreement, evidence: Sequence[Evidence]) -> None:
        """Append every value that articles give, with its day and its citations, newest first."""
        self._append(DIFFER)
        for position, reading in enumerate(disagreement.readings):
            self._append("; " if position else "")
            cited = [evidence[number - 1] for number in reading.numbers]
            day = cited[0].article.published
            value = f"{reading.value} ({day.isoformat() if day else 'no date'})"
            claim = Span(len(self.text), len(self.text) + len(value))
            self.citations.extend(Citation(claim, item.number, item.span, Verdict.SUPPORTED) for item in cited)
            self._append(value + "".join(f" [{item.number}]" for item in cited))

    def _append(self, piece: str) -> None:
        self.text += piece
        self.pieces.append(piece)


def tidy_answer(text: str) -> str:
    """What the model wrote, without marks, quotation marks around it and a final full stop of a fragment."""
    tidy = strip_marks(" ".join(text.split())).removeprefix("Short answer:").strip()
    if len(tidy) > 1 and tidy[0] in "\"“'" and tidy[-1] in "\"”'":
        tidy = tidy[1:-1].strip()
    return tidy[:-1] if tidy.endswith(".") and len(split_claims(tidy)) == 1 and len(tidy.split()) < 8 else tidy


def is_refusal(text: str) -> bool:
    """Whether the model itself says that the evidence does not answer."""
    return not text or text.lower().startswith(_REFUSALS)


def is_fragment(text: str) -> bool:
    """Whether `text` is an answer in a few words that needs its sentence beside it."""
    return len(split_claims(text)) <= 1 and len(text.split()) <= 12


def compose(text: str, evidence: Sequence[Evidence], question: str, *, doubt: str = "") -> Draft:
    """Judge every sentence of `text`; cite what stands, withhold what does not, quote in its place.

    Where there is a `doubt`, nothing of `text` counts as more than weakly supported, for that reason.
    """
    draft = Draft()
    for span in split_claims(text):
        sentence = span.of(text)
        judgement = judge_sentence(sentence, evidence, question)
        if judgement.verdict is Verdict.UNSUPPORTED:
            draft.withheld.append(Withheld(sentence, judgement.reason))
            continue
        found = _also_supported(sentence, judgement, evidence, question)
        draft.add(sentence, [_doubted(each, doubt) for each in found], gap=" ")
    if not draft.text or is_fragment(text):
        best = _best_quote(draft, evidence)
        if best is not None:
            draft.add(" ".join(best.quote.split()), [Judgement(Verdict.SUPPORTED, best, 1.0, "")], gap="\n\n")
    return draft


def _doubted(judgement: Judgement, doubt: str) -> Judgement:
    weakened = doubt and judgement.verdict is Verdict.SUPPORTED
    return replace(judgement, verdict=Verdict.WEAK, reason=doubt) if weakened else judgement


def _also_supported(sentence: str, best: Judgement, evidence: Sequence[Evidence], question: str) -> list[Judgement]:
    """`best`, then the same verdict from other articles, the best evidence first."""
    found = [best]
    articles = {best.evidence.article.id} if best.evidence else set()
    for item in sorted(evidence, key=lambda e: -e.score):
        elsewhere = item.article.id not in articles and len(found) < _MAX_CITED
        judgement = judge_further(sentence, item, best, question) if elsewhere else None
        if judgement is not None:
            found.append(judgement)
            articles.add(item.article.id)
    return found


def _best_quote(draft: Draft, evidence: Sequence[Evidence]) -> Evidence | None:
    """The evidence cited first, or where all was withheld, the evidence most likely to answer."""
    if draft.citations:
        return next(e for e in evidence if e.number == draft.citations[0].number)
    return max(evidence, key=lambda e: e.score, default=None)
