"""What others can write to is nothing to build upon: drafts, locks, secrets and records, tried as a second user."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.apply.record import beside
from preflight.errors import NotDone
from preflight.files import atomic as place
from preflight.files import private
from preflight.files.atomic import commit, in_turn, temporary
from preflight.system.files import me
from tests.posix import give_away
from tests.specimens import copied

STRANGER = 65534
"""The user called nobody."""
as_root = pytest.mark.skipif(
    me() != 0 or not shutil.which("setpriv"), reason="only root can run something as a second user"
)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder in which everybody may write, reached over folders that everybody may enter."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    for one in (tmp_path, *tmp_path.parents[:3]):
        if one.stat().st_uid == me() and one != Path("/tmp"):  # noqa: S108 - the folder that is never ours
            one.chmod(one.stat().st_mode | 0o055)
    return folder


def stranger(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a program as another user."""
    words = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
    return subprocess.Popen(
        [*words, "/usr/bin/env", "python3", "-I", "-c", code, *arguments], stderr=subprocess.DEVNULL
    )


# ---- whose folder ----------------------------------------------------------------------------------------------------


def test_a_folder_of_ones_own_holds_its_names(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert private.is_own(tmp_path)


@pytest.mark.parametrize("mode", [0o777, 0o757, 0o1777])
def test_a_folder_in_which_others_write_does_not(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    assert not private.is_own(tmp_path)


def test_nor_does_one_below_such_a_folder_unless_that_is_sticky(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o755)
    tmp_path.chmod(0o777)
    assert not private.is_own(inner)
    tmp_path.chmod(0o1777)
    assert private.is_own(inner)


@pytest.mark.skipif(me() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_does_not(tmp_path: Path) -> None:
    give_away(tmp_path, STRANGER)
    assert not private.is_own(tmp_path)


def test_a_folder_of_ones_own_is_made_for_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = private.folder("a", "b")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o777)
    assert stat.S_IMODE(private.folder("a", "b").stat().st_mode) == 0o700


def test_a_link_in_the_place_of_such_a_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (private.folder() / "drafts").symlink_to(tmp_path / "elsewhere")
    assert private.folder("drafts").resolve() != (tmp_path / "elsewhere").resolve()


def test_where_the_users_own_folder_cannot_be_made_the_systems_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert private.folder("locks").name == "locks"


# ---- drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_for_a_shared_folder_lies_where_nobody_can_swap_it(shared: Path) -> None:
    with temporary(shared, "mp4") as draft:
        assert not draft.is_relative_to(shared)
        assert private.is_own(draft.parent)
        draft.write_bytes(b"new")
        assert commit(draft, shared / "a.mp4") == shared / "a.mp4"
    assert [path.name for path in shared.iterdir()] == ["a.mp4"]
    assert (shared / "a.mp4").read_bytes() == b"new"


@pytest.mark.skipif(
    not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == Path("/tmp").stat().st_dev,  # noqa: S108 - two disks
    reason="there is no second disk here",
)
@pytest.mark.parametrize("taken", [False, True])
def test_a_draft_on_another_disk_is_carried_over_whole(
    taken: bool, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        monkeypatch.setenv("XDG_STATE_HOME", other)
        if taken:
            (shared / "a.mp4").symlink_to("/nowhere")
        with temporary(shared, "mp4") as draft:
            draft.write_bytes(b"new" * 100_000)
            path = commit(draft, shared / "a.mp4")
        assert path.name == ("a-2.mp4" if taken else "a.mp4")
        assert path.read_bytes() == b"new" * 100_000
        with temporary(shared, "mp4") as draft:
            draft.write_bytes(b"newer")
            place.commit_over(draft, path)
        assert path.read_bytes() == b"newer"
        assert {one.name for one in shared.iterdir()} == ({"a.mp4", "a-2.mp4"} if taken else {"a.mp4"})


SWAP = """
import os, sys, time
folder, victim = sys.argv[1:]
until = time.monotonic() + 60
while time.monotonic() < until:
    for name in os.listdir(folder):
        if name.startswith(".preflight-"):
            path = os.path.join(folder, name)
            try:
                os.rename(path, path + ".away")
                os.symlink(victim, path)
            except OSError:
                pass
"""


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file that only its owner may write."""
    path = tmp_path / "key"
    path.write_bytes(b"secret")
    path.chmod(0o600)
    yield path
    assert path.read_bytes() == b"secret"


@as_root
def test_a_stranger_who_swaps_drafts_for_links_reaches_nothing(shared: Path, victim: Path, tmp_path: Path) -> None:
    sources = [copied("image-200x200.png", tmp_path, f"{number}.png") for number in range(3)]
    with stranger(SWAP, str(shared), str(victim)) as attacker:
        command = [sys.executable, "-m", "preflight", "fix", *map(str, sources), "--yes", "--output", str(shared)]
        done = subprocess.run(
            [*command, "--report", str(shared / "r.json")], capture_output=True, text=True, check=False
        )
        attacker.kill()
    assert done.returncode == 0, done.stdout + done.stderr
    for number in range(3):
        made = shared / f"{number}.png"
        assert made.is_file()
        assert not made.is_symlink()
        assert made.stat().st_uid == me()


# ---- locks -----------------------------------------------------------------------------------------------------------

HOLD = """
import fcntl, os, sys, time
folder = sys.argv[1]
held = []
while True:
    for name in os.listdir(folder):
        if name.endswith(".lock"):
            held.append(open(os.path.join(folder, name), "a"))
            fcntl.flock(held[-1], fcntl.LOCK_EX)
    time.sleep(0.001)
"""


@as_root
def test_nobody_else_can_hold_the_work(shared: Path) -> None:
    with stranger(HOLD, str(shared)) as attacker:
        for _ in range(50):
            with in_turn(shared, b"work", lambda _: pytest.fail("somebody else holds it")):
                time.sleep(0.001)
        attacker.kill()


def test_another_run_is_waited_for_only_so_long_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "LONGEST_WAIT_S", 0.2)
    with (
        in_turn(tmp_path, b"work", time.sleep),
        pytest.raises(NotDone, match=rf"process {os.getpid()} makes the same file there"),
        in_turn(tmp_path, b"work", time.sleep),
    ):
        pytest.fail("two hold it")


# ---- records ---------------------------------------------------------------------------------------------------------


def fixed(source: Path, folder: Path) -> dict[str, str]:
    command = [
        sys.executable,
        "-m",
        "preflight",
        "fix",
        str(source),
        "--yes",
        "--format",
        "json",
        "--output",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (one,) = json.loads(done.stdout)["assets"]
    return {"output": one["output"], "message": one["message"]}


def test_a_file_that_was_put_there_with_a_record_of_its_own_is_not_taken_for_one_that_was_made(tmp_path: Path) -> None:
    source, out = copied("image-200x200.png", tmp_path, "a.png"), tmp_path / "out"
    first = Path(fixed(source, out)["output"])
    assert fixed(source, out)["output"] == str(first)
    planted = copied("image-ok.png", tmp_path, "planted.png").read_bytes()
    record = json.loads(beside(first).read_bytes())
    first.write_bytes(planted)
    import hashlib

    record["output"] |= {"bytes": len(planted), "sha256": hashlib.sha256(planted).hexdigest()}
    beside(first).write_text(json.dumps(record))
    again = Path(fixed(source, out)["output"])
    assert again != first
    assert again.read_bytes() != planted
