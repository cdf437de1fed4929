"""What a program reads when something goes wrong: nothing that only a person at the command line could type."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import preflight
from preflight.api.common import load_profile
from preflight.api.remedies import to_a_program
from preflight.sandbox import Fault, Faults, running
from preflight.values.remedy import Remedy
from tests.api.conftest import KEY, OK, SHORT, a_request, entries, marked_clip
from tests.specimens import MEDIA
from tests.upload.stranger import closed_url

TYPED = re.compile(r"(?<![\w-])--[a-z]|`preflight [a-z]|EVOLINK_API_KEY")
"""What is typed, or set, at the command line."""


def said_by(work: Callable[[], object]) -> preflight.PreflightError:
    """Return what a call raises."""
    with pytest.raises(preflight.PreflightError) as raised:
        work()
    return raised.value


def typed_in(error: preflight.PreflightError) -> list[str]:
    """Return the words of an error that are for the command line."""
    return TYPED.findall("\n".join((error.message, error.advice, str(error), *map(str, error.args))))


# ---- files and requests ---------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with what goes wrong in it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.toml").write_text('extends = "seedance-2.0-2026-04"\nnonsense = 1\n')
    (tmp_path / "circle.toml").write_text('extends = "circle.toml"\n')
    (tmp_path / "request.toml").write_text('prompt = "Words."\nimages = ["absent.png"]\n')
    (tmp_path / "no.toml").write_text("prompt = ")
    (tmp_path / "ledger.sqlite3").write_text("no ledger, but a text of some length; " * 40)
    return tmp_path


def unready(request: preflight.RequestSpec) -> Callable[[], object]:
    return lambda: preflight.body_of(request, preflight.check_request(request), {})


REFUSED: dict[str, Callable[[], object]] = {
    "nothing to check": preflight.check,
    "an absent file": lambda: preflight.check("absent.png"),
    "an empty folder": lambda: preflight.check("empty"),
    "a URL by itself": lambda: preflight.check("https://example.com/a.png"),
    "a request among files": lambda: preflight.check("request.toml"),
    "a profile that breaks the schema": lambda: preflight.check(OK, profile="broken.toml"),
    "the same, loaded": lambda: load_profile("broken.toml"),
    "a profile that stands on itself": lambda: preflight.check(OK, profile="circle.toml"),
    "no such profile": lambda: preflight.check(OK, profile="seedance-9"),
    "a request that is no TOML": lambda: preflight.check_request("no.toml"),
    "a request with an absent file": lambda: preflight.load_request("request.toml"),
    "a request that is absent": lambda: preflight.load_request("absent.toml"),
    "a model of another family": lambda: preflight.check_request(a_request(model="another")),
    "one path for a list": lambda: preflight.build_request("A.", images=str(OK)),
    "a setting of a wrong type": lambda: preflight.build_request("A.", duration="5"),  # type: ignore[arg-type] # the point
    "a request that is not clean": unready(preflight.build_request("A.", videos=[SHORT])),
    "a part that was not cut": unready(marked_clip()),
    "a file without a URL": unready(a_request()),
    "a report on something else": lambda: preflight.body_of(a_request(), preflight.check(OK), {}),
    "a choice that is none": lambda: preflight.fix(preflight.check(OK), "out", keep="loudest"),  # type: ignore[arg-type] # the point
    "another edition": lambda: preflight.fix(preflight.check(OK), "out", profile="seedance-2.0-2026-10"),
    "what was fixed elsewhere": lambda: preflight.with_results(a_request(), preflight.fix(preflight.check(OK), "out")),
    "no key": lambda: preflight.submit(a_request(), key=""),
    "what is no key": lambda: preflight.wait("task-unified-1-a", key="a b"),
    "a service in the open": lambda: preflight.submit(a_request(), key=KEY, base_url="http://example.com"),
    "no bucket": lambda: preflight.submit(a_request(), key=KEY, base_url=closed_url(), bucket="ftp://bucket"),
    "a limit that is no number": lambda: preflight.submit(a_request(), key=KEY, max_credits=float("nan")),
    "too dear": lambda: preflight.submit(a_request(), key=KEY, max_credits=1),
    "no ledger": lambda: preflight.submit(a_request(), key=KEY, base_url=closed_url(), ledger="ledger.sqlite3"),
    "nobody there": lambda: preflight.submit(a_request(), key=KEY, base_url=closed_url(), ledger="new.sqlite3"),
    "no task id": lambda: preflight.wait("../credits", key=KEY, base_url=closed_url(), ledger="new.sqlite3"),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("work", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_said_in_words_that_a_program_can_use(work: Callable[[], object]) -> None:
    error = said_by(work)
    assert error.message
    assert typed_in(error) == []


def test_the_words_name_what_a_program_has(here: Path) -> None:
    schema = said_by(lambda: preflight.check(OK, profile=here / "broken.toml"))
    assert schema.advice == "`preflight.profiles.json_schema()` returns the schema."
    assert said_by(lambda: preflight.submit(a_request(), key="")).message == "key: not set"
    bucket = said_by(lambda: preflight.submit(a_request(), key=KEY, base_url=closed_url(), bucket="ftp://x"))
    assert bucket.message.startswith("bucket ftp://x: expected s3://")
    assert str(bucket) == bucket.message


def test_a_folder_that_cannot_be_made_is_told_to_a_program() -> None:
    (one,) = preflight.fix(preflight.check(MEDIA / "image-bmp.bmp"), OK / "out")
    assert one.outcome == "failed"
    assert not TYPED.search(one.message)


class Beyond(NamedTuple):
    path: Path
    choice: dict[str, Any]
    says: str


BEYOND = {
    "too short": Beyond(SHORT, {}, '`extend="loop"`, `extend="freeze"` or `extend="slow"`'),
    "lossy, where only lossless is allowed": Beyond(
        MEDIA / "video-61fps.mp4", {"allow": "lossless"}, '`allow="lossy"`'
    ),
    "a refused shape": Beyond(MEDIA / "video-500x1252.mp4", {}, '`allow="creative"`'),
    "not to be read": Beyond(MEDIA / "image-truncated.png", {}, "`explain image/readable` of the command line"),
}


@pytest.mark.parametrize("beyond", BEYOND.values(), ids=BEYOND.keys())
def test_what_cannot_be_mended_says_what_a_program_can_do(beyond: Beyond, tmp_path: Path) -> None:
    (one,) = preflight.fix(preflight.check(beyond.path), tmp_path / "out", **beyond.choice)
    assert one.outcome == "unfixable"
    assert beyond.says in one.message
    assert one.message == one.plan.advice
    assert not TYPED.search(one.message)


# ---- the service ----------------------------------------------------------------------------------------------------


def test_each_end_of_a_submission_is_told_to_a_program(ledger: Path) -> None:
    there: dict[str, Any] = {"key": KEY, "ledger": ledger}
    ends = [Fault("create", kind, times=1) for kind in ("drop-after", "400", "401", "402", "403", "500")]

    def send(seconds: int) -> preflight.Submitted:
        return preflight.submit(a_request(duration=seconds), base_url=service.url, **there)

    with running(run_s=60, faults=Faults(3, tuple(ends))) as service:
        errors = [said_by(partial(send, seconds)) for seconds in range(4, 10)]
        sent = send(10)
        errors.append(said_by(partial(send, 10)))
        errors.append(said_by(lambda: preflight.wait(sent.task_id, limit_s=0, **there)))
        errors.append(said_by(lambda: preflight.wait("task-unified-0-none", base_url=service.url, **there)))
        unknown = next(entry for entry in entries(ledger) if entry.state == "unknown")
        errors.append(said_by(lambda: preflight.wait(str(unknown.number), **there)))
    assert {type(error) for error in errors} >= {preflight.OutcomeUnknown, preflight.Refused, preflight.CallError}
    assert [words for error in errors for words in typed_in(error)] == []
    advice = "\n".join(error.advice for error in errors)
    assert "Do not submit it again before `task reconcile` of the command line has looked for it." in advice
    assert "`again=True` sends it once more, and pays twice." in advice
    assert "`wait` returns to it." in advice
    assert "`task drift` of the command line" in advice


def test_what_happens_to_a_task_and_its_film_is_told_to_a_program(ledger: Path, tmp_path: Path) -> None:
    there: dict[str, Any] = {"key": KEY, "ledger": ledger}
    errors = []
    with running(run_s=0, fail_with="content_policy_violation") as strict:
        failed = preflight.submit(a_request(), base_url=strict.url, **there)
        errors.append(said_by(lambda: preflight.wait(failed.task_id, poll_s=0.1, **there)))
    with running(run_s=0, faults=Faults(3, (Fault("result", "404"),))) as gone:
        sent = preflight.submit(a_request(), base_url=gone.url, **there)
        errors.append(said_by(lambda: preflight.download(sent.task_id, tmp_path / "videos", **there)))
        errors.append(said_by(lambda: preflight.download(sent.task_id, OK, **there)))
    assert isinstance(errors[0], preflight.TaskFailed)
    assert [words for error in errors for words in typed_in(error)] == []
    assert errors[1].advice == (
        "Result links live for 24 hours; `download` asks for a fresh one."
        " The video is made and paid for: `download` asks for it once more."
    )


@pytest.mark.parametrize("kind", ["truncated", "drop-after"])
def test_an_upload_that_breaks_off_tells_a_program_what_to_do(ledger: Path, kind: str) -> None:
    with running(run_s=0, faults=Faults(3, (Fault("upload", kind),))) as broken:
        error = said_by(lambda: preflight.submit(a_request(), key=KEY, base_url=broken.url, ledger=ledger))
    assert isinstance(error, preflight.NotDone)
    assert error.advice.startswith("Nothing was submitted or paid for: submit it again.")
    assert typed_in(error) == []


def test_a_film_that_breaks_off_tells_a_program_that_it_is_paid_for(ledger: Path, tmp_path: Path) -> None:
    with running(run_s=0, faults=Faults(3, (Fault("result", "truncated"),))) as broken:
        sent = preflight.submit(a_request(), key=KEY, base_url=broken.url, ledger=ledger)
        error = said_by(lambda: preflight.download(sent.task_id, tmp_path / "videos", key=KEY, ledger=ledger))
    assert error.advice == "The video is made and paid for: `download` asks for it once more."


def test_an_error_stays_what_it_was() -> None:
    thrown = preflight.Refused("no", status=402, code="credits", advice=(Remedy("wait-again", task="7"), "Wait."))
    with pytest.raises(preflight.Refused) as raised, to_a_program():
        raise thrown
    assert raised.value is thrown
    assert (thrown.status, thrown.code, thrown.advice) == (
        402,
        "credits",
        "`wait` returns to it. Do not submit it again. Wait.",
    )


def test_a_name_that_looks_like_an_option_is_left_alone(tmp_path: Path) -> None:
    name = tmp_path / "a --allow lossy `preflight check` --bucket b.png"
    assert str(name) in said_by(lambda: preflight.check(name)).message
