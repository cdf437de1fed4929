"""What costs is sent by a person's word or a token for exactly it, once; all else is told, and nothing is sent."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from preflight.errors import CallError, NotDone, PreflightError
from preflight.mcp.arguments import DownloadResult, EstimatePrice, SubmitRequest, TaskStatus
from preflight.mcp.calls import Call, Question, SharedState, ToolResult
from preflight.mcp.sending import (
    BODY_LETTERS,
    declined,
    download_result,
    estimate_price,
    no_word,
    price_words,
    submit_request,
    task_status,
)
from preflight.mcp.words import BRIEF_BYTES
from preflight.report.schemas import schema_of
from preflight.sandbox import Sandbox, running
from tests.mcp.called import KEY, call, root, shared

CLEAN, WRONG = "image-ok.png", "image-gif.gif"


def request(prompt: str, image: str = CLEAN) -> dict[str, Any]:
    """Make a request; each prompt is one of its own."""
    return {"prompt": f"Image 1: {prompt}", "images": [image], "duration": 4, "quality": "480p"}


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with running(run_s=0) as one:
        yield one


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "output").mkdir()
    return root(tmp_path / "root", CLEAN, WRONG)


def serving(place: Path, service: Sandbox, **more: Any) -> SharedState:  # noqa: ANN401 - fields of `Account`
    return shared(place, key=KEY, base_url=service.url, ledger=place.parent / "ledger.sqlite3", **more)


@pytest.fixture
def asking(place: Path, service: Sandbox) -> SharedState:
    """A server whose person is asked for each request."""
    return serving(place, service)


@pytest.fixture
def limited(place: Path, service: Sandbox) -> SharedState:
    """A server that may spend without asking, up to a limit."""
    return serving(place, service, max_credits=Fraction(1000))


def is_told(told: ToolResult | Question, schema: str) -> dict[str, Any]:
    assert isinstance(told, ToolResult)
    jsonschema.validate(told.json, schema_of(schema))
    assert len(told.text.encode()) <= BRIEF_BYTES
    assert KEY not in told.text + json.dumps(told.json)
    return told.json


def submitted(
    of: SharedState, prompt: str, *, token: str | None = None, agreed: str | None = None
) -> ToolResult | Question:
    return submit_request(replace(call(of), agreed=agreed), SubmitRequest(request=request(prompt), token=token))


def token_for(of: SharedState, prompt: str) -> str:
    found = is_told(estimate_price(call(of), EstimatePrice(request=request(prompt))), "estimate")
    return str(found["token"])


# ---- what it costs --------------------------------------------------------------------------------------------------


def test_a_clean_request_has_a_price_and_a_token_and_nothing_is_sent(limited: SharedState, service: Sandbox) -> None:
    before = service.calls.copy()
    told = estimate_price(call(limited), EstimatePrice(request=request("a price")))
    found = is_told(told, "estimate")
    assert (found["credits"] > 0, bool(found["token"]), found["base_url"]) == (True, True, service.url)
    assert found["token"] in told.text
    assert service.calls == before


def test_an_unclean_one_has_a_price_and_no_token(limited: SharedState) -> None:
    told = estimate_price(call(limited), EstimatePrice(request=request("a fault", WRONG)))
    found = is_told(told, "estimate")
    assert (found["token"], found["body"], found["verdict"]) == (None, None, "fail")
    assert "plan_fix" in told.text


def test_a_price_is_words() -> None:
    assert price_words(None) == "What this costs cannot be told"


# ---- by a person's word ---------------------------------------------------------------------------------------------


def test_a_person_is_asked_with_price_files_and_the_whole_body(asking: SharedState, service: Sandbox) -> None:
    before = service.calls["create"]
    asked = submitted(asking, "a question")
    assert isinstance(asked, Question)
    assert service.url in asked.words
    assert "credits" in asked.words
    assert "image 1: " in asked.words
    assert '"prompt": "Image 1: a question"' in asked.words
    assert service.calls["create"] == before


def test_a_yes_sends_it_once_and_is_good_for_nothing_else(asking: SharedState, service: Sandbox) -> None:
    before = service.calls["create"]
    asked = submitted(asking, "a yes")
    assert isinstance(asked, Question)
    with pytest.raises(CallError, match="another body"):
        submitted(asking, "something else", agreed=asked.token)
    found = is_told(submitted(asking, "a yes", agreed=asked.token), "submit")
    assert (found["outcome"], bool(found["task_id"]), service.calls["create"]) == ("submitted", True, before + 1)
    again = submitted(asking, "a yes", agreed=asked.token)
    assert is_told(again, "submit")["outcome"] == "duplicate"
    assert isinstance(again, ToolResult)
    assert again.is_error
    assert service.calls["create"] == before + 1


def test_a_body_that_nobody_could_read_is_not_asked_for(asking: SharedState) -> None:
    with pytest.raises(CallError, match="too many to be shown"):
        submitted(asking, "extraordinarily " * (BODY_LETTERS // 14))


def test_a_no_is_told_and_where_nobody_can_be_asked_that_too() -> None:
    assert is_told(declined(), "submit")["outcome"] == "declined"
    assert "nobody can be asked" in no_word(SubmitRequest(request={})).message
    assert "a token alone" in no_word(SubmitRequest(request={}, token="t")).message  # noqa: S106 - no secret


# ---- by a token -----------------------------------------------------------------------------------------------------


def test_a_token_sends_exactly_what_it_was_given_for_once(limited: SharedState, service: Sandbox) -> None:
    before = service.calls["create"]
    token = token_for(limited, "a token")
    with pytest.raises(CallError, match="another body"):
        submitted(limited, "something else", token=token)
    assert is_told(submitted(limited, "a token", token=token), "submit")["outcome"] == "submitted"
    with pytest.raises(CallError, match="nothing was sent"):
        submitted(limited, "another", token=token)
    assert service.calls["create"] == before + 1


def test_a_token_alone_does_not_do_where_each_request_is_a_person_s(asking: SharedState, service: Sandbox) -> None:
    before = service.calls["create"]
    assert isinstance(submitted(asking, "a token alone", token=token_for(asking, "a token alone")), Question)
    assert service.calls["create"] == before


def test_a_token_is_worth_no_more_than_the_limit(place: Path, service: Sandbox) -> None:
    small = serving(place, service, max_credits=Fraction(1))
    before = service.calls["create"]
    with pytest.raises(CallError, match="--max-credits"):
        submitted(small, "a fortune", token=token_for(small, "a fortune"))
    assert service.calls["create"] == before


def test_what_is_not_clean_is_told_with_its_findings(asking: SharedState, service: Sandbox) -> None:
    before = service.calls["create"]
    told = submit_request(call(asking), SubmitRequest(request=request("unclean", WRONG)))
    found = is_told(told, "submit")
    assert (found["outcome"], found["report"]["verdict"], service.calls["create"]) == ("unclean", "fail", before)


def test_without_a_key_nobody_is_asked(place: Path, service: Sandbox) -> None:
    keyless = shared(place, base_url=service.url)
    with pytest.raises(CallError, match="EVOLINK_API_KEY"):
        submitted(keyless, "keyless")


def test_a_call_that_was_cancelled_sends_nothing(limited: SharedState, service: Sandbox) -> None:
    before, token = service.calls["create"], token_for(limited, "cancelled")
    one = call(limited)
    one.run.stop()
    with pytest.raises(NotDone):
        submit_request(one, SubmitRequest(request=request("cancelled"), token=token))
    assert service.calls["create"] == before


# ---- what follows ---------------------------------------------------------------------------------------------------


def made(of: SharedState, prompt: str) -> str:
    return str(is_told(submitted(of, prompt, token=token_for(of, prompt)), "submit")["task_id"])


def test_a_task_is_waited_for_and_its_video_saved_beside_the_root(limited: SharedState, place: Path) -> None:
    task = made(limited, "a film")
    told = task_status(call(limited), TaskStatus(task_id=task, wait_s=60))
    found = is_told(told, "task")
    assert (found["state"], "download_result" in told.text) == ("completed", True)
    whole = is_told(task_status(call(limited), TaskStatus(task_id=task, verbose=True)), "task")
    assert {*found} <= {*whole}
    saved = download_result(call(limited), DownloadResult(task_id=task))
    assert is_told(saved, "task")["state"] == "downloaded"
    (film,) = (place.parent / "output").glob("*.mp4")
    assert film.name in saved.text


@pytest.mark.parametrize("task", ["task-nobody", "999", "../x", "<b>"])
def test_a_task_that_nobody_knows_is_told_in_one_line(limited: SharedState, task: str) -> None:
    with pytest.raises(PreflightError) as unknown:
        task_status(call(limited), TaskStatus(task_id=task))
    with pytest.raises(PreflightError) as missing:
        download_result(call(limited), DownloadResult(task_id=task))
    assert not any("\n" in one.value.message for one in (unknown, missing))


def test_a_call_that_waits_ends_when_it_is_cancelled(place: Path) -> None:
    with running(run_s=600) as slow:
        one: Call = call(limited := serving(place, slow, max_credits=Fraction(1000)))
        task = made(limited, "slow")
        assert is_told(task_status(one, TaskStatus(task_id=task)), "task")["state"] == "accepted"
        one.run.stop()
        with pytest.raises(NotDone, match="cancelled"):
            task_status(one, TaskStatus(task_id=task, wait_s=600))
        with pytest.raises(NotDone, match="not completed"):
            download_result(call(limited), DownloadResult(task_id=task))
