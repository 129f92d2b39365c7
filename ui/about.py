"""What Dateline is made of here, and how it fares, as HTML.

This module does not know the page's layout; the checks are those of `dateline doctor`.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

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
        ("Model", settings.reader),
        ("Embedder", status.embedder or "none yet"),
        ("Articles", f"{status.articles:,} in {status.places:,} places{days}"),
        ("Passages", f"{status.passages:,}, {status.vectors:,} with vectors"),
        ("On disk", f"{status.bytes_on_disk / 1e6:,.0f} MB in {settings.home}"),
        ("Libraries", ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)),
    ]
    # Another embedder than the default is at work already, and takes seconds to load once more.
    embedder = (check_embedder,) if settings.embed_model == DEFAULT_MODEL else ()
    checks = (check_model, *embedder, check_index, check_disk, check_memory)
    health = "".join(_finding(check(settings)) for check in checks)
    facts = "".join(f"<dt>{name}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    return (
        '<h2 id="dl-about-title">About Dateline</h2>'
        "<p>Articles, questions, answers and the model stay on this machine: nothing is sent anywhere.</p>"
        f'<dl class="dl-about">{facts}</dl><p class="dl-label">Health</p><ul class="dl-health">{health}</ul>'
    )


def _finding(finding: Finding) -> str:
    advice = f" <b>{safe(finding.advice)}</b>" if finding.advice else ""
    return f'<li data-state="{finding.state.value}"><i>{finding.state.value}</i> {safe(finding.found)}{advice}</li>'
