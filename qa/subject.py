"""Whether a short question is still on the subject of the talk: "How long did the strike last?" after an election.

It is where passages found for the last question hold what the new one names with "the" or asks for; where none does
but others do, it is on a subject of its own. This module does not know how a follow-up is put in words.
"""

from __future__ import annotations

from index.article import Passage
from index.catalogue import Catalogue, fts_query
from index.query import Filters
from index.search import POSTINGS, TITLE_WEIGHT
from index.terms import STOP_WORDS, search_terms, stem
from qa.facts import stems_of
from qa.mentions import asked_names, unmentioned
from qa.phrases import BE, DO, asked_for, is_verb, noun_phrases, without_verb, word_set, words_of

_PASSAGES = 30
_ARTICLES = 3
"""So many of the articles found for the last question are surely on it."""
_OF_ANY_SUBJECT = word_set(
    "people person man men woman women child children death deaths dead toll victim victims casualties injured wounded "
    "survivor survivors suspect suspects attacker attackers driver gunman gunmen bomber killer shooter perpetrator "
    "culprit police authorities officials investigators government spokesman spokeswoman arrest arrests weapon weapons "
    "motive motives cause causes reason reasons result results outcome aftermath background damage cost costs price "
    "number numbers figure figures amount total size name names place places location date dates time times day days "
    "hours minutes weeks months years week month year country countries city cities town towns village villages area "
    "areas region regions target targets thing things kind part way "
    "new old first second third last next latest current former other others same main own whole exact real "
    "happen happened hit hurt shot killed died injured"
)
"""Words that tell nothing of the subject: news of every kind has a place, a cause and a toll, in other words too."""


def own_nouns(question: str) -> tuple[str, ...]:
    """The nouns of `question` that have "the" or are asked for, if they belong to some subjects only."""
    phrases = noun_phrases(question)
    asked = asked_for(question)
    auxiliary = next((word for word in words_of(question[asked.end if asked else 0 :]) if word in DO | BE), "")
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
    nearest = _passages_on(catalogue, before, filters)
    if not nearest:
        return True  # nothing is told of the subject itself
    root = stem(rarest)
    return any(root in _stems_in(passage) for passage in nearest)


def bears_out(catalogue: Catalogue, question: str, before: str, filters: Filters) -> bool:
    """Whether one passage that answers `before` holds every word of `question`, which names nothing of `before`.

    Of 717 RealTime QA questions, each asked after the one before it, none is borne out so; of 22 in talks over the
    sample archive that were still on the subject but that no rule had changed 19 are (2026-11).
    """
    words = [word for word in search_terms(question) if word not in _OF_ANY_SUBJECT and not _is_plain_verb(word)]
    if not words or asked_names(question) & asked_names(before):
        return False
    roots = {stem(word) for word in words}
    articles: list[str] = []
    for passage in _passages_on(catalogue, before, filters):
        if passage.article.id not in articles:
            articles.append(passage.article.id)
        if len(articles) <= _ARTICLES and roots <= _stems_in(passage):
            return True
    return False


def _is_plain_verb(word: str) -> bool:
    """ "Go", "say": a passage that answers has another form of it."""
    return is_verb(word) and not word.endswith("ed")


def _passages_on(catalogue: Catalogue, before: str, filters: Filters) -> list[Passage]:
    """The passages found for `before` whose articles hold most of its names; none where they hold none of them."""
    terms = catalogue.rarest(search_terms(before), most=POSTINGS)
    found = catalogue.match(fts_query(terms), k=_PASSAGES, filters=filters, title_weight=TITLE_WEIGHT)
    passages = catalogue.load_passages([passage for passage, _ in found])
    articles = {passage.article.id: passage.article for passage in passages}
    missing = {place: len(unmentioned(before, [article])) for place, article in articles.items()}
    least = min(missing.values(), default=0)
    names = asked_names(before)
    if names and least == len(names):
        return []
    return [passage for passage in passages if missing[passage.article.id] == least]


def _stems_in(passage: Passage) -> frozenset[str]:
    return stems_of(f"{passage.article.title} {passage.text}".replace("-", " "))
