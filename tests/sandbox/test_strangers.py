"""The sandbox is a stranger to the rest of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import preflight.sandbox

FOLDER = Path(preflight.sandbox.__file__).parent

SHARED = ("preflight.system", "preflight.http_server")
"""How operating systems differ, and how a server in a thread ends, is no opinion that the two could share."""


def imported(source: str) -> set[str]:
    """Name every module that a source text imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("module", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_imports_from_the_rest_of_the_package(module: Path) -> None:
    ours = {name for name in imported(module.read_text()) if name.split(".")[0] == "preflight"}
    assert {name for name in ours if not name.startswith(("preflight.sandbox.", *SHARED))} <= {"preflight.sandbox"}


def test_running_it_loads_nothing_else_of_the_package() -> None:
    code = (
        "import sys, preflight.sandbox\n"
        "with preflight.sandbox.running(): pass\n"
        "print(*[name for name in sys.modules if name.startswith('preflight.') and name != 'preflight._version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split()
    assert all(name.startswith(("preflight.sandbox", *SHARED)) for name in done.stdout.split())
    assert done.stderr == ""
