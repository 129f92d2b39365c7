"""The page's layout, and which event does what.

Knows Gradio and nothing of answers; `ui/desk.py` does what is asked for.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.conversation import Conversation
from ui.desk import MAX_QUESTION_CHARS, Desk
from ui.evidence_html import evidence_panel

if TYPE_CHECKING:
    from qa.assistant import Assistant

ANSWERS_AT_ONCE = 4
QUEUE_SIZE = 32

_ON_CLICK = """
element.addEventListener('click', (event) => {
  const example = event.target.closest('[data-ask]');
  if (example) trigger('example', {question: example.dataset.ask});
  if (event.target.closest('[data-retry]')) trigger('retry', {});
});
"""
_OFFER_READER = "window.datelineOpen = (article, spans) => server.open_article({article, spans});"
_BRAND = (
    '<h1 class="dl-brand">Dateline</h1>'
    '<p class="dl-claim-line">Answers from your articles, every one with its source</p>'
)


def build_page(assistant: Assistant) -> gr.Blocks:
    """The page over `assistant`, its queue bounded, not yet served."""
    desk = Desk(assistant)
    page = gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False)
    with page:
        conversation = gr.State(Conversation())
        filters, clear_filters = _filters()
        with gr.Row(elem_id="dl-top"):
            gr.HTML(_BRAND, elem_id="dl-brand", apply_default_css=False)
            notice = gr.HTML(elem_id="dl-notice", apply_default_css=False)
            new = gr.Button("New conversation", elem_id="dl-new", size="sm", scale=0)
        with gr.Row(elem_id="dl-main"):
            with gr.Column(elem_id="dl-conversation"):
                with gr.Column(elem_id="dl-turns"):
                    past = gr.HTML(elem_id="dl-past", js_on_load=None, apply_default_css=False)
                    newest = gr.HTML(elem_id="dl-newest", js_on_load=_ON_CLICK, apply_default_css=False)
                box = _question_box()
            with gr.Column(elem_id="dl-evidence"):
                evidence = _evidence(desk)
        timer = gr.Timer(2)
        outputs = [conversation, box, past, newest, evidence]
        _wire_questions(desk, box, newest, [conversation, *filters], outputs)
        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        box.stop(desk.stop, **quick)
        new.click(desk.clear, outputs=outputs, **quick)
        clear_filters.click(lambda: (None, None, [], None), outputs=filters, **quick)
        timer.tick(desk.notice, outputs=[notice, timer], **quick)
        page.load(desk.notice, outputs=[notice, timer], **quick)
        page.load(desk.greet, outputs=[newest, filters[2]], **quick)
        page.unload(desk.stop)
    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=ANSWERS_AT_ONCE, api_open=False)
    return page


def _filters() -> tuple[list[Any], gr.Button]:
    """The folded panel at the left: after, before, sources, as-of."""
    with gr.Sidebar(label="Filters", open=False, width=280, elem_id="dl-filters"):
        gr.HTML(
            "<h2>Filters</h2><p>Only articles that pass are searched.</p>", js_on_load=None, apply_default_css=False
        )
        after = gr.DateTime(label="After", include_time=False, type="string")
        before = gr.DateTime(label="Before", include_time=False, type="string")
        sources = gr.Dropdown(label="Sources", multiselect=True, choices=[])
        as_of = gr.DateTime(label="As of (empty: today)", include_time=False, type="string")
        clear = gr.Button("Clear filters", size="sm")
    return [after, before, sources, as_of], clear


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
    )


def _evidence(desk: Desk) -> gr.HTML:
    def open_article(wanted: dict[str, Any]) -> str:
        return desk.open_article(wanted)

    return gr.HTML(
        evidence_panel(()),
        elem_id="dl-cards",
        js_on_load=_OFFER_READER,
        server_functions=[open_article],
        apply_default_css=False,
    )


def _wire_questions(desk: Desk, box: gr.Textbox, newest: Any, context: list[Any], outputs: list[Any]) -> None:
    """Everything that starts an answer, and the way back from an error."""
    conversation, *filters = context
    options: dict[str, Any] = {
        "outputs": outputs,
        "concurrency_id": "answers",
        "concurrency_limit": ANSWERS_AT_ONCE,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    started = [
        box.submit(desk.ask, inputs=[conversation, box, *filters], **options),
        newest.example(desk.example, inputs=[conversation, *filters], **options),
        newest.retry(desk.retry, inputs=[conversation], **options),
    ]
    for event in started:
        event.failure(desk.recover, inputs=[conversation], outputs=outputs, queue=False, api_visibility="private")


def page_head() -> str:
    """What goes into the page's head: our style and script, nothing from elsewhere."""
    files = resources.files("ui")
    style = files.joinpath("page.css").read_text(encoding="utf-8")
    script = files.joinpath("page.js").read_text(encoding="utf-8")
    return f"<style>{style}</style><script>{script}</script>"


def page_theme() -> gr.themes.Base:
    """Gradio's plainest theme with fonts that every machine has; no font is fetched."""
    sans = [gr.themes.Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")]
    mono = [gr.themes.Font(name) for name in ("ui-monospace", "Menlo", "Consolas", "monospace")]
    return gr.themes.Base(font=sans, font_mono=mono)
