"""What a gateway is started with tells no secret, and decides by which edition and where it asks."""

import pytest
from msgspec.structs import replace

from preflight.errors import CallError
from preflight.profiles import load
from preflight.server.gateway.settings import BODY_BYTES, BUFFERED_BYTES, FORM_BYTES, UPLOAD_BYTES, Settings

MODEL = "seedance-2.0-reference-to-video"


def test_no_key_and_no_token_is_shown_in_a_log_or_a_traceback() -> None:
    shown = repr(Settings(key="sk-secret", tokens=("a-token",), base_url="https://service.example.com"))
    assert "sk-secret" not in shown
    assert "a-token" not in shown
    assert "service.example.com" in shown


def test_a_form_holds_what_a_request_may_and_memory_what_bodies_may() -> None:
    assert BODY_BYTES <= UPLOAD_BYTES <= FORM_BYTES
    assert BODY_BYTES < BUFFERED_BYTES


@pytest.mark.parametrize(
    ("base_url", "reaches"),
    [
        (None, False),
        ("https://service.example.com", False),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("https://10.0.0.1", False),
    ],
)
def test_addresses_of_this_machine_are_assets_only_where_the_service_is_here(
    base_url: str | None, reaches: bool
) -> None:
    assert Settings(base_url=base_url).reaches_itself is reaches


def test_a_request_is_judged_by_the_edition_of_its_model_unless_one_is_named() -> None:
    assert MODEL in Settings().edition_of(MODEL).models
    named = load("seedance-2.0-2026-04")
    assert Settings(profile=named).edition_of("whatever").name == named.name
    with pytest.raises(CallError):
        Settings().edition_of("nobody's model")


def test_no_default_is_judged_that_the_program_did_not_send() -> None:
    edition = Settings().edition_of(MODEL)
    ratio = edition.request.aspect_ratio
    assert ratio is None or not ratio.sent
    without = replace(edition, request=replace(edition.request, aspect_ratio=None))
    assert Settings(profile=without).edition_of(None) is without


def test_the_door_leads_where_the_settings_say_and_is_tried_once() -> None:
    local = Settings(base_url="http://127.0.0.1:8080").endpoint("sk-1")
    assert (local.base_url, local.key, local.allow_private, local.attempts) == (
        "http://127.0.0.1:8080",
        "sk-1",
        True,
        1,
    )
    there = Settings(agent="mine/1").endpoint("sk-1")
    assert there.base_url.startswith("https://")
    assert (there.allow_private, there.agent) == (False, "mine/1")
    assert Settings(allow_private=True).endpoint("sk-1").allow_private


@pytest.mark.parametrize(
    "address", ["ftp://service", "http://service.example.com", "https://me:pass@host", "no address"]
)
def test_an_address_that_would_show_the_key_is_refused(address: str) -> None:
    with pytest.raises(CallError):
        Settings(base_url=address).endpoint("sk-1")
