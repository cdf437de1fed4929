"""An intent is on the disk before anything leaves, every entry takes legal steps only, and no crash loses one."""

import json
import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.errors import NotDone, PreflightError
from preflight.service.client import Service
from preflight.service.task import Task, TaskError
from preflight.submission import ledger as module
from preflight.submission.ledger import Ledger, default_path, hash_body
from preflight.submission.states import NEXT, STATES, Entry, SentAsset, State
from tests.upload.stranger import KEY, Stranger, say

BODY = b'{"model":"m","prompt":"A rider."}'
URL = "https://api.example.com"
FILES = "https://files.example.com"
TASK = Task(id="task-unified-1", status="pending", progress=0, credits_reserved=Fraction("25.11"))
DONE = Task(id="task-unified-1", status="completed", progress=100, results=("https://x/y",))
FAILED = Task(id="task-unified-1", status="failed", error=TaskError("unknown_error", "words", "t"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as ledger:
        yield ledger


def intend(ledger: Ledger, body: bytes = BODY) -> Entry:
    return ledger.intend(body, base_url=URL, profile="seedance")


def brought_to(ledger: Ledger, state: State) -> Entry:
    ways: dict[State, list[State]] = {
        "intended": [],
        "sent": ["sent"],
        "accepted": ["sent", "accepted"],
        "refused": ["sent", "refused"],
        "unknown": ["sent", "unknown"],
        "completed": ["sent", "accepted", "completed"],
        "failed": ["sent", "accepted", "failed"],
        "downloaded": ["sent", "accepted", "completed", "downloaded"],
    }
    entry = intend(ledger)
    for step in ways[state]:
        entry = stepped(ledger, entry, step)
    return entry


def stepped(ledger: Ledger, entry: Entry, state: State) -> Entry:
    match state:
        case "sent":
            return ledger.sent(entry)
        case "accepted":
            return ledger.accepted(entry, TASK)
        case "refused":
            return ledger.refused(entry, "words")
        case "unknown":
            return ledger.unknown(entry, "words")
        case "downloaded":
            return ledger.downloaded(entry, Path("/films/a.mp4"))
        case _:
            found = ledger.finished(DONE if state == "completed" else FAILED)
            if found is None:
                raise NotDone("no such task")
            return found


# ---- one entry -------------------------------------------------------------------------------------------------------


def test_an_intent_holds_everything_that_is_needed_later(ledger: Ledger) -> None:
    assets = [("video 1", "pov.mov", "a" * 64, "https://f/1"), ("image 1", "https://x/i.png", None, "https://x/i.png")]
    before = datetime.now(UTC)
    entry = ledger.intend(BODY, base_url=URL, profile="seedance", assets=assets, price=Fraction(1, 3))
    assert (entry.number, entry.state, entry.body, entry.body_hash) == (1, "intended", BODY, hash_body(BODY))
    assert (entry.base_url, entry.profile, entry.price, entry.task_id) == (URL, "seedance", Fraction(1, 3), None)
    assert entry.assets == tuple(SentAsset(*asset) for asset in assets)
    assert before <= entry.created_at <= datetime.now(UTC)
    assert entry.idempotency_key.startswith("preflight-")
    assert intend(ledger).idempotency_key != entry.idempotency_key


def test_a_submission_from_intent_to_file(ledger: Ledger) -> None:
    entry = ledger.accepted(ledger.sent(intend(ledger)), TASK)
    assert (entry.state, entry.task_id, entry.credits_reserved) == ("accepted", TASK.id, Fraction("25.11"))
    ledger.progressed(TASK.id, "processing", 60)
    found = ledger.find(TASK.id)
    assert found is not None
    assert (found.status, found.progress) == ("processing", 60)
    ledger.finished(DONE)
    entry = ledger.downloaded(ledger.downloaded(entry, Path("/films/a.mp4")), Path("/films/b.mp4"))
    assert (entry.state, entry.status, entry.downloads) == ("downloaded", "completed", ("/films/a.mp4", "/films/b.mp4"))
    assert ledger.finished(DONE) == entry


def test_a_failure_keeps_its_words(ledger: Ledger) -> None:
    brought_to(ledger, "accepted")
    failed = ledger.finished(FAILED)
    assert failed is not None
    assert (failed.state, failed.message) == ("failed", "words [unknown_error]")


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", [state for state in STATES if state != "intended"])
def test_only_legal_steps_are_taken(ledger: Ledger, before: State, after: State) -> None:
    entry = brought_to(ledger, before)
    legal = after in NEXT[before] or (before, after) == ("downloaded", "completed")
    if legal:
        assert stepped(ledger, entry, after).state == (before if before == "downloaded" else after)
        return
    with pytest.raises(NotDone):
        stepped(ledger, entry, after)
    assert ledger.find(entry.number) == entry


def test_an_entry_keeps_its_task(ledger: Ledger) -> None:
    entry = brought_to(ledger, "accepted")
    with pytest.raises(NotDone, match=f"is task {TASK.id} already"):
        ledger.accepted(entry, Task(id="task-unified-2"))


def test_a_task_belongs_to_one_entry(ledger: Ledger) -> None:
    brought_to(ledger, "accepted")
    entry = ledger.unknown(ledger.sent(intend(ledger)), "no answer")
    with pytest.raises(NotDone, match=f"task {TASK.id} is entry 1 already"):
        ledger.accepted(entry, TASK)
    assert ledger.find(entry.number) == entry


def test_a_failure_that_the_service_takes_back_is_no_failure(ledger: Ledger) -> None:
    brought_to(ledger, "failed")
    completed = ledger.finished(DONE)
    assert completed is not None
    assert (completed.state, completed.message) == ("completed", "")


def test_a_task_that_is_not_over_cannot_end(ledger: Ledger) -> None:
    brought_to(ledger, "accepted")
    with pytest.raises(NotDone, match="not over"):
        ledger.finished(TASK)


def test_strangers_tasks_are_passed_over(ledger: Ledger) -> None:
    ledger.progressed("task-other", "processing", 1)
    assert ledger.finished(Task(id="task-other", status="completed")) is None
    assert ledger.find("task-other") is None


def test_progress_after_the_end_changes_nothing(ledger: Ledger) -> None:
    entry = brought_to(ledger, "downloaded")
    ledger.progressed(TASK.id, "processing", 5)
    assert ledger.find(entry.number) == entry


def test_a_name_that_is_not_utf8_can_be_kept(ledger: Ledger) -> None:
    name = os.fsdecode(b"caf\xe9.mov")
    entry = ledger.intend(BODY, base_url=URL, profile="p", assets=[("video 1", name, None, "https://x/y")])
    assert entry.assets[0].path == "caf\\udce9.mov"


# ---- many ------------------------------------------------------------------------------------------------------------


def test_entries_are_listed_newest_first(ledger: Ledger) -> None:
    for _ in range(5):
        intend(ledger)
    assert [entry.number for entry in ledger.entries(3)] == [5, 4, 3]


@pytest.mark.parametrize("wanted", [1, "1"])
def test_an_entry_is_found_by_its_number(ledger: Ledger, wanted: str | int) -> None:
    entry = intend(ledger)
    assert ledger.find(wanted) == entry


@pytest.mark.parametrize("wanted", [2, "2", 0, -1, "", "task", "1 OR 1=1", "9" * 40, "²"])
def test_what_is_not_there_is_not_found(ledger: Ledger, wanted: str | int) -> None:
    intend(ledger)
    assert ledger.find(wanted) is None


@pytest.mark.parametrize("state", STATES)
def test_the_same_body_is_remembered_unless_it_came_to_nothing(ledger: Ledger, state: State) -> None:
    entry = brought_to(ledger, state)
    same = ledger.same_body(hash_body(BODY), URL)
    assert same == ([] if state in ("refused", "failed") else [entry])
    assert ledger.same_body(hash_body(BODY), "https://elsewhere.example") == []
    assert ledger.same_body(hash_body(b"{}"), URL) == []


def test_the_same_request_is_known_although_its_assets_lie_elsewhere_now(ledger: Ledger) -> None:
    def sent(url: str, sha256: str | None = "a" * 64) -> Entry:
        body = json.dumps({"prompt": "x", "image_urls": [url]}).encode()
        assets = [("image 1", "i.png", sha256, url)]
        return ledger.sent(ledger.intend(body, base_url=URL, profile="p", assets=assets))

    first, moved = sent("https://f/1"), sent("https://f/2?token=x")
    assert ledger.same_body(moved.body_hash, URL) == [moved, first]
    assert moved.body != first.body
    assert sent("https://f/1", "b" * 64).body_hash != first.body_hash
    assert sent("https://f/1", None).body_hash != sent("https://f/2", None).body_hash


def test_an_upload_that_the_service_cannot_read_is_forgotten(ledger: Ledger) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    for name in "ab":
        ledger.remember_upload(name * 64, FILES, f"https://f/{name}", later)
    ledger.forget_uploads(["https://f/a", "https://f/none"])
    assert ledger.living_upload("a" * 64, FILES, 1) is None
    assert ledger.living_upload("b" * 64, FILES, 1) == "https://f/b"


def test_an_upload_is_remembered_as_long_as_it_lives(path: Path) -> None:
    now = 1_000_000.0
    with Ledger(path, clock=lambda: now) as ledger:
        ledger.remember_upload("a" * 64, FILES, "https://f/1", datetime.fromtimestamp(now + 100, UTC))
        assert ledger.living_upload("a" * 64, FILES, 99) == "https://f/1"
        assert ledger.living_upload("a" * 64, FILES, 100) is None
        assert ledger.living_upload("a" * 64, "https://other", 1) is None
        assert ledger.living_upload("b" * 64, FILES, 1) is None
        ledger.remember_upload("a" * 64, FILES, "https://f/2", datetime.fromtimestamp(now + 500, UTC))
        assert ledger.living_upload("a" * 64, FILES, 100) == "https://f/2"


# ---- processes -------------------------------------------------------------------------------------------------------

VICTIM = """
import os, sys
from pathlib import Path
from preflight.submission.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
entry = ledger.intend(b"{}", base_url="https://x", profile="p")
if sys.argv[2] == "sent":
    ledger.sent(entry)
print("ready", flush=True)
sys.stdin.read()
"""


def start(path: Path, state: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", VICTIM, str(path), state]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_what_a_killed_process_only_intended_was_never_sent(path: Path) -> None:
    with start(path, "intended") as process, Ledger(path) as ledger:
        assert ledger.settle_orphans() == []
        process.kill()
        process.wait(120)
        assert ledger.settle_orphans() == []
        (entry,) = ledger.entries()
    assert (entry.state, entry.message) == ("refused", "the program ended before anything was sent")


def test_what_a_killed_process_left_is_unknown(path: Path) -> None:
    with start(path, "sent") as process, Ledger(path) as ledger:
        assert ledger.settle_orphans() == []
        assert [entry.state for entry in ledger.entries()] == ["sent"]
        process.kill()
        process.wait(120)
        (orphan,) = ledger.settle_orphans()
        assert (orphan.state, ledger.settle_orphans()) == ("unknown", [])
        assert "ended before" in orphan.message
        assert ledger.same_body(orphan.body_hash, "https://x") == [orphan]
        assert ledger.accepted(orphan, TASK).state == "accepted"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_this_process_is_about_to_send_is_no_orphan(ledger: Ledger, path: Path) -> None:
    entry = ledger.sent(intend(ledger))
    with Ledger(path) as other:
        assert ledger.settle_orphans() == other.settle_orphans() == []
    assert ledger.find(entry.number) == entry


def test_what_was_left_at_a_clean_end_is_an_orphan_too(path: Path) -> None:
    with Ledger(path) as first:
        first.sent(intend(first))
    with Ledger(path) as second:
        assert [entry.state for entry in second.settle_orphans()] == ["unknown"]


def submit_many(path: Path, count: int) -> None:
    with Ledger(path) as ledger:
        for _ in range(count):
            entry = ledger.sent(intend(ledger))
            ledger.accepted(entry, Task(id=f"task-{entry.number}"))


def test_processes_at_once_lose_nothing(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=submit_many, args=(path, 25)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with Ledger(path) as ledger:
        entries = ledger.entries(1000)
    assert sorted(entry.number for entry in entries) == list(range(1, 76))
    assert all(entry.task_id == f"task-{entry.number}" for entry in entries)


# ---- the file --------------------------------------------------------------------------------------------------------


def test_the_file_is_for_its_owners_eyes(ledger: Ledger, path: Path) -> None:
    intend(ledger)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_the_usual_place_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in default_path().parents
    with Ledger() as ledger:
        assert ledger.path == default_path()


def test_every_change_is_synced(ledger: Ledger) -> None:
    db = ledger._db  # noqa: SLF001 - what the file system was promised
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def foreign(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE entries (mine)")
    db.commit()
    db.close()


def newer(path: Path) -> None:
    Ledger(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {module.VERSION + 1}")
    db.commit()
    db.close()


def halved(path: Path) -> None:
    with Ledger(path) as ledger:
        intend(ledger)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xaa" * (len(content) - 100))


BROKEN = {
    "text": lambda path: path.write_text("Dear diary, " * 100),
    "zeros": lambda path: path.write_bytes(bytes(8192)),
    "foreign": foreign,
    "newer": newer,
    "halved": halved,
    "folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_not_a_ledger_is_told_and_left_as_it_is(tmp_path: Path, make: object) -> None:
    path = tmp_path / "ledger.sqlite3"
    assert callable(make)
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(NotDone, match=r"ledger\.sqlite3"), Ledger(path) as ledger:
        intend(ledger)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_newer_ledger_is_told_by_its_version(tmp_path: Path) -> None:
    newer(tmp_path / "l")
    with pytest.raises(NotDone, match=f"version {module.VERSION + 1}"):
        Ledger(tmp_path / "l")


def test_damage_that_shows_later_is_told_too(path: Path) -> None:
    with Ledger(path) as ledger:
        intend(ledger)
    db = sqlite3.connect(path)
    db.execute("UPDATE entries SET price = 'much', created_s = 'long ago'")
    db.commit()
    db.close()
    with Ledger(path) as ledger, pytest.raises(NotDone):
        ledger.entries()


def test_an_entry_that_was_taken_away_is_told(ledger: Ledger) -> None:
    entry = intend(ledger)
    ledger._db.execute("DELETE FROM entries")  # noqa: SLF001 - somebody else's hand
    with pytest.raises(NotDone, match="no entry 1"):
        ledger.sent(entry)


def test_no_key_is_in_the_file(path: Path) -> None:
    answer = say({"error": {"message": f"the key {KEY} is not known", "code": KEY}}, 401)
    with Stranger(answer) as stranger, Ledger(path) as ledger, Service(stranger.url, KEY) as service:
        entry = ledger.sent(ledger.intend(BODY, base_url=stranger.url, profile="p"))
        try:
            service.submit(entry.body, entry.idempotency_key)
        except PreflightError as error:
            ledger.refused(entry, "".join(traceback.format_exception(error)))
        content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"[key] is not known" in content
    assert KEY.encode() not in content + path.read_bytes()
