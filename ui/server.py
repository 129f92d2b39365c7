"""The page and the API as one web application on this machine, and its serving until Ctrl-C.

Every response carries a content policy that lets the browser load nothing from elsewhere. Knows nothing of
what the page shows.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import UsageError
from ui.answering import Queue
from ui.api import add_api
from ui.api_docs import add_docs
from ui.gate import Gate, user_name
from ui.loopback import is_loopback
from ui.openai_api import add_openai_api
from ui.page import build_page, page_head, page_theme
from ui.running import announced
from ui.settings import read_version
from ui.users import Users

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from ui.settings import Settings

# Gradio compiles its templates with Function() and styles elements in place, hence the two "unsafe" words.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


_KEEP_ALIVE_S = 75
"""Longer than clients keep an idle connection: where the server closes it while the other sends, that request is lost.

Uvicorn's own 5 s are those of httpx, too."""


class _LocalOnly:
    """Adds the headers that keep the browser here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def make_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The page over `assistant` as an application; nothing is served yet."""
    app = FastAPI(
        title="Dateline",
        version=read_version(),
        description="Answers from your articles, every sentence cited. Everything stays on this machine.",
        docs_url=None,  # FastAPI's own page loads its script from elsewhere
        redoc_url=None,
    )
    users = Users(settings.home)
    guarded = needs_token(settings.host, users)
    if guarded:
        app.add_middleware(Gate, users=users)
    app.add_middleware(_LocalOnly)
    if not guarded:
        # A name that some site points at 127.0.0.1 (DNS rebinding) gets no answer; a token would not come with it.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", settings.host])
    queue = Queue()
    add_api(app, assistant, settings, queue)
    add_openai_api(app, assistant, queue)
    add_docs(app)
    favicon = resources.files("ui").joinpath("favicon.png")
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build_page(assistant, settings),
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        max_file_size="64mb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        show_error=False,
        favicon_path=str(favicon),
        auth_dependency=user_name if guarded else None,
        theme=page_theme(),
        head=page_head(),
    )
    return mounted


def serve(assistant: Assistant, settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; `announce` is told its address.

    Raises UsageError if the address cannot be had, or others could come in and nobody has a token.
    """
    refuse_open_door(settings.host, Users(settings.home))
    listener = open_port(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    app = make_app(assistant, settings)
    _set_apart()
    assistant.when_model_loaded(_set_apart)
    logging.getLogger("uvicorn.error").addFilter(_is_no_cut_stream)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level=settings.log.lower(),
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    announce(address)
    with announced(settings.home, address, settings.reader):
        uvicorn.Server(config).run(sockets=[listener])


def _set_apart() -> None:
    """Have the garbage collector pass by what is loaded now and stays.

    Looking through all of it took half a second of a free processor each time, with the model's libraries loaded
    (674,000 objects), in which nobody was answered; now a tenth of that (November 2026).
    """
    gc.collect()
    gc.freeze()


def _is_no_cut_stream(record: logging.LogRecord) -> bool:
    """Whether a log record is other than the complaint that the server's end cut an open page's stream."""
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and not record.getMessage().startswith("Cancel ")


def open_port(host: str, port: int) -> socket.socket:
    """A socket that listens on `host`:`port`.

    Raises UsageError if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"cannot serve on {host}:{port} ({error.strerror}): choose another with --port") from error


def needs_token(host: str, users: Users) -> bool:
    """Whether who comes in must show a token: from elsewhere always, here once anyone has one (behind a proxy)."""
    return not is_loopback(host) or bool(users.all())


def refuse_open_door(host: str, users: Users) -> None:
    """Raise UsageError where others could come in and nobody has a token."""
    if not is_loopback(host) and not users.all():
        raise UsageError(
            f"others could reach {host}: run `dateline users add NAME` for a token first, or serve on 127.0.0.1"
        )
