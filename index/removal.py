"""Taking articles out of the index by their ids.

An article goes with all its places at once, so that no reprint of it takes its place. Files that hold it are not
touched: one that is indexed again brings it back. This module does not know who asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.catalogue import Catalogue
from index.home import Home
from index.places import drop_place, sweep
from index.vectors import VectorIndex


def remove_articles(home: Home, article_ids: Sequence[str]) -> list[str]:
    """Remove the articles with these ids; the paths of the places that held them.

    Raises:
        IndexBusyError: another process is writing this index.
        DatelineError: the index cannot be written.
    """
    with home.write_lock(shared=True):
        catalogue = Catalogue(home)
        try:
            gone: list[str] = []
            with catalogue.database.writing() as connection:
                for article_id in article_ids:
                    gone += [place.path for place in catalogue.places(article_id)]
                for path in gone:
                    drop_place(connection, path)
                sweep(connection)
            VectorIndex(home, catalogue).publish(thorough=False)
        finally:
            catalogue.close()
    return gone
