"""Fixtures: an empty index, the real embedder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.catalogue import Catalogue
from index.embedder import MiniLM
from index.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    catalogue = Catalogue(home, create=True)
    yield catalogue
    catalogue.close()


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(threads=2)
