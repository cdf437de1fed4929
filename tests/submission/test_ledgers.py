"""A request that one ledger knows is not sent by another: the usual one, one used before, one in the same folder."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError
from preflight.profiles import load
from preflight.report.remedies import said
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.client import Service
from preflight.submission import ledgers
from preflight.submission.ledger import Ledger, default_path
from preflight.submission.submit import Account, Submission, submit
from preflight.system.files import me
from tests.posix import give_away
from tests.upload.stranger import KEY

BODY = b'{"model":"seedance-2.0-reference-to-video","prompt":"A rider.","duration":4,"quality":"480p"}'
SPELLINGS = (
    "http://127.0.0.1:{}",
    "HTTP://LOCALHOST:{}/",
    " http://localhost.:{} ",
    "http://127.1:{}/v1",
    "http://localhost:{}//",
)


def sent(sandbox: Sandbox, path: Path, *, url: str = "", again: bool = False) -> int:
    """Submit the one request by a ledger, and return the number of its entry."""
    with Service(url or sandbox.url, KEY, sleep=lambda _: None) as service, Ledger(path) as ledger:
        submission = Submission(body=BODY, base_url=url or sandbox.url, profile="p", assets=())
        return submit(submission, Account(service, ledger, load()), again=again)[0].number


def refused(sandbox: Sandbox, path: Path, url: str = "") -> PreflightError:
    with pytest.raises(PreflightError) as caught:
        sent(sandbox, path, url=url)
    return caught.value


def places(folder: Path) -> dict[str, tuple[Path, Path]]:
    apart = folder / "apart"
    return {
        "a new one beside the usual one": (default_path(), folder / "new.sqlite3"),
        "the usual one when another was used before": (apart / "old.sqlite3", default_path()),
        "a new one when another was used before": (apart / "old.sqlite3", folder / "new.sqlite3"),
        "another name for the same folder": (folder / "old.sqlite3", folder / "new.sqlite3"),
    }


@pytest.mark.parametrize("which", range(4))
def test_the_guard_holds_over_ledgers(tmp_path: Path, which: int) -> None:
    first, second = list(places(tmp_path).values())[which]
    with running(run_s=60) as sandbox:
        sent(sandbox, first)
        error = refused(sandbox, second)
        assert isinstance(error, CallError)
        assert f"by another ledger: entry 1 of {first}" in error.message
        assert f"--ledger {first}" in said(error.remedies)
        assert len(sandbox.tasks) == 1
        assert sent(sandbox, second, again=True) == 1
    with Ledger(second) as ledger:
        assert len(ledger.entries()) == 1


def test_what_was_lost_by_one_ledger_is_unknown_to_all(tmp_path: Path) -> None:
    with running(run_s=60, faults=Faults(1, (Fault("create", "drop-after", times=1),))) as sandbox:
        assert isinstance(refused(sandbox, tmp_path / "a" / "old"), OutcomeUnknown)
        error = refused(sandbox, tmp_path / "b" / "new")
        assert isinstance(error, OutcomeUnknown)
        assert f"`preflight task reconcile --ledger {tmp_path / 'a' / 'old'}`" in said(error.remedies)
        assert sandbox.calls["create"] == 1


def test_what_was_refused_by_one_ledger_may_be_sent_by_another(tmp_path: Path) -> None:
    with running(run_s=60, faults=Faults(1, (Fault("create", "400", times=1),))) as sandbox:
        refused(sandbox, tmp_path / "a" / "old")
        assert sent(sandbox, tmp_path / "b" / "new") == 1


def test_a_ledger_that_is_a_link_to_the_same_file_is_the_same(tmp_path: Path) -> None:
    with running(run_s=60) as sandbox:
        sent(sandbox, tmp_path / "l.sqlite3")
        (tmp_path / "m.sqlite3").symlink_to("l.sqlite3")
        assert "by another ledger" not in refused(sandbox, tmp_path / "m.sqlite3").message


def test_a_ledger_that_cannot_be_read_may_know_the_request(tmp_path: Path) -> None:
    with running(run_s=60) as sandbox:
        sent(sandbox, tmp_path / "a" / "old")
        broken = bytearray((tmp_path / "a" / "old").read_bytes())
        broken[100:] = b"\xa5" * (len(broken) - 100)
        (tmp_path / "a" / "old").write_bytes(broken)
        error = refused(sandbox, tmp_path / "new")
        assert isinstance(error, NotDone)
        assert "it may know this request: nothing was sent" in error.message
        assert sandbox.calls["create"] == 1


@pytest.mark.skipif(os.name != "posix" or me() != 0, reason="only root can give a file away")
def test_a_ledger_of_somebody_else_s_forbids_nothing(tmp_path: Path) -> None:
    with running(run_s=60) as sandbox:
        sent(sandbox, tmp_path / "old.sqlite3")
        give_away(tmp_path / "old.sqlite3", 12345)
        assert sent(sandbox, tmp_path / "new.sqlite3") == 1


def test_an_older_ledger_is_read_as_it_is_and_not_changed(tmp_path: Path) -> None:
    """Version 1 knew no skew, and wrote addresses down as they were typed."""
    old = tmp_path / "a" / "old"
    with running(run_s=60) as sandbox:
        sent(sandbox, old)
        port = sandbox.url.rpartition(":")[2]
        with sqlite3.connect(old) as db:
            db.execute("ALTER TABLE entries DROP COLUMN skew_s")
            db.execute("UPDATE entries SET base_url = ?", (f"HTTP://LocalHost.:{port}/",))
            db.execute("PRAGMA user_version = 1")
            db.execute("PRAGMA journal_mode = DELETE")
        db.close()
        before = old.read_bytes()
        assert "by another ledger" in refused(sandbox, tmp_path / "new").message
    assert old.read_bytes() == before


@pytest.mark.parametrize("first", SPELLINGS)
@pytest.mark.parametrize("second", SPELLINGS)
def test_a_service_spelled_otherwise_is_the_same_service(tmp_path: Path, first: str, second: str) -> None:
    with running(run_s=60) as sandbox:
        port = sandbox.url.rpartition(":")[2]
        sent(sandbox, tmp_path / "l", url=first.format(port))
        assert isinstance(refused(sandbox, tmp_path / "l", second.format(port)), CallError)
        assert len(sandbox.tasks) == 1


def test_two_programs_with_two_ledgers_send_once(tmp_path: Path) -> None:
    with running(run_s=60) as sandbox:
        ended: list[object] = []

        def one(name: str) -> None:
            try:
                ended.append(sent(sandbox, tmp_path / name / "l"))
            except PreflightError as error:
                ended.append(error)

        threads = [threading.Thread(target=one, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sandbox.tasks) == 1
    assert ended.count(1) == 1


def test_a_home_that_cannot_be_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with running(run_s=60) as sandbox:
        assert sent(sandbox, tmp_path / "l") == 1


def test_who_holds_the_turn_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "WAIT_S", 0.2)
    with running(run_s=60) as sandbox, ledgers.in_turn():
        error = refused(sandbox, tmp_path / "l")
        assert "another program has been writing down" in error.message
        assert "Nothing was sent" in said(error.remedies)
        assert sandbox.calls["create"] == 0


def test_the_list_of_ledgers_is_read_as_a_stranger_s(tmp_path: Path) -> None:
    ledgers.remember(tmp_path / "l")
    kept = default_path().with_name("ledgers")
    assert os.fsdecode(kept.read_bytes()) == f"{tmp_path / 'l'}\n"
    for text in (b"\xff\xfe\0\n", b"relative\n/dev/zero\n/nowhere\n", b"/" + b"x" * 5000 + b"\n", b"/a\0b\n"):
        kept.write_bytes(text)
        assert ledgers.beside(tmp_path / "new") == []
    kept.unlink()
    kept.symlink_to("/dev/zero")
    assert ledgers.beside(tmp_path / "new") == []
