"""Refusals of what was called clean: told in fuller words, recorded once, and fit to be sent to strangers."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import NotDone, Refused, TaskFailed
from preflight.report.json import dump
from preflight.report.remedies import said
from preflight.service.http import Busy
from preflight.service.task import Task, TaskError
from preflight.submission.ledger import SCHEMA, Ledger
from preflight.submission.mismatch import (
    RuleMismatch,
    explained,
    explained_failure,
    keep_facts,
    plain,
    recorded,
    scrubbed,
)
from preflight.submission.states import Entry, SentAsset
from preflight.values.facts import AudioTrack
from tests import made

PROMPT = "Our unreleased robot waters the roses. 비밀 프로젝트의 로봇. Image 1 sets the palette."
ASSETS = [
    ("image 1", "/home/kim/secret launch/robot-v7.jpg", "a" * 64, "https://files.example.com/a.jpg?sig=abc"),
    ("video 1", "https://cdn.example.com/pov.mp4?token=t0k3n", None, "https://cdn.example.com/pov.mp4?token=t0k3n"),
]
FACTS = (made.IMAGE, made.video(frame_rate_hz=Fraction(24000, 1001)))
TOO_SMALL = "content[2]: video pixel count (width x height) 307200 must be greater than or equal to 409600"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def sent(ledger: Ledger, prompt: str = PROMPT) -> Entry:
    body = json.dumps({"prompt": prompt}).encode()
    return ledger.sent(ledger.intend(body, base_url="https://x", profile="seedance-2.0-2026-04", assets=ASSETS))


def refused(words: str, status: int = 400, code: str = "invalid_request") -> Refused:
    return Refused(f"HTTP {status}: {words} [{code}]", status=status, code=code, advice="As the wire says.")


def failed(ledger: Ledger, words: str, code: str = "invalid_parameters", status: str = "failed") -> TaskFailed:
    entry = sent(ledger)
    keep_facts(ledger, entry, FACTS)
    task = Task(id=f"task-{entry.number}", status=status, error=TaskError(code, words, "t"))
    ledger.accepted(entry, task)
    return explained_failure(TaskFailed(f"task failed: {words}", code=code, advice="Change it."), task, ledger)


# ---- what a person reads ---------------------------------------------------------------------------------------------


def test_a_refusal_names_the_asset_the_rule_and_what_to_do(ledger: Ledger) -> None:
    error = explained(refused(TOO_SMALL), sent(ledger), ledger, FACTS)
    assert (type(error), error.status, error.code) == (Refused, 400, "invalid_request")
    assert TOO_SMALL in error.message
    assert "that is video 1 (https://cdn.example.com/pov.mp4?...)" in error.message
    assert "the local rule for it is video/pixels" in error.message
    assert "`preflight explain video/pixels`" in said(error.remedies)
    assert "`preflight task drift`" in said(error.remedies)


def test_a_refusal_that_is_nobody_s_fault_here_is_advised_and_not_recorded(ledger: Ledger) -> None:
    error = explained(refused("insufficient", 402, "insufficient_credits"), sent(ledger), ledger, FACTS)
    assert "Add credits" in said(error.remedies)
    assert recorded(ledger) == []


def test_a_failed_task_is_explained_and_not_charged(ledger: Ledger) -> None:
    error = failed(ledger, TOO_SMALL)
    assert "video/pixels" in error.message
    assert said(error.remedies).endswith("Failed tasks are not charged.")


def test_a_failure_that_may_pass_is_not_drift(ledger: Ledger) -> None:
    assert "submit it again later" in said(failed(ledger, "busy", "service_error").remedies)
    assert recorded(ledger) == []


def test_a_cancelled_task_and_one_of_strangers_are_left_as_they_are(ledger: Ledger) -> None:
    assert said(failed(ledger, TOO_SMALL, status="cancelled").remedies) == "Change it."
    error = TaskFailed("words")
    assert explained_failure(error, Task(id="task-other", status="failed"), ledger) is error
    assert recorded(ledger) == []


def test_a_busy_service_has_not_judged_anything(ledger: Ledger) -> None:
    busy = Busy("HTTP 429: later", retry_after_s=3, status=429, code="")
    assert explained(busy, sent(ledger), ledger, FACTS) is busy


@pytest.mark.parametrize("place", [0, 3, 99])
def test_a_place_beyond_the_assets_names_none(ledger: Ledger, place: int) -> None:
    error = explained(refused(f"content[{place}]: video duration"), sent(ledger), ledger, FACTS)
    assert "that is" not in error.message


# ---- what is recorded ------------------------------------------------------------------------------------------------


def test_drift_holds_the_day_profile_rule_code_words_and_facts(ledger: Ledger) -> None:
    before = datetime.now(UTC)
    explained(refused(TOO_SMALL), sent(ledger), ledger, FACTS)
    (drift,) = recorded(ledger)
    assert before <= drift.at <= datetime.now(UTC)
    assert (drift.profile, drift.stage, drift.rule) == ("seedance-2.0-2026-04", "create", "video/pixels")
    assert (drift.status, drift.code, drift.message) == (400, "invalid_request", TOO_SMALL)
    assert [asset["kind"] for asset in drift.assets] == ["image", "video"]
    assert drift.assets[1]["frame_rate_hz"] == pytest.approx(23.976024)


def test_a_task_s_drift_has_the_facts_of_the_day_it_was_sent(ledger: Ledger) -> None:
    failed(ledger, TOO_SMALL)
    (drift,) = recorded(ledger)
    assert (drift.stage, drift.status, drift.rule) == ("task", None, "video/pixels")
    assert drift.assets == tuple(plain(one) for one in FACTS)


def test_what_nobody_has_heard_before_is_recorded_without_a_rule(ledger: Ledger) -> None:
    explained(refused("computer says no", 422, ""), sent(ledger), ledger, FACTS)
    assert [(drift.rule, drift.message) for drift in recorded(ledger)] == [("", "computer says no")]


def test_told_twice_is_recorded_once(ledger: Ledger) -> None:
    entry = sent(ledger)
    for _ in range(2):
        explained(refused(TOO_SMALL), entry, ledger, FACTS)
    assert len(recorded(ledger)) == 1


def test_a_ledger_that_cannot_take_it_does_not_hide_the_refusal(ledger: Ledger) -> None:
    entry = sent(ledger)
    with ledger.transaction() as db:
        db.execute("DROP TABLE drift")
        db.execute("DROP TABLE facts")
    keep_facts(ledger, entry, FACTS)
    assert "video/pixels" in explained(refused(TOO_SMALL), entry, ledger, FACTS).message
    with pytest.raises(NotDone):
        recorded(ledger)


def test_facts_are_quantities_and_names_of_formats_alone() -> None:
    facts = made.video(codec="h264 <evil title>", measured_by={"codec": "/home/kim/robot.mov"})
    told = plain(facts)
    assert told["codec"] == "h264eviltitle"
    assert "measured_by" not in told
    assert set(kinds(told)) <= {str, int, float, bool}
    assert plain(None) == {}


def kinds(value: object) -> Iterator[type]:
    """Yield the types of all that is in lists and tables."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from kinds(one)
    else:
        yield type(value)


