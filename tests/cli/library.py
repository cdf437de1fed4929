"""A library of footage with faults, settings beside it, and what a report says of it."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import MEDIA

OK, TOO_LARGE, BROKEN = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4", MEDIA / "video-no-index.mp4"
IGNORE = '[[ignore]]\nrule = "video/pixels"\nreason = "old footage"\nuntil = {until}\n'


def settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "preflight.toml").write_text(text)


def findings(text: str) -> list[dict[str, Any]]:
    return [finding for asset in json.loads(text)["assets"] for finding in asset["findings"]]
