"""Names typed in small letters get the capitals that the articles write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.catalogue import Catalogue
from index.cleaning import clean_article
from index.home import Home
from index.query import Filters
from index.readers import RawArticle
from qa.capitals import with_capitals

ARTICLES = {
    "Lorry Drives Into Crowd": "A lorry drove into people in Nice on Thursday. Investigators searched a flat in the "
    "city of Nice. A centre for the injured was opened, and the Centre of Hope gave help.",
    "Siege of a jail": "Guards of the jail in Rostov-on-Don were freed. JNIM had no part in it, Colonel Ivan de Witt "
    "said. The colonel, who leads the unit, spoke with President Petrov. Guards of the Islamic State group, fighters "
    "of the state and the FSB looked on. Petrov's men will march on in March.",
    "All Guards Safe": "All Guards Safe In Rostov Siege Says Ministry",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    catalogue = Catalogue(Home(tmp_path_factory.mktemp("capitals")), create=True)
    for title, text in ARTICLES.items():
        catalogue.add_article(clean_article(RawArticle(title, text, "", "", "", "", (), title)))
    yield catalogue
    catalogue.close()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("when was the nice lorry attack?", "when was the Nice lorry attack?"),
        ("who besieged the jail in rostov?", "who besieged the jail in Rostov?"),
        ("who is ivan de witt?", "who is Ivan de Witt?"),
        ("what are petrov's men up to?", "what are Petrov's men up to?"),
        # All capitals do at the beginning of a sentence, others do not
        ("who leads jnim and the fsb?", "who leads JNIM and the FSB?"),
        ("what did investigators do in nice?", "what did investigators do in Nice?"),
        # What has small letters as well, and what a title of an article writes
        ("which guards are safe?", "which guards are safe?"),
        ("where is the centre?", "where is the centre?"),
        ("did the islamic state group attack the state?", "did the Islamic State group attack the state?"),
        # An office has its capital from the name that follows
        ("did the president speak?", "did the president speak?"),
        ("where did they march to?", "where did they march to?"),
        # Who types capitals types all of them
        ("who is Ivan, of rostov?", "who is Ivan, of rostov?"),
        ("Who fled from rostov?", "Who fled from Rostov?"),
        ("", ""),
    ],
)
def test_names_get_the_capitals_of_the_articles(catalogue: Catalogue, typed: str, written: str) -> None:
    assert with_capitals(catalogue, typed, Filters()) == written
