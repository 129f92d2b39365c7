"""An evidence pack against an index: every quote character for character, every cited sentence judged again.

A pack can be old (its articles have changed since) or altered (its words are not what Dateline wrote); both
show here. This module does not know how packs are stored or findings printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.article import Article, Span
from index.catalogue import Catalogue, fts_query
from index.errors import UsageError
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.composition import DIFFER, NOT_FOUND
from qa.dating import say_when
from qa.written_dates import When
from ui.evidence_pack import ArticleReference, CitedClaim, DatedEvent, Pack, PackedAnswer, Quote

_DAY = re.compile(r" \((?:\d{4}-\d{2}-\d{2}|no date)\)$")
_MARK = re.compile(r" \[\d+\]")
_FACTS = {"title": "title", "published": "date", "source": "source", "author": "author", "url": "address"}
"""What a pack says of an article beside its words, and what to call it; its path is where it lies, no more."""
_ELSEWHERE = 5
"""Passages with the same words that are looked at for a quote whose article is gone."""


class Standing(StrEnum):
    """What became of a quote, or of a sentence that cites one."""

    STANDS = "stands"
    ELSEWHERE = "stands elsewhere"
    FAILS = "does not stand"


@dataclass(frozen=True, slots=True)
class Check:
    """One quote or one cited sentence; `answer` counts from 1, `number` is the [n] shown, 0 for a nearest passage."""

    answer: int
    number: int
    text: str
    standing: Standing
    reason: str = ""


def check_pack(pack: Pack, catalogue: Catalogue) -> list[Check]:
    """Every quote of `pack`, then every cited sentence, answer by answer."""
    return [check for at, answer in enumerate(pack.answers, start=1) for check in _check_answer(at, answer, catalogue)]


def _check_answer(at: int, answer: PackedAnswer, catalogue: Catalogue) -> Iterator[Check]:
    standing: dict[int, Evidence] = {}
    for quote in [*answer.evidence, *answer.nearest]:
        article, fault = _find_article(quote, catalogue)
        if article is not None and not fault:
            other = _find_other_fact(quote, article)
            yield Check(at, quote.number, quote.quote, Standing.FAILS if other else Standing.STANDS, other)
            standing[quote.number] = Evidence(quote.number, article, Span(quote.start, quote.end), quote.score)
            continue
        elsewhere = _find_elsewhere(quote.quote, catalogue)
        if elsewhere is None:
            yield Check(at, quote.number, quote.quote, Standing.FAILS, fault)
        else:
            found = f"{fault}; the same words stand in article {elsewhere.id}"
            yield Check(at, quote.number, quote.quote, Standing.ELSEWHERE, found)
    for citation in answer.citations:
        if fault := _find_fault(citation, answer, standing):
            said = answer.text[citation.claim[0] : citation.claim[1]]
            yield Check(at, citation.number, said, Standing.FAILS, fault)
    if not answer.text.startswith(answer.short):
        yield Check(at, 0, answer.short, Standing.FAILS, "the answer does not begin with this short answer")
    if not answer.abstained and answer.evidence and not answer.citations:
        yield Check(at, 0, answer.text, Standing.FAILS, "the answer cites nothing")
    elif uncited := _find_uncited(answer):
        yield Check(at, 0, uncited, Standing.FAILS, "no citation goes with these words")


def _find_article(quote: Quote, catalogue: Catalogue) -> tuple[Article | None, str]:
    """The stored article that `quote` names, and what is wrong with the quote, empty where nothing is."""
    try:
        article = catalogue.get_article(quote.article.id)
    except UsageError:
        return None, f"article {quote.article.id} is not in this index (removed or changed since)"
    if article.id != quote.article.id or article.sha256 != quote.article.sha256:
        return article, f"article {article.id} has another hash than the pack says"
    if quote.end > len(article.text) or article.text[quote.start : quote.end] != quote.quote:
        return article, f"article {article.id} has other words at {quote.start} to {quote.end}"
    return article, ""


def _find_other_fact(quote: Quote, article: Article) -> str:
    """What the pack says of the article and the index does not; empty where they agree."""
    kept = ArticleReference.of(article)
    for name, called in _FACTS.items():
        if (stored := getattr(kept, name)) != getattr(quote.article, name):
            return f"article {article.id} has another {called} than the pack says: {stored or 'none'}"
    return ""


def _find_uncited(answer: PackedAnswer) -> str:
    """Words of the answer that no citation covers, or marks without one; empty where there are none.

    Dateline itself writes that nothing was found, that articles differ, and the dates of a timeline.
    """
    if answer.abstained:
        return answer.text if answer.text not in ("", NOT_FOUND) else ""
    if not answer.citations:
        return ""
    rest = answer.text
    for start, end in {citation.claim for citation in answer.citations}:
        rest = rest[:start] + "\0" * (min(end, len(rest)) - start) + rest[end:]
    own = {DIFFER.strip(), *(_say_day(event) for event in (answer.timeline.events if answer.timeline else ()))}
    pieces = [piece.strip(" ;\n") for piece in re.split("\0+|\n\n", _MARK.sub("", rest))]
    uncited = " ".join(piece for piece in pieces if piece and piece not in own)
    marks = len(_MARK.findall(rest))
    return uncited or ("" if marks == len(answer.citations) else answer.text)


def _say_day(event: DatedEvent) -> str:
    day, precision, basis = event.day, event.precision, event.basis
    said = say_when(When(day, precision, basis) if day and precision and basis else None)
    return f"{said[0].upper()}{said[1:]}:"


def _find_elsewhere(words: str, catalogue: Catalogue) -> Article | None:
    """A stored article that holds `words` character for character."""
    found = catalogue.match(fts_query([words]), k=_ELSEWHERE) if words.strip() else []
    passages = catalogue.load_passages([passage for passage, _ in found])
    return next((passage.article for passage in passages if words in passage.article.text), None)


def _find_fault(citation: CitedClaim, answer: PackedAnswer, standing: dict[int, Evidence]) -> str:
    """What is wrong with a citation whose quote stands; empty where nothing is, or where the quote fails already."""
    if not any(quote.number == citation.number for quote in answer.evidence):
        return f"cites [{citation.number}], which is not in the pack"
    item = standing.get(citation.number)
    if item is None:
        return ""
    if citation.quote != (item.span.start, item.span.end):
        return f"cites other words than those of [{citation.number}]"
    said = answer.text[citation.claim[0] : citation.claim[1]]
    # A value on which articles differ is followed by the newest article's day, which the other quotes need not hold.
    value = _DAY.sub("", said) if answer.disagreements else said
    if value != said:
        cited = [standing.get(other.number) for other in answer.citations if other.claim == citation.claim]
        days = {str(other.article.published or "no date") for other in cited if other}
        if all(cited) and said[len(value) + 2 : -1] not in days:
            return f"the articles cited are of another day ({', '.join(sorted(days))})"
    judged = judge_sentence(value, [item], answer.standalone_question)
    if not value.strip() or judged.verdict is Verdict.UNSUPPORTED:
        return f"the quote does not bear this out ({judged.reason})"
    return ""
