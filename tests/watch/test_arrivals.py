import os
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.files.opened import Opened
from preflight.watch.arrivals import LAST_AGAIN_S, Arrivals, files_below, is_temporary
from tests.posix import make_pipe

WRITER = "import sys; f = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"


class Clock:
    """A clock that goes when it is told to."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def arrivals(tmp_path: Path, clock: Clock) -> Arrivals:
    return Arrivals(tmp_path, 2.0, clock)


def names(arrivals: Arrivals) -> list[str]:
    return [Path(one.path).name for one in arrivals.whole()]


@pytest.mark.parametrize(
    "name",
    [
        ".x.mp4",
        "x.mp4.part",
        "x.PART",
        "x.tmp",
        "x.mp4.crdownload",
        "x.mp4~",
        "~$x.docx",
        ".x.mp4.Ab3dE9",
        "x.filepart",
    ],
)
def test_a_name_of_what_is_still_being_brought_is_temporary(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["x.mp4", "part.mp4", "x.part.mp4", "-x.mp4", "x", "tmp"])
def test_a_name_that_only_looks_a_little_like_it_is_not(name: str) -> None:
    assert not is_temporary(name)


def test_a_file_is_whole_when_it_has_kept_its_state_for_the_time_and_not_before(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 1.9
    assert names(arrivals) == []
    clock.now_s += 0.1
    assert names(arrivals) == ["a.mp4"]


def test_a_file_that_grows_begins_to_settle_anew(arrivals: Arrivals, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 1.9
    path.write_bytes(b"xy")
    clock.now_s += 0.1
    assert names(arrivals) == []
    clock.now_s += 1.9
    assert names(arrivals) == []
    clock.now_s += 0.1
    assert names(arrivals) == ["a.mp4"]


def test_a_file_with_another_time_and_the_same_size_settles_anew(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 2
    os.utime(path, ns=(1, 1))
    assert names(arrivals) == []


def test_a_file_that_another_one_replaced_settles_anew(arrivals: Arrivals, clock: Clock, tmp_path: Path) -> None:
    path, other = tmp_path / "a.mp4", tmp_path / "b.part"
    for one in (path, other):
        one.write_bytes(b"x")
        os.utime(one, ns=(1, 1))
    arrivals.scan()
    clock.now_s += 2
    other.replace(path)
    assert names(arrivals) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only /proc tells who writes")
def test_a_file_that_a_process_has_open_for_writing_is_not_whole_however_long_it_stays_the_same(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        clock.now_s += 1000
        assert names(arrivals) == []
        writer.communicate(timeout=120)
    clock.now_s += 2
    assert names(arrivals) == ["a.mp4"]


def test_what_was_forgotten_or_has_gone_is_not_whole(arrivals: Arrivals, clock: Clock, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / name).write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 2
    (tmp_path / "a.mp4").unlink()
    arrivals.forget(str(tmp_path / "b.mp4"))
    assert names(arrivals) == ["c.mp4"]
    arrivals.scan()
    clock.now_s += 2
    assert names(arrivals) == ["b.mp4", "c.mp4"]


def test_a_file_that_is_passed_over_is_looked_at_again_only_when_it_changes(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 2
    arrivals.ignore(str(path))
    for _ in range(3):
        arrivals.scan()
        clock.now_s += 1_000_000
        assert names(arrivals) == []
    path.write_bytes(b"xy")
    arrivals.scan()
    clock.now_s += 2
    assert names(arrivals) == ["notes.txt"]


def test_what_is_tried_again_waits_longer_each_time_up_to_a_bound(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    pauses = [arrivals.postpone(str(path)) for _ in range(40)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LAST_AGAIN_S
    clock.now_s += LAST_AGAIN_S - 1
    arrivals.scan()
    assert names(arrivals) == []
    clock.now_s += 1
    assert names(arrivals) == ["a.mp4"]
    assert arrivals.postpone(str(tmp_path / "unknown.mp4")) == 0


def test_a_file_that_changed_waits_no_longer_than_any_new_one(arrivals: Arrivals, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    with Opened(tmp_path) as at:
        state = at.state(str(path))
    assert state
    for _ in range(9):
        arrivals.postpone(str(path))
    assert not arrivals.restart_if_changed(str(path), state)
    path.write_bytes(b"xy")
    assert arrivals.restart_if_changed(str(path), state)
    clock.now_s += 2
    assert names(arrivals) == ["a.mp4"]
    path.unlink()
    assert arrivals.restart_if_changed(str(path), state)
    assert names(arrivals) == []


def test_links_pipes_and_hidden_folders_are_not_followed(tmp_path: Path) -> None:
    incoming, outside = tmp_path / "in", tmp_path / "outside"
    (incoming / ".hidden").mkdir(parents=True)
    (incoming / "x.part").mkdir()
    outside.mkdir()
    for path in (incoming / "a.mp4", incoming / ".hidden" / "b.mp4", incoming / "x.part" / "c.mp4", outside / "d.mp4"):
        path.write_bytes(b"x")
    (incoming / "link.mp4").symlink_to(outside / "d.mp4")
    (incoming / "folder").symlink_to(outside)
    (incoming / "loop").symlink_to(incoming)
    make_pipe(incoming / "pipe.mp4")
    with Opened(incoming) as at:
        assert list(files_below(str(incoming), at)) == [str(incoming / "a.mp4")]
        assert at.state(str(incoming / "link.mp4")) is None
        assert at.state(str(incoming / "a\0b")) is None


def test_subfolders_are_walked_in_the_order_of_names_whatever_bytes_they_hold(tmp_path: Path) -> None:
    found = [b"b/2.mp4", b"b/1\n.mp4", b"a/\xff.mp4", b"c.mp4"]
    for name in found:
        path = tmp_path / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    with Opened(tmp_path) as at:
        listed = [os.fsencode(os.path.relpath(path, tmp_path)) for path in files_below(str(tmp_path), at)]
    assert listed == [b"c.mp4", b"a/\xff.mp4", b"b/1\n.mp4", b"b/2.mp4"]


def test_a_tree_deeper_than_any_name_can_say_is_told_of_and_does_not_stop_the_walk(
    arrivals: Arrivals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "z.mp4").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    for _ in range(30):
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)
    monkeypatch.chdir(tmp_path)
    arrivals.scan()
    assert len(arrivals.barred) == 1
    assert "too long" in next(iter(arrivals.barred.values()))
    assert arrivals.settling == 1


def test_a_folder_that_is_gone_ends_the_watch(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="gone: cannot be looked into: No such file"):
        Arrivals(tmp_path / "gone", 0).scan()


def test_a_file_that_looks_cut_short_gets_more_time_once_in_each_state(
    arrivals: Arrivals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 2
    assert arrivals.grant_extra_time(str(path))
    assert arrivals.pause_s == arrivals.extra_s
    assert names(arrivals) == []
    clock.now_s += arrivals.extra_s
    assert names(arrivals) == ["a.mp4"]
    assert not arrivals.grant_extra_time(str(path))
    path.write_bytes(b"xy")
    arrivals.scan()
    assert arrivals.grant_extra_time(str(path))


def test_what_lies_in_a_folder_of_a_system_never_arrives(arrivals: Arrivals, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "@eaDir").mkdir()
    (tmp_path / "@eaDir" / "a.mp4").write_bytes(b"x")
    arrivals.scan()
    clock.now_s += 10
    assert names(arrivals) == []
