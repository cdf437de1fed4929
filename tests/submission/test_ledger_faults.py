"""What goes wrong with a ledger is told with what to do, and never with doing without it unsaid."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.report.remedies import said
from preflight.submission.ledger import Ledger
from preflight.submission.ledger_faults import COST, SQLITE, explained
from preflight.system.files import me


def fault_of(path: Path) -> NotDone:
    with pytest.raises(NotDone) as caught, Ledger(path) as ledger:
        ledger.intend(b"{}", base_url="http://x", profile="p")
    return caught.value


def test_a_ledger_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.submission.ledger.BUSY_S", 0.1)
    Ledger(tmp_path / "l").close()
    with sqlite3.connect(tmp_path / "l", isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        error = fault_of(tmp_path / "l")
        db.execute("ROLLBACK")
    db.close()
    assert "another program has held it" in error.message
    assert "sound" in said(error.remedies)


@pytest.mark.parametrize(
    "content", [b"not SQLite at all, but long enough to be read" * 9, b"SQLite format 3\0" + b"\xa5" * 4080]
)
def test_a_ledger_that_is_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "l").write_bytes(content)
    error = fault_of(tmp_path / "l")
    assert COST in said(error.remedies)
    assert (tmp_path / "l").read_bytes() == content


def test_a_ledger_whose_pages_are_broken(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        ledger.intend(b"{}", base_url="http://x", profile="p")
    content = bytearray((tmp_path / "l").read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    (tmp_path / "l").write_bytes(content)
    error = fault_of(tmp_path / "l")
    assert "it is damaged" in error.message
    assert COST in said(error.remedies)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """SQLite says the same of a file that may not have more pages."""
    with Ledger(tmp_path / "l") as ledger:
        ledger._db.execute(f"PRAGMA max_page_count = {ledger._db.execute('PRAGMA page_count').fetchone()[0]}")  # noqa: SLF001
        with pytest.raises(NotDone) as caught:
            ledger.intend(b"x" * 100_000, base_url="http://x", profile="p")
    assert "its disk is full" in caught.value.message
    assert "Make room" in said(caught.value.remedies)


@pytest.mark.skipif(os.name != "posix" or me() == 0, reason="root may write everywhere")
def test_a_ledger_that_may_not_be_written(tmp_path: Path) -> None:
    Ledger(tmp_path / "l").close()
    (tmp_path / "l").chmod(0o400)
    assert "it may not be written" in fault_of(tmp_path / "l").message


def test_a_ledger_that_is_opened_for_reading_only(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        ledger._db.execute("PRAGMA query_only = ON")  # noqa: SLF001 - stands for a disk mounted so
        with pytest.raises(NotDone, match="it may not be written") as caught:
            ledger.intend(b"{}", base_url="http://x", profile="p")
    assert "sound" in said(caught.value.remedies)


def test_a_place_where_no_ledger_can_be(tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    assert "cannot be opened: Is a directory" in fault_of(tmp_path / "l").message


# ---- by code ---------------------------------------------------------------------------------------------------------


def told(error: Exception) -> NotDone:
    with pytest.raises(NotDone) as caught, explained("l.sqlite3"):
        raise error
    return caught.value


def by_code(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("words of SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", SQLITE)
@pytest.mark.parametrize("extended", [0, 1, 23])
def test_a_result_code_of_sqlite_is_told_by_its_lowest_byte(code: int, extended: int) -> None:
    """SQLite, "Result and Error Codes": an extended code has the primary one in its low byte."""
    error = told(by_code(code | extended << 8))
    words, advice = SQLITE[code]
    assert error.message == f"l.sqlite3: the ledger cannot be used: {words} (words of SQLite)"
    assert error.remedies == (advice if isinstance(advice, tuple) else (advice,))


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE, 0])
def test_what_is_not_in_the_table_keeps_its_words_and_the_cost_of_doing_without(code: int) -> None:
    error = told(by_code(code) if code else sqlite3.Error("words of SQLite"))
    assert error.message == "l.sqlite3: the ledger cannot be used: words of SQLite"
    assert error.advice == f"It was left as it is. {COST}"


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
def test_whatever_leads_away_from_a_ledger_says_what_that_costs(code: int) -> None:
    assert COST in said(told(by_code(code)).remedies)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(errno.ENOSPC, "No space"), "its disk is full"),
        (OSError(errno.EDQUOT, "Quota"), "its disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "it may not be written"),
        (OSError(errno.EROFS, "Read-only"), "it may not be written"),
        (OSError(errno.ENOTDIR, "Not a directory"), "Not a directory"),
        (OSError("no number"), "no number"),
    ],
)
def test_a_fault_of_the_disk_is_told_by_what_to_do_about_it(fault: OSError, words: str) -> None:
    assert told(fault).message == f"l.sqlite3: the ledger cannot be opened: {words}"


@pytest.mark.parametrize(
    "fault", [OverflowError("too large"), ValueError("odd"), TypeError("odd"), RecursionError("deep")]
)
def test_a_value_that_cannot_be_kept_leaves_the_ledger_as_it_is(fault: Exception) -> None:
    assert told(fault).advice == f"It was left as it is. {COST}"


def test_what_goes_well_and_what_is_no_fault_of_a_ledger_is_let_be() -> None:
    with explained("l"):
        pass
    with pytest.raises(KeyError), explained("l"):
        raise KeyError
