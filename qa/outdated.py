"""Answers that only an older article bears out, where newer ones were found, too.

An archive has no news of what is asked, and search brings what was said of the like years ago: last season's winner,
the nominee of another election. This module does not know how likely an answer is otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.mentions import names_year

OLDER = timedelta(180)
"""Where articles so far apart were read, 2 of 10 answers without a mark that only older ones bore out were right, 43 of
57 others (300 questions of the development set and 279 plain ones, on which the rule was made; November 2026)."""


def outdated(question: str, text: str, evidence: Sequence[Evidence]) -> str:
    """Why to doubt `text`: no article bears it out that is less than half a year older than the newest; "" for none.

    A question that names a year is not asked of the newest, and an article without a date may be of any day.
    """
    if names_year(question):
        return ""
    judged = [judge_sentence(text, [item], question) for item in evidence]
    backing = [j.evidence for j in judged if j.evidence is not None and j.verdict is not Verdict.UNSUPPORTED]
    said = [item.article.published for item in backing]
    dated = [day for day in said if day is not None]
    if not dated or len(dated) < len(said):
        return ""
    newest = max(item.article.published for item in evidence if item.article.published is not None)
    if newest - max(dated) < OLDER:
        return ""
    return f"only an article of {max(dated).isoformat()} says so, newer ones do not: check that it is what you ask"
