"""What lies among footage and is none."""

from pathlib import Path

import pytest

from preflight.values.assets import collect
from preflight.values.leftovers import is_system_folder, is_unfinished

FOLDERS = (
    "@eaDir",
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    ".Spotlight-V100",
    "System Volume Information",
    "lost+found",
)
HALVES = (
    *("a.mp4.xltd", "a.td", "a.mp4.bc!", "a.mp4.!sync", "a.mp4.ytdl", "a.mp4.part-Frag3", "a.mp4.part-Frag12.part"),
    *("a.mp4.tmp.12345", "a.mp4.baiduyun.p.downloading", "a.incomplete", "a.mov.uploading", "a.mov.icloud"),
    *("a.mov.dtapart", "a.mov.fdmdownload", "a.mov.crdownload", "A.MOV.PART", "a.aria2", "a.mp4~"),
)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_a_system_is_no_footage_however_it_is_written(name: str) -> None:
    assert is_system_folder(name)
    assert is_system_folder(name.upper())


@pytest.mark.parametrize("name", ["footage", "recycle", "eaDir", "snapshot", "found", "trash"])
def test_a_folder_of_a_person_is(name: str) -> None:
    assert not is_system_folder(name)


@pytest.mark.parametrize("name", HALVES)
def test_a_file_that_is_still_being_brought_is_told_by_its_name(name: str) -> None:
    assert is_unfinished(name)


@pytest.mark.parametrize("name", ["a.mp4", "part.mp4", "td", "a.part.mp4", "icloud.mov", "tmp.12345.mp4", "take-3.mov"])
def test_a_name_that_only_looks_a_little_like_it_is_whole(name: str) -> None:
    assert not is_unfinished(name)


def test_a_walk_passes_over_both(tmp_path: Path) -> None:
    (tmp_path / "ok.mp4").touch()
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.mp4").touch()
    for name in HALVES:
        (tmp_path / name).touch()
    assert [Path(asset.path).name for asset in collect([str(tmp_path)])] == ["ok.mp4"]


def test_a_half_file_that_is_named_itself_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4.part"
    path.touch()
    assert [asset.path for asset in collect([str(path)])] == [str(path)]
