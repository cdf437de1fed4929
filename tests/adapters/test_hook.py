import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from preflight.values.assets import NOT_READ, SUFFIX_KINDS
from tests.adapters.conftest import MEDIA, ROOT


@pytest.fixture
def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_hook_has_what_a_hook_must_have(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert (hook["id"], hook["language"], hook["require_serial"]) == ("preflight", "python", True)


READ = [ending for ending in SUFFIX_KINDS if ending not in " ".join(NOT_READ.values()).split()]


@pytest.mark.parametrize("suffix", READ)
def test_the_hook_takes_every_ending_of_a_medium_that_is_read(hook: dict[str, Any], suffix: str) -> None:
    for name in (f"a b/c.{suffix}", f"c.{suffix.upper()}"):
        assert bool(re.search(hook["files"], name)) == (suffix != "svg"), name


@pytest.mark.parametrize("name", ["mp4", "a.mp4.txt", "a.py", "mp4/readme.md", "a.ts", "a.d.ts", "a.tsx", "a.json"])
def test_the_hook_takes_nothing_else(hook: dict[str, Any], name: str) -> None:
    assert not re.search(hook["files"], name)


def test_what_the_hook_calls_fails_for_a_file_that_does_not_pass(
    hook: dict[str, Any], with_program: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a b.jpeg")
    shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "--no-cache.jpeg")
    shutil.copy(MEDIA / "video-1920x1080.mp4", tmp_path)
    good = ["a b.jpeg", "--no-cache.jpeg"]
    for names, status in ((good, 0), ([*good, "video-1920x1080.mp4"], 1)):
        command = [*shlex.split(hook["entry"]), *hook["args"], *names]
        done = subprocess.run(command, cwd=tmp_path, env=with_program, capture_output=True, timeout=60, check=False)
        assert done.returncode == status
