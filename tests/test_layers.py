"""Imports point upstream only, and nothing heavy is loaded before it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import preflight
from tests.specimens import MEDIA

PACKAGE = Path(preflight.__file__).parent
BELOW = {
    "_version": "",
    "errors": "values",
    "system": "",
    "http_server": "",
    "values": "",
    "locale": "values",
    "files": "errors system values",
    "profiles": "errors files values",
    "probe": "_version files system values",
    "objects": "errors probe values",
    "workers": "errors objects probe system values",
    "request": "errors files profiles values",
    "rules": "probe profiles request values",
    "policy": "errors files rules values",
    "media": "files probe profiles values workers",
    "plan": "errors files probe profiles rules values workers",
    "apply": "_version errors files media plan probe system values workers",
    "service": "_version errors files profiles system values",
    "upload": "errors files objects probe profiles service system values workers",
    "submission": "errors files profiles request service system upload values workers",
    "flow": "apply errors files media objects plan probe profiles request rules service submission upload values"
    " workers",
    "report": "_version errors files locale plan policy probe profiles request rules submission system values",
    "scale": "_version errors flow locale objects plan policy probe profiles report rules upload values workers",
    "watch": "apply errors files flow plan profiles report rules system values workers",
    "api": "errors files flow media plan probe profiles report request service submission upload values workers",
    "server": "_version errors files flow http_server locale media plan probe profiles report request rules sandbox"
    " service submission system upload values workers",
    "mcp": "_version errors files flow plan probe profiles report request rules server service submission upload values"
    " workers",
    "cli": "_version apply errors files flow locale mcp media plan policy probe profiles report request rules sandbox"
    " server objects scale service submission system upload values watch workers",
    "sandbox": "http_server system",
    "__init__": "_version api",
    "__main__": "cli",
}
"""Each room of the package, and the rooms that it may import, in the order in which they build upon each other."""
HEAVY = (
    *("av", "PIL", "httpx", "rich", "mutagen", "ffmpeg", "sqlite3", "starlette", "uvicorn", "obstore", "numpy", "mcp"),
    *("pyarrow", "dask", "distributed"),
)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """Return the part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def nodes_of(path: Path) -> list[ast.Import | ast.ImportFrom | ast.If]:
    """Parse a file once for all tests, and keep what they ask about."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom | ast.If)]


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a file imports from the package, anywhere in it, with the line."""
    for node in nodes_of(path):
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


def names_of(path: Path) -> Iterator[str]:
    """Name the modules that a file imports while it is loaded or later, but not for type checkers alone."""
    typed = {
        id(node)
        for branch in nodes_of(path)
        if isinstance(branch, ast.If) and isinstance(branch.test, ast.Name) and branch.test.id == "TYPE_CHECKING"
        for one in branch.body
        for node in ast.walk(one)
    }
    for node in nodes_of(path):
        if id(node) not in typed and isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        elif id(node) not in typed and isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the ways along imports that end where they began."""
    found, done = [], set[str]()

    def walk(way: list[str]) -> None:
        for name in sorted(imports[way[-1]]):
            if name in way:
                found.append([*way[way.index(name) :], name])
            elif name not in done:
                walk([*way, name])
        done.add(way[-1])

    for name in sorted(imports):
        if name not in done:
            walk([name])
    return found


def test_every_room_has_its_place_in_the_table() -> None:
    assert {part(path) for path in modules()} == set(BELOW)


def test_the_table_holds_no_circle_and_nothing_that_is_not_used() -> None:
    assert circles({room: set(below.split()) for room, below in BELOW.items()}) == []
    used = {room: {name for path in modules() if part(path) == room for name, _ in imported(path)} for room in BELOW}
    assert [(room, one) for room, below in BELOW.items() for one in below.split() if one not in used[room]] == []


def test_a_module_imports_only_from_rooms_below_its_own() -> None:
    assert [one for path in modules() for one in from_above(path)] == []


def from_above(path: Path) -> Iterator[str]:
    """Yield what a module imports from rooms that do not lie below its own."""
    allowed = {part(path), *BELOW[part(path)].split()}
    yield from (f"{path}, line {line}: {name}" for name, line in imported(path) if name not in allowed)


def test_modules_of_a_room_do_not_import_each_other_in_circles() -> None:
    known = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in modules()}
    imports = {name: {one for one in names_of(path) if one in known and one != name} for name, path in known.items()}
    assert circles(imports) == []


def test_a_circle_is_noticed() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]


def test_an_import_is_noticed_wherever_it_stands(tmp_path: Path) -> None:
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


NOT_FOR_ONE_CLIP = (
    *("_hashlib", "tempfile", "difflib", "platformdirs", "sqlite3", "random", "httpx", "filelock"),
    *("preflight.plan", "preflight.cli.settings", "preflight.cli.options.kept", "preflight.cli.baselines"),
)
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
