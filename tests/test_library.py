"""What `import preflight` offers: every name, lazily, typed and explained."""

import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import preflight
from preflight import errors
from tests.api.conftest import LONG
from tests.test_layers import HEAVY


def fresh(code: str, env: dict[str, str]) -> set[str]:
    """Run code in a fresh Python, and return the modules that it has loaded by the end."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], env=env, capture_output=True, check=True
    )
    return set(done.stdout.decode().split())


def test_importing_the_package_loads_nothing_but_the_package(bare: dict[str, str]) -> None:
    loaded = fresh("import preflight", bare)
    assert {name for name in loaded if name.startswith("preflight")} == {"preflight", "preflight._version"}
    assert not loaded & {*HEAVY, "msgspec", "click", "typing", "re"}


def test_names_are_had_without_anything_heavy(bare: dict[str, str]) -> None:
    names = ("check", "fix", "build_request", "submit", "wait", "PreflightError", "Report")
    assert not fresh(f"from preflight import {', '.join(names)}", bare) & {*HEAVY, "click"}


def test_a_clip_is_judged_and_a_request_is_built_without_the_command_line(bare: dict[str, str]) -> None:
    code = f"import preflight; preflight.check({str(LONG)!r}); preflight.build_request('A.', videos=[{str(LONG)!r}])"
    assert not fresh(code, bare) & {"PIL", "httpx", "rich", "sqlite3", "click", "preflight.cli"}


def test_every_public_name_is_there_and_explains_itself() -> None:
    assert preflight.__all__ == sorted(preflight.__all__, key=lambda name: (not name[0].isupper(), name))
    assert set(preflight.__all__) <= set(dir(preflight))
    for name in set(preflight.__all__) - {"__version__", "Facts"}:
        assert getattr(preflight, name).__doc__, name


def test_every_function_says_what_each_argument_is_and_what_it_raises() -> None:
    functions = [one for name in preflight.__all__ if inspect.isfunction(one := getattr(preflight, name))]
    assert len(functions) >= 10
    for function in functions:
        words = function.__doc__ or ""
        assert "Raises:" in words, function
        if "Args:" in words:
            assert not [p for p in inspect.signature(function).parameters if f"{p}: " not in words], function


def test_the_whole_tree_of_errors_is_public() -> None:
    tree = {one.__name__ for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, Exception)}
    assert tree <= set(preflight.__all__)
    assert preflight.PreflightError is errors.PreflightError


def test_what_is_not_there_is_told_by_name() -> None:
    with pytest.raises(AttributeError, match="'preflight' has no attribute 'nonsense'"):
        _ = preflight.nonsense  # type: ignore[attr-defined] # the point


def test_parts_of_the_package_are_still_attributes_of_it() -> None:
    assert importlib.import_module("preflight.rules") is preflight.rules


SAMPLE = """
import os
from fractions import Fraction
from typing import assert_type

import preflight


def heard(advance: preflight.Advance) -> None:
    assert_type(advance.part, Fraction)


report = preflight.check("a.mov", depth="header", progress=heard)
assert_type(report.verdict, "preflight.findings.Verdict")
for one in preflight.fix(report, "ready", extend="loop", agree=lambda plan: plan.loss == "lossless"):
    assert_type(one, preflight.FixResult)
request = preflight.build_request("Video 1.", videos=["a.mov"], duration=5)
sent = preflight.submit(request, key=os.environ["KEY"], max_credits=Fraction(5))
assert_type(preflight.wait(sent.task_id, key=""), preflight.Task)
facts: preflight.Facts | None = report.assets[0].facts
"""
MISTAKES = {
    'preflight.check("a", depth="deep")': "depth",
    "preflight.nonsense": "nonsense",
    'preflight.wait("task-1")': "key",
    'preflight.build_request("A.", duration="5")': "duration",
}


def test_a_strict_type_checker_follows_a_program_and_finds_its_mistakes(tmp_path: Path, bare: dict[str, str]) -> None:
    (tmp_path / "sample.py").write_text(
        SAMPLE.replace('"preflight.findings.Verdict"', "Verdict").replace(
            "import preflight\n", "import preflight\nfrom preflight.values.findings import Verdict\n", 1
        )
    )
    (tmp_path / "wrong.py").write_text("import preflight\n\n" + "\n".join(MISTAKES))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "sample.py", "wrong.py"]
    said = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False).stdout
    found = [line for line in said.splitlines() if ": error: " in line]
    assert [line.split(":")[:2] for line in found] == [["wrong.py", str(n)] for n in range(3, 3 + len(MISTAKES))]
    assert all(word in line for word, line in zip(MISTAKES.values(), found, strict=True))
