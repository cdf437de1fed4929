import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.conftest import ROOT

Line = tuple[str, str]


@pytest.fixture
def lines() -> list[Line]:
    """The instructions, each with what follows it."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found = (line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#"))
    return [(instruction, rest) for instruction, rest in found]


def test_it_stands_on_the_python_that_the_program_needs_and_names_no_host(lines: list[Line]) -> None:
    first, image = lines[0]
    assert (first, image) == ("FROM", "python:3.11-slim")
    needed = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert needed
    assert needed[1] == "3.11"


def test_everything_it_copies_is_there_and_is_all_that_a_build_needs(lines: list[Line]) -> None:
    copied = [name for instruction, rest in lines if instruction == "COPY" for name in shlex.split(rest)[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'^(?:readme|license-files) = \W*"([^"]+)"', project, re.MULTILINE)
    assert {*named, "pyproject.toml", "preflight", "constraints.txt"} <= set(copied)


def test_a_build_is_sent_what_it_copies_and_nothing_beside_it(lines: list[Line]) -> None:
    copied = {
        name.removeprefix("./")
        for instruction, rest in lines
        if instruction == "COPY"
        for name in shlex.split(rest)[:-1]
    }
    said = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert said[0] == "*"
    assert {line[1:] for line in said if line.startswith("!")} == copied


def test_the_only_step_that_needs_a_network_is_pip_with_the_pins(lines: list[Line]) -> None:
    runs = [rest for instruction, rest in lines if instruction == "RUN"]
    pip = "python -m pip install --no-cache-dir --disable-pip-version-check -c constraints.txt . && rm -rf /src"
    assert runs == [pip, "useradd --create-home --uid 10001 preflight"]
    assert not [rest for instruction, rest in lines if instruction == "ADD"]


def test_it_runs_the_program_and_not_as_root(lines: list[Line]) -> None:
    names = [instruction for instruction, _ in lines]
    user = dict(lines)["USER"]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")
    assert not user.startswith(("0", "root"))
    assert json.loads(dict(lines)["ENTRYPOINT"]) == ["preflight"]


def test_what_it_runs_when_nothing_is_said_is_the_help(lines: list[Line]) -> None:
    command = [str(Path(sys.executable).with_name("preflight")), *json.loads(dict(lines)["CMD"])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Usage: " in done.stdout
