"""The page's frame, the list of conversations and the filters as HTML.

This module does not know where conversations are kept, nor what a filter does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from index.catalogue import Status
from ui.conversation_store import Summary
from ui.evidence_html import safe
from ui.wording import one_line, say_date

MOST_CHOICES = 300
"""Sources or tags offered; a search within them finds the rest of those shown."""

TOP = (
    '<header class="dl-bar"><button type="button" class="dl-fold" data-fold aria-controls="dl-side" '
    'aria-label="Conversations and filters"><i aria-hidden="true"></i></button><h1 class="dl-brand">Dateline</h1>'
    '<p class="dl-claim-line">Answers from your articles, every one with its source</p>'
    '<button type="button" data-articles>Articles</button><button type="button" data-about>About</button></header>'
)

_PRESETS = (("", "Any time"), ("7", "Past week"), ("31", "Past month"), ("365", "Past year"))

SIDE = (
    '<button type="button" class="dl-new" data-new>New conversation</button>'
    '<section aria-label="Conversations"><label class="dl-hidden" for="dl-find">Search conversations</label>'
    '<input id="dl-find" type="search" placeholder="Search conversations" autocomplete="off">'
    '<ul id="dl-list"></ul></section>'
    '<details id="dl-filters" open><summary>Filters</summary><form>'
    '<fieldset><legend>Published</legend><p class="dl-presets">'
    + "".join(
        f'<button type="button" data-days="{days}" aria-pressed="false">{name}</button>' for days, name in _PRESETS
    )
    + '</p><p class="dl-range"><label>From <input type="date" name="after"></label>'
    '<label>Until <input type="date" name="before"></label></p><p class="dl-span" id="dl-span"></p></fieldset>'
    '<div id="dl-sources"></div><div id="dl-tags"></div>'
    '<fieldset><legend>As of</legend><label class="dl-asof"><input type="date" name="as_of" aria-label="As of">'
    "<span>empty: today</span></label></fieldset>"
    '<button type="button" data-clear>Clear filters</button></form></details>'
)


def conversation_list(conversations: Sequence[Summary], current: str, search: str) -> str:
    """The list's items, the current one marked."""
    if not conversations:
        return f'<li class="dl-none">{"None matches" if search.strip() else "None yet"}</li>'
    return "".join(_item(each, each.id == current) for each in conversations)


def _item(summary: Summary, current: bool) -> str:
    title = safe(one_line(summary.title) or "Untitled")
    here = ' aria-current="page"' if current else ""
    name = safe(summary.id)
    return (
        f'<li data-item="{name}"><a href="?c={name}" data-conversation-link="{name}"{here}>'
        f"<span>{title}</span><time>{_when(summary.changed)}</time></a>"
        f'<button type="button" data-rename="{name}" aria-label="Rename: {title}" title="Rename">'
        '<i aria-hidden="true">✎</i></button>'
        f'<button type="button" data-delete="{name}" aria-label="Delete: {title}" title="Delete">'
        '<i aria-hidden="true">×</i></button></li>'
    )


def _when(moment: datetime) -> str:
    local = moment.astimezone()
    return local.strftime("%H:%M") if local.date() == datetime.now().astimezone().date() else say_date(local.date())


def choices(status: Status) -> dict[str, str]:
    """What can be filtered by: HTML for sources and tags, and the days that articles are of."""
    first, last = status.first, status.last
    return {
        "sources": _choice("sources", "Sources", status.sources),
        "tags": _choice("tags", "Tags", status.tags),
        "first": str(first or ""),
        "last": str(last or ""),
        "span": f"Articles of {say_date(first)} to {say_date(last)}" if first and last else "",
    }


def _choice(name: str, legend: str, counted: Mapping[str, int]) -> str:
    if not counted:
        return ""
    rows = "".join(
        f'<label><input type="checkbox" name="{name}" value="{safe(each)}"><span>{safe(one_line(each))}</span>'
        f"<small>{count:,}</small></label>"
        for each, count in list(counted.items())[:MOST_CHOICES]
    )
    find = (
        f'<input type="search" class="dl-narrow" placeholder="Find in {len(counted):,}" '
        f'aria-label="Find in {legend.lower()}" autocomplete="off">'
        if len(counted) > 8
        else ""
    )
    return f'<fieldset><legend>{legend}</legend>{find}<div class="dl-choices">{rows}</div></fieldset>'
