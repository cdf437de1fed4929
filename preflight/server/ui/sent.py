"""What was sent before from a project: its ledgers in, lines for the page out."""

import os
from typing import Any

from preflight.flow.account import opened_ledger
from preflight.server.ui.words import WORDS
from preflight.server.ui.workspace import Workspace
from preflight.values.assets import printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.units import decimal

SHOWN = 20
"""Earlier submissions that are listed."""
MADE = ("completed", "downloaded")
PROMPT_SHOWN = 120
"""Characters of an earlier prompt that are listed."""


def sent_views(workspace: Workspace) -> list[dict[str, Any]]:
    """List the latest submissions of a project, those in the sandbox too."""
    found = []
    for sandbox in (False, True):
        path = workspace.project.ledger(sandbox=sandbox)
        if path.exists():
            with opened_ledger(path) as ledger:
                found += [(entry, sandbox) for entry in ledger.entries(SHOWN)]
    found.sort(key=lambda one: one[0].created_at, reverse=True)
    life_s = workspace.profile.service.result_life_s
    return [
        {
            "number": entry.number,
            "sandbox": sandbox,
            "when": f"{entry.created_at:%Y-%m-%d %H:%M} UTC",
            "state": entry.state,
            "words": WORDS[f"state.{entry.state}"],
            "message": printable(entry.message),
            "task": entry.task_id or "",
            "price": decimal(entry.price, 2) if entry.price is not None else "",
            "films": [printable(os.path.basename(path)) for path in entry.downloads],  # noqa: PTH119 - any bytes
            "prompt": _brief(entry.body),
            "ends": entry.changed_at.timestamp() + life_s if entry.state in MADE else None,
        }
        for entry, sandbox in found[:SHOWN]
    ]


def _brief(body: bytes) -> str:
    """Shorten the prompt of a request that was sent."""
    try:
        prompt = str(parsed(body, dict[str, Any]).get("prompt") or "")
    except NotJsonError:
        return ""
    return printable(prompt[:PROMPT_SHOWN] + ("…" if len(prompt) > PROMPT_SHOWN else ""))
