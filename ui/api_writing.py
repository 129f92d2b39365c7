"""The routes that add and remove articles: the gate lets only those to them who may upload.

Nothing here is taken from a form: a page elsewhere can make a browser send one without asking, but neither JSON, PUT
nor DELETE. This module knows HTTP and the intake; what becomes of a file is not its business.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from index.catalogue import Catalogue
from ui.api_values import MAX_BODY_BYTES, ArticleEntry, Name, Problem
from ui.intake import MAX_PASTED_CHARS, Intake, Taken

MAX_FILE_BYTES = 64_000_000

FileName = Annotated[str, InPath(min_length=1, max_length=200, pattern=r"^[^./\\\x00][^/\\\x00]*$")]
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request cannot mean anything."},
    403: {"model": Problem, "description": "Who asks may not change the articles."},
    413: {"model": Problem, "description": "The file is too long."},
    422: {"model": Problem, "description": "Nothing in it could be read."},
    503: {"model": Problem, "description": "The index is being written already."},
}


class NewArticle(BaseModel):
    """An article as text."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_PASTED_CHARS, pattern=r"\S")
    title: Name = Field(default="", description="empty: the first line")
    published: date | None = None
    source: Name = ""
    url: Annotated[str, Field(max_length=2000)] = ""


class NotRead(BaseModel):
    """What could not be read, and why."""

    file: str
    reason: str


class Added(BaseModel):
    """What came of it: the articles that are there now, whether they are new or were there, and what was not read."""

    added: int
    updated: int
    duplicates: int
    articles: list[ArticleEntry]
    not_read: list[NotRead]


class Removed(BaseModel):
    """How many places, files and reprints, held the article."""

    places: int


def routes_to_write(catalogue: Catalogue, intake: Intake) -> APIRouter:
    """POST, PUT and DELETE under `/api/articles`."""
    routes = APIRouter(prefix="/api/articles", tags=["articles"], responses=_REFUSALS)

    @routes.post("", response_model=Added, summary="Add an article as text", max_body_size=MAX_BODY_BYTES)
    def add(new: NewArticle) -> Any:
        published = new.published.isoformat() if new.published else ""
        return _said(intake.take_text(new.text, title=new.title, published=published, source=new.source, url=new.url))

    @routes.put("/files/{name}", response_model=Added, summary="Add a file of articles: its bytes are the body")
    async def add_file(name: FileName, request: Request) -> Any:
        """`curl -T report.pdf ADDRESS/api/articles/files/` sends one; 64 MB at most."""
        folder = Path(await anyio.to_thread.run_sync(tempfile.mkdtemp))
        try:
            if not await _receive(request, folder / name):
                return JSONResponse({"detail": "the file is longer than 64 MB: index it where it lies"}, 413)
            return _said(await anyio.to_thread.run_sync(intake.take_files, [folder / name]))
        finally:
            await anyio.to_thread.run_sync(shutil.rmtree, folder)

    @routes.delete(
        "/{article_id}",
        response_model=Removed,
        summary="Take an article out of the index, with its reprints",
        responses={404: {"model": Problem, "description": "No such article."}},
    )
    def remove(article_id: str) -> Any:
        if catalogue.find_text(article_id) is None:  # the whole id: a beginning must not delete
            return JSONResponse({"detail": f"no article {article_id!r}: give its whole id"}, 404)
        return Removed(places=intake.remove([article_id]))

    return routes


async def _receive(request: Request, file: Path) -> bool:
    """Write the body to `file`; whether all of it was allowed."""
    size = 0
    async with await anyio.open_file(file, "wb") as stream:
        async for part in request.stream():
            size += len(part)
            if size > MAX_FILE_BYTES:
                return False
            await stream.write(part)
    return True


def _said(taken: Taken) -> Any:
    """The report; a refusal where nothing could be read."""
    if taken.unread and not taken.articles:
        return JSONResponse({"detail": "; ".join(f"{file}: {reason}" for file, reason in taken.unread)}, 422)
    report = taken.report
    return Added(
        added=report.added,
        updated=report.updated,
        duplicates=report.duplicates,
        articles=[
            ArticleEntry(id=a.id, title=a.title, source=a.source, published=a.published, places=a.places)
            for a in taken.articles
        ],
        not_read=[NotRead(file=file, reason=reason) for file, reason in taken.unread],
    )
