"""Real servers for tests, on loopback, in temporary folders: PostgreSQL, Chroma, Ray, nginx that asks for a token.

Where one is not installed the test is skipped with a line that says so; `.ci/run` installs it and allows no skip.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parent.parent

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # no test cuts the power
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_postgres() -> Path:
    """The folder of PostgreSQL's programs."""
    places = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists():
            return place
    pytest.skip("there is no PostgreSQL server here: apt-get install postgresql")


class PostgresServer:
    """A server with a database for each test."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.port = free_port()
        self._folder, self._user, self._programs = folder, user, find_postgres()
        self._run("initdb", "--no-sync", "--auth=trust", "--username=dateline", "--encoding=UTF8", "--locale=C")
        self._process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        options = [f"--{name}={value}" for name, value in (_OPTIONS | {"port": str(self.port)}).items()]
        command = [self._programs / "postgres", "-D", self._folder, "-k", self._folder, *options]
        log = (self._folder.parent / f"{self._folder.name}.log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd=self._folder)
        self.wait()

    def wait(self) -> None:
        import psycopg

        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, "PostgreSQL did not start"
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        self._process.send_signal(3)  # SIGQUIT: at once
        self._process.wait()

    def url(self, database: str) -> str:
        return f"postgresql://dateline@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"t{secrets.token_hex(6)}"
        self.state("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def state(self, database: str, statement: str) -> list[Any]:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, "-D", self._folder, *arguments]
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd=self._folder)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server in a folder of its own; PostgreSQL does not run as root, so root lends it a user."""
    find_postgres()
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install -e '.[server]'")
    folder = Path(tempfile.mkdtemp(prefix="dateline-postgres-"))
    user = None
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        shutil.chown(folder, user)
    try:
        server = PostgresServer(folder, user)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.log").unlink(missing_ok=True)


class ChromaServer:
    """`chroma run` over a folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes]
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).parent / "chroma"
        command = [program, "run", "--path", self._folder, "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False)
            except httpx.HTTPError:
                assert self._process.poll() is None, "Chroma did not start"
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    server = ChromaServer(folder)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def asking_proxy(upstream: str, token: str, folder: Path) -> Iterator[str]:
    """nginx before `upstream`, told what docs/scaling.md says: it lets in who shows `token`; its address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    port = free_port()
    said = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    (rules,) = re.findall(r"(client_max_body_size .*?\n        \})\n", said, re.DOTALL)
    rules = rules.replace("PUT-A-LONG-RANDOM-TOKEN-HERE", token).replace("http://127.0.0.1:8000", upstream)
    places = "".join(f"{name}_temp_path {folder};" for name in ("proxy", "client_body", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""  # its workers write to our folder
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; {user} pid {folder}/pid; error_log {folder}/errors; events {{}} "
        f"http {{ access_log off; {places} server {{ listen 127.0.0.1:{port}; {rules} }} }}"
    )
    process = subprocess.Popen([program, "-c", config, "-e", folder / "errors"])
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                assert httpx.get(address, trust_env=False).status_code == 401
            except httpx.HTTPError:
                assert process.poll() is None, "nginx did not start"
                time.sleep(0.1)
            else:
                break
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def ray_cluster() -> Iterator[tuple[str, int]]:
    """A Ray cluster of one node with two processors that asks for a token, which the environment then holds.

    Its address, and the process that all of its are below.
    """
    pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[cluster]'")
    port = free_port()
    program = Path(sys.executable).parent / "ray"
    command = [program, "start", "--head", "--block", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=2"]
    command += ["--include-dashboard=false", "--disable-usage-stats", "--object-store-memory=200000000"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        # Else its workers stand behind everything else that runs on this machine.
        environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "RAY_worker_niceness": "0"}
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            said = []
            while "Ray runtime started" not in (line := process.stdout.readline()):
                said.append(line)
                assert line, "".join(said)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            for each in [*processes_below(process.pid), process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()


def processes_below(process: int) -> list[int]:
    """The processes that `process` began, and those that they began."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    below = {process}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(below - {process})
