"""`/docs`: the API's description as one plain page, made from `/openapi.json`; no script, nothing loaded.

This module does not know what the routes do.
"""

from __future__ import annotations

import html
import json
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; } body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem; } code, pre { font-family: ui-monospace, monospace; }
details { border: 1px solid #8886; border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; }
summary { cursor: pointer; } pre { overflow-x: auto; background: #8882; padding: .6rem; border-radius: 6px; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem .75rem .15rem 0; vertical-align: top; }
"""


def add_docs(app: FastAPI) -> None:
    """Serve the description of `app` at `/docs`."""

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(render_docs(app.openapi()))


def render_docs(schema: dict[str, Any]) -> str:
    """An OpenAPI description as a page."""
    info = schema["info"]
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )
    models = "".join(
        f'<details id="{_safe(name)}"><summary><code>{_safe(name)}</code> {_safe(model.get("description", ""))}'
        f"</summary>{_fields(model)}</details>"
        for name, model in schema.get("components", {}).get("schemas", {}).items()
    )
    title = f"{_safe(info['title'])} {_safe(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{_safe(info.get('description', ''))}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p><h2>Routes</h2>{operations}<h2>Values</h2>{models}'
        "</main></body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [f"<p>{_safe(operation['description'])}</p>"] if operation.get("description") else []
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{_safe(p['name'])}</code></td><td>{_kind(p.get('schema', {}))}</td>"
            f"<td>{_safe(p.get('description', '') or p.get('schema', {}).get('description', ''))}</td></tr>"
            for p in parameters
        )
        parts.append(f"<table><tr><th>parameter</th><th>kind</th><th></th></tr>{rows}</table>")
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Body ({_safe(kind)}): {_kind(content.get('schema', {}))}</p>")
    for status, response in operation.get("responses", {}).items():
        shape = response.get("content", {}).get("application/json", {}).get("schema", {})
        parts.append(f"<p>{_safe(status)}: {_kind(shape)} {_safe(response.get('description', ''))}</p>")
    return (
        f"<details><summary><b>{_safe(method.upper())}</b> <code>{_safe(path)}</code> "
        f"{_safe(operation.get('summary', ''))}</summary>{''.join(parts)}</details>"
    )


def _fields(model: dict[str, Any]) -> str:
    required = set(model.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{_safe(name)}</code>{' *' if name in required else ''}</td><td>{_kind(field)}</td>"
        f"<td>{_safe(field.get('description', ''))}</td></tr>"
        for name, field in model.get("properties", {}).items()
    )
    if not rows:
        return f"<pre>{_safe(json.dumps(model, indent=1))}</pre>"
    return f"<table><tr><th>field (* needed)</th><th>kind</th><th></th></tr>{rows}</table>"


def _kind(shape: dict[str, Any]) -> str:
    """What a value is, in a few words."""
    if reference := shape.get("$ref"):
        name = reference.rpartition("/")[2]
        return f'<a href="#{_safe(name)}"><code>{_safe(name)}</code></a>'
    if choices := shape.get("anyOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if shape.get("type") == "array":
        return f"list of {_kind(shape.get('items', {})) or 'anything'}"
    if "enum" in shape:
        return _safe(" | ".join(map(str, shape["enum"])))
    default = f", default {json.dumps(shape['default'])}" if "default" in shape else ""
    return _safe(f"{shape.get('format') or shape.get('type', '')}{default}")


def _safe(text: Any) -> str:
    return html.escape(str(text), quote=True)
