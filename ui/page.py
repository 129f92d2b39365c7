"""The page's layout, and which event does what.

Knows Gradio and nothing of answers; `ui/desk.py` does what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.about import about
from ui.closed_tabs import forget_closed
from ui.conversation import Conversation
from ui.conversation_store import open_conversations
from ui.desk import MAX_QUESTION_CHARS, Desk
from ui.evidence_html import evidence_panel
from ui.library import Library
from ui.library_html import NOT_ALLOWED, failure
from ui.side import Call, Side
from ui.side_html import SIDE, TOP
from ui.turn_actions import TurnActions
from ui.visitor import may_change, owner_of

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from ui.settings import Settings

MOST_ASKERS = 64
"""So many may ask at once on the page, and as many through the API; they wait for the model in one line."""

_OTHER_THREADS = 40
SCRIPTS = ("page.js", "side.js", "turns.js", "articles.js")

# What the page's scripts need of Gradio: `call` asks the server for something, `tell` starts an event here. Gradio
# takes for an event what stands here in quotation marks.
_OFFER = """
const events = ['ask', 'without', 'retry', 'open'];
window.dateline = window.dateline ?? {};
window.dateline.call = (call, wish = {}) => server.call({...wish, call});
window.dateline.tell = (event, wish = {}) => events.includes(event) && trigger(event, wish);
window.dispatchEvent(new Event('dateline'));
"""
# What is asked does not come from the question box itself: each change of its buttons makes it a new component to
# Gradio 6.31, which would keep the old one, and what stood in it, for as long as the server runs.
_ASKED = "(conversation) => [conversation, window.dateline.asked(), window.dateline.wanted()]"
_QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def build_page(assistant: Assistant, settings: Settings) -> gr.Blocks:
    """The page over `assistant`, its queue bounded, not yet served."""
    home, catalogue = settings.index, assistant.catalogue
    store = open_conversations(home)
    desk, library = Desk(assistant, store), Library(home, catalogue, assistant.embedder)
    actions = TurnActions(home, catalogue, store, settings.model)
    calls = Side(catalogue, store).calls() | library.calls() | actions.calls()
    calls["about"] = lambda wish, owner: about(settings, catalogue)
    page = gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False)
    with page:
        conversation = gr.State(Conversation())
        asked, wanted = gr.Textbox(visible=False), gr.Textbox(visible=False)
        with gr.Row(elem_id="dl-top"):
            _html(TOP, "dl-brand")
            notice = _html("", "dl-notice")
        with gr.Row(elem_id="dl-main"):
            with gr.Column(elem_id="dl-side"):
                bridge = _side(calls, library.changes())
            with gr.Column(elem_id="dl-conversation"):
                past, newest, box = _talk()
            with gr.Column(elem_id="dl-evidence"):
                evidence = _html(evidence_panel(()), "dl-cards")
        _intake(library)
        outputs = [conversation, box, past, newest, evidence]
        _wire_questions(desk, box, bridge, [conversation, asked, wanted], outputs)
        box.stop(desk.stop, **_QUICK)
        bridge.open(desk.open, outputs=outputs, **_QUICK)
        _wire_tabs(desk, page, outputs)
        _wire_notice(desk, page, notice)
    page.max_threads = MOST_ASKERS + _OTHER_THREADS  # who waits must not keep others from reading articles
    page.queue(max_size=MOST_ASKERS, default_concurrency_limit=4, api_open=False)
    return page


def _talk() -> tuple[gr.HTML, gr.HTML, gr.Textbox]:
    """The middle: past turns, the newest one, and below the filters that hold the question box."""
    with gr.Column(elem_id="dl-turns"):
        past, newest = _html("", "dl-past"), _html("", "dl-newest")
    _html('<div id="dl-active" aria-label="Filters that hold"></div>', "dl-above")
    return past, newest, _question_box()


def _html(value: str, elem_id: str) -> gr.HTML:
    """A part of the page that only the server fills."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False)


