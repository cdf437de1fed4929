"""Files below folders are reached by open descriptors: no link and no way up leads anywhere else."""

import os
from pathlib import Path

import pytest

from preflight.files.opened import MOST_HELD, Opened, Outside, leads_out


@pytest.mark.parametrize("name", ["../x", "sub/../../x", "a/./b", ".", "..", "", "a/.."])
def test_a_path_with_a_way_up_or_no_name_leads_out(tmp_path: Path, name: str) -> None:
    assert leads_out(os.path.join(tmp_path, name), tmp_path)  # noqa: PTH118 - as it is written


def test_a_path_beside_a_folder_leads_out_and_one_in_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    assert leads_out(str(tmp_path / "inside" / "x"), tmp_path / "in")
    assert leads_out(str(tmp_path / "in" / "link" / "x"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "link"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "absent" / "x"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "x"), tmp_path / "elsewhere", tmp_path / "in")


def test_names_are_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(b"content")
    Path("in").mkdir()
    with Opened("in") as at:
        at.make("in/a/b")
        os.close(at.create("in/a/b/x"))
        assert at.has(str(tmp_path / "in/a/b/x"))
        with pytest.raises(Outside):
            at.has("x")


def test_more_folders_than_may_be_open_are_closed_in_their_turn(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - a count
    with Opened(tmp_path) as at:
        for number in range(MOST_HELD * 2):
            at.make(str(tmp_path / f"{number % 100}" / "a"))
            os.close(at.create(str(tmp_path / f"{number % 100}" / "a" / f"{number}")))
        assert len(os.listdir("/dev/fd")) <= before + MOST_HELD  # noqa: PTH208 - a count
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208 - a count
    assert sum(1 for _ in tmp_path.rglob("a/*")) == MOST_HELD * 2


def test_an_error_names_the_whole_path(tmp_path: Path) -> None:
    with Opened(tmp_path) as at:
        with pytest.raises(FileNotFoundError) as missing:
            at.read(str(tmp_path / "gone"))
        with pytest.raises(FileNotFoundError) as lost:
            at.read(str(tmp_path / "away" / "gone"))
    assert missing.value.filename == str(tmp_path / "gone")
    assert lost.value.filename == str(tmp_path / "away")
