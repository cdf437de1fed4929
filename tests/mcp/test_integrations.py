"""What stands in `integrations/` is of this program."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from preflight import __version__
from preflight.cli.mcp import command
from preflight.mcp.tools import TOOLS

FOLDER = Path(__file__).parent.parent.parent / "integrations"
SKILL = (FOLDER / "preflight" / "SKILL.md").read_text(encoding="utf-8")
SERVER = json.loads((FOLDER / "server.json").read_text(encoding="utf-8"))
NAME = re.compile(r"`([a-z]+_[a-z]+)`")
OTHER_WORDS = {"plan_id", "request_path", "wait_s"}


def test_the_skill_has_a_name_and_says_when_it_is_of_use() -> None:
    head = SKILL.split("---")[1]
    name, description = re.fullmatch(r"\nname: (\S+)\ndescription: (.+)\n", head).groups()  # type: ignore[union-attr] # it has both
    assert name == "preflight"
    assert len(description) <= 1024
    assert "Use when" in description


def test_the_skill_names_every_tool_but_measuring_and_no_other() -> None:
    named = set(NAME.findall(SKILL)) - OTHER_WORDS
    assert named <= set(TOOLS)
    assert set(TOOLS) - named <= {"probe_media"}


def test_the_registry_is_told_this_version_and_options_that_there_are() -> None:
    (package,) = SERVER["packages"]
    assert {SERVER["version"], package["version"]} == {__version__}
    flags = {flag for param in command.params for flag in param.opts}
    assert {one["name"] for one in package["packageArguments"] if one["type"] == "named"} <= flags
    assert len(SERVER["description"]) <= 100


@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
def test_what_a_tool_is_listed_with_are_schemas(tool: object) -> None:
    listed = tool.listed()  # type: ignore[attr-defined] # each is one
    jsonschema.Draft202012Validator.check_schema(listed.input_schema)
    jsonschema.Draft202012Validator.check_schema(listed.output_schema)
    assert all("description" in one or "anyOf" in one for one in listed.input_schema["properties"].values())
