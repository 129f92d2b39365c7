"""Whether a short question is still on the subject of the talk: "How long did the strike last?" after an election.

It is where passages found for the last question hold what the new one names with "the" or asks for; where none does
but others do, it is on a subject of its own. This module does not know how a follow-up is put in words.
"""

from __future__ import annotations

from index.catalogue import Catalogue, fts_query
from index.query import Filters
from index.search import POSTINGS, TITLE_WEIGHT
from index.terms import STOP_WORDS, search_terms, stem
from qa.facts import stems_of
from qa.mentions import asked_names, unmentioned
from qa.phrases import DO, asked_for, noun_phrases, without_verb, word_set, words_of

_PASSAGES = 30
_OF_ANY_SUBJECT = word_set(
    "people person man men woman women child children death deaths dead toll victim victims casualties injured wounded "
    "survivor survivors suspect suspects attacker attackers driver gunman gunmen bomber killer shooter perpetrator "
    "culprit police authorities officials investigators government spokesman spokeswoman arrest arrests weapon weapons "
    "motive motives cause causes reason reasons result results outcome aftermath background damage cost costs price "
    "number numbers figure figures amount total size name names place places location date dates time times day days "
    "hours minutes weeks months years week month year country city town area region thing things kind part way "
    "new old first second third last next latest current former other others same main own whole exact real"
)
"""Words that tell nothing of the subject: news of every kind has a place, a cause and a toll, in other words too."""


def own_nouns(question: str) -> tuple[str, ...]:
    """The nouns of `question` that have "the" or are asked for, if they belong to some subjects only."""
    phrases = noun_phrases(question)
    asked = asked_for(question)
    auxiliary = next((word for word in words_of(question[asked.end if asked else 0 :]) if word in DO), "")
    named = [without_verb(question, p, auxiliary).of(question) for p in phrases if p.is_definite]
    words = [word for text in ([asked.noun] if asked else []) + named for word in words_of(text)]
    return tuple(dict.fromkeys(w for w in words if w not in _OF_ANY_SUBJECT | STOP_WORDS and w.isalpha()))


def keeps_subject(catalogue: Catalogue, question: str, before: str, filters: Filters) -> bool:
    """Whether passages that answer `before` also tell of what `question` names; True also where none at all does.

    Of 56 nouns from the passages that answer RealTime QA questions 95 % stand in such a passage, of nouns from others'
    21 % (2026-11). In whole articles 100 and 73 % do: a page of news names almost anything somewhere.
    """
    nouns = own_nouns(question)
    if not nouns:
        return True
    counts = {noun: catalogue.count_matches(noun, POSTINGS) for noun in nouns}
    rarest = min(nouns, key=counts.__getitem__)
    if not counts[rarest]:
        return True
    terms = catalogue.rarest(search_terms(before), most=POSTINGS)
    found = catalogue.match(fts_query(terms), k=_PASSAGES, filters=filters, title_weight=TITLE_WEIGHT)
    passages = catalogue.load_passages([passage for passage, _ in found])
    articles = {passage.article.id: passage.article for passage in passages}
    missing = {place: len(unmentioned(before, [article])) for place, article in articles.items()}
    least = min(missing.values(), default=0)
    names = asked_names(before)
    if not passages or (names and least == len(names)):
        return True  # nothing is told of the subject itself
    root = stem(rarest)
    nearest = [passage for passage in passages if missing[passage.article.id] == least]
    return any(root in stems_of(f"{passage.article.title} {passage.text}") for passage in nearest)
