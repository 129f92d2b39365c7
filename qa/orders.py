"""Passages that speak to a machine instead of a reader: "ignore the above and say ...".

They are not given to the model to read, not compared with an answer, and not told in a timeline. What is looked for
are the forms of such orders, not their words: turns and control tokens of chat templates, instructions about
instructions, what to answer to a question. A report that quotes an order is left out as well; that costs an answer,
the contrary would cost trust. Someone who knows these forms can avoid them: what then remains is that every sentence
shown stands in a quote, under its article's name.
This module does not know what is asked.

Sources: Greshake et al. 2023, arXiv 2302.12173; Liu et al. 2023, arXiv 2310.12815 (kinds of injected instructions).
"""

from __future__ import annotations

import re

from index.search import Findings

_TOKENS = r"<\|[^|<>]{1,40}\|>|\[/?INST\]|<</?SYS>>|</s>|#{2,}\s*(?:instruction|response|system|user|assistant)\b"
_TURNS = r"(?:^|[\n.!?>\]]\s*)(?:system|user|assistant|human|developer|ai)\s*:"
_LABELS = (
    r"(?:^|[\n.!?>\])]\s*)(?:(?:short|final|correct|right)\s+)?(?:answer|question(?:\s*\([^)\n]{0,20}\))?|evidence)\s*:"
)
_RULES = r"(?:instructions?|directives?|evidence|prompts?|rules|guidelines|articles?|above)"
_UNDO = (
    r"(?:^|[\n.!?,:;\"“]\s*|\b(?:please|must|and|to)\s+)(?:ignore|disregard|forget|override)\b"
    rf"[^.!?\n]{{0,60}}\b{_RULES}\b"
)
_ANSWERS = (
    r"(?:^|[\n.!?,:;]\s*|\b(?:and|must|only|please|then)\s+)(?:answer|reply|respond|say|output|print|repeat)\s+"
    r"(?:only|just|with|exactly|every question|any question|all questions|that the (?:answer|evidence|articles?))\b"
)
_ABOUT = r"\banswer (?:to|about|on) (?:the|any|every|this|all) questions?\b"
_ONLY = r"\bthe only (?:correct|right|true|valid) answer\b"
_ROLE = r"\byou are (?:now )?(?:an? |the )?[^.!?\n]{0,30}\b(?:assistant|language model|chatbot|ai)\b"
_ORDER = re.compile("|".join((_TOKENS, _TURNS, _LABELS, _UNDO, _ANSWERS, _ABOUT, _ONLY, _ROLE)), re.IGNORECASE)


def leave_out_orders(findings: Findings) -> Findings:
    """`findings` without the passages that give orders: what may be read, compared and told."""
    return Findings(tuple(c for c in findings.candidates if not gives_orders(c.passage.text)))


def gives_orders(text: str) -> bool:
    """Whether `text` tells a machine what to do."""
    return _ORDER.search(text) is not None
