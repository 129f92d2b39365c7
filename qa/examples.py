"""Questions to begin with, drawn from what is indexed.

This module does not know whether the assistant answers them well.
"""

from __future__ import annotations

import re
from collections import Counter

from index.catalogue import Catalogue

_NAME = re.compile(r"[A-Z][\w’'-]+(?:\s+(?:(?:of|the|de|al)\s+)?[A-Z][\w’'-]+)+")
_LEAD_CHARS = 600


def suggest_questions(catalogue: Catalogue, count: int) -> list[str]:
    """`count` questions, or fewer, about names that several sentences of the newest articles' openings hold."""
    counts: Counter[str] = Counter()
    for article in catalogue.newest_articles(50):
        names = _NAME.findall(article.text[:_LEAD_CHARS])
        counts.update(set(names))
    forms = ("What happened to {}?", "What is said about {}?", "Why is {} in the news?")
    names = [name for name, _ in counts.most_common(count)]
    return [forms[i % len(forms)].format(name) for i, name in enumerate(names)]
