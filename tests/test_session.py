"""An editor's session: at most four commands from raw files to a submitted request, as the manual has it."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="this system has no terminals that can be made")
assert sys.platform != "win32"

from scripts.session import COMMANDS, PAGE, STAGES, page, session  # noqa: E402 - where there are terminals


def test_the_page_of_the_manual_has_the_commands_of_the_script() -> None:
    typed = [line[2:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("$ ")]
    assert typed == [typed for typed, _ in COMMANDS]
    assert len(typed) <= 4


def test_an_editor_comes_from_raw_files_to_a_submitted_request(tmp_path: Path) -> None:
    checked, drafted, sent = session(tmp_path, short=True)
    said = page([checked, drafted, sent])
    assert [ran.status for ran in (checked, drafted, sent)] == [1, 0, 0], said
    assert "FAIL 15 files" in checked.said
    assert "request written: night.toml" in drafted.said
    assert "Submitted once" in sent.said
    assert list((tmp_path / "videos").glob("*.mp4"))
    assert {"looking", "fixing", "encoding", "checking"} <= {*drafted.stages, *sent.stages} <= set(STAGES)
