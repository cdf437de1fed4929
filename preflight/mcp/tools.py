"""The tools: name, words, schemas of both sides, what each may do, and the function behind it."""

from collections.abc import Callable
from typing import Any

import msgspec
from mcp_types import Tool as Listed
from mcp_types import ToolAnnotations

from preflight.mcp import arguments as asked
from preflight.mcp.calls import Json, Question, ToolResult
from preflight.mcp.fixing import apply_fix, plan_fix
from preflight.mcp.looking import check_media, explain_rule, judge_request, probe_media, where_accepted
from preflight.mcp.sending import download_result, estimate_price, submit_request, task_status
from preflight.report.schemas import schema_of

Function = Callable[..., ToolResult | Question]


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool may do to the world. None of them destroys anything."""

    changes: bool = False
    """Whether it writes files, or has something made and paid for."""
    repeatable: bool = True
    """Whether the same call again changes nothing more."""
    goes_out: bool = False
    """Whether it asks hosts beyond this machine."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool."""

    name: str
    title: str
    words: str
    arguments: type[asked.Arguments]
    schema: str
    """Name of the published schema of its result."""
    function: Function
    hints: Hints = Hints()
    only_asks: bool = False
    """Whether it may wait for the service for long, and takes no processor meanwhile."""

    def listed(self) -> Listed:
        """Describe the tool to a client."""
        return Listed(
            name=self.name,
            title=self.title,
            description=self.words,
            input_schema=asked.schema_of(self.arguments),
            output_schema=_result(self.schema),
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=not self.hints.changes,
                destructive_hint=False,
                idempotent_hint=self.hints.repeatable,
                open_world_hint=self.hints.goes_out,
            ),
        )


def _result(name: str) -> Json:
    found: dict[str, Any] = schema_of(name)
    return found


URLS = Hints(goes_out=True)
"""Looks only; URLs of a request are fetched for it."""
TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            name="probe_media",
            title="Measure media",
            words="Measure images, clips and sounds: format, size, rate, length. No verdict.",
            arguments=asked.ProbeMedia,
            schema="facts",
            function=probe_media,
        ),
        Tool(
            name="check_media",
            title="Check media",
            words="Judge images, clips and sounds, each by itself, against a provider's documented limits.",
            arguments=asked.CheckMedia,
            schema="report",
            function=check_media,
        ),
        Tool(
            name="check_request",
            title="Check a request",
            words="Judge a whole request: each asset in its role, the set, the prompt, the settings. Sends nothing.",
            arguments=asked.CheckRequest,
            schema="report",
            function=judge_request,
            hints=URLS,
        ),
        Tool(
            name="plan_fix",
            title="Plan fixes",
            words=(
                "Plan how files, or the assets of a request, are made to comply with the least loss. Changes nothing; "
                "returns a plan_id for apply_fix. What changes the picture is planned only where it is named."
            ),
            arguments=asked.PlanFix,
            schema="plan",
            function=plan_fix,
            hints=URLS,
        ),
        Tool(
            name="apply_fix",
            title="Apply a plan",
            words=(
                "Make the new files of a plan in the output folder, measured before they get their names. Sources are "
                "never written. Of a request, a new request.toml is written too."
            ),
            arguments=asked.ApplyFix,
            schema="fix",
            function=apply_fix,
            hints=Hints(changes=True),
        ),
        Tool(
            name="estimate_price",
            title="Estimate a price",
            words="Estimate what a request costs; where it is clean, give a token for submit_request. Sends nothing.",
            arguments=asked.EstimatePrice,
            schema="estimate",
            function=estimate_price,
            hints=URLS,
        ),
        Tool(
            name="submit_request",
            title="Submit a request and pay",
            words=(
                "Check a request, upload its assets, and submit it once: this costs money. A person is asked with "
                "price and body; or a token of estimate_price for exactly this does, where the server allows it."
            ),
            arguments=asked.SubmitRequest,
            schema="submit",
            function=submit_request,
            hints=Hints(changes=True, repeatable=False, goes_out=True),
        ),
        Tool(
            name="task_status",
            title="Ask how far a task is",
            words="Ask the service how far a task is, and write it down in the ledger. Costs nothing.",
            arguments=asked.TaskStatus,
            schema="task",
            function=task_status,
            only_asks=True,
            hints=Hints(changes=True, repeatable=True, goes_out=True),
        ),
        Tool(
            name="download_result",
            title="Save a result",
            words="Save the video of a completed task in the output folder, under a free name. Costs nothing.",
            arguments=asked.DownloadResult,
            schema="task",
            function=download_result,
            hints=Hints(changes=True, repeatable=False, goes_out=True),
        ),
        Tool(
            name="where_accepted",
            title="Find models that take it",
            words="Say which models take files, or a request, as they are, after a lossless or a lossy fix, or never.",
            arguments=asked.WhereAccepted,
            schema="where",
            function=where_accepted,
            hints=URLS,
        ),
        Tool(
            name="explain_rule",
            title="Explain a rule",
            words="Say what a rule checks, why, what to do, and which document its limit is from.",
            arguments=asked.ExplainRule,
            schema="rule",
            function=explain_rule,
        ),
    )
}
"""Name → tool, in the order in which they are needed."""
