"""What the README and the manual show of Python runs as it stands, and prints what stands below it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.specimens import FIXTURES

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "python.md")


class Example(NamedTuple):
    code: str
    printed: str | None
    """What the text below it says that it prints; None where there is none."""


def examples() -> list[Example]:
    """Return the Python blocks of the pages, each with the text block right below it."""
    blocks = [
        block
        for page in PAGES
        for block in re.findall(
            r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?",
            page.read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        )
    ]
    return [Example(code, printed or None) for code, printed in blocks]


EXAMPLES = examples()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that looks to an example as a clone of the repository does."""
    (tmp_path / "fixtures").symlink_to(FIXTURES)
    return tmp_path


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs_as_it_stands_and_prints_what_stands_below_it(example: Example, clone: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "EVOLINK_API_KEY"}
    command = [sys.executable, "-W", "error", "-c", example.code]
    ended = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout
    assert example.printed in (None, ended.stdout)
    if "preflight.download(" in example.code:
        status, video = ended.stdout.splitlines()[-1].split()
        assert status == "completed"
        assert (clone / video).stat().st_size > 0


def test_the_examples_lead_from_files_to_a_video() -> None:
    code = "".join(example.code for example in EXAMPLES)
    for name in ("check", "fix", "build_request", "submit", "wait", "download", "PreflightError"):
        assert f"preflight.{name}" in code


def test_an_example_is_no_wider_than_a_page() -> None:
    assert [line for example in EXAMPLES for line in example.code.splitlines() if len(line) > 120] == []
