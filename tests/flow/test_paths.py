"""Paths that are there are let through; what is missing, or is no medium's place, is refused in words."""

from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.paths import nothing, refuse_absent
from tests.posix import make_pipe


def test_what_is_there_is_let_through_and_what_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    make_pipe(tmp_path / "pipe")
    refuse_absent(str(tmp_path / "a.png"), folder=False)
    refuse_absent(str(tmp_path), folder=True)
    for name, folder, why in (
        ("absent", True, "No such file"),
        ("nul\0", True, "null"),
        ("pipe", True, "neither a file nor a folder"),
        ("pipe", False, "is not a file"),
        ("", False, "is not a file"),
    ):
        with pytest.raises(CallError, match=why):
            refuse_absent(str(tmp_path / name), folder=folder)


def test_an_empty_folder_has_not_been_judged_clean() -> None:
    with pytest.raises(CallError, match="no picture, clip or sound found"):
        nothing()


def test_an_address_of_another_scheme_is_refused_by_its_scheme_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=r"^ftp: is not supported: give a path, or http:, https:, s3:, gs: or az:$"):
        refuse_absent("ftp://user:secret@example.com/a.png", folder=True)
    with pytest.raises(CallError, match=r"^clips:a\.mp4: No such file"):
        refuse_absent("clips:a.mp4", folder=False)
    (tmp_path / "file:a.png").touch()
    refuse_absent("file:a.png", folder=False)
