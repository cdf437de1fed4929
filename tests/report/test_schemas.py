"""What the commands print is what their schemas describe."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from preflight.plan.steps import Step
from preflight.report.json import dump
from preflight.report.schemas import OUTCOMES, SCHEMAS, names, schema_of
from preflight.submission.states import State
from tests.cli.conftest import FIXTURES, MEDIA, Program, program

__all__ = ["program"]

CLIP, SOUND, IMAGE, DAMAGED = (
    MEDIA / name for name in ("video-20s.mp4", "audio-5s.mp3", "image-ok.jpeg", "image-truncated.jpg")
)
TWO_EDITIONS = ("--profile", "seedance-2.0-2026-04", "--profile", "seedance-2.0-2026-10")


def published(name: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(dump(schema_of(name)))


def refuses(name: str, value: object) -> list[str]:
    schema = published(name)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


@pytest.mark.parametrize("name", names())
def test_every_schema_is_one_and_refuses_an_empty_object(name: str) -> None:
    schema = published(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert refuses(name, {})


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("report", ("check", CLIP, IMAGE, DAMAGED, "--format", "json")),
        ("report", ("check", FIXTURES / "demo" / "request.toml", "--format", "json")),
        ("facts", ("probe", CLIP, SOUND, DAMAGED, "--format", "json")),
        ("plan", ("fix", FIXTURES / "demo" / "request.toml", "--dry-run", "--format", "json")),
        ("plan", ("fix", CLIP, IMAGE, DAMAGED, "--dry-run", "--format", "json")),
        ("fix", ("fix", MEDIA / "image-gif.gif", IMAGE, "--yes", "--format", "json")),
        (
            "comparison",
            ("check", IMAGE, DAMAGED, "--format", "json", *TWO_EDITIONS),
        ),
    ],
)
def test_what_is_printed_is_what_its_schema_describes(
    program: Program, name: str, call: tuple[str | Path, ...]
) -> None:
    assert refuses(name, json.loads(program(*call).out)) == []


def test_each_line_of_the_lines_is_described(program: Program) -> None:
    lines = program("check", CLIP, IMAGE, "--format", "jsonl").out.splitlines()
    assert [refuses("lines", json.loads(line)) for line in lines] == [[]] * 4


def test_the_command_lists_the_schemas_and_knows_no_others(program: Program) -> None:
    listed = [line.split(":")[0] for line in program("schema").out.splitlines()]
    assert listed == names()
    assert json.loads(program("schema", "report").out)["properties"]["schema"] == {"const": "preflight.report/1"}
    ended = program("schema", "reports")
    assert (ended.status, "There are report, " in ended.err) == (2, True)


# ---- the schemas themselves -----------------------------------------------------------------------------------------


def parts(schema: object) -> Iterator[dict[str, Any]]:
    """Yield every object of a schema."""
    if isinstance(schema, dict):
        yield schema
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for one in inner:
        yield from parts(one)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_reference_leads_to_a_definition_and_every_definition_is_referred_to(name: str) -> None:
    schema = published(name)
    referred = {one["$ref"] for one in parts(schema) if "$ref" in one}
    assert referred == {f"#/$defs/{key}" for key in schema["$defs"]}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_what_is_required_is_described_and_new_keys_may_be_added(name: str) -> None:
    for one in parts(published(name)):
        if "required" in one and "properties" in one:
            assert set(one["required"]) <= set(one["properties"])
            assert len(one["required"]) == len(set(one["required"]))
        assert one.get("additionalProperties", True) is not False


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_choice_lists_each_word_once_and_a_union_has_more_than_one_shape(name: str) -> None:
    for one in parts(published(name)):
        if isinstance(one.get("enum"), list):
            assert len(one["enum"]) == len({json.dumps(word) for word in one["enum"]}) > 0
        if "anyOf" in one:
            assert len(one["anyOf"]) >= 1
            assert {} not in one["anyOf"], "whatever one is, it is described"


def test_a_name_of_no_schema_is_none() -> None:
    with pytest.raises(KeyError):
        schema_of("reports")


def test_each_schema_is_dated_by_its_own_number_where_it_has_one() -> None:
    numbers = [
        schema["properties"]["schema"]["const"]
        for name in SCHEMAS
        if "schema" in (schema := published(name)).get("properties", {})
    ]
    assert all(number.startswith("preflight.") and number.rpartition("/")[2].isdigit() for number in numbers)
    assert len(numbers) > 8


def test_every_state_of_a_submission_is_described() -> None:
    for name in ("task", "tasks"):
        found = [set(one["enum"]) for one in parts(published(name)) if "accepted" in (one.get("enum") or ())]
        assert found == [set(get_args(State))] * len(found) != []
    assert all(words and not words.endswith(".") for words in OUTCOMES.values())


@pytest.mark.parametrize("step", get_args(Step), ids=lambda step: step.__struct_config__.tag)
def test_each_step_is_told_apart_by_what_it_does(step: type[msgspec.Struct]) -> None:
    """A plan that names another step's fields under its own name is refused."""
    schema = published("plan")["$defs"][step.__name__]
    config = step.__struct_config__
    assert schema["properties"][config.tag_field] == {"const": config.tag}
    fields = {field.encode_name for field in msgspec.structs.fields(step)}
    assert fields | {config.tag_field} == set(schema["properties"])
    tags = {one.__struct_config__.tag for one in get_args(Step)}
    assert len(tags) == len(get_args(Step))
