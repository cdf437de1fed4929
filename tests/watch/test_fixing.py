"""New files are made in a folder for each source, which the next run finds again and nobody else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.watch.fixing import clear, clear_one, stage_of

STAGE = Path("/stage")
paths = st.text(st.characters(exclude_characters="\0/.", codec="utf-8"), min_size=1, max_size=20)


@given(st.lists(paths, min_size=2, max_size=4, unique=True))
def test_each_file_has_a_folder_of_its_own_with_a_plain_name(names: list[str]) -> None:
    found = {stage_of(STAGE, f"/in/{name}") for name in names}
    assert len(found) == len(names)
    assert all(folder.parent == STAGE and folder.name.isalnum() for folder in found)


def test_a_file_is_known_by_its_whole_path_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert stage_of(STAGE, "a.mov") == stage_of(STAGE, str(tmp_path / "a.mov")) == stage_of(STAGE, "./sub/../a.mov")
    assert stage_of(STAGE, "\udcff.mov") != stage_of(STAGE, "a.mov")


def test_what_was_made_for_files_that_are_gone_is_cleared_and_the_rest_stays(tmp_path: Path) -> None:
    for name in ("a.mov", "b.mov"):
        stage_of(tmp_path, name).mkdir()
        (stage_of(tmp_path, name) / "made.mp4").touch()
    clear(tmp_path, ["b.mov", "never.mov"])
    assert list(tmp_path.iterdir()) == [stage_of(tmp_path, "b.mov")]
    clear_one(tmp_path, "b.mov")
    clear_one(tmp_path, "b.mov")
    assert list(tmp_path.iterdir()) == []
    clear(tmp_path / "absent")
