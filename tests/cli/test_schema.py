"""The name of a document in, its JSON Schema out."""

import json

from preflight.report.schemas import names
from tests.cli.conftest import Program


def test_every_schema_that_is_listed_is_printed(program: Program) -> None:
    listed = [line.partition(":")[0] for line in program("schema").out.splitlines()]
    assert sorted(listed) == sorted(names())
    for name in listed:
        ended = program("schema", name)
        assert (ended.status, ended.err) == (0, "")
        assert {"$ref", "properties", "anyOf"} & set(json.loads(ended.out))


def test_an_unknown_schema_is_refused_with_those_there_are(program: Program) -> None:
    ended = program("schema", "reprot")
    assert (ended.status, ended.out) == (2, "")
    assert "reprot: no such schema" in ended.err
    assert "report" in ended.err.partition("There are")[2]
