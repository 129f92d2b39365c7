"""Forenames: which capitalised words before a surname are none (titles, offices, words that begin a sentence), and
which are short for others.

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

_SHORT_FORMS = tuple(
    frozenset(names.split())
    for names in (
        "michael mike mick mickey", "william bill will billy willie", "robert bob rob bobby robbie",
        "joseph joe joey", "james jim jimmy jamie", "thomas tom tommy", "timothy tim", "daniel dan danny",
        "david dave", "benjamin ben", "samuel sam sammy", "matthew matt", "christopher chris", "nicholas nick",
        "stephen steven steve", "anthony tony", "andrew andy drew", "alexander alex sasha", "edward ed eddie ted",
        "ronald ron ronnie", "donald don", "kenneth ken", "richard rick dick rich", "charles charlie chuck",
        "gregory greg", "jeffrey jeff", "lawrence larry", "gerald gerry jerry", "raymond ray", "peter pete",
        "philip phillip phil", "douglas doug", "francis frank", "frederick fred", "patrick pat paddy", "joshua josh",
        "jonathan jon", "zachary zach zack", "vincent vince", "elizabeth liz beth betsy",
        "katherine catherine kathryn kate kathy cathy katie", "margaret maggie peggy meg", "jennifer jen jenny",
        "deborah debra deb debbie", "susan sue", "patricia pat patty", "barbara barb", "rebecca becky",
        "victoria vicky", "abigail abby", "cynthia cindy", "pamela pam",
    )
)  # fmt: skip
"""Those that are one in other forms; English ones, as agencies write them."""


def is_same_forename(name: str, other: str) -> bool:
    """Whether two forenames are one, or one is short for the other: "Mike" and "Michael"."""
    a, b = name.lower(), other.lower()
    return a == b or any({a, b} <= forms for forms in _SHORT_FORMS)


def forms_of(forename: str) -> tuple[str, ...]:
    """`forename` and what it may be written as, capitalised."""
    others = {form for forms in _SHORT_FORMS if forename.lower() in forms for form in forms} - {forename.lower()}
    return (forename, *sorted(form.capitalize() for form in others))


def is_no_forename(word: str) -> bool:
    """Whether `word` is a title or another word that is no forename."""
    return word.rstrip(".").lower() in _NO_FORENAMES


def without_titles(words_before: str) -> str:
    """The words after the last title or other word that is no forename; "" where one stands among them."""
    words = words_before.split()
    while words and is_no_forename(words[0]):
        words = words[1:]
    return "" if any(map(is_no_forename, words)) else " ".join(words)
