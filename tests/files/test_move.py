import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.files.move import Borders, Changed, copy_whole, flush, flush_each, held
from preflight.files.opened import Opened, Spot
from preflight.files.rename import rename_free
from tests.posix import make_pipe

Rename = Callable[[str, str], None]


def opening(way: Callable[[Spot, Spot], None]) -> Rename:
    """Return a way to rename, given paths."""

    def rename(source: str, target: str) -> None:
        with Opened(*map(os.path.dirname, (source, target))) as at:
            way(at.spot(source), at.spot(target))

    return rename


def test_another_file_system_is_told(tmp_path: Path, elsewhere: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"content")
    with pytest.raises(OSError, match="cross-device") as failed:
        opening(rename_free)(str(source), str(elsewhere / "a"))
    assert failed.value.errno == errno.EXDEV
    borders = Borders()
    with Opened(tmp_path, elsewhere) as at:
        assert [borders.between(str(tmp_path), str(elsewhere), "try", at) for _ in range(2)] == [True, True]
        assert not borders.between(str(tmp_path), str(tmp_path), "try", at)
    assert sorted(path.name for path in (*tmp_path.iterdir(), *elsewhere.iterdir())) == ["a"]


def test_a_border_to_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with Opened(tmp_path) as at, pytest.raises(FileNotFoundError):
        Borders().between(str(tmp_path), str(tmp_path / "absent"), "try", at)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_has_the_content_the_time_and_the_rights(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    content = os.urandom((2 << 20) + 17)
    source.write_bytes(content)
    source.chmod(0o640)
    os.utime(source, ns=(10**18, 10**18))
    with Opened(tmp_path) as at:
        copy_whole(str(source), str(target), at)
        assert held(str(source), at) == held(str(target), at)
    assert target.read_bytes() == content
    assert (target.stat().st_mtime_ns, target.stat().st_mode & 0o777) == (10**18, 0o640)


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"content")
    target.write_bytes(b"theirs")
    with Opened(tmp_path) as at, pytest.raises(FileExistsError):
        copy_whole(str(source), str(target), at)
    assert target.read_bytes() == b"theirs"


def test_a_copy_of_what_grows_meanwhile_is_none_and_does_not_run_after_it(tmp_path: Path) -> None:
    source, target, over = tmp_path / "a", tmp_path / "b", threading.Event()
    source.write_bytes(bytes(4 << 20))

    def grow() -> None:
        with source.open("ab", buffering=0) as stream:
            while not over.is_set() and stream.tell() < 1 << 30:
                stream.write(bytes(1 << 16))

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with Opened(tmp_path) as at, pytest.raises(Changed):
            copy_whole(str(source), str(target), at)
    finally:
        over.set()
        writer.join()
    assert not target.exists()


def test_nothing_is_left_of_a_copy_that_failed(tmp_path: Path) -> None:
    with Opened(tmp_path) as at, pytest.raises(FileNotFoundError):
        copy_whole(str(tmp_path / "gone"), str(tmp_path / "b"), at)
    assert list(tmp_path.iterdir()) == []


def test_settling_takes_files_and_folders_that_are_there_and_minds_none_that_are_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    make_pipe(tmp_path / "pipe")
    names = [str(tmp_path / name) for name in ("a", "pipe", "gone")]
    with Opened(tmp_path) as at:
        flush(names, [str(tmp_path), str(tmp_path / "gone")], at)
        flush_each(names, [str(tmp_path), str(tmp_path / "gone")], at)
    assert (tmp_path / "a").read_bytes() == b"content"
