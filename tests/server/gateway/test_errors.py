"""Whatever goes wrong, a program reads it in the shape of the service that it called, with a status that it knows."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import errors
from preflight.errors import (
    CallError,
    FixFailed,
    NotDone,
    OutcomeUnknown,
    PreflightError,
    ProfileError,
    Refused,
    RequestFileError,
    TaskFailed,
    Unreachable,
)
from preflight.request.incoming import BodyError
from preflight.server.gateway.errors import (
    FILES_PATH,
    LONGEST,
    ApiError,
    as_api_error,
    error_answer,
    error_json,
    invalid,
    too_busy,
)
from preflight.service.http import Busy, ResponseLost

CREATE, FILES = "/v1/videos/generations", f"{FILES_PATH}/upload/stream"
TREE = (CallError, ProfileError, RequestFileError, NotDone, FixFailed, Unreachable, Refused, TaskFailed, OutcomeUnknown)


def told(error: Exception, path: str = CREATE) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(error_answer(error, path).body)
    return table


def refused(status: int | None, code: str = "", answer: object = None) -> Refused:
    error = Refused("the service's words", status=status, code=code)
    error.answer = answer
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ApiError(409, "idempotency_key_reused", "x"), 409, "idempotency_key_reused"),
        (invalid("prompt is missing", "prompt"), 400, "invalid_request"),
        (too_busy("all are at work"), 429, "too_many_requests"),
        (BodyError("duration: expected a whole number", "duration"), 400, "invalid_request"),
        (CallError("the address cannot be used"), 400, "invalid_request"),
        (RequestFileError("it is no TOML"), 400, "invalid_request"),
        (refused(402, "insufficient_credits"), 402, "insufficient_credits"),
        (refused(None), 502, "refused"),
        (Busy("come again", retry_after_s=1.0, status=503, code="busy"), 503, "busy"),
        (OutcomeUnknown("no answer came"), 502, "paid_outcome_unknown"),
        (Unreachable("no connection"), 503, "service_unavailable"),
        (ResponseLost("not whole JSON"), 502, "bad_gateway"),
        (NotDone("no space left"), 500, "preflight_not_done"),
        (FixFailed("ffmpeg ended"), 500, "preflight_not_done"),
        (ZeroDivisionError("x"), 500, "internal_error"),
    ],
)
def test_each_kind_of_error_has_a_status_and_a_code(error: Exception, status: int, code: str) -> None:
    answer = error_answer(error, CREATE)
    assert (answer.status, told(error)["error"]["code"], answer.media_type) == (status, code, "application/json")


def test_no_error_of_the_tree_is_told_as_a_fault_of_the_gateway() -> None:
    tree = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, PreflightError)}
    assert tree - {PreflightError} == set(TREE)
    assert all(as_api_error(one("x")).code != "internal_error" for one in TREE)


def test_an_error_of_this_program_s_own_tells_its_type_and_nothing_of_what_it_held() -> None:
    words = told(RuntimeError("sk-secret at /home/somebody"))["error"]["message"]
    assert "RuntimeError" in words
    assert "sk-secret" not in words
    assert "/home" not in words


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "insufficient_quota_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large_error"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (499, "invalid_request_error"),
        (500, "server_error"),
        (503, "server_error"),
    ],
)
def test_the_type_follows_from_the_status(status: int, kind: str) -> None:
    assert error_json(status, "code", "words") == {"code": "code", "message": "words", "type": kind}


def test_a_field_at_fault_is_named_and_none_is_made_up() -> None:
    assert told(invalid("prompt is missing", "prompt"))["error"]["param"] == "prompt"
    assert told(CallError("max_credits: expected a number"))["error"]["param"] == "max_credits"
    assert "param" not in told(CallError("https://host/a.jpg: cannot be asked"))["error"]
    assert "param" not in told(CallError("nothing is here"))["error"]


def test_who_is_turned_away_hears_when_to_come_again() -> None:
    assert error_answer(too_busy("x"), CREATE).headers == {"Retry-After": "2"}
    assert error_answer(Unreachable("x"), CREATE).headers == {"Retry-After": "10"}
    assert error_answer(Busy("x", retry_after_s=7.4, status=429, code=""), CREATE).headers == {"Retry-After": "7"}
    assert error_answer(Busy("x", retry_after_s=None, status=429, code=""), CREATE).headers == {}


def test_a_service_that_cannot_be_reached_was_sent_nothing_and_that_is_said() -> None:
    assert told(Unreachable("no connection"))["error"]["message"].endswith("Nothing was sent.")


def test_a_refusal_of_the_service_is_repeated_with_all_that_it_said() -> None:
    theirs = {"code": "content_policy", "message": "no", "type": "policy_error", "param": "prompt", "request_id": "r1"}
    assert told(refused(451, "x", {"error": theirs}))["error"] == theirs


@pytest.mark.parametrize("answer", [None, "no", [], {}, {"error": "no"}, {"error": None}, {"error": []}])
def test_a_refusal_in_another_shape_is_told_in_ours(answer: object) -> None:
    said = told(refused(400, "bad", answer))["error"]
    assert said == {"code": "bad", "message": "the service's words", "type": "invalid_request_error"}


@pytest.mark.parametrize("status", [200, 204, 301, 302, 399])
def test_a_refusal_is_never_answered_as_a_success_or_a_way_elsewhere(status: int) -> None:
    answer = error_answer(refused(status, "bad"), CREATE)
    assert (answer.status, json.loads(answer.body)["error"]["type"]) == (502, "server_error")


def test_the_files_service_refuses_with_200_and_a_code_of_its_own() -> None:
    answer = error_answer(refused(200, "40003"), FILES)
    assert (answer.status, json.loads(answer.body)["code"]) == (200, 40003)
    assert error_answer(refused(302, "x"), FILES).status == 502


def test_a_refusal_with_numbers_for_words_is_still_told() -> None:
    said = told(refused(400, "", {"error": {"code": 17, "message": 0}}))["error"]
    assert (said["code"], said["type"]) == (17, "invalid_request_error")


def test_what_stands_beside_an_error_stands_beside_it() -> None:
    error = ApiError(422, "preflight_failed", "x", beside={"findings": [1], "error": {"code": "mine"}})
    assert told(error) == {"error": {"code": "mine"}, "findings": [1]}


def test_the_files_service_has_a_shape_of_its_own() -> None:
    assert told(invalid("the part `file` is missing"), FILES) == {
        "success": False,
        "code": 400,
        "msg": "the part `file` is missing",
    }


@pytest.mark.parametrize("path", [CREATE, FILES])
def test_addresses_are_told_without_what_may_be_secret_in_them(path: str) -> None:
    body = error_answer(NotDone("https://me:pass@host/a.jpg?token=abc#d is gone"), path).body.decode()
    assert "https://host/a.jpg?..." in body
    assert not {"pass", "abc"} & {part for word in body.split() for part in word.split("=")}


@given(st.text(max_size=50), st.sampled_from((CREATE, FILES)))
def test_words_have_no_control_signs_and_an_end(words: str, path: str) -> None:
    table = told(ApiError(400, "x", words * 100), path)
    said = table["error"]["message"] if path == CREATE else table["msg"]
    assert said.isprintable()
    assert len(said) <= LONGEST
