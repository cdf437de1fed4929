"""Each module's specification stands where the module stands: preflight/a/b.py has tests/a/test_b.py."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
CODE = HERE.parent / "preflight"
ENOUGH = 20
"""Code lines up to which a module is a few names and types, which others' tests hold."""


def code_lines(path: Path) -> int:
    """Count the lines that are neither blank, comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    said: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            said.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for number, line in lines if line.strip() and line.strip()[0] != "#" and number not in said)


def specification(module: Path) -> Path:
    """Find where the tests of a module belong."""
    inner = module.relative_to(CODE)
    return HERE / inner.parent / f"test_{inner.stem.lstrip('_')}.py"


def missing() -> set[str]:
    """List the modules with code enough for a specification that have none of their own."""
    modules = [path for path in CODE.rglob("*.py") if not path.stem.startswith("__")]
    found = {path.relative_to(CODE).as_posix() for path in modules if not specification(path).exists()}
    return {name for name in found if code_lines(CODE / name) > ENOUGH}


def test_every_module_has_its_specification() -> None:
    assert missing() == set()
