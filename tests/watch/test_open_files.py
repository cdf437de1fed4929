"""Who writes to a file is known, as far as the system tells it; who reads is nobody's business."""

from pathlib import Path

import pytest

from preflight.watch.open_files import open_for_writing


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only /proc tells who writes")
def test_who_only_reads_a_file_is_no_writer(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    status = path.stat()
    with path.open("rb"):
        assert (status.st_dev, status.st_ino) not in open_for_writing()
    with path.open("r+b"):
        assert (status.st_dev, status.st_ino) in open_for_writing()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only /proc tells who writes")
def test_a_file_under_two_names_is_one_file_and_a_closed_one_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()
    (tmp_path / "b.mp4").hardlink_to(path)
    other = (tmp_path / "b.mp4").stat()
    with path.open("ab"):
        assert (other.st_dev, other.st_ino) in open_for_writing()
    assert (other.st_dev, other.st_ino) not in open_for_writing()


def test_where_no_system_tells_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.watch.open_files.PROCESSES", tmp_path / "absent")
    assert open_for_writing() == frozenset()
