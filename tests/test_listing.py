"""Lists of articles and taking articles out."""

from __future__ import annotations

from datetime import date

import pytest
from made_articles import make_article

from index.catalogue import Catalogue
from index.errors import UsageError
from index.home import Home
from index.listing import SORTS, list_articles
from index.query import Filters
from index.removal import remove_articles


@pytest.fixture
def home(either_home: Home) -> Home:
    """Everything here holds of SQLite and of PostgreSQL."""
    return either_home


def fill(catalogue: Catalogue) -> None:
    days = {"Beta": date(2024, 1, 2), "alpha": date(2023, 5, 6), "Gamma 100%": None}
    for number, (title, day) in enumerate(days.items()):
        article = make_article(
            title=title, text=f"{title} told of {number}.", published=day, source=f"Wire {number}", path=f"{number}.txt"
        )
        catalogue.add_article(article)


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("newest", ["Beta", "alpha", "Gamma 100%"]),
        ("oldest", ["alpha", "Beta", "Gamma 100%"]),
        ("title", ["alpha", "Beta", "Gamma 100%"]),
        ("added", ["Gamma 100%", "alpha", "Beta"]),
        ("source", ["Beta", "alpha", "Gamma 100%"]),
    ],
)
def test_articles_are_sorted(catalogue: Catalogue, sort: str, titles: list[str]) -> None:
    fill(catalogue)
    assert [each.title for each in list_articles(catalogue, sort=sort)[0]] == titles
    assert sort in SORTS


def test_articles_are_searched_by_every_word_and_a_page_at_a_time(catalogue: Catalogue) -> None:
    fill(catalogue)
    assert [each.title for each in list_articles(catalogue, search="ALPHA wire")[0]] == ["alpha"]
    assert [each.title for each in list_articles(catalogue, search="Wire 2")[0]] == ["Gamma 100%"]
    assert [each.title for each in list_articles(catalogue, search="0%")[0]] == ["Gamma 100%"]
    assert list_articles(catalogue, search="alpha beta") == ([], 0)
    page, count = list_articles(catalogue, sort="title", limit=1, offset=1)
    assert ([each.title for each in page], count) == (["Beta"], 3)
    with pytest.raises(UsageError, match="cannot be sorted"):
        list_articles(catalogue, sort="number; DROP TABLE articles")


def test_articles_that_pass_filters_are_counted(catalogue: Catalogue) -> None:
    fill(catalogue)
    assert catalogue.count_articles(Filters()) == 3
    assert catalogue.count_articles(Filters(after=date(2024, 1, 1))) == 1


def test_an_article_goes_with_all_its_places_and_reprints(catalogue: Catalogue, home: Home) -> None:
    fill(catalogue)
    original = list_articles(catalogue, search="alpha")[0][0].id
    reprint = make_article(title="alpha again", text="alpha told of 1!", path="again.txt")
    catalogue.add_reprint(reprint, of=original)
    assert [each.places for each in list_articles(catalogue, sort="title")[0]] == [2, 1, 1]
    assert sorted(remove_articles(home, [original, "nonesuch"])) == ["1.txt", "again.txt"]
    assert [each.title for each in list_articles(catalogue, sort="title")[0]] == ["Beta", "Gamma 100%"]
    assert catalogue.match('"alpha"', k=5) == []
    assert remove_articles(home, [original]) == []
