"""Names that two systems spell in different characters mean one file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.assets import as_stored, composed

NFC, NFD = "한글 é.mp4", "한글 é.mp4"


@pytest.mark.parametrize(("stored", "typed"), [(NFD, NFC), (NFC, NFD)])
def test_a_file_is_found_by_either_spelling_of_its_name_and_folder(tmp_path: Path, stored: str, typed: str) -> None:
    folder = tmp_path / stored
    folder.mkdir()
    path = folder / stored
    path.touch()
    assert as_stored(str(tmp_path / typed / typed)) == str(path)


def test_the_very_name_is_taken_where_both_are_there(tmp_path: Path) -> None:
    for name in (NFC, NFD):
        (tmp_path / name).touch()
    for name in (NFC, NFD):
        assert as_stored(str(tmp_path / name)) == str(tmp_path / name)


@given(st.text(alphabet="é가e\u0301/.\udcff", max_size=12))
def test_a_name_that_nothing_has_stays_as_it_is(name: str) -> None:
    assert as_stored(f"/nowhere/{name}") == f"/nowhere/{name}"
    assert composed(composed(name)) == composed(name)
