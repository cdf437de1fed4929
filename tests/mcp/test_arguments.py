"""What a tool takes is bounded, described, and refused by name where it is something else."""

from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.mcp.arguments import (
    LONG,
    MOST_PATHS,
    MOST_WAIT_S,
    ApplyFix,
    Arguments,
    CheckMedia,
    CheckRequest,
    DownloadResult,
    EstimatePrice,
    ExplainRule,
    PlanFix,
    ProbeMedia,
    SubmitRequest,
    TaskStatus,
    WhereAccepted,
    schema_of,
)

KINDS: tuple[type[Arguments], ...] = (
    *(ProbeMedia, CheckMedia, CheckRequest, WhereAccepted, ExplainRule, PlanFix, ApplyFix, EstimatePrice),
    *(SubmitRequest, TaskStatus, DownloadResult),
)


def takes(kind: type[Arguments], told: object) -> bool:
    """Tell whether a type takes arguments; the schema that a client sees has to say the same."""
    try:
        msgspec.convert(told, kind)
    except msgspec.ValidationError:
        return False
    return True


def is_described(kind: type[Arguments], told: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema_of(kind)).is_valid(told))


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_an_object_at_its_root_and_describes_every_argument(kind: type[Arguments]) -> None:
    schema = schema_of(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["type"], "description" in schema) == ("object", False)
    assert {*schema["properties"]} == {*kind.__struct_encode_fields__}
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("kind", "told", "taken"),
    [
        (ProbeMedia, {"paths": ["a"]}, True),
        (ProbeMedia, {"paths": []}, False),
        (ProbeMedia, {"paths": "a"}, False),
        (ProbeMedia, {"paths": [""]}, False),
        (ProbeMedia, {"paths": ["x" * (LONG + 1)]}, False),
        (ProbeMedia, {"paths": ["a"] * (MOST_PATHS + 1)}, False),
        (ProbeMedia, {"paths": ["a"], "depth": "deep"}, False),
        (ProbeMedia, {"path": ["a"]}, False),
        (ProbeMedia, {}, False),
        (CheckMedia, {"paths": ["a"], "profile": ""}, False),
        (CheckMedia, {"paths": ["a"], "profile": None}, True),
        (CheckRequest, {"request": "request.toml"}, True),
        (CheckRequest, {"request": {"prompt": "x"}}, True),
        (CheckRequest, {"request": ["x"]}, False),
        (WhereAccepted, {}, True),
        (WhereAccepted, {"models": ["x"] * 51}, False),
        (ExplainRule, {"rule": ""}, False),
        (PlanFix, {"paths": ["a"], "allow": "everything"}, False),
        (PlanFix, {"paths": ["a"], "keep": ["a=0-1"] * 101}, False),
        (PlanFix, {"paths": ["a"], "pad_color": "#1234567"}, False),
        (ApplyFix, {"plan": 7}, False),
        (SubmitRequest, {"request": {}, "token": ""}, False),
        (TaskStatus, {"task_id": "t", "wait_s": -1}, False),
        (TaskStatus, {"task_id": "t", "wait_s": MOST_WAIT_S}, True),
        (TaskStatus, {"task_id": "t", "wait_s": MOST_WAIT_S + 1}, False),
        (TaskStatus, {"task_id": 7}, False),
        (DownloadResult, {"task_id": ""}, False),
    ],
)
def test_an_argument_is_taken_or_refused_as_its_schema_says(
    kind: type[Arguments], told: dict[str, Any], taken: bool
) -> None:
    assert (takes(kind, told), is_described(kind, told)) == (taken, taken)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 700) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
NAMES = sorted({name for kind in KINDS for name in kind.__struct_encode_fields__})


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3))
def test_what_a_schema_takes_the_tool_takes_and_nothing_else(kind: type[Arguments], told: dict[str, Any]) -> None:
    assert takes(kind, told) == is_described(kind, told)
