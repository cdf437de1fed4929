"""JSON from outside ends in a value or in one error, whatever the bytes are."""

import json
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.parsed import DEEPEST, NotJsonError, parsed

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Place(msgspec.Struct):
    path: Path


@given(JSON)
def test_what_json_has_is_parsed(value: object) -> None:
    assert parsed(json.dumps(value)) == value


@given(st.binary())
def test_any_bytes_are_a_value_or_one_error(content: bytes) -> None:
    with suppress(NotJsonError):
        assert msgspec.json.encode(parsed(content))


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900, b'"\\ud800"', b"\xff"]
)
def test_what_breaks_parsers_is_refused(content: bytes) -> None:
    with pytest.raises(NotJsonError):
        parsed(content)


def test_nesting_is_bounded_to_the_level() -> None:
    assert parsed(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(NotJsonError, match=str(DEEPEST)):
        parsed(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))


def test_a_shape_is_held_and_what_json_lacks_is_converted() -> None:
    assert parsed(b'{"path": "a/b"}', Place, lambda wanted, value: wanted(value)) == Place(Path("a/b"))
    with pytest.raises(NotJsonError, match="path"):
        parsed(b"{}", Place)
