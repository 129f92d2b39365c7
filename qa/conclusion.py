"""From what the model read to what is shown: refused, marked, told as code reads it, compared among articles.

This module does not know the model, nor how any of it is found out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.search import Findings
from qa.composition import BY_RULE, DOUBT, Draft, compose, is_refusal
from qa.confidence import answer_from, even_from
from qa.disagreement import find_disagreements
from qa.outcome import Outcome
from qa.outdated import outdated
from qa.told import Standing, find_told
from qa.tolls import latest_count

if TYPE_CHECKING:
    from qa.reading import Reading


def conclude(outcome: Outcome, reading: Reading, findings: Findings) -> Draft | None:
    """The answer that what the model read comes to; None where the articles do not bear one out.

    What is unlikely to be right is refused; what is as likely wrong as right, or only an old article says, is marked.
    Where articles tell in so many words what is asked, that is shown, marked unless the model read the same.
    """
    question, text, cited = outcome.query.text, reading.text, outcome.evidence
    least, even = answer_from(reading.model), even_from(reading.model)
    told = find_told(question, text, outcome.evidence, findings)
    standing = told.standing if told else None
    if standing is Standing.AGREES:
        outcome.confidence = max(outcome.confidence, even)
    refused = is_refusal(text) or outcome.confidence < least
    if refused and standing in (None, Standing.OF_ANOTHER):
        return None
    doubt = DOUBT if outcome.confidence < even or standing is Standing.OF_ANOTHER else ""
    if told is not None and (refused or standing is Standing.DIFFERS):
        text, cited, doubt = told.value.shown, (outcome.take(told.value.evidence),), BY_RULE
        outcome.confidence = max(outcome.confidence, least)
    outcome.disagreements, outcome.evidence = find_disagreements(question, text, outcome.evidence, findings)
    latest = latest_count(question, text, outcome.disagreements, outcome.evidence)
    outcome.reading = replace(reading, text=latest)
    if not doubt and standing is not Standing.AGREES:
        doubt = outdated(question, latest, outcome.evidence)
    draft = compose(latest, cited if latest == text else outcome.evidence, question, doubt=doubt)
    for disagreement in outcome.disagreements:
        draft.add_disagreement(disagreement, outcome.evidence)
    return draft
