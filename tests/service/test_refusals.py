"""What the service says when it refuses: every entry has a source, and leads to a rule that exists or to advice."""

import pytest

from preflight.rules import RULES
from preflight.service.refusals import UNLISTED, Refusal, ServiceError, advice_on, blamed_asset, look_up, table


def named(entry: Refusal) -> str:
    return entry.says or entry.code or str(entry.status)


@pytest.mark.parametrize("entry", table().refusals, ids=named)
def test_each_refusal_is_known_by_its_example_and_leads_to_a_rule_or_to_advice(entry: Refusal) -> None:
    said = ServiceError(status=entry.status or (400 if entry.says else None), code=entry.code, words=entry.example)
    assert look_up(said) == entry
    assert look_up(ServiceError(status=said.status, code=said.code, words=entry.example.upper())) == entry
    assert entry.rule in {"", *RULES}
    assert entry.rule or entry.remedies
    assert entry.says or entry.code or entry.status
    assert len(entry.source) > 10
    assert entry.is_mismatch == (bool(entry.rule) or entry.drift)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("content[2]: Video Duration (seconds) 1.2 must be greater than or equal to 1.8", "video/duration"),
        ("video total duration (seconds) 17", "request/video-total-duration"),
        ("video format (sound codec opus) is not valid", "video/codec"),
        ("audio duration must be between 2 and 15 seconds", "audio/duration"),
        ("duration must be between 4 and 15 seconds", "request/duration"),
        ("Width must be between 300px and 6000px, received 200x400px", "image/side"),
    ],
)
def test_words_are_told_apart_from_words_that_resemble_them(words: str, rule: str) -> None:
    assert look_up(ServiceError(status=400, code="invalid_request", words=words)).rule == rule


def test_words_say_more_than_a_code_and_a_code_more_than_a_status() -> None:
    assert look_up(ServiceError(code="invalid_parameters", words="video aspect ratio 3")).rule == "video/aspect-ratio"
    assert look_up(ServiceError(status=400, code="content_policy_violation")).is_mismatch is False
    assert look_up(ServiceError(status=400, code="invalid_request", words="no")).is_mismatch is True


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 503])
def test_what_no_check_of_files_could_have_told_is_no_drift(status: int) -> None:
    assert not look_up(ServiceError(status=status)).is_mismatch


@pytest.mark.parametrize(
    "said", [ServiceError(status=422, words="computer says no"), ServiceError(code="new_code"), ServiceError()]
)
def test_what_was_never_heard_before_is_drift(said: ServiceError) -> None:
    assert look_up(said) is UNLISTED
    assert UNLISTED.is_mismatch


def test_only_documented_failures_and_a_lack_of_capacity_are_said_to_pass_by_themselves() -> None:
    passing = {named(entry) for entry in table().refusals if entry.passes}
    documented = {"service_error", "generation_timeout", "resource_exhausted", "service_unavailable"}
    capacity = {
        "no_available_channel",
        "model_unavailable",
        "channel_selection_failed",
        "channel:*",
        "draft_unavailable",
    }
    assert passing == {*documented, *capacity, "error while downloading"}
    assert not UNLISTED.passes


@pytest.mark.parametrize("entry", [one for one in table().refusals if not one.says], ids=named)
def test_numbers_alone_lead_to_the_advice_of_their_entry(entry: Refusal) -> None:
    assert advice_on(entry.status or 400, entry.code) == entry.remedies


def test_a_code_says_more_than_a_status_and_unheard_numbers_say_nothing() -> None:
    assert advice_on(400, "40003") == advice_on(200, "40003") != advice_on(400, "")
    assert advice_on(418, "") == advice_on(302, "odd") == ()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("content[1]: too small", 0),
        ("content[13]: too small", 12),
        ("content[0]: the prompt", None),
        ("no place at all", None),
        ("content[99999]: no", None),
    ],
)
def test_the_place_that_is_blamed_counts_the_prompt_as_0(words: str, place: int | None) -> None:
    assert blamed_asset(words) == place


def test_a_code_may_be_known_by_its_beginning() -> None:
    assert look_up(ServiceError(code="channel:upstream_busy")).passes
    assert look_up(ServiceError(code="channels")) is UNLISTED


@pytest.mark.parametrize("code", ["InvalidParameter.TaskTypeConstraint", "InvalidParameter.TaskTypeMismatch"])
def test_a_late_refusal_of_the_wording_leads_to_its_rule(code: str) -> None:
    assert look_up(ServiceError(code=code, words="ratio must be adaptive")).rule == "request/task-type"
