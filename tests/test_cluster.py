"""Indexing on a real Ray of this machine: as one process does it, through kills of workers and of the run itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from made_archive import FILES, RECORDS, assert_undisturbed, write, write_archive
from many import Where, outcome, start_indexers
from servers import PostgresServer, processes_below, ray_cluster

from index.catalogue import Catalogue
from index.cluster import RayWorkers
from index.errors import DatelineError
from index.home import Home


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, int]]:
    with ray_cluster() as cluster:
        yield cluster


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "articles")


def start(where: Where, articles: Path, address: str, pause_s: float = 0.0) -> subprocess.Popen[str]:
    (run,) = start_indexers([where], articles, pause_s, ray=address)
    return run


def test_a_cluster_of_this_machine_alone_makes_what_one_process_does(
    home: Home, articles: Path, tmp_path: Path
) -> None:
    where = Where(str(home.folder), "", "")
    assert outcome(start(where, articles, "auto"))["added"] == FILES + RECORDS
    assert_undisturbed(home, articles, Home(tmp_path / "oracle"))


def test_a_killed_worker_is_made_up_for_and_a_killed_run_goes_on(
    articles: Path, tmp_path: Path, postgres: PostgresServer, cluster: tuple[str, int]
) -> None:
    home = Home(tmp_path / "home", server=postgres.new_database())
    where = Where(str(home.folder), home.server, "")
    address, node = cluster
    run = start(where, articles, address, 0.2)
    done = wait_for_vectors(home, 1)
    for worker in embedding_workers(node)[:1]:
        os.kill(worker, signal.SIGKILL)
    wait_for_vectors(home, done + 1)
    run.kill()
    run.communicate()
    catalogue = Catalogue(home)
    assert catalogue.vectors.count_missing(), "it was killed in its midst"
    catalogue.close()
    write(articles, "000.txt", 900)
    assert outcome(start(where, articles, address))["added"] == 0
    assert_undisturbed(home, articles, Home(tmp_path / "oracle"))


def wait_for_vectors(home: Home, count: int) -> int:
    """How many vectors there are, once there are so many."""
    catalogue = Catalogue(home, create=True)
    while (found := catalogue.vectors.count()) < count:
        time.sleep(0.05)
    catalogue.close()
    return found


def embedding_workers(node: int) -> list[int]:
    """The processes below the process `node` that embed."""
    found = []
    for process in processes_below(node):
        with suppress(OSError):  # it has just ended
            if b"EmbedPassages" in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
    assert found, "no worker embeds"
    return found


def test_a_cluster_that_is_not_there_is_said() -> None:
    with pytest.raises(DatelineError, match="ray start --head"):
        RayWorkers("127.0.0.1:1")
