"""The gateway's OpenAPI 3.1 document, of the structs by which it reads and answers, and a page of it."""

from pathlib import Path
from typing import Any

import jinja2
import msgspec
from starlette.routing import Route

from preflight.profiles.schema import ARRAYS
from preflight.report.schemas import schema_of
from preflight.request.file import KEYS, RequestFile
from preflight.server.gateway.routes import Price
from preflight.server.openapi import REF, document

HERE = Path(__file__).parent
PAGE = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
TASK = {
    "type": "object",
    "required": ["id"],
    "properties": {
        **{name: {"type": "string"} for name in ("id", "object", "model", "type")},
        "status": {"enum": ["pending", "processing", "completed", "failed", "cancelled"]},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "created": {"type": "integer"},
        "results": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "error": {"type": "object"},
        "task_info": {"type": "object"},
        "usage": {"type": "object"},
    },
}
STATUSES = {
    "create": {
        "400": "The body cannot be used; nothing was sent.",
        "401": "There is no key, or no token.",
        "409": "The key of idempotency was used with another body.",
        "413": "The body is too long.",
        "422": "The request is not clean: every finding; nothing was sent.",
        "429": "There is no room: come again after Retry-After.",
        "502": "Nobody knows whether it was accepted and paid for: do not send it again.",
        "503": "The service cannot be reached; nothing was sent.",
    }
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "type"],
            "properties": {name: {"type": "string"} for name in ("code", "message", "type", "param")},
        },
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}


def described(routes: list[Route]) -> dict[str, Any]:
    """Describe what a gateway serves."""
    body = _body()
    found = document(routes, "The gateway of preflight", {"create": body, "check": body, "estimate": body})
    schemas = found["components"]["schemas"]
    schemas |= {"Error": ERROR, "Task": TASK, **_report()}
    (_,), priced = msgspec.json.schema_components([Price], ref_template=REF)
    schemas |= priced
    answers = {"create": "Task", "task": "Task", "check": "Report", "report": "Report", "estimate": "Price"}
    for path in found["paths"].values():
        for operation in path.values():
            name = next((name for name in answers if operation["operationId"].startswith(f"{name}_")), "")
            if name:
                content = {"application/json": {"schema": {"$ref": REF.format(name=answers[name])}}}
                operation["responses"]["2XX"] = {"description": "Done", "content": content}
            failed = operation["responses"]["4XX"]
            operation["responses"] |= {
                status: {**failed, "description": words} for status, words in STATUSES.get(name, {}).items()
            }
    return found


def _body() -> type[msgspec.Struct]:
    """Derive the body of a create call from what a request file holds, by the service's own names."""
    theirs = {ours: ARRAYS[kind] for ours, kind in KEYS.items()}
    fields = [
        (theirs.get(one.name, one.name), list[str] if one.name in theirs else one.type, one.default)
        if one.name not in theirs
        else (theirs[one.name], list[str], msgspec.field(default_factory=list))
        for one in msgspec.structs.fields(RequestFile)
    ]
    return msgspec.defstruct("GenerationRequest", fields, kw_only=True)


def _report() -> dict[str, Any]:
    """Put the schema of a report, and those that it stands on, side by side."""
    text = msgspec.json.encode(schema_of("report")).replace(b'"#/$defs/', b'"#/components/schemas/')
    found: dict[str, Any] = msgspec.json.decode(text)
    del found["$schema"]
    return {**found.pop("$defs"), "Report": found}


def page(found: dict[str, Any]) -> str:
    """Format a document as a page; it loads nothing but its own style."""
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True)
    return pages.get_template("docs.html").render(document=found)


def style() -> str:
    """Read the style of the page."""
    return (HERE / "templates" / "docs.css").read_text(encoding="utf-8")
