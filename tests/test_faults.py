"""What becomes of a create call, whatever goes wrong with its answer: one table, each fault at each layer.

    the wire      what a bare client sees of it, and whether the service acted
    the client    what `Service.submit` makes of it, and how often it calls
    the ledger    what `submission.submit` writes down, and what a second call of the same request comes to
    the library   what a program gets from `preflight.submit`, where it does not call again after a pause

What each layer does beyond this table, and what goes wrong on other routes, stands in the tests of its folder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import msgspec
import pytest

import preflight
from preflight.errors import CallError, OutcomeUnknown, PreflightError, Refused
from preflight.profiles import load
from preflight.report.remedies import said
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.sandbox.faults import KINDS
from preflight.service.client import Service
from preflight.submission.ledger import Ledger
from preflight.submission.submit import Account, Submission, submit
from tests.sandbox import wire

KEY = "sk-any"
MODEL: Final = "seedance-2.0-text-to-video"
PROMPT: Final = "A rider in the rain."
BODY: Final = {"model": MODEL, "prompt": PROMPT, "duration": 4, "quality": "480p"}
BREAKS = 0
"""In place of a status: no whole answer comes."""


Outcome = type[OutcomeUnknown] | type[Refused] | None


class Row(NamedTuple):
    """What is to come of a fault that does not end."""

    acted: int
    """Tasks the service has made after one bare call."""
    status: int
    """Status that a bare client sees."""
    calls: int
    """How often ours calls."""
    outcome: Outcome
    """Error of each layer of ours; None where the task is accepted."""


FAULTS: Final = {
    "drop-before": Row(0, BREAKS, 1, OutcomeUnknown),
    "drop-after": Row(1, BREAKS, 1, OutcomeUnknown),
    "truncated": Row(1, BREAKS, 1, OutcomeUnknown),
    "short": Row(1, 200, 1, OutcomeUnknown),
    "huge": Row(1, 200, 1, OutcomeUnknown),
    "malformed": Row(1, 200, 1, OutcomeUnknown),
    "empty": Row(1, 200, 1, OutcomeUnknown),
    "no-id": Row(1, 200, 1, OutcomeUnknown),
    "bad-length": Row(1, BREAKS, 1, OutcomeUnknown),
    "bad-header": Row(1, BREAKS, 1, OutcomeUnknown),
    "bad-status": Row(1, BREAKS, 1, OutcomeUnknown),
    "bad-coding": Row(1, BREAKS, 1, OutcomeUnknown),
    "bad-location": Row(1, 303, 1, OutcomeUnknown),
    "500": Row(0, 500, 1, OutcomeUnknown),
    "502": Row(0, 502, 1, OutcomeUnknown),
    "503-bare": Row(0, 503, 1, OutcomeUnknown),
    "500-after": Row(1, 500, 1, OutcomeUnknown),
    "502-after": Row(1, 502, 1, OutcomeUnknown),
    "503-after": Row(1, 503, 1, OutcomeUnknown),
    "400": Row(0, 400, 1, Refused),
    "401": Row(0, 401, 1, Refused),
    "402": Row(0, 402, 1, Refused),
    "403": Row(0, 403, 1, Refused),
    "404": Row(0, 404, 1, Refused),
    "413": Row(0, 413, 1, Refused),
    "429": Row(0, 429, 4, Refused),
    "429-date": Row(0, 429, 4, Refused),
    "429-bare": Row(0, 429, 4, Refused),
    "503": Row(0, 503, 4, Refused),
    "bad-date": Row(1, 200, 1, None),
    "delay": Row(1, 200, 1, None),
    "delay-after": Row(1, 200, 1, None),
    "drip": Row(1, 200, 1, None),
    "interim": Row(1, 200, 1, None),
    "wrong-status": Row(1, 200, 1, None),
}
STATES: Final[dict[Outcome, str]] = {OutcomeUnknown: "unknown", Refused: "refused", None: "accepted"}
SECOND: Final[dict[Outcome, type[PreflightError]]] = {OutcomeUnknown: OutcomeUnknown, Refused: Refused, None: CallError}
"""What a second call of the same request comes to."""
each_fault = pytest.mark.parametrize(("kind", "row"), FAULTS.items(), ids=FAULTS)


@contextmanager
def breaking(kind: str) -> Iterator[Sandbox]:
    """Run a service that meets every create call with one fault, and knows no key of idempotency."""
    fault = Fault("create", kind, seconds=0.05)
    with running(run_s=60, replays=False, faults=Faults(7, (fault,))) as sandbox:
        yield sandbox


@contextmanager
def served(sandbox: Sandbox, pauses: list[float] | None = None) -> Iterator[Service]:
    """Connect our client, which takes note of its pauses instead of making them."""
    with Service(sandbox.url, KEY, sleep=(pauses if pauses is not None else []).append) as service:
        yield service


def creates(sandbox: Sandbox) -> int:
    """Count the calls that arrived."""
    return sum(request.path == "/v1/videos/generations" for request in sandbox.requests)


def test_every_fault_of_the_sandbox_has_its_row() -> None:
    assert {*FAULTS} == KINDS["create"] - {"refuse"}


@each_fault
def test_the_wire(kind: str, row: Row) -> None:
    with breaking(kind) as sandbox, wire.connect(sandbox) as client:
        try:
            answer = wire.submit(client, **BODY)
            seen = answer.status_code
            _ = answer.content
        except httpx.HTTPError:
            seen = BREAKS
        assert (seen, len(sandbox.tasks)) == (row.status, row.acted)


@each_fault
def test_the_client(kind: str, row: Row) -> None:
    pauses: list[float] = []
    with breaking(kind) as sandbox, served(sandbox, pauses) as service:
        if row.outcome is None:
            task = service.submit(msgspec.json.encode(BODY), "preflight-0123456789abcdef")
            assert [one.id for one in sandbox.tasks] == [task.id]
        else:
            with pytest.raises(PreflightError) as raised:
                service.submit(msgspec.json.encode(BODY), "preflight-0123456789abcdef")
            assert isinstance(raised.value, row.outcome)
            assert ("reconcile" in said(raised.value.remedies)) == (row.outcome is OutcomeUnknown)
            assert len(sandbox.tasks) == row.acted
        assert (creates(sandbox), len(pauses)) == (row.calls, row.calls - 1)


@each_fault
def test_the_ledger(kind: str, row: Row, tmp_path: Path) -> None:
    with breaking(kind) as sandbox, served(sandbox) as service, Ledger(tmp_path / "ledger.sqlite3") as ledger:
        account = Account(service, ledger, load())
        request = Submission(body=msgspec.json.encode(BODY), base_url=sandbox.url, profile="p", assets=())

        def exit_code() -> int:
            try:
                submit(request, account)
            except PreflightError as error:
                return error.exit_code
            return 0

        assert exit_code() == (row.outcome.exit_code if row.outcome else 0)
        assert [entry.state for entry in ledger.entries()] == [STATES[row.outcome]]
        assert exit_code() == SECOND[row.outcome].exit_code
        calls = row.calls * (2 if row.outcome is Refused else 1)
        assert (creates(sandbox), len(sandbox.tasks)) == (calls, row.acted)


@pytest.mark.parametrize(
    ("kind", "row"),
    [pair for pair in FAULTS.items() if pair[1].calls == 1],
)
def test_the_library(kind: str, row: Row, tmp_path: Path) -> None:
    request = preflight.build_request(PROMPT, model=MODEL, duration=4, quality="480p")
    ledger = tmp_path / "ledger.sqlite3"
    with breaking(kind) as sandbox, preflight.Client(KEY, base_url=sandbox.url, ledger=ledger) as client:
        if row.outcome is None:
            assert client.submit(request).entry.state == "accepted"
        else:
            with pytest.raises(row.outcome) as raised:
                client.submit(request)
            assert KEY not in repr(raised.value) + str(raised.value.advice)
        with pytest.raises(SECOND[row.outcome]):
            client.submit(request)
        assert len(sandbox.tasks) == row.acted
