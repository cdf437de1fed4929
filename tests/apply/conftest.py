"""Stand-ins for ffmpeg that misbehave as real ones have, each a program of its own."""

import os
import stat
from pathlib import Path

import pytest


@pytest.fixture
def program(tmp_path: Path) -> "Program":
    return Program(tmp_path)


class Program:
    """Writes small programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, body: str, name: str = "ffmpeg-like") -> str:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return os.fspath(path)
