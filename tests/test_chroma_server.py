"""Vectors in a real Chroma server: as exact as a folder, for many processes, through outages, kills and a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import chromadb
import pytest
from made_articles import make_article, make_text
from servers import ChromaServer, asking_proxy, chroma_server
from word_embedder import WordEmbedder

from index.build import build_index
from index.catalogue import Catalogue
from index.check import check_index
from index.errors import DatelineError
from index.home import Home
from index.packed_vectors import Vectors
from index.rebuild import rebuild_index
from index.vector_stage import embed_missing
from index.vectors import VectorIndex

SEEDS = Path(__file__).parent.parent / "seeds"
EMBEDDER = WordEmbedder()
QUESTION = EMBEDDER.embed(["the siege of the Volgograd prison"])[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def archive(tmp_path: Path, server: ChromaServer) -> Home:
    """The sample articles, their vectors in the server."""
    home = Home(tmp_path / "home", chroma_server=server.url)
    build_index([SEEDS], home, embedder=WordEmbedder)
    return home


def collections(home: Home) -> dict[str, set[int]]:
    """What the server holds of this archive."""
    client = chromadb.HttpClient("127.0.0.1", int(home.chroma_server.rpartition(":")[2]))
    catalogue = Catalogue(home)
    prefix = f"dateline-{catalogue.archive}-"
    catalogue.close()
    found = [each for each in client.list_collections() if each.name.startswith(prefix)]
    return {each.name: {int(i) for i in each.get(include=[])["ids"]} for each in found}


def brute_force(catalogue: Catalogue, vector: Vectors) -> list[int]:
    ids, rows = catalogue.vectors.of_passages()
    return [i for _, i in sorted(zip((-rows @ vector).tolist(), ids, strict=True))[:10]]


def nearest(home: Home, vector: Vectors = QUESTION) -> tuple[list[int], list[int]]:
    """What is found near `vector`, and what is near by brute force."""
    catalogue = Catalogue(home)
    index = VectorIndex(home, catalogue)
    found = [i for i, _ in index.nearest(vector, k=10)], brute_force(catalogue, vector)
    index.close()
    catalogue.close()
    return found


def assert_agree(home: Home) -> None:
    """The server holds the catalogue's vectors in one collection, and finds the nearest."""
    catalogue = Catalogue(home)
    assert collections(home) == {catalogue.snapshot.name: set(catalogue.vectors.ids())}
    catalogue.close()
    found, expected = nearest(home)
    assert found == expected
    assert [check for check in check_index(home, embedder=WordEmbedder) if check.problem] == []


def test_the_server_holds_what_the_catalogue_does_and_follows_it(archive: Home) -> None:
    assert_agree(archive)
    assert list(archive.chroma.iterdir()) == []
    before = collections(archive)
    catalogue = Catalogue(archive)
    gone = catalogue.newest_articles(3)
    for article in gone:
        for place in catalogue.places(article.id):
            catalogue.remove_place(place.path)
    catalogue.add_article(make_article(text=make_text(1, 40)))
    embed_missing(catalogue, WordEmbedder, None, 16)
    assert_agree(archive)
    assert collections(archive).keys() == before.keys(), "brought up to date where it is"
    rebuild_index(archive, embedder=WordEmbedder)
    assert_agree(archive)
    assert collections(archive).keys() != before.keys()
    catalogue.close()


def test_chroma_is_what_answers(archive: Home) -> None:
    """Seen by taking a vector out of the catalogue's hands: the server still returns it."""
    catalogue = Catalogue(archive)
    ids, rows = catalogue.vectors.of_passages()
    index = VectorIndex(archive, catalogue)
    catalogue.database.connection.execute("DELETE FROM passage_vectors WHERE passage = ?", (ids[0],))
    assert index.nearest(rows[0], k=1)[0][0] == ids[0]
    index.close()
    catalogue.close()


def test_archives_share_a_server_without_meeting(archive: Home, server: ChromaServer, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(make_text(7, 20))
    other = Home(tmp_path / "other", chroma_server=server.url)
    build_index([tmp_path / "one.txt"], other, embedder=WordEmbedder)
    assert_agree(other)
    assert_agree(archive)


def test_a_run_that_was_cut_short_ends_the_same(archive: Home) -> None:
    """Some vectors came into the server that nobody noted, some of them of articles that went again; some are lost."""
    catalogue = Catalogue(archive)
    (name,) = collections(archive)
    client = chromadb.HttpClient("127.0.0.1", int(archive.chroma_server.rpartition(":")[2]))
    collection = client.get_collection(name, embedding_function=None)
    collection.upsert(["900001"], embeddings=[QUESTION])
    collection.delete([str(i) for i in catalogue.vectors.ids()[:5]])
    assert any(check.problem for check in check_index(archive, embedder=WordEmbedder))
    build_index([], archive, embedder=WordEmbedder)
    assert_agree(archive)
    catalogue.close()


def test_an_outage_is_worked_around_said_and_mended(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "chroma") as server:
        home = Home(tmp_path / "home", chroma_server=server.url)
        build_index([SEEDS], home, embedder=WordEmbedder)
        catalogue = Catalogue(home)
        index = VectorIndex(home, catalogue)
        expected = brute_force(catalogue, QUESTION)
        assert [i for i, _ in index.nearest(QUESTION, k=10)] == expected
        server.kill()
        assert [i for i, _ in index.nearest(QUESTION, k=10)] == expected, "all vectors are compared instead"
        (tmp_path / "new.txt").write_text(make_text(9, 30))
        with pytest.raises(DatelineError, match="make sure that it runs"):
            build_index([tmp_path / "new.txt"], home, embedder=WordEmbedder)
        assert nearest(home)[0] == nearest(home)[1]
        server.start()
        build_index([], home, embedder=WordEmbedder)
        assert_agree(home)
        assert [i for i, _ in index.nearest(QUESTION, k=10)] == brute_force(catalogue, QUESTION)
        index.close()
        catalogue.close()


def test_a_proxy_asks_for_the_token(tmp_path: Path, server: ChromaServer) -> None:
    with asking_proxy(server.url, "open-sesame", tmp_path) as address:
        for token in ("", "wrong"):
            with pytest.raises(DatelineError, match="DATELINE_CHROMA_TOKEN"):
                build_index(
                    [SEEDS], Home(tmp_path / token, chroma_server=address, chroma_token=token), embedder=WordEmbedder
                )
        home = Home(tmp_path / "let in", chroma_server=address, chroma_token="open-sesame")
        build_index([SEEDS], home, embedder=WordEmbedder)
        found, expected = nearest(home)
        assert found == expected
        assert Catalogue(home).snapshot.count == len(Catalogue(home).vectors.ids()) > 50


def test_a_folder_is_left_for_a_server_and_taken_up_again(tmp_path: Path, server: ChromaServer) -> None:
    folder, served = Home(tmp_path / "home"), Home(tmp_path / "home", chroma_server=server.url)
    build_index([SEEDS], folder, embedder=WordEmbedder)
    build_index([SEEDS], served, embedder=WordEmbedder)
    assert_agree(served)
    build_index([SEEDS], folder, embedder=WordEmbedder)
    assert nearest(folder)[0] == nearest(folder)[1]
    assert [check for check in check_index(folder, embedder=WordEmbedder) if check.problem] == []
