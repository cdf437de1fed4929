"""Findings of an earlier run do not count; new and worse ones do."""

from pathlib import Path

from tests.cli.conftest import MEDIA, Program
from tests.cli.library import BROKEN, OK, TOO_LARGE, settings

# ---- baseline -------------------------------------------------------------------------------------------------------


def test_an_old_library_adopts_the_gate_in_two_commands(program: Program, library: Path) -> None:
    assert program("check", library).status == 1
    ended = program("check", library, "--write-baseline", "known.json")
    assert ended.status == 0
    assert "info video/pixels: " in ended.out
    assert "(error, in the baseline)" in ended.out
    ended = program("check", library, "--baseline", "known.json")
    assert ended.status == 0
    assert ended.err == "preflight: 1 finding in the baseline\n"
    (library / "new.mp4").write_bytes(TOO_LARGE.read_bytes())
    assert program("check", library, "--baseline", "known.json").status == 1


def test_a_baseline_may_stand_in_the_settings_and_be_written_anew(
    program: Program, library: Path, tmp_path: Path
) -> None:
    settings(tmp_path, 'baseline = "known.json"')
    assert "No such file" in program("check", library).err
    assert program("check", library, "--write-baseline", "known.json").status == 0
    assert program("check", library).status == 0
    (library / "legacy" / "large.mp4").write_bytes(OK.read_bytes())
    (library / "legacy" / "large.mp4").rename(library / "legacy" / "large.jpeg")
    assert "of the baseline 0 no longer occur; 1 are of files that were not met" in program("check", library).err
    assert program("check", library, "--write-baseline", "known.json").status == 0
    assert "video/pixels" not in (tmp_path / "known.json").read_text()


def test_what_was_mended_is_counted(program: Program, library: Path) -> None:
    program("check", library, "--write-baseline", "known.json")
    (library / "legacy" / "large.mp4").write_bytes((MEDIA / "video-854x480.mp4").read_bytes())
    ended = program("check", library, "--baseline", "known.json")
    assert ended.status == 0
    assert "of the baseline 1 no longer occur; 0 are of files" in ended.err


def test_what_cannot_be_read_is_in_no_baseline(program: Program, library: Path) -> None:
    (library / "broken.mp4").write_bytes(BROKEN.read_bytes())
    assert program("check", library, "--write-baseline", "known.json").status == 1
    assert program("check", library, "--baseline", "known.json").status == 1


def test_a_baseline_of_another_edition_is_refused(program: Program, library: Path) -> None:
    program("check", library, "--write-baseline", "known.json")
    ended = program("check", library, "--baseline", "known.json", "--profile", "seedance-2.0-2026-10")
    assert ended.status == 2
    assert "is of profile 'seedance-2.0-2026-04'" in ended.err


def test_no_baseline_is_written_of_nothing_or_of_a_request(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert program("check", "empty", "--write-baseline", "known.json").status == 2
    ended = program("check", "--image", OK, "--prompt", "Image 1.", "--write-baseline", "known.json")
    assert ended.status == 2
    assert "a baseline is of files and folders" in ended.err
    assert not (tmp_path / "known.json").exists()
