"""Build the package, look inside, install it into clean environments, and run it there; print what it takes on disk.

    package.py [--into DIR] [--python PYTHON]... [--extras NAMES] [--size]

Asks the network for the build's own tools and for what the package depends on.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = "Scripts" if sys.platform == "win32" else "bin"
SAMPLES = ("drive.mov", "plain.png", "rider.jpg", "theme.m4a")
EXTRAS = "bucket,mcp,socks,truststore,yaml"
SIZE = """
import importlib.metadata as found
for one in found.distributions():
    files = one.files or ()
    size = sum(path.stat().st_size for file in files if (path := one.locate_file(file)).is_file())
    print(size, one.metadata["Name"], one.version)
"""
MB = 1 << 20


def run(*command: str | Path, **more: str) -> str:
    """Run a command to its end and return its output; raise CalledProcessError."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PREFLIGHT", "PIP_"))}
    words = list(map(str, command))
    return subprocess.run(words, check=True, env=env | more, capture_output=True, text=True, encoding="utf-8").stdout


def made(python: str, folder: Path) -> Path:
    """Make an environment, and return its Python."""
    run(python, "-m", "venv", folder)
    return folder / BIN / "python"


def built(into: Path, folder: Path) -> Path:
    """Build sdist and wheel, and return the wheel."""
    tools = made(sys.executable, folder / "tools")
    run(tools, "-m", "pip", "install", "--quiet", "build", "twine")
    run(tools, "-m", "build", "--outdir", into, ROOT)
    run(tools, "-m", "twine", "check", "--strict", *sorted(into.glob("preflight_media-*")))
    (wheel,) = into.glob("preflight_media-*.whl")
    return wheel


def missing(wheel: Path) -> set[str]:
    """Return what belongs into a wheel, and is not there."""
    kept = run("git", "-C", ROOT, "ls-files", "preflight").splitlines()
    samples = {f"preflight/server/ui/samples/{name}" for name in SAMPLES}
    with zipfile.ZipFile(wheel) as opened:
        return {*kept, *samples, "preflight/py.typed"} - set(opened.namelist())


def tried(wheel: Path, python: str, extras: str, folder: Path) -> Path:
    """Install a wheel into an environment of its own, run it far from the source, and return its Python."""
    ours = made(python, folder)
    run(ours, "-m", "pip", "install", "--quiet", f"{wheel}[{extras}]" if extras else wheel)
    away = folder / "away"
    away.mkdir()
    program = folder / BIN / "preflight"
    version = run(program, "--version").strip()
    sample = next(folder.glob(f"**/samples/{SAMPLES[0]}"))
    shown = subprocess.run([program, "check", sample], cwd=away, capture_output=True, text=True, check=False)
    assert shown.returncode == 1, shown.stderr  # noqa: S101 - a script's own check
    assert "video/duration" in shown.stdout, shown.stdout  # noqa: S101 - the same
    run(folder / BIN / "preflight-media", "fix", sample, "--yes", "--output", away / "fixed")
    run(program, "check", away / "fixed")
    run(ours, "-c", "import preflight, preflight.server.ui.app; preflight.check")
    print(f"{python}: {version}: installed, judged, mended and judged again")
    return ours


def sizes(python: Path) -> None:
    """Print what each distribution takes on disk, the largest first."""
    found = (line.split() for line in run(python, "-c", SIZE).splitlines())
    rows = sorted(((int(size), name, version) for size, name, version in found), reverse=True)
    print("\n| distribution | version | MB |\n|---|---|---|")
    for size, name, version in rows:
        print(f"| {name} | {version} | {size / MB:.1f} |")
    print(f"| together | | {sum(size for size, _, _ in rows) / MB:.0f} |")


def main() -> None:
    """Build and try the package."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="folder for wheel and sdist")
    parser.add_argument("--python", action="append", help="a Python to try it with; repeatable")
    parser.add_argument("--extras", default="", help=f"extras to install too, such as {EXTRAS}")
    parser.add_argument("--size", action="store_true", help="print what it takes on disk")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="preflight-package-") as name:
        folder = Path(name)
        wheel = built(asked.into, folder)
        if absent := missing(wheel):
            sys.exit(f"not in the wheel: {', '.join(sorted(absent))}")
        print(f"{wheel.name}: {wheel.stat().st_size / MB:.1f} MB, and nothing is missing")
        pythons = asked.python or [sys.executable]
        tested = [tried(wheel, python, asked.extras, folder / re.sub(r"\W", "-", python)) for python in pythons]
        if asked.size:
            sizes(tested[0])


if __name__ == "__main__":
    main()
