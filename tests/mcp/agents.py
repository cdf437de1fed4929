"""An agent: the SDK's own client, over real processes and sockets, called from tests that know no loop."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jsonschema
import mcp_types as types
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters

from preflight.mcp.words import BRIEF_BYTES
from preflight.report.schemas import schema_of

Json = dict[str, Any]
KEY = "sk-a-key-that-no-result-shows"
SCHEMAS = {
    "probe_media": "facts",
    "check_media": "report",
    "check_request": "report",
    "plan_fix": "plan",
    "apply_fix": "fix",
    "estimate_price": "estimate",
    "submit_request": "submit",
    "task_status": "task",
    "download_result": "task",
    "where_accepted": "where",
    "explain_rule": "rule",
}
"""Tool → the published schema of what it returns."""
PREFLIGHT = (sys.executable, "-m", "preflight", "mcp")


Answer = types.ElicitResult | types.ErrorData


class Person:
    """Who is asked, and what is answered."""

    def __init__(self) -> None:
        self.answer: Any = "accept"
        self.asked: list[str] = []

    async def __call__(self, context: object, params: types.ElicitRequestParams) -> Answer:
        assert context
        self.asked.append(params.message)
        if self.answer == "error":
            return types.ErrorData(code=types.INTERNAL_ERROR, message="nobody is there")
        return types.ElicitResult(action=self.answer, content={"confirm": True} if self.answer == "accept" else None)


class Agent:
    """A client that is connected."""

    def __init__(self, portal: BlockingPortal, client: Client, person: Person) -> None:
        self.portal, self.client, self.person = portal, client, person
        self.progress: list[tuple[float, float | None]] = []

    def __call__(self, name: str, **arguments: Any) -> types.CallToolResult:  # noqa: ANN401 - whatever the tool takes
        """Call a tool; what it tells never shows the key, and is what its schema says."""

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            assert message != ""
            self.progress.append((progress, total))

        async def call() -> types.CallToolResult:
            return await self.client.call_tool(name, arguments, progress_callback=heard)

        result = self.portal.call(call)
        assert KEY not in result.model_dump_json()
        assert arguments.get("verbose") or len(words(result).encode()) <= BRIEF_BYTES
        if result.structured_content is not None:
            jsonschema.validate(result.structured_content, schema_of(SCHEMAS[name]))
        return result

    def told(self, name: str, **arguments: Any) -> Json:  # noqa: ANN401 - whatever the tool takes
        """Call a tool that has to do it, and return its JSON."""
        result = self(name, **arguments)
        assert not result.is_error, words(result)
        found: Json = result.structured_content
        return found

    def refused(self, name: str, **arguments: Any) -> str:  # noqa: ANN401 - whatever the tool takes
        """Call a tool that has to refuse, and return its words."""
        result = self(name, **arguments)
        assert result.is_error, words(result)
        return words(result)


def words(result: types.CallToolResult) -> str:
    """Return the text of a result."""
    (one,) = result.content
    assert isinstance(one, types.TextContent)
    return one.text


@contextmanager
def agent(server: Any, *, mode: str = "auto", asks: bool = True) -> Iterator[Agent]:  # noqa: ANN401 - what the SDK takes
    """Connect; without `asks` the client cannot ask a person."""
    person = Person()
    with start_blocking_portal() as portal:
        client = Client(server, mode=mode, elicitation_callback=person if asks else None)
        with portal.wrap_async_context_manager(client) as connected:
            yield Agent(portal, connected, person)


def stdio(*arguments: object, **environment: str) -> StdioServerParameters:
    """Describe a server on standard input and output."""
    env = {**os.environ, "EVOLINK_API_KEY": KEY, **environment}
    command, *rest = (*PREFLIGHT, *map(str, arguments))
    return StdioServerParameters(command=command, args=rest, env=env)
