"""Documents of others, JSON or YAML, alone or in a fenced block of Markdown: bytes in, tables and lists out."""

import re
from typing import Any

from preflight.errors import CallError
from preflight.files.text import TextError, json_of_text, text_of
from preflight.values.phrase import error_words, phrase

FENCE = re.compile(r"^(`{3,}|~{3,})[^\n]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)
ALIAS = re.compile(r"(?m)[:\-]\s+[&*]\w")
"""An anchor or alias of YAML: a few of them can stand for a document that fills a memory."""


def document_of(content: bytes, mark: str) -> dict[str, Any]:
    """Read a document that has a key at its top.

    Args:
        content: the file.
        mark: a key that tells the document from other text: "openapi".

    Raises:
        CallError: it is neither, or has no such key; YAML cannot be read here.
    """
    try:
        text = text_of(content)
    except TextError as error:
        raise CallError(error_words(error)) from None
    for part in (*(match[2] for match in FENCE.finditer(text)), text):
        if not re.search(rf"""(?m)^\s*["']?{mark}["']?\s*:|[{{,]\s*"{mark}"\s*:""", part):
            continue
        found = _json(part) if part.lstrip().startswith("{") else _yaml(part)
        if isinstance(found, dict) and mark in found:
            return found
    raise CallError(phrase("no document in JSON or YAML with a key `{q}` is in it", q=mark))


def _json(text: str) -> object:
    try:
        found: object = json_of_text(text)
    except TextError as error:
        raise CallError(phrase("is not JSON: {why}", why=error_words(error))) from None
    return found


def _yaml(text: str) -> object:
    if ALIAS.search(text):
        raise CallError("holds anchors of YAML, which are not read", advice="Give the document as JSON.")
    try:
        import yaml
    except ImportError:
        words = "YAML needs PyYAML: pip install 'preflight-media[yaml]'"
        raise CallError(words, advice="Or give it as JSON.") from None
    try:
        found: object = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError) as error:
        # A tag whose value is none of its kind (`!!bool maybe`, `!!int ""`) raises what PyYAML's own look-up raises.
        raise CallError(phrase("is not YAML: {q}", q=" ".join(str(error).split())[:200])) from None
    return found
