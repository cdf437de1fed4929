import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.files.lock import Lock, ProcessLock
from preflight.system.processes import kill

SHOWING = """
import sys
from pathlib import Path
import pytest

from preflight.files.lock import Lock, ProcessLock
life = ProcessLock(Path(sys.argv[1]))
life.show()
print(life.name, flush=True)
sys.stdin.read()
"""


def test_nothing_is_made_before_a_life_is_shown(tmp_path: Path) -> None:
    life = ProcessLock(tmp_path / "l")
    life.end()
    assert not [*tmp_path.iterdir()]


def test_one_s_own_life_is_never_over(tmp_path: Path) -> None:
    life = ProcessLock(tmp_path / "l")
    assert not life.is_over(life.name)
    life.show()
    life.show()
    assert not life.is_over(life.name)
    life.end()


def test_a_life_can_be_seen_until_it_ends(tmp_path: Path) -> None:
    mine, other = ProcessLock(tmp_path / "l"), ProcessLock(tmp_path / "l")
    mine.show()
    assert not other.is_over(mine.name)
    mine.end()
    assert other.is_over(mine.name)
    assert not [*tmp_path.iterdir()]


def test_a_killed_process_is_over_and_tidied_up_after(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHOWING, str(tmp_path / "l")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name, mine = process.stdout.readline().strip(), ProcessLock(tmp_path / "l")
        assert not mine.is_over(name)
        kill(process.pid)
        process.wait(120)
        assert [*tmp_path.iterdir()] != []
        assert mine.is_over(name)
    assert not [*tmp_path.iterdir()]


def test_the_sign_is_for_its_owners_eyes(tmp_path: Path) -> None:
    life = ProcessLock(tmp_path / "l")
    life.show()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    life.end()


def test_a_lock_is_held_by_one_and_signed(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "l"), Lock(tmp_path / "l")
    assert first.take()
    assert not second.take()
    if sys.platform != "win32":
        assert second.holder() == str(os.getpid())
    first.give_back()
    assert second.take()
    second.give_back(remove=True)
    assert not [*tmp_path.iterdir()]


def test_who_waits_for_a_lock_that_is_removed_takes_a_new_one(tmp_path: Path) -> None:
    first, second, third = (Lock(tmp_path / "l") for _ in range(3))
    assert first.take()
    first.give_back(remove=True)
    assert second.take()
    assert not third.take()
    second.give_back()


def test_a_lock_is_for_its_owner_and_is_not_reached_over_a_link(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "l")
    assert lock.take()
    assert stat.S_IMODE((tmp_path / "l").stat().st_mode) == 0o600
    lock.give_back()
    (tmp_path / "somebody-s").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "somebody-s")
    with pytest.raises(OSError, match=r"symbolic|link"):
        Lock(tmp_path / "link").take()
    assert (tmp_path / "somebody-s").read_bytes() == b"kept"
