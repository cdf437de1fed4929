"""Limits on files are as a document gives them: what it does not say limits nothing, and a wrong name is refused."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from preflight.sandbox.documents import decimal_hook
from preflight.sandbox.media import AudioRules, ImageRules, Span, VideoRules


def read(kind: type, **told: object) -> object:
    return msgspec.convert(told, kind, dec_hook=decimal_hook)


@pytest.mark.parametrize("kind", [ImageRules, VideoRules, AudioRules])
def test_only_the_types_have_to_be_said(kind: type) -> None:
    rules = read(kind, types=["a/b"])
    unsaid = {name: getattr(rules, name) for name in rules.__struct_fields__ if name != "types"}  # type: ignore[attr-defined] # a struct
    assert {*map(str, unsaid.values())} <= {"None", str(Span()), "frozenset()"}
    with pytest.raises(msgspec.ValidationError):
        read(kind)


def test_a_number_is_exactly_what_the_document_writes() -> None:
    assert read(Span, min=0.4, max=2) == Span(min=Fraction(2, 5), max=Fraction(2))


@pytest.mark.parametrize(
    "told",
    [
        {"types": ["a/b"], "size": 1},
        {"types": "a/b"},
        {"types": ["a/b"], "max_bytes": "1 MB"},
        {"types": ["a/b"], "ratio": {"least": 1}},
    ],
)
def test_what_no_rule_knows_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(ImageRules, **told)
