"""Files that are put into a folder beside others."""

from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.files.place import place


def test_a_file_is_linked_and_found_again(tmp_path: Path) -> None:
    source, folder = tmp_path / "a.mp4", tmp_path / "new" / "ready"
    source.write_bytes(b"clip")
    assert place(source, folder) == folder / "a.mp4"
    assert place(source, folder) == folder / "a.mp4"
    assert (folder / "a.mp4").samefile(source)
    assert [path.name for path in folder.iterdir()] == ["a.mp4"]


def test_on_another_file_system_it_is_copied(tmp_path: Path, elsewhere: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"clip")
    made = place(source, elsewhere / "ready")
    assert made.read_bytes() == b"clip"
    assert not made.samefile(source)
    assert place(source, elsewhere / "ready") == made
    assert [path.name for path in made.parent.iterdir()] == ["a.mp4"]


def test_what_lies_there_under_its_name_stays(tmp_path: Path) -> None:
    source, theirs = tmp_path / "a.mp4", tmp_path / "ready" / "a.mp4"
    theirs.parent.mkdir()
    source.write_bytes(b"clip")
    theirs.write_bytes(b"their")
    assert place(source, theirs.parent) == theirs.with_name("a-2.mp4")
    assert theirs.read_bytes() == b"their"


def test_the_file_behind_a_link_is_placed_under_the_link_s_name(tmp_path: Path) -> None:
    source, link = tmp_path / "stored.mp4", tmp_path / "named.mp4"
    source.write_bytes(b"clip")
    link.symlink_to(source)
    made = place(link, tmp_path / "ready")
    assert (made.name, made.is_symlink(), made.samefile(source)) == ("named.mp4", False, True)


def test_what_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=r"gone\.mp4: cannot be put into .*ready: No such file"):
        place(tmp_path / "gone.mp4", tmp_path / "ready")
    assert not (tmp_path / "ready").exists()
