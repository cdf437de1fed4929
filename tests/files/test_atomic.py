"""Where new files go: never over another, never half, never left behind."""

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.files.atomic import clean_up, commit, in_turn, temporary
from preflight.system.files import me
from tests.specimens import left_behind


def put(folder: Path, content: bytes, stem: str = "clip") -> Path:
    with temporary(folder, "mp4") as draft:
        draft.write_bytes(content)
        return commit(draft, folder / f"{stem}.mp4")


def test_a_finished_file_takes_its_name(tmp_path: Path) -> None:
    assert put(tmp_path, b"new") == tmp_path / "clip.mp4"
    assert list(left_behind(tmp_path)) == ["clip.mp4"]


def test_a_name_that_is_taken_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"old")
    (tmp_path / "clip-2.mp4").mkdir()
    assert put(tmp_path, b"new") == tmp_path / "clip-3.mp4"
    assert (tmp_path / "clip.mp4").read_bytes() == b"old"


def test_a_dangling_link_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").symlink_to(tmp_path / "elsewhere")
    assert put(tmp_path, b"new") == tmp_path / "clip-2.mp4"
    assert not (tmp_path / "elsewhere").exists()


HOLD = """
import sys, time
from pathlib import Path
from preflight.files.atomic import temporary
with temporary(Path(sys.argv[1]), "mp4") as draft:
    draft.write_bytes(b"half")
    print(draft, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_run_left_is_swept_away_and_what_a_running_one_holds_is_not(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        draft = Path(child.stdout.readline().strip())
        os.utime(draft, (1, 1))
        clean_up(tmp_path)
        assert draft.read_bytes() == b"half"
        child.kill()
    assert draft.exists()
    clean_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_called_like_a_draft_is_swept_away(tmp_path: Path) -> None:
    names = [
        "mine.mp4",
        ".preflight-clean",
        ".preflight-notes.txt",
        f".preflight-{'0' * 16}",
        f".preflight-{'0' * 17}.mp4",
    ]
    for path in [tmp_path / name for name in names]:
        path.write_bytes(b"mine")
        os.utime(path, (1, 1))
    (tmp_path / f".preflight-{'1' * 16}.mp4").symlink_to(tmp_path / "mine.mp4")
    (tmp_path / f".preflight-{'2' * 16}.mp4").mkdir()
    clean_up(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if path.is_file() and not path.is_symlink()} == set(names)
    assert (tmp_path / f".preflight-{'1' * 16}.mp4").is_symlink()


def test_a_folder_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    clean_up(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_a_claim_is_taken_first_and_given_back_where_the_name_is_not_free(tmp_path: Path) -> None:
    def claim(path: Path) -> Path:
        beside = path.with_suffix(".txt")
        beside.touch(exist_ok=False)
        if path.name == "clip.mp4":
            path.write_bytes(b"somebody was faster")
        return beside

    with temporary(tmp_path, "mp4") as draft:
        draft.write_bytes(b"new")
        assert commit(draft, tmp_path / "clip.mp4", claim=claim).name == "clip-2.mp4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip-2.mp4", "clip-2.txt", "clip.mp4"]


def test_many_at_once_get_a_name_each(tmp_path: Path) -> None:
    writers = [threading.Thread(target=put, args=(tmp_path, bytes([n]))) for n in range(20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {bytes([n]) for n in range(20)}


@pytest.mark.parametrize("stem", ["-x", "http:x", "img%03d", "파일 (1)", "a" * 200, os.fsdecode(b"\xff")])
def test_any_name_of_a_source_is_kept(stem: str, tmp_path: Path) -> None:
    assert put(tmp_path, b"new", stem).name == f"{stem}.mp4"


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    assert put(tmp_path / "a" / "b", b"new").read_bytes() == b"new"


def test_a_draft_is_hidden_and_gone_afterwards_whatever_happens(tmp_path: Path) -> None:
    def interrupted(draft: Path) -> None:
        draft.write_bytes(b"half")
        assert draft.name.startswith(".")
        assert draft.suffix == ".mp4"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), temporary(tmp_path, "mp4") as draft:
        interrupted(draft)
    assert list(left_behind(tmp_path)) == []


def test_a_draft_that_was_never_written_is_no_trouble(tmp_path: Path) -> None:
    with temporary(tmp_path, "mp4"):
        pass
    assert list(left_behind(tmp_path)) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotDone, match="cannot be made") as caught, temporary(tmp_path / "file" / "sub", "mp4"):
        pass
    assert caught.value.advice == "Choose another folder."


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"

    def vanishing(draft: Path) -> None:
        shutil.rmtree(folder)
        draft.write_bytes(b"new")

    with pytest.raises(NotDone, match="No such file or directory"), temporary(folder, "mp4") as draft:
        vanishing(draft)


@pytest.mark.skipif(me() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(NotDone, match="Permission denied"):
        put(tmp_path, b"new")


def test_a_name_too_long_for_the_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="File name too long"):
        put(tmp_path, b"new", "x" * 300)
    assert list(left_behind(tmp_path)) == []


def test_a_new_file_can_be_read_by_whom_the_folder_is_for(tmp_path: Path) -> None:
    assert stat.S_IMODE(put(tmp_path, b"new").stat().st_mode) & 0o444


def test_the_same_work_is_done_by_one_after_the_other(tmp_path: Path) -> None:
    inside, most = [], []

    def work(number: int) -> None:
        with in_turn(tmp_path / "out", b"the same", time.sleep):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.02)
            inside.remove(number)

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(24)))
    assert most == [1] * 24
    assert list((tmp_path / "out").iterdir()) == []


def never(_: float) -> None:
    pytest.fail("nobody has to wait")


def test_other_work_does_not_wait(tmp_path: Path) -> None:
    with in_turn(tmp_path, b"one", never), in_turn(tmp_path, b"another", never):
        assert list(tmp_path.iterdir()) == []  # locks lie where nobody else can hold them


def test_waiting_can_be_ended(tmp_path: Path) -> None:
    def enough(_: float) -> None:
        raise KeyboardInterrupt

    with in_turn(tmp_path, b"one", never), pytest.raises(KeyboardInterrupt), in_turn(tmp_path, b"one", enough):
        pytest.fail("two hold it")


def test_where_nobody_may_write_no_turn_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotDone, match="cannot be made"), in_turn(tmp_path / "file", b"one", time.sleep):
        pytest.fail("there is no folder")
