"""Which capitalised words before a surname are no forename: titles, offices, words that begin a sentence.

This module does not know whose name it is.
"""

from __future__ import annotations

from index.terms import STOP_WORDS

_NO_FORENAMES = (STOP_WORDS - {"will", "may"}) | frozenset(
    "mr mrs ms miss dr sir dame lord lady sen rep gov president former ex prime minister chancellor secretary judge "
    "justice king queen prince princess pope governor senator representative mayor actor actress singer "
    "colonel col general gen captain capt major sergeant sgt lieutenant admiral commander inspector detective officer "
    "professor prof bishop archbishop cardinal sheriff ambassador prosecutor coach manager lawmaker deputy chief "
    "director chairman chairwoman commissioner rev reverend father sister brother imam rabbi congressman "
    "congresswoman councillor leader "
    "although though since once meanwhile however later earlier also still now then today yesterday but and "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


def is_no_forename(word: str) -> bool:
    """Whether `word` is a title or another word that is no forename."""
    return word.rstrip(".").lower() in _NO_FORENAMES


def without_titles(words_before: str) -> str:
    """The words after the last title or other word that is no forename; "" where one stands among them."""
    words = words_before.split()
    while words and is_no_forename(words[0]):
        words = words[1:]
    return "" if any(map(is_no_forename, words)) else " ".join(words)
