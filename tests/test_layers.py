"""Imports point upstream only, and nothing heavy is loaded before it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import preflight
from tests.specimens import MEDIA

PACKAGE = Path(preflight.__file__).parent
ORDER = (
    *(
        "errors",
        "units",
        "leftovers",
        "networks",
        "assets",
        "unforeseen",
        "saved",
        "lists",
        "facts",
        "limits",
        "profiles",
        "findings",
        "tally",
    ),
    *("tables", "prompt", "spec", "probe", "workers"),
    *(
        "cache",
        "rules",
        "policy",
        "baseline",
        "plan",
        "private",
        "place",
        "look",
        "fix",
        "mending",
        "request",
        "price",
        "refusals",
        "origin",
        "own",
        "moments",
        "proxies",
        "trust",
        "transport",
        "wire",
        "answers",
        "upload",
        "call",
        "api",
        "alive",
        "ledger_faults",
        "ledger",
        "ledgers",
        "drift",
        "receiver",
        "once",
        "lost",
        "sending",
        "flow",
        "comparison",
        "callback",
        "report",
        "library",
        "watch",
        "cli",
    ),
)
"""In the order in which things meet them; each may import those before it, and itself."""
EXCEPTIONS = {
    ("profiles", "tables"): "a profile is a table, read with the reader of tables, which knows nothing of profiles",
}
OUTSIDE = ("sandbox", "__main__", "__init__")
HEAVY = ("av", "PIL", "httpx", "rich", "mutagen", "ffmpeg", "sqlite3", "starlette", "uvicorn", "obstore", "numpy")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """Return the part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a file imports from the package, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names = [f"preflight.{a.name}" for a in node.names] if node.module == "preflight" else [node.module or ""]
        else:
            continue
        for name in names:
            top, *rest = name.split(".")
            if top == "preflight" and rest and rest[0] != "__version__":
                yield rest[0], node.lineno


def downstream(path: Path) -> Iterator[str]:
    """Name the imports of a file that point the wrong way."""
    here = part(path)
    for name, line in imported(path):
        allowed = name == here or (name in ORDER and here in ORDER and ORDER.index(name) < ORDER.index(here))
        if not allowed and (here, name) not in EXCEPTIONS:
            yield f"{path.relative_to(PACKAGE)}:{line}: {here} imports {name}"


def test_every_part_of_the_package_has_its_place_in_the_order() -> None:
    assert {part(path) for path in modules()} <= {*ORDER, *OUTSIDE}


@pytest.mark.parametrize("path", [p for p in modules() if part(p) in ORDER], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    exempt = {"sandbox"} if path == PACKAGE / "cli" / "sandbox.py" else set()
    assert [line for line in downstream(path) if line.rsplit(" ", 1)[1] not in exempt] == []


@pytest.mark.parametrize("path", [p for p in modules() if part(p) == "sandbox"], ids=lambda p: p.name)
def test_the_sandbox_imports_nothing_of_what_it_is_there_to_test(path: Path) -> None:
    assert {name for name, _ in imported(path)} <= {"sandbox"}


def test_an_import_that_points_downstream_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "units.py"
    path.write_text("def f():\n    from preflight import rules\n    import preflight.probe.sniff\n")
    assert list(imported(path)) == [("rules", 2), ("probe", 3)]


@pytest.mark.parametrize("start", ["preflight.cli", "preflight.flow", "preflight.report.json", "preflight.rules"])
def test_starting_up_loads_nothing_heavy(start: str, bare: dict[str, str]) -> None:
    code = f"import sys, {start}; print(*sorted(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_file_outgrows_a_reader() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path.name: size for path, size in sizes.items() if size > 420} == {}


NOT_FOR_ONE_CLIP = ("_hashlib", "tempfile", "difflib", "platformdirs", "sqlite3", "random", "httpx", "preflight.plan")
"""What a check of one clip needs nothing of, and what takes longer to load than the clip to measure."""


def test_a_check_of_one_clip_loads_nothing_that_it_does_not_need(bare: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys, preflight.cli as cli\n"
        f"sys.argv = ['preflight', 'check', {str(MEDIA / 'video-854x480.mp4')!r}]\n"
        "try:\n    cli.main()\n"
        f"except SystemExit: print(*sorted(m for m in {NOT_FOR_ONE_CLIP!r} if m in sys.modules), file=sys.stderr)"
    )
    env = {name: value for name, value in bare.items() if name != "XDG_CONFIG_HOME"} | {"HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0].endswith("6,756 bytes")
    assert done.stderr.split("\n")[-2:] == ["", ""]


def test_a_child_that_measures_loads_nothing_of_what_manages_children(bare: dict[str, str]) -> None:
    code = (
        "import sys, preflight.workers.child, preflight.workers.measuring\n"
        "print(*(m for m in ('preflight.workers.pool', 'preflight.workers.starter') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
