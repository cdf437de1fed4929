"""The samples are copied once, and each has a fault that the page can show."""

from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.rules import judge
from preflight.server.ui.samples import NAMES, samples
from tests.specimens import PROFILE, probed


def test_every_sample_is_copied_under_its_name(tmp_path: Path) -> None:
    found = [*samples(tmp_path / "new")]
    assert [name for _, name in found] == [*NAMES]
    assert all(Path(path).parent == tmp_path / "new" for path, _ in found)


def test_each_has_a_fault(tmp_path: Path) -> None:
    verdicts = {name: judge(probed(Path(path)), PROFILE).verdict for path, name in samples(tmp_path)}
    assert verdicts == dict.fromkeys(NAMES, "fail")


def test_one_that_is_there_already_stays_as_a_person_left_it(tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).write_bytes(b"mine")
    assert len([*samples(tmp_path)]) == len(NAMES)
    assert (tmp_path / NAMES[0]).read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotDone, match="samples"):
        [*samples(tmp_path / "file")]
