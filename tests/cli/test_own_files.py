"""Files beside a report: never in the place of a medium, never half written."""

from pathlib import Path

import pytest

from preflight.cli.own_files import refuse_place, replace_file
from preflight.errors import CallError, NotDone


@pytest.mark.parametrize("name", ["a.mp4", "a.MOV", "a.JPG", "a.webp", "a.wav", "metrics.prom.mp3"])
def test_a_name_of_a_medium_is_refused_before_any_work(name: str, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="is named like a picture, clip or sound"):
        refuse_place(tmp_path / name)


@pytest.mark.parametrize("name", ["metrics.prom", "baseline.json", "mp4", ".mp4", "a.mp4.json"])
def test_any_other_name_in_a_folder_that_there_is_will_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_place(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    refuse_place(Path(name))


def test_a_folder_that_is_not_there_or_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("none", "file"):
        with pytest.raises(CallError, match="there is no such folder"):
            refuse_place(tmp_path / folder / "a.json")


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    replace_file(path, "old")
    replace_file(path, "n\u00ebw")
    assert path.read_bytes() == "n\u00ebw".encode()
    assert list(tmp_path.iterdir()) == [path]
    taken = tmp_path / "folder"
    taken.mkdir()
    with pytest.raises(NotDone, match=r"folder: cannot be written: "):
        replace_file(taken, "new")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.json", "folder"]
