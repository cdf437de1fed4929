"""`--log-format json`: one object a line on stderr, for whoever gathers logs.

Each line has `event`, `run` and `time`: `start` once, `asset` for each verdict, `note` for what a person would be told
in words, `end` once, however the run ended.
"""

import datetime as dt
import secrets
import time
from typing import Any, TextIO

import msgspec

from preflight._version import __version__
from preflight.policy.tally import Tally
from preflight.values.assets import shown
from preflight.values.findings import Judged, counts
from preflight.values.phrase import plain

PLACES = 3


class Log:
    """The log of one run, on a stream.

    Args:
        stream: where lines go.
        run: what tells this run from others; made up when None.
    """

    def __init__(self, stream: TextIO, run: str | None = None) -> None:
        self._stream = stream
        self._run = run or secrets.token_hex(8)
        self._last_s = time.monotonic()

    def start(self, profile: str, depth: str) -> None:
        """Say that the run begins, and how it judges."""
        self._say("start", version=__version__, profile=profile, depth=depth)

    def asset(self, judged: Judged) -> None:
        """Say the verdict on one asset; `waited_s` is how long the run stood until it came."""
        now_s = time.monotonic()
        waited_s, self._last_s = now_s - self._last_s, now_s
        self._say(
            "asset",
            path=shown(judged.asset.path),
            kind=judged.kind,
            verdict=judged.verdict,
            rules=sorted({finding.rule for finding in judged.findings if counts(finding, judged.fail_on)}),
            findings=len(judged.findings),
            ignored=sum(finding.ignored is not None for finding in judged.findings),
            waited_s=round(waited_s, PLACES),
        )

    def note(self, words: str) -> None:
        """Say a sentence."""
        self._say("note", message=words)

    def end(self, tally: Tally, *, complete: bool, error: str | None) -> None:
        """Say what the run came to; a run that did not end has no verdict."""
        self._say(
            "end",
            complete=complete,
            verdict=tally.verdict if complete else None,
            error=error,
            assets=tally.files,
            verdicts=dict(tally.verdicts),
            errors=tally.severity("error"),
            warnings=tally.severity("warning"),
            ignored=tally.ignored.total(),
            lowered=tally.lowered.total(),
            in_baseline=tally.in_baseline,
            recalled=tally.recalled,
            elapsed_s=round(tally.elapsed_s, PLACES),
        )

    def _say(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - what JSON can say
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = msgspec.json.encode({"event": event, "run": self._run, "time": now, **fields}, enc_hook=plain)
        self._stream.write(line.decode() + "\n")
        self._stream.flush()
