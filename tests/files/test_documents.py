"""Documents of others are read in JSON, YAML and blocks of Markdown, and never trusted."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.files.documents import document_of

DOCUMENT: dict[str, Any] = {"openapi": "3.1.0", "paths": {"/v1": {"post": {"tags": ["a", 1, None, True, 0.5]}}}}


def refused(text: str) -> str:
    """Read a document; return the first words of the refusal, or "" where it is read."""
    try:
        found = document_of(text.encode(errors="surrogatepass"), "openapi")
    except CallError as error:
        return error.message.partition(":")[0] or "no reason"
    assert "openapi" in found
    return ""


@pytest.mark.parametrize("form", ["json", "yaml", "markdown"])
def test_json_yaml_and_a_block_of_markdown_are_read_alike(form: str) -> None:
    text = json.dumps(DOCUMENT) if form == "json" else yaml.safe_dump(DOCUMENT)
    text = f"# A page\n\n````yaml POST /v1\n{text}````\n" if form == "markdown" else text
    assert document_of(text.encode(), "openapi") == DOCUMENT


@pytest.mark.parametrize("text", ["", "openapi: [", '{"openapi": ', "no document", "openapi: &a [*a]", "\xff\x00"])
def test_what_is_no_document_is_refused_with_words(text: str) -> None:
    with pytest.raises(CallError):
        document_of(text.encode("latin-1"), "openapi")


@pytest.mark.parametrize(
    "value", ["!!bool maybe", '!!int ""', "!!timestamp later", "!!float x", "!!binary é", "=", "2026-13-77"]
)
def test_a_value_that_yaml_cannot_make_is_told_and_raises_nothing_else(value: str) -> None:
    assert refused(f"openapi: {value}\n") in ("", "is not YAML")


def test_a_key_that_is_no_text_is_told() -> None:
    with pytest.raises(CallError, match="is not YAML"):
        document_of(b"openapi: 1\n? [a, b]\n: 2\n? {c: d}\n: 3\n", "openapi")


def test_anchors_are_refused_before_they_can_fill_a_memory() -> None:
    bomb = "openapi: 3\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{one}: &{one} [{','.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(CallError, match="anchors"):
        document_of(bomb.encode(), "openapi")


def test_of_several_blocks_the_one_with_the_key_is_taken() -> None:
    page = '~~~json\n{"a": 1}\n~~~\nText: openapi\n```json\n{"b": 2, "openapi": "3.1"}\n```\n'
    assert document_of(page.encode(), "openapi") == {"b": 2, "openapi": "3.1"}


def test_a_key_deeper_down_is_none_at_the_top() -> None:
    with pytest.raises(CallError, match="no document in JSON or YAML with a key `openapi`"):
        document_of(b'{"a": {"openapi": "3.1"}}', "openapi")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, f"openapi: {text}", f'{{"openapi": {text}'):
        assert refused(whole) != "no reason"
