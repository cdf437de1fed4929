"""What the commands print is what their schemas describe."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.report.json import dump
from preflight.report.schemas import names, schema_of
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
