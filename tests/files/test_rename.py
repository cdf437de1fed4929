"""A file gets a free name in one step, by each way that a system may have, and nothing is ever overwritten."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.files.opened import Opened, Spot
from preflight.files.rename import rename_by_link, rename_free, rename_over_placeholder

Rename = Callable[[str, str], None]


def opening(way: Callable[[Spot, Spot], None]) -> Rename:
    """Return a way to rename, given paths."""

    def rename(source: str, target: str) -> None:
        with Opened(*map(os.path.dirname, (source, target))) as at:
            way(at.spot(source), at.spot(target))

    return rename


@pytest.fixture(params=["renameat2", "link", "mark"])
def rename(request: pytest.FixtureRequest) -> Rename:
    """Each of the ways, the best that this system has first."""
    ways = {"renameat2": rename_free, "link": rename_by_link, "mark": rename_over_placeholder}
    return opening(ways[request.param])


def test_a_file_gets_a_free_name(rename: Rename, tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"content")
    rename(str(source), str(target))
    assert target.read_bytes() == b"content"
    assert not source.exists()


@pytest.mark.parametrize("kind", ["file", "folder", "dead link", "the same file"])
def test_a_name_that_is_taken_is_never_overwritten(rename: Rename, tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"content")
    match kind:
        case "file":
            target.write_bytes(b"theirs")
        case "folder":
            target.mkdir()
        case "dead link":
            target.symlink_to("nowhere")
        case _:
            os.link(source, target)
    with pytest.raises(FileExistsError):
        rename(str(source), str(target))
    assert source.read_bytes() == b"content"
    assert kind != "file" or target.read_bytes() == b"theirs"
    assert kind != "dead link" or target.is_symlink()


def test_what_cannot_be_moved_stays(rename: Rename, tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"content")
    with pytest.raises(FileNotFoundError):
        rename(str(source), str(tmp_path / "absent" / "b"))
    with pytest.raises(FileNotFoundError):
        rename(str(tmp_path / "gone"), str(tmp_path / "c"))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_names_of_any_bytes_are_moved(tmp_path: Path) -> None:
    source, target = (os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff\n'\"", b"/\xfe\t$(x)"))
    Path(source).write_bytes(b"content")
    opening(rename_free)(source, target)
    assert Path(target).read_bytes() == b"content"
