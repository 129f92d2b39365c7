"""What `kill_runner.py` kills: everything that writes to a home, done so that doing it again ends the same way.

A work that tells its caller of each step's success notes it in `place/acknowledged`, which a kill must not belie.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from made_articles import make_text
from tiny_model import write_tiny_gguf

from index.backup import back_up, restore
from index.build import build_index
from index.catalogue import Catalogue
from index.embedder import MiniLM
from index.home import Home
from index.query import Filters
from index.rebuild import rebuild_index
from qa.weights import find_prepared, prepare_model
from ui.conversation import Exchange, State
from ui.conversation_store import open_conversations
from ui.intake import Intake
from ui.users import Users

Work = Callable[[Path], None]
"""Works in a folder that holds `articles/`, `home/` and `backup`."""

EMBEDDER = MiniLM(threads=1)  # one thread: with more it could not be used after a fork
_TALKS = 12


def write_articles(folder: Path, seeds: range) -> None:
    """An article a file, and a few as records of one."""
    folder.mkdir(exist_ok=True)
    for seed in seeds:
        (folder / f"{seed}.txt").write_text(f"Report number {seed}\n\n{make_text(seed, 5)}\n", encoding="utf-8")
    records = [{"title": f"Record {n}", "text": make_text(900 + n, 4)} for n in seeds[:3]]
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


def index(place: Path, *, prune: bool = False) -> None:
    build_index([place / "articles"], Home(place / "home"), prune=prune, batch=2, embedder=lambda: EMBEDDER)


def update(place: Path) -> None:
    write_articles(place / "articles", range(3, 9))
    index(place)


def prune(place: Path) -> None:
    for name in ("0.txt", "1.txt"):
        (place / "articles" / name).unlink(missing_ok=True)
    index(place, prune=True)


def rebuild(place: Path) -> None:
    rebuild_index(Home(place / "home"), batch=2, embedder=lambda: EMBEDDER)


def backup(place: Path) -> None:
    back_up(Home(place / "home"), place / "backup")


def bring_back(place: Path) -> None:
    restore(Home(place / "home"), place / "backup")


def users(place: Path) -> None:
    for n in range(20):
        Users(place / "home").add(f"user-{n}")


def upload(place: Path) -> None:
    """Three files and a pasted text, as the page takes them."""
    home = Home(place / "home")
    write_articles(place / "sent", range(20, 23))
    catalogue = Catalogue(home)
    try:
        intake = Intake(home, catalogue, embedder=lambda: EMBEDDER)
        _acknowledge(place, [a.id for a in intake.take_files(sorted((place / "sent").iterdir())).articles])
        _acknowledge(place, [a.id for a in intake.take_text(make_text(30, 5), title="Pasted").articles])
    finally:
        catalogue.close()


def converse(place: Path) -> None:
    """Conversations begun, added to, answered and renamed, each step acknowledged."""
    store = open_conversations(Home(place / "home"))
    known = {talk.title.partition(" ")[0]: talk for talk in store.listed("ann")}
    for n in range(_TALKS):
        name = known[f"talk-{n}"].id if f"talk-{n}" in known else store.begin("ann", f"talk-{n} asked")
        turns = store.load(name, "ann", lambda _: None).turns
        for number in range(len(turns), 3):
            turn = store.add_turn(name, Exchange(0, f"Question {number}?", Filters(), date(2026, 11, 1)))
            _acknowledge(place, [name, turn.number])
        for turn in store.load(name, "ann", lambda _: None).turns:
            store.save_turn(name, replace(turn, state=State.STOPPED, streamed=f"Text {turn.number}"))
        store.rename(name, "ann", f"talk-{n} answered")


def prepare_weights(place: Path) -> None:
    """A tiny model of the real format, converted as the shipped one is."""
    models = Home(place / "home").models
    folder = prepare_model(str(place.parent / "tiny.gguf"), models)
    assert folder == find_prepared(str(place.parent / "tiny.gguf"), models)
    _acknowledge(place, [folder.name])


WORKS: dict[str, Work] = {
    "index": index, "update": update, "prune": prune, "rebuild": rebuild, "backup": backup, "restore": bring_back,
    "users": users, "upload": upload, "converse": converse, "prepare": prepare_weights,
}  # fmt: skip


def prepare(place: Path, empty: bool) -> None:
    """A place to work in: with an index and a backup of it, or `empty` but for articles."""
    place.mkdir()
    if not (place.parent / "tiny.gguf").exists():
        write_tiny_gguf(place.parent / "tiny.gguf")
    write_articles(place / "articles", range(6))
    if not empty:
        index(place)
        backup(place)


def content(place: Path) -> dict[str, Any]:
    """All that must be the same whether or not there was a kill; passages get other numbers when rebuilt."""
    catalogue = Catalogue(Home(place / "home"))
    connection = catalogue.database.connection
    ids, vectors = catalogue.vectors.of_passages()
    passages = catalogue.load_passages(ids)
    articles = [tuple(row) for row in connection.execute("SELECT id, title, text, published FROM articles ORDER BY id")]
    places = [tuple(row) for row in connection.execute("SELECT path, own_id FROM places ORDER BY path")]
    catalogue.close()
    found = sorted((p.article.id, p.span.start, v.tobytes().hex()) for p, v in zip(passages, vectors, strict=True))
    known = sorted(user.name for user in Users(place / "home").all())
    # What is uploaded again is another batch: its articles have one place more.
    uploaded = {(Path(p).name, i) for p, i in places if "/uploads/" in p}
    told = [(Path(p).name, i) for p, i in places if "/uploads/" not in p]
    return {
        "articles": articles, "places": told, "uploaded": sorted(uploaded), "passages": found, "users": known,
        "talks": sorted(_talks(place)), "model": _model(place),
    }  # fmt: skip


def check_acknowledged(place: Path) -> None:
    """Whatever a killed work had told its caller is there."""
    file = place / "acknowledged"
    told = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    talks, model = {name: turns for _, turns, name in _talks(place, ids=True)}, _model(place)
    articles = {row[0] for row in content(place)["articles"]} if _is_indexed(place) else set()
    for said in told:
        if len(said) == 2 and isinstance(said[1], int):
            assert said[1] <= talks[said[0]], f"turn {said} is lost"
        elif said[0].startswith("gguf-"):
            assert model, f"model {said} is lost"
        else:
            assert articles.issuperset(said), f"an article of {said} is lost"


def _is_indexed(place: Path) -> bool:
    return (place / "home" / "catalogue.sqlite3").exists()


def _acknowledge(place: Path, said: list[Any]) -> None:
    with (place / "acknowledged").open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")


def _talks(place: Path, *, ids: bool = False) -> list[tuple[Any, ...]]:
    """Title, number of turns, and text of each conversation (or its id); turns are numbered without a gap."""
    file = Home(place / "home").conversations
    store = open_conversations(Home(place / "home")) if file.exists() else None
    talks = []
    for talk in store.listed("ann") if store else ():
        whole = store.load(talk.id, "ann", lambda _: None)
        assert [turn.number for turn in whole.turns] == list(range(1, talk.turns + 1))
        talks.append((talk.title, talk.turns, talk.id if ids else "".join(turn.text for turn in whole.turns)))
    return talks


def _model(place: Path) -> dict[str, str]:
    """The prepared model's files by their hash; empty while it is not whole."""
    folder = find_prepared(str(place.parent / "tiny.gguf"), Home(place / "home").models)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())} if folder else {}
