"""How likely an answer is to be right, from search, reading and checking together.

This module does not know how any of its signals come about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.query import Query
from index.search import Findings
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.reading import Reading

ANSWER_FROM = 0.35
"""Below this the assistant abstains."""


def estimate_confidence(query: Query, findings: Findings, evidence: Sequence[Evidence], reading: Reading) -> float:
    """A probability that what the model wrote is right."""
    judgement = judge_sentence(reading.text, evidence, query.text)
    if judgement.verdict is Verdict.UNSUPPORTED or judgement.evidence is None:
        return 0.0
    likelihood = sum(reading.token_logprobs) / max(len(reading.token_logprobs), 1)
    relevance = max(item.score for item in evidence)
    return 1.0 / (1.0 + math.exp(-(-2.5 + 2.5 * relevance + 1.5 * likelihood)))
