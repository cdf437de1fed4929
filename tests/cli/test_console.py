"""Consoles that do not have every letter: what they lack is escaped, and nothing crashes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.specimens import media

CONSOLES = ("cp949", "euc-kr", "latin-1", "cp1252", "ascii", "cp437", "utf-8")
OTHERS = (("probe",), ("check", "--format", "json"), ("fix", "--dry-run"))
NAME = "이미지-图片-\U0001f3ac.png"


@pytest.mark.parametrize(
    ("encoding", "command"),
    [
        *((encoding, ("check",)) for encoding in CONSOLES),
        *((encoding, command) for encoding in ("cp949", "ascii") for command in OTHERS),
    ],
)
def test_a_name_that_a_console_cannot_show_is_escaped(encoding: str, command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / NAME
    shutil.copyfile(media("image-200x200.png"), path)
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    run = [sys.executable, "-m", "preflight", *command, "--no-cache", str(path)]
    if command[0] == "probe":
        run.remove("--no-cache")
    done = subprocess.run(run, env=environment, capture_output=True, check=False)
    printed = done.stdout.decode(encoding) + done.stderr.decode(encoding)
    assert "Traceback" not in printed
    assert "unexpected" not in printed
    assert done.returncode in (0, 1)
    assert ".png" in printed
