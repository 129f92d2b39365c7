"""What Dateline is made of here, and how it fares, as HTML.

This module does not know the page's layout; the checks are those of `dateline doctor`.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from index.remote import parse_remote
from qa.weights import CARRIERS
from ui.doctor import check_disk, check_embedder, check_index, check_memory, check_model
from ui.evidence_html import safe
from ui.finding import Finding
from ui.settings import DEFAULT_MODEL, read_version
from ui.wording import say_date

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from ui.settings import Settings

_LIBRARIES = ("transformers", "torch", "llama-index-core", "chromadb", "gradio")


def about(settings: Settings, catalogue: Catalogue) -> str:
    """Model, index, versions and health."""
    status = catalogue.status()
    days = f", {say_date(status.first)} to {say_date(status.last)}" if status.first else ""
    rows = [
        ("Dateline", read_version()),
        ("Model", _model(settings)),
        ("Embedder", status.embedder or "none yet"),
        ("Articles", f"{status.articles:,} in {status.places:,} places{days}"),
        ("Passages", f"{status.passages:,}, {status.vectors:,} with vectors"),
        ("On disk", f"{status.bytes_on_disk / 1e6:,.0f} MB in {settings.index.place}"),
        ("Libraries", ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)),
    ]
    # Another embedder than the default is at work already, and takes seconds to load once more.
    embedder = (check_embedder,) if settings.embed_model == DEFAULT_MODEL else ()
    checks = (check_model, *embedder, check_index, check_disk, check_memory)
    health = "".join(_finding(check(settings)) for check in checks)
    facts = "".join(f"<dt>{name}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    return (
        '<h2 id="dl-about-title">About Dateline</h2>'
        f"<p>{safe(say_who_hears(settings))}</p>"
        f'<dl class="dl-about">{facts}</dl><p class="dl-label">Health</p><ul class="dl-health">{health}</ul>'
    )


def _model(settings: Settings) -> str:
    carrier = None if settings.llm else CARRIERS.get(settings.model)
    return f"{settings.reader} ({carrier.title})" if carrier else settings.reader


def say_who_hears(settings: Settings) -> str:
    """Whether what is asked stays here; a model or embedder elsewhere hears it."""
    given = [name for name in (settings.llm, settings.embed_model) if name.startswith("openai:")]
    elsewhere = sorted({name.url for name in map(parse_remote, given) if not name.stays_here})
    if elsewhere:
        return f"Questions and passages are sent to {' and '.join(elsewhere)}, as the settings say; nowhere else."
    return "Articles, questions, answers and the model stay on this machine: nothing is sent anywhere."


def _finding(finding: Finding) -> str:
    advice = f" <b>{safe(finding.advice)}</b>" if finding.advice else ""
    return (
        f'<li data-state="{finding.state.value}"><i>{finding.state.value}</i> '
        f"{safe(finding.check)}: {safe(finding.found)}{advice}</li>"
    )
