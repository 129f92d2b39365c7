"""Answers, articles and progress as lines of text.

Everything that comes from articles or the model passes `printable`, so that no stored text can drive the
terminal. This module does not know where answers come from.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from index.article import Article, Hit
from index.places import Place
from qa.answer import Answer, Delta, Done, Event, Evidence, Found, Verdict, Waiting
from qa.corroboration import agreeing_sources
from qa.dating import say_when
from ui.basis import say_basis, say_day, say_unmentioned
from ui.wording import one_line, printable, say_age, say_date, say_place, say_waiting, source_of, title_of

if TYPE_CHECKING:
    import rich.progress

    from index.build import Report
    from index.catalogue import Status
    from qa.timeline import Timeline
    from ui.settings import Settings

_SOURCES_SHOWN = 12
_SUFFIXES_SHOWN = 6

_LINE_EVERY_S = 5.0
"""Without a terminal a bar would be thousands of lines; one line now and then says that work goes on."""


def print_events(events: Iterable[Event], out: TextIO) -> Answer:
    """Print an answer as it comes: sources, sentences, quotes; the checked answer."""
    streamed, told = "", False
    for event in events:
        if isinstance(event, Found):
            print_sources(event, out)
        elif isinstance(event, Waiting) and not told:
            out.write(f"{say_waiting(event.place)}\n\n")
            told = True
        elif isinstance(event, Delta):
            streamed += event.text
            out.write(printable(event.text))
        elif isinstance(event, Done):
            _print_rest(event.answer, streamed, out)
            return event.answer
        out.flush()
    raise ValueError("the events of an answer end with Done")


def print_sources(found: Found, out: TextIO) -> None:
    """The question as understood and the numbered sources that will be read."""
    if not found.evidence:
        out.write("Nothing in the index matches.\n\n")
        return
    out.write("Sources\n")
    for evidence in found.evidence:
        out.write(f"  [{evidence.number}] {_reference(evidence.article)}\n")
    out.write("\n")


def _print_rest(answer: Answer, streamed: str, out: TextIO) -> None:
    if answer.text.strip() != streamed.strip():
        # The checked text is what counts; what was streamed is only its beginning or an earlier state.
        rest = answer.text.removeprefix(streamed) if answer.text.startswith(streamed) else "\n" + answer.text
        out.write(printable(rest))
    out.write("\n")
    if answer.timeline is None:  # the text is made of quotes already
        _print_quotes(answer, out)
    _print_cautions(answer, out)
    _print_nearest(answer.nearest, out)


def _print_quotes(answer: Answer, out: TextIO) -> None:
    cited = {citation.number for citation in answer.citations}
    quoted = [evidence for evidence in answer.evidence if evidence.number in cited]
    if quoted:
        out.write("\nQuotes\n")
    for evidence in quoted:
        out.write(f"  [{evidence.number}] “{one_line(evidence.quote)}”\n")
        out.write(f"      {_reference(evidence.article)}{_aged(evidence, answer)}\n")
        out.write(f"      dateline show {one_line(evidence.article.id)}\n")


def _aged(evidence: Evidence, answer: Answer) -> str:
    age = say_age(evidence.article.published, answer.query.as_of)
    return f" ({age})" if age else ""


def _print_cautions(answer: Answer, out: TextIO) -> None:
    for said in (say_day(answer), say_unmentioned(answer), say_basis(answer, agreeing_sources(answer))):
        out.write(f"\n{said}\n" if said else "")
    weak = {c.claim: c for c in answer.citations if c.verdict is Verdict.WEAK}
    strong = {c.claim for c in answer.citations if c.verdict is Verdict.SUPPORTED}
    for claim, citation in weak.items():
        if claim not in strong:
            reason = f" ({one_line(citation.reason)})" if citation.reason else ""
            out.write(f"\nWeakly supported: {one_line(claim.of(answer.text))}{reason}\n")
    for disagreement in answer.disagreements:
        out.write("\nSources differ, newest first\n")
        for reading in disagreement.readings:
            newest = answer.evidence[reading.numbers[0] - 1].article
            sources = f"{reading.sources} sources" if reading.sources > 1 else "1 source"
            said = f"{sources}, newest {source_of(newest)}, {say_date(newest.published)}"
            out.write(f"  {one_line(reading.value)} {_marks(reading.numbers)} ({said})\n")
    if answer.withheld:
        count = len(answer.withheld)
        out.write(f"\n{count} sentence{'s' if count > 1 else ''} withheld: no source bears out what the model wrote.\n")


def _marks(numbers: Sequence[int]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def _print_nearest(nearest: Sequence[Hit], out: TextIO) -> None:
    if nearest:
        out.write("\nNearest passages\n")
    for hit in nearest:
        article = hit.passage.article
        out.write(f"  {_reference(article)}\n    {one_line(hit.passage.text)[:240]}\n")
        out.write(f"    dateline show {one_line(article.id)}\n")


def _reference(article: Article) -> str:
    return f"{title_of(article)} · {source_of(article)} · {say_date(article.published)}"


def print_timeline(timeline: Timeline, out: TextIO) -> None:
    """Dated sentences, oldest first, each with where it stands."""
    if not timeline.events:
        out.write(f"The articles tell of nothing that happened with {one_line(timeline.topic)}.\n")
    for event in timeline.events:
        sources = f" ({event.sources} sources)" if event.sources > 1 else ""
        out.write(f"{say_when(event.when)}{sources}\n  {one_line(event.quote)}\n")
        for item in event.evidence:
            out.write(f"    {_reference(item.article)} · dateline show {one_line(item.article.id)}\n")


def print_article(article: Article, places: Sequence[Place], out: TextIO) -> None:
    """The stored article with what is known about it."""
    out.write(f"{title_of(article)}\n")
    facts = [source_of(article), say_date(article.published)]
    facts += [f"by {one_line(article.author)}"] if article.author else []
    out.write(" · ".join(facts) + "\n")
    if article.url:
        out.write(f"{one_line(article.url)}\n")
    if article.tags:
        out.write(f"tags: {', '.join(one_line(tag) for tag in article.tags)}\n")
    for place in places:
        out.write(f"found in {say_place(place)}\n")
    out.write(f"\n{printable(article.text)}\n")


def print_report(report: Report, out: TextIO) -> None:
    """What an index run did, what it passed over, and every file that could not be read."""
    counts = ("added", "updated", "unchanged", "removed", "duplicates")
    out.write(", ".join(f"{getattr(report, name)} {name}" for name in counts) + "\n")
    if others := report.others.total():
        suffixes = [one_line(suffix) or "no suffix" for suffix, _ in report.others.most_common()]
        more = ", …" if len(suffixes) > _SUFFIXES_SHOWN else ""
        files = "1 file" if others == 1 else f"{others} files"
        out.write(f"passed over {files} of other formats: {', '.join(suffixes[:_SUFFIXES_SHOWN])}{more}\n")
    if report.failures:
        out.write(f"\nCould not be read ({len(report.failures)}):\n")
    for place, reason in report.failures:
        out.write(f"  {one_line(place)}: {one_line(reason)}\n")


def print_status(status: Status, settings: Settings, *, prepared: bool, out: TextIO) -> None:
    """What an index holds, and what is still to be done."""
    undated = f", {status.undated} without a date" if status.undated else ""
    span = f"{say_date(status.first)} to {say_date(status.last)}{undated}" if status.first else "no dated articles"
    sources = [f"{one_line(name)} ({count})" for name, count in status.sources.items()]
    more = f" and {len(sources) - _SOURCES_SHOWN} more" if len(sources) > _SOURCES_SHOWN else ""
    rows = {
        "home": str(settings.home),
        "articles": f"{status.articles:,} in {status.places:,} places",
        "passages": f"{status.passages:,}, {status.vectors:,} with vectors",
        "dates": span,
        "sources": ", ".join(sources[:_SOURCES_SHOWN]) + more or "none named",
        "embedder": status.embedder or "none yet",
        "model": f"{one_line(settings.model)}, {'ready' if prepared else 'not prepared: run `dateline prepare`'}",
        "on disk": f"{status.bytes_on_disk / 1e6:,.1f} MB",
        "health": _health(status),
    }
    for name, value in rows.items():
        out.write(f"{name:<9} {printable(value)}\n")


def _health(status: Status) -> str:
    missing = status.passages - status.vectors
    if not status.articles:
        return "empty: run `dateline index PATH`"
    return f"{missing:,} passages lack vectors: run `dateline index`" if missing else "complete"


class Progress:
    """Progress of long work on stderr: a bar on a terminal, else a line now and then.

    Calling it reports `done` of `total` (0: unknown) of a stage; use it as a context manager.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._tasks: dict[str, rich.progress.TaskID] = {}
        self._said: dict[str, float] = {}
        self._bar = _rich_bar(self._stream) if self._stream.isatty() else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` of `stage` is done."""
        if self._bar is None:
            self._say(stage, done, total)
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(one_line(stage), total=total or None)
        self._bar.update(self._tasks[stage], completed=done, total=total or None)

    def _say(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        last = self._said.setdefault(stage, now)
        if now - last < _LINE_EVERY_S:
            return
        self._said[stage] = now
        of = f" of {total}" if total else ""
        print(f"{one_line(stage)}: {done}{of}", file=self._stream, flush=True)


def _rich_bar(stream: TextIO) -> rich.progress.Progress:
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        console=Console(file=stream),
        transient=True,
    )
