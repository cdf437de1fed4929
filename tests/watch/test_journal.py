import json
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone
from preflight.watch.arrivals import Arrival
from preflight.watch.handling import Handling, Moved, Parcel
from preflight.watch.journal import Journal

HOLD = """
import sys; from pathlib import Path; from preflight.watch import Journal
with Journal(*map(Path, sys.argv[1:])):
    print('held', flush=True)
    sys.stdin.read()
"""


def handling(folder: Path, name: str = "a.mp4", token: str = "0123456789abcdef") -> Handling:  # noqa: S107 - no secret
    path = str(folder / name)
    parcel = Parcel(origin=path, target=str(folder.parent / "ready" / name))
    return Handling(
        token=token, path=path, state=(1, 2, 3, 4), outcome="ready", verdict="pass", parcels=(parcel,), rules=("a/b",)
    )


def steps(path: Path) -> list[str]:
    return [json.loads(line).get("step", "first") for line in path.read_text().splitlines()]


def test_what_was_judged_and_not_moved_is_pending_for_the_next_start(tmp_path: Path) -> None:
    one, two = handling(tmp_path), handling(tmp_path, "b.mp4", "f" * 16)
    with Journal(tmp_path) as journal:
        assert journal.pending == []
        journal.seen([Arrival(one.path, one.state)])
        journal.judged(one)
        journal.judged(two)
        journal.moved(Moved(one, ("x",)))
        journal.left("c.mp4", "no permission")
    with Journal(tmp_path) as journal:
        assert journal.pending == [two]
        journal.dropped(two)
    with Journal(tmp_path) as journal:
        assert journal.pending == []
    assert steps(journal.path) == ["first", "seen", "judged", "judged", "moved", "left", "dropped"]


def test_names_of_any_bytes_come_back_as_they_were_and_each_step_is_one_line(tmp_path: Path) -> None:
    one = handling(tmp_path, "\udcff\n\"'\x00\u2028.mp4")
    with Journal(tmp_path) as journal:
        journal.judged(one)
    with Journal(tmp_path) as journal:
        assert journal.pending == [one]
    assert journal.path.read_bytes().isascii()
    assert len(journal.path.read_text().splitlines()) == 2


def test_names_are_kept_as_seen_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    with Journal(Path("in")) as journal:
        journal.judged(handling(Path("in")))
    monkeypatch.chdir("/")
    with Journal(tmp_path / "in") as journal:
        (pending,) = journal.pending
    assert pending.path == str(tmp_path / "in" / "a.mp4")
    assert pending.parcels[0].target == str(tmp_path / "ready" / "a.mp4")


@pytest.mark.parametrize("cut", [1, 5, 40, 100])
def test_a_line_that_was_broken_off_is_passed_over_and_harms_none_after_it(tmp_path: Path, cut: int) -> None:
    one, two = handling(tmp_path), handling(tmp_path, "b.mp4", "f" * 16)
    with Journal(tmp_path) as journal:
        journal.judged(one)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    with Journal(tmp_path) as journal:
        assert journal.pending == ([one] if cut == 1 else [])
        journal.judged(two)
    with Journal(tmp_path) as journal:
        assert two in journal.pending


@pytest.mark.parametrize("line", ["[]", "{}", '{"step": "judged"}', "[" * 100_000, "\xff", '{"step": "moved"}', "null"])
def test_damaged_lines_are_passed_over(tmp_path: Path, line: str) -> None:
    one = handling(tmp_path)
    with Journal(tmp_path) as journal:
        journal.judged(one)
    with journal.path.open("a", encoding="latin-1") as stream:
        stream.write(f"{line}\n")
    with Journal(tmp_path) as journal:
        assert journal.pending == [one]


def test_a_journal_whose_first_line_was_broken_off_is_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(b'{"sche')
    with Journal(tmp_path, path) as journal:
        journal.judged(handling(tmp_path))
    with Journal(tmp_path, path) as journal:
        assert journal.pending


def test_somebody_s_own_file_is_no_journal_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text('{"my": "notes"}\n')
    with pytest.raises(CallError, match=r"notes.jsonl: is there, and is no journal"), Journal(tmp_path, path):
        pass
    assert path.read_text() == '{"my": "notes"}\n'


@pytest.mark.parametrize("own", [False, True])
def test_one_watch_at_a_time_holds_a_folder_whatever_its_journal(tmp_path: Path, own: bool) -> None:
    given = [str(tmp_path), str(tmp_path / "j")] if own else [str(tmp_path)]
    command = [sys.executable, "-c", HOLD, *given]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CallError, match="another watch is at work there"), Journal(tmp_path):
            pass
        other.kill()
    with Journal(tmp_path):
        pass


def test_two_folders_do_not_share_a_journal(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "a"), str(tmp_path / "j")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CallError, match="another watch"), Journal(tmp_path / "b", tmp_path / "j"):
            pass
        other.kill()


def test_a_long_journal_makes_room_and_is_kept_once(tmp_path: Path) -> None:
    with Journal(tmp_path, max_bytes=2000) as journal:
        for number in range(30):
            journal.left(f"{number}.mp4", "no permission")
            journal.rotate()
            journal.flush()
    assert journal.path.stat().st_size < 2300
    kept = journal.path.with_name("journal.jsonl.1")
    assert 2000 <= kept.stat().st_size < 2300
    assert steps(kept)[0] == steps(journal.path)[0] == "first"


def test_a_journal_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(NotDone, match=r"file/j: the journal cannot be written"),
        Journal(tmp_path, tmp_path / "file" / "j"),
    ):
        pass
    (tmp_path / "j").mkdir()
    with pytest.raises(NotDone, match="the journal cannot be written"), Journal(tmp_path, tmp_path / "j"):
        pass
