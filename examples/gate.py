"""Paths in, the program's own report out: what the examples for Dagster and Airflow stand on.

Needs nothing but the standard library, and `preflight` on PATH; copy it beside them.
"""

import json
import os
import subprocess
from collections.abc import Iterable
from typing import Any

JUDGED = (0, 1, 3)
"""Exit statuses with which there is a report: clean, findings, and something that could not be judged."""


class CallFailed(RuntimeError):  # noqa: N818 - named for what happened
    """The program could not be run, or the call was wrong: nothing was judged."""


def judged(
    paths: Iterable[str | os.PathLike[str]],
    *,
    profile: str | None = None,
    program: str = "preflight",
    timeout_s: float = 3600,
) -> dict[str, Any]:
    """Judge files and folders, and return the report, `preflight.report/1`.

    Names go in by standard input: there may be a hundred thousand, with any bytes in them.

    Args:
        paths: files and folders.
        profile: an edition of the limits, or a profile file.
        program: the program, by name or path.
        timeout_s: how long the run may take, in seconds.

    Raises:
        CallFailed: nothing was judged; the message is the program's own.
    """
    command = [program, "check", "--from0", "-", "--format", "json", *(["--profile", profile] if profile else [])]
    names = b"\0".join(os.fsencode(path) for path in paths)
    try:
        done = subprocess.run(command, input=names, capture_output=True, timeout=timeout_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CallFailed(str(error)) from error
    if done.returncode not in JUDGED or not done.stdout:
        raise CallFailed(done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def wrong(report: dict[str, Any]) -> list[str]:
    """Return a line for each finding of severity error, with the asset it is of."""
    return [
        f"{asset['path']}: {finding['rule']}: {finding['message']}"
        for asset in report["assets"]
        for finding in asset["findings"]
        if finding["severity"] == "error"
    ]
