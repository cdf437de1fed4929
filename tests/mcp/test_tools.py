"""Each tool says what it may do to the world, as truly as a client needs that decides by it."""

import inspect
from typing import get_type_hints

import jsonschema
import pytest

from preflight.mcp.arguments import Arguments
from preflight.mcp.tools import TOOLS, Tool
from preflight.report.schemas import names
from tests.mcp.agents import SCHEMAS

COSTS, WRITES = {"submit_request"}, {"apply_fix", "submit_request", "task_status", "download_result"}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_is_listed_with_both_of_its_schemas(tool: Tool) -> None:
    listed = tool.listed()
    assert (listed.name, TOOLS[tool.name]) == (tool.name, tool)
    for schema in (listed.input_schema, listed.output_schema):
        assert schema
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    assert (listed.description or "").endswith((".", ";"))


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_s_function_takes_a_call_and_its_arguments(tool: Tool) -> None:
    call, asked = inspect.signature(tool.function).parameters
    assert (call, asked) == ("call", "asked")
    assert get_type_hints(tool.function)["asked"] is tool.arguments
    assert issubclass(tool.arguments, Arguments)
    assert tool.schema in names()
    assert SCHEMAS[tool.name] == tool.schema


def test_no_two_tools_are_called_alike() -> None:
    assert len({tool.title for tool in TOOLS.values()}) == len(TOOLS)
    assert len({tool.arguments for tool in TOOLS.values()}) == len(TOOLS)


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_that_writes_or_costs_says_so_and_none_destroys(tool: Tool) -> None:
    hints = tool.listed().annotations
    assert hints
    assert hints.read_only_hint is (tool.name not in WRITES)
    assert hints.destructive_hint is False
    if tool.name in COSTS:
        assert (hints.idempotent_hint, hints.open_world_hint) == (False, True)


def test_what_looks_at_files_alone_asks_no_other_machine() -> None:
    closed = {tool.name for tool in TOOLS.values() if not tool.hints.goes_out}
    assert {"probe_media", "check_media", "explain_rule", "apply_fix"} <= closed
    assert not {"submit_request", "task_status", "download_result"} & closed


def test_only_what_waits_for_the_service_takes_no_processor() -> None:
    assert {tool.name for tool in TOOLS.values() if tool.only_asks} == {"task_status"}
