"""Entries of the ledger as JSON: all that is known, and nothing that is secret."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report.entries import body_json, entries_json, entry_json, stray_json, whole_json
from preflight.submission.states import STATES, Entry, SentAsset, State

LINK = "https://files.example.com/a.png?token=abcdef&Signature=s3cr3t"
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def entry(**more: Any) -> Entry:  # noqa: ANN401 - any field of an entry
    usual: dict[str, Any] = {
        "number": 3,
        "idempotency_key": "preflight-1",
        "state": "accepted",
        "base_url": "https://api.example.com",
        "profile": "seedance",
        "body": b'{"prompt":"A rider.","image_urls":["https://x/a"]}',
        "body_hash": "0" * 64,
        "price": Fraction(25, 2),
        "created_at": NOON,
        "changed_at": NOON,
        "message": "",
        "task_id": "task-1",
        "status": "processing",
        "progress": 60,
        "credits_reserved": None,
    }
    return Entry(**usual | more)


@pytest.mark.parametrize("state", STATES)
def test_an_entry_tells_its_state_as_what_became_of_it(state: State) -> None:
    found = entry_json(entry(state=state))
    assert (found["state"], found["outcome"], found["entry"], found["number"]) == (state, state, 3, 3)
    assert (found["price"], found["credits_reserved"], found["task_id"]) == (12.5, None, "task-1")


def test_a_list_has_its_entries_in_their_order() -> None:
    found = entries_json([entry(number=2), entry(number=1)])
    assert found["schema"] == "preflight.tasks/1"
    assert [one["number"] for one in found["entries"]] == [2, 1]
    assert entries_json([])["entries"] == []


def test_of_links_what_may_be_secret_is_left_out_wherever_they_stand() -> None:
    body = msgspec.json.encode({"image_urls": [LINK], LINK: {"deep": f"see {LINK}"}})
    whole = whole_json(
        entry(
            body=body,
            message=f"cannot read {LINK}",
            assets=(SentAsset("image 1", LINK, None, LINK),),
        )
    )
    told = msgspec.json.encode(whole).decode()
    assert "s3cr3t" not in told
    assert "abcdef" not in told
    assert told.count("files.example.com/a.png") == 6


def test_files_keep_their_hash_and_downloads_their_paths() -> None:
    found = whole_json(entry(assets=(SentAsset("image 1", "a.png", "f" * 64, "https://x/a"),), downloads=("/v/a.mp4",)))
    assert found["assets"] == [{"role": "image 1", "path": "a.png", "sha256": "f" * 64, "url": "https://x/a"}]
    assert found["downloads"] == found["results"] == ["/v/a.mp4"]


def test_a_task_of_no_entry_has_no_number_and_no_price() -> None:
    found = stray_json("task-9", "downloaded", [Path("/v/a.mp4")])
    assert (found["entry"], found["price"], found["results"]) == (None, None, ["/v/a.mp4"])


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_body_can_be_shown_and_what_is_no_json_as_words(body: bytes) -> None:
    found = body_json(body)
    msgspec.json.encode(found)
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        assert isinstance(found, str)
        assert found.isprintable()


def test_nothing_in_an_entry_acts_upon_a_terminal() -> None:
    found = entry_json(entry(message="\x1b[2J", status="\x1b[2J", profile="\x1b[2J"))
    assert "\x1b" not in str(found)
