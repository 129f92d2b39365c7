"""Sentences that say what an article said before it was corrected: "An earlier version of this article said that ...".

What such a sentence tells is known to be wrong, or of the page and not the world. It is no event, is not read and
supports nothing; the sentence after it, which puts it right, is one like any other. Only what speaks of its own
article is meant: an earlier version of a bill is news. This module does not know what is asked.
"""

from __future__ import annotations

import re

_EARLIER = r"(?:earlier|previous|prior|original|first)"
_PIECE = (
    r"(?:article|story|report|piece|post|headline|column|page|timeline|transcript|video|graphic|map|chart|caption|"
    r"interview|review|newsletter|entry|item|dispatch|gallery|guide|list|tweet|editorial|stories|galleries)s?"
)
_WRONGLY = r"(?:incorrectly|wrongly|mistakenly|erroneously|inaccurately|falsely)"
_SAID = (
    r"(?:said|stated|gave|reported|listed|identified|named|included|contained|referred|described|attributed|claimed|"
    r"suggested|implied|indicated|quoted|put|had|"
    r"mis(?:stated|spelled|spelt|identified|named|quoted|characteri[sz]ed|attributed|reported|represented|dated))"
)
_RETRACTED = re.compile(
    rf"\b{_EARLIER} (?:versions?|editions?) of (?:(?:this|these|our) (?:[\w’'!-]+ ){{0,2}}?{_PIECE}|the following\b|"
    r"the (?:article|story|headline))\b"
    r"(?! (?:was|were|is|has been)?\s?(?:\w+ly )?(?:published|posted|appeared|ran)\b)|"
    rf"\b{_EARLIER} (?:versions?|headlines?) (?:{_WRONGLY} {_SAID}|mis(?:stated|spelled|identified|named|quoted)|"
    r"gave the wrong)\b|"
    rf"\b{_EARLIER} headlines? (?:on this \w+ )?{_SAID}\b|"
    rf"\b(?:this|our) {_PIECE} (?:had )?(?:(?:originally|initially|previously|earlier|first|{_WRONGLY}) )+{_SAID}\b|"
    rf"\b(?:this|our) {_PIECE} (?:had |has )?mis(?:stated|spelled|spelt|identified|named|quoted)\b",
    re.IGNORECASE,
)


def is_retracted(sentence: str) -> bool:
    """Whether `sentence` tells what its article said before it was corrected."""
    return _RETRACTED.search(sentence) is not None
