"""Each shape takes what it describes, and nothing else."""

from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from preflight.report.json import dump
from preflight.report.shapes import COUNT, KIND, LOSS, NUMBER, PLAIN, TEXT, VERDICT, Json, many, maybe, record, ref
from preflight.values.findings import EXIT_CODES


def takes(shape: Json, value: object) -> bool:
    return bool(jsonschema.Draft202012Validator(shape).is_valid(value))


@pytest.mark.parametrize(
    ("shape", "taken", "refused"),
    [
        (TEXT, "", 1),
        (NUMBER, 1.5, "1.5"),
        (COUNT, 0, -1),
        (COUNT, 3, 3.5),
        (KIND, "video", "film"),
        (VERDICT, "pass", "passed"),
        (LOSS, "none", None),
        (maybe(TEXT), None, 1),
        (maybe(TEXT), "a", []),
        (many(COUNT), [], [0, -1]),
        (many(COUNT), [1, 2], 1),
        (record(a=TEXT), {"a": "", "later": 1}, {}),
        (record({"b": TEXT}, a=TEXT), {"a": ""}, {"a": "", "b": 1}),
        (record({"b": TEXT}, a=TEXT), {"a": "", "b": "x"}, {"b": "x"}),
    ],
)
def test_a_shape_takes_what_it_describes(shape: Json, taken: object, refused: object) -> None:
    jsonschema.Draft202012Validator.check_schema(shape)
    assert takes(shape, taken)
    assert not takes(shape, refused)


@pytest.mark.parametrize("value", [Fraction(1, 3), 0.5, 3, True, "a", None])
def test_every_plain_type_is_printed_as_its_shape_says(value: Any) -> None:  # noqa: ANN401 - each plain type
    import json

    assert takes(PLAIN[type(value)], json.loads(dump(value)))


def test_every_verdict_has_an_exit_code() -> None:
    assert VERDICT["enum"] == list(EXIT_CODES)


def test_a_reference_names_the_type_beneath_the_definitions() -> None:
    shape = {**many(ref(Fraction)), "$defs": {"Fraction": NUMBER}}
    assert takes(shape, [1])
    assert not takes(shape, ["1"])