def _side(calls: dict[str, Call], changes: dict[str, Call]) -> gr.HTML:
    """The left side; also the way by which the page's scripts reach the server."""

    def call(wish: dict[str, Any], request: gr.Request) -> Any:
        name = str(wish["call"])
        if name in changes:
            return changes[name](wish, owner_of(request)) if may_change(request) else failure(NOT_ALLOWED)
        return calls[name](wish, owner_of(request))

    return gr.HTML(SIDE, elem_id="dl-side-html", js_on_load=_OFFER, server_functions=[call], apply_default_css=False)


def _intake(library: Library) -> None:
    """Where uploaded files arrive, and what is said of them; the articles panel shows it."""

    def add(files: list[str] | None, request: gr.Request) -> Iterator[tuple[str, Any]]:
        if not may_change(request):
            yield failure(NOT_ALLOWED), None
            return
        shown = ""
        for shown in library.add_files(files):
            yield shown, gr.skip()
        yield shown, None

    with gr.Column(elem_id="dl-intake"):
        said = _html("", "dl-intake-said")
        files = gr.File(elem_id="dl-upload", file_count="multiple", type="filepath", label="Files")
        files.upload(add, inputs=[files], outputs=[said, files], show_progress="hidden", api_visibility="private")


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="dl-box",
        show_label=False,
        label="Question",
        placeholder="Ask about the articles",
        lines=1,
        max_lines=6,
        max_length=MAX_QUESTION_CHARS,
        submit_btn="Ask",
        autofocus=True,
        container=False,
        interactive=True,  # Gradio else takes what is no event's input for something to read
    )


def _wire_tabs(desk: Desk, page: gr.Blocks, outputs: list[Any]) -> None:
    """What a tab shows at first, and what becomes of closed ones."""

    async def forget() -> None:  # on the server's own thread, as all that Gradio does with its sessions
        forget_closed(page.state_holder)

    page.load(desk.greet, outputs=outputs, **_QUICK)
    page.load(forget, **_QUICK)
    page.unload(desk.stop)


def _wire_notice(desk: Desk, page: gr.Blocks, notice: gr.HTML) -> None:
    """What is said of the model, until it is ready."""
    timer = gr.Timer(2)
    for asks in (timer.tick, page.load):
        asks(desk.notice, outputs=[notice, timer], **_QUICK)


def _wire_questions(
    desk: Desk, box: gr.Textbox, bridge: Any, inputs: list[gr.components.Component], outputs: list[Any]
) -> None:
    """Everything that starts an answer, and the way back from an error."""
    conversation = inputs[0]
    options: dict[str, Any] = {
        "outputs": outputs,
        "concurrency_id": "answers",
        "concurrency_limit": MOST_ASKERS,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    started = [
        box.submit(desk.ask, inputs=inputs, js=_ASKED, **options),
        bridge.ask(desk.ask_directly, inputs=[conversation], **options),
        bridge.without(desk.ask_without, inputs=[conversation], **options),
        bridge.retry(desk.retry, inputs=[conversation], **options),
    ]
    for event in started:
        event.failure(desk.recover, inputs=[conversation], outputs=outputs, queue=False, api_visibility="private")


def page_head() -> str:
    """What goes into the page's head: our style and script, nothing from elsewhere."""
    files = resources.files("ui")
    style = files.joinpath("page.css").read_text(encoding="utf-8")
    scripts = (files.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f"<style>{style}</style>" + "".join(f"<script>{script}</script>" for script in scripts)


def page_theme() -> gr.themes.Base:
    """Gradio's plainest theme with fonts that every machine has; no font is fetched."""
    sans = [gr.themes.Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")]
    mono = [gr.themes.Font(name) for name in ("ui-monospace", "Menlo", "Consolas", "monospace")]
    return gr.themes.Base(font=sans, font_mono=mono)