def test_facts_about_parts_of_a_file_are_kept_too() -> None:
    told = plain(made.video(sounds=(AudioTrack(place=1, codec="aac <x>"),)))
    assert json.loads(json.dumps(told))["sounds"][0] == {"place": 1, "codec": "aacx", "default": False, "empty": False}


# ---- what is not in it -----------------------------------------------------------------------------------------------

LEAKS = [
    "cannot read robot-v7.jpg",
    "cannot read ROBOT-V7",
    "cannot read /home/kim/secret launch/robot-v7.jpg: gone",
    "Error at https://files.example.com/a.jpg?sig=abc, sorry",
    "Error at https://user:pw@cdn.example.com/pov.mp4?token=t0k3n",
    "prompt 'unreleased robot' is not allowed",
    'prompt "unreleased" is not allowed',
    "prompt \u201cunreleased\u201d is not allowed",
    "rejected: our unreleased robot waters the roses",
    "거부됨: 비밀 프로젝트의 로봇",
    PROMPT,
]


@pytest.mark.parametrize("words", LEAKS)
def test_names_addresses_and_the_prompt_are_taken_out_of_the_service_s_words(ledger: Ledger, words: str) -> None:
    explained(refused(words, 422), sent(ledger), ledger, FACTS)
    report = dump({"drift": recorded(ledger)}).lower()
    for secret in ("robot", "unreleased", "kim", "launch", "sig", "token", "example.com", "user:pw", "roses", "비밀"):
        assert secret not in report, secret


