"""Fixtures: an empty index, the real embedder, a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import PostgresServer, postgres_server

from index.catalogue import Catalogue
from index.cross_encoder import CrossEncoder
from index.embedder import MiniLM
from index.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def either_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """An empty index in SQLite, and once more in PostgreSQL; a module that wants both calls it `home`."""
    if request.param == "sqlite":
        return Home(tmp_path / "home")
    server: PostgresServer = request.getfixturevalue("postgres")
    return Home(tmp_path / "home", server=server.new_database())


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    catalogue = Catalogue(home, create=True)
    yield catalogue
    catalogue.close()


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(threads=2)


@pytest.fixture(scope="session")
def reader() -> CrossEncoder:
    return CrossEncoder()
