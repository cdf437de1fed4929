"""What a submission asks, and how it says that it ended: one word for each end, whatever was known before."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from preflight.cli.question import HANGUL
from preflight.cli.sending import CHOICES, Sending
from preflight.cli.submit import SubmitCall
from preflight.errors import (
    CallError,
    NotDone,
    OutcomeUnknown,
    PreflightError,
    Refused,
    TaskFailed,
    Unreachable,
)
from preflight.flow.choosing import Choice
from preflight.flow.submit import Submitted, Terms, Unclean
from preflight.plan.request import RequestPlan
from preflight.report.schemas import OUTCOMES, schema_of
from preflight.request.file import RequestSpec
from preflight.service.responses import read_task
from preflight.submission.duplicates import Duplicate, DuplicateUnknown, EarlierSubmission
from preflight.submission.ledger import Ledger
from preflight.values.findings import Report
from tests.specimens import PROFILE, judged

BASE = "https://service.example.com"
KNOWN = EarlierSubmission(
    number=7,
    state="downloaded",
    task_id="task-7",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    price=Fraction("12.5"),
    downloads=("/videos/a\x1b[2J.mp4",),
    ledger=Path("/other.sqlite3"),
)
FAILING = Report(profile=PROFILE.name, assets=(judged("image-gif.gif"),))


def sending(**asked: Any) -> Sending:  # noqa: ANN401 - fields of `Asked`
    call = SubmitCall(**{"view": "json", **asked})
    return Sending(call, RequestSpec(prompt="x"), PROFILE, Terms(), BASE)


@pytest.fixture
def accepted(tmp_path: Path) -> Submitted:
    task = read_task({"id": "task-1", "status": "pending", "usage": {"credits_reserved": 54}})
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        entry = ledger.accepted(ledger.sent(ledger.intend(b"{}", base_url=BASE, profile=PROFILE.name)), task)
    return Submitted(entry=entry, task=task, price=None, orphans=())


Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Read what a submission printed as its end."""

    def read(one: Sending, error: PreflightError | None = None) -> dict[str, Any]:
        capsys.readouterr()
        one.write(error)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.validate(found, schema_of("submit"))
        return found

    return read


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "declined"),
        (Unclean("it fails", FAILING), "unclean"),
        (Duplicate("sent before", KNOWN), "duplicate"),
        (DuplicateUnknown("sent before", KNOWN), "duplicate"),
        (OutcomeUnknown("no answer"), "unknown"),
        (TaskFailed("it failed", status=None), "failed"),
        (Refused("no", status=402), "refused"),
        (CallError("too expensive"), "stopped"),
        (NotDone("no space"), "stopped"),
        (Unreachable("no connection"), "stopped"),
    ],
)
def test_each_end_has_one_word_of_those_that_are_published(
    told: Told, error: PreflightError | None, outcome: str
) -> None:
    found = told(sending(), error)
    assert (found["outcome"], outcome in OUTCOMES) == (outcome, True)
    assert bool(found["message"]) is (error is not None)


@pytest.mark.parametrize(("asked", "outcome"), [({}, "submitted"), ({"waits": True}, "completed")])
def test_what_was_accepted_is_submitted_until_it_was_waited_for(
    told: Told, accepted: Submitted, asked: dict[str, Any], outcome: str
) -> None:
    one = sending(**asked)
    one._sent = accepted  # noqa: SLF001 - what the submission hands it
    found = told(one)
    assert (found["outcome"], found["task_id"], found["entry"]) == (outcome, "task-1", 1)
    assert found["credits_reserved"] == 54
    assert told(one, NotDone("the film cannot be saved"))["outcome"] == "submitted"


def test_of_an_earlier_submission_everything_is_told_that_is_known(told: Told) -> None:
    found = told(sending(), Duplicate("sent before", KNOWN))
    assert (found["task_id"], found["entry"], found["price"], found["ledger"]) == ("task-7", 7, 12.5, "/other.sqlite3")
    assert found["results"] == [r"/videos/a\x1b[2J.mp4"]


def test_an_unclean_request_is_told_with_its_report_and_no_secret_of_an_address(told: Told) -> None:
    found = told(sending(), Unclean("https://me:pass@host/a?token=abc fails", FAILING))
    assert found["report"]["verdict"] == "fail"
    assert "abc" not in found["message"]
    assert "pass" not in found["message"]


def test_nothing_is_printed_for_a_program_where_a_person_reads(capsys: pytest.CaptureFixture[str]) -> None:
    sending(view="text").write(CallError("x"))
    assert capsys.readouterr().out == ""


def test_words_for_a_person_go_where_no_program_reads(capsys: pytest.CaptureFixture[str]) -> None:
    for view, stream in (("json", "err"), ("text", "out")):
        sending(view=view).tell("Measured again:")
        found = capsys.readouterr()
        assert "Measured again:" in getattr(found, stream)
        assert "Measured again:" not in (found.out if stream == "err" else found.err)


# ---- choices --------------------------------------------------------------------------------------------------------


def test_where_nobody_can_answer_nothing_is_chosen() -> None:
    choice = Choice()
    assert sending().choose(RequestPlan(plans=()), choice) is choice
    assert sending(yes=True).choose(RequestPlan(plans=()), choice) is choice


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_every_key_that_is_asked_for_is_one_letter_and_on_a_korean_keyboard_too(name: Any) -> None:  # noqa: ANN401 - of a table
    _, keys = CHOICES[name]
    assert all(len(key) == 1 for key in keys)
    assert {*keys} <= {*HANGUL.values()}
    assert len({*keys.values()}) == len(keys)


def test_a_reserve_over_the_limit_is_said_aloud(accepted: Submitted, capsys: pytest.CaptureFixture[str]) -> None:
    price = replace(SubmitCall().price, max_credits=Fraction(50))
    sending(price=price).accepted(accepted, None)  # type: ignore[arg-type] # nothing is waited for
    said = capsys.readouterr().err
    assert "54 credits reserved" in said
    assert "--max-credits 50" in said
    assert "preflight task wait task-1" in said