@pytest.mark.parametrize("words", [TOO_SMALL, "video 1's pixel count can't be 0", "Image 1 is too small"])
def test_the_service_s_own_words_stay(ledger: Ledger, words: str) -> None:
    assert scrubbed(words, sent(ledger, "Image 1 and video 1 are nice.")) == words


@given(st.text(max_size=200), st.text(max_size=100))
def test_whatever_is_said_can_be_scrubbed_and_shown(words: str, prompt: str) -> None:
    now = datetime.now(UTC)
    entry = Entry(
        number=1,
        idempotency_key="k",
        state="sent",
        base_url="https://x",
        profile="p",
        body=json.dumps({"prompt": prompt}).encode(),
        body_hash="",
        price=None,
        created_at=now,
        changed_at=now,
        message="",
        task_id=None,
        status="",
        progress=None,
        credits_reserved=None,
        assets=(SentAsset("image 1", "secret.jpg", None, "https://h/s"),),
    )
    said = scrubbed(words, entry)
    assert said.isprintable()
    assert "secret.jpg" not in said.lower()


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"prompt": 7}'])
def test_a_body_that_is_no_request_hides_nothing(ledger: Ledger, body: bytes) -> None:
    entry = ledger.intend(body, base_url="https://x", profile="p")
    assert scrubbed("words", entry) == "words"


# ---- ledgers of before -----------------------------------------------------------------------------------------------


def first_version(path: Path) -> None:
    """Make a ledger as the first version of the program left it, with one submission in it."""
    first = SCHEMA.read_text(encoding="utf-8").split("-- version 2\n")[0]
    with closing(sqlite3.connect(path)) as db:
        db.executescript(first)
        db.execute(
            "INSERT INTO entries (idempotency_key, state, base_url, profile, body, body_hash, owner, created_s,"
            " changed_s, task_id) VALUES ('k', 'accepted', 'https://x', 'p', '{}', 'h', 'o', 1, 1, 'task-old')"
        )
        db.execute("PRAGMA application_id = 1346784340")
        db.execute("PRAGMA user_version = 1")
        db.commit()


def test_a_ledger_of_the_first_version_keeps_its_entries_and_gets_the_new_tables(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    first_version(path)
    with Ledger(path) as ledger:
        entry = ledger.find("task-old")
        assert entry is not None
        assert (entry.state, recorded(ledger)) == ("accepted", [])
        explained(refused(TOO_SMALL), entry, ledger, FACTS)
    with Ledger(path) as ledger:
        assert ledger.find("task-old") == entry
        assert [drift.rule for drift in recorded(ledger)] == ["video/pixels"]


def test_a_task_of_the_first_version_has_no_facts_and_is_recorded_all_the_same(tmp_path: Path) -> None:
    first_version(tmp_path / "old.sqlite3")
    with Ledger(tmp_path / "old.sqlite3") as ledger:
        task = Task(id="task-old", status="failed", error=TaskError("invalid_parameters", TOO_SMALL, "t"))
        explained_failure(TaskFailed("words", code="invalid_parameters"), task, ledger)
        (drift,) = recorded(ledger)
    assert isinstance(drift, RuleMismatch)
    assert drift.assets == ()


def test_an_old_ledger_that_cannot_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    first_version(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE drift (mine)")
        db.commit()
    with pytest.raises(NotDone, match="cannot be used"):
        Ledger(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'facts'").fetchone() is None


@pytest.mark.parametrize("body", [b"[" * 5_000, b'{"prompt":' * 5_000, b"\xff", b""])
def test_a_stored_request_that_is_no_json_hides_no_refusal(ledger: Ledger, body: bytes) -> None:
    entry = msgspec.structs.replace(sent(ledger), body=body)
    assert scrubbed(TOO_SMALL, entry) == TOO_SMALL
