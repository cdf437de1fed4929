"""The repository as others see it who build upon it."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MEDIA = ROOT / "fixtures" / "media"


@pytest.fixture
def with_program(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment in which `preflight` is on PATH, as it is where it was installed."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return dict(os.environ)
