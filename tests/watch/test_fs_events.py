import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.watch.fs_events import changes


def test_a_file_that_comes_is_told_of_soon(tmp_path: Path) -> None:
    ticks = changes(tmp_path, 0.1, pytest.fail)
    assert next(ticks) is False
    (tmp_path / "a.mp4").write_bytes(b"x")
    assert any(itertools.islice(ticks, 50))


def test_nothing_is_told_of_hidden_and_temporary_names_and_of_what_goes(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").write_bytes(b"x")
    ticks = changes(tmp_path, 0.1, pytest.fail)
    next(ticks)
    (tmp_path / ".preflight").mkdir()
    (tmp_path / ".preflight" / ".a").write_bytes(b"x")
    (tmp_path / "a.mp4.part").write_bytes(b"x")
    (tmp_path / "b.mp4").unlink()
    assert not any(itertools.islice(ticks, 10))


LIMITED = """
import itertools, os, resource, sys
from pathlib import Path
import watchfiles
from preflight.watch.fs_events import changes
used = len(os.listdir("/proc/self/fd")) - 1
resource.setrlimit(resource.RLIMIT_NOFILE, (used, used))
print(*itertools.islice(changes(Path(sys.argv[1]), 0.01, print), 3))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only /proc tells how many files are open")
def test_where_the_system_lets_nothing_be_watched_it_ticks_all_the_same_and_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    first, second = done.stdout.splitlines()
    assert first.startswith("the system sends no events (")
    assert second == "False False False"


def test_without_watchfiles_it_ticks_all_the_same_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    words: list[str] = []
    assert list(itertools.islice(changes(tmp_path, 0.01, words.append), 3)) == [False] * 3
    assert words == ["watchfiles is not installed: the folder is looked at from time to time, and not sooner"]
