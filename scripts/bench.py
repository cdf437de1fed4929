"""Speed as ratios, side by side against what a person would otherwise run. Absolute times are this machine's alone.

Each pair is run in turn, A B A B ..., and the median of the pairwise ratios is what counts: a shared machine drifts.
"""

import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
ROUNDS = 15
PYTHON = str(BIN / "python")
PREFLIGHT = str(BIN / "preflight")
CLIP = str(ROOT / "fixtures/media/video-854x480.mp4")


class Pair(msgspec.Struct, frozen=True):
    """What is compared: ours over theirs, and the ratio that must not be passed."""

    name: str
    ours: list[str]
    theirs: list[str]
    at_most: float


PAIRS = (
    Pair("preflight --version / import click", [PREFLIGHT, "--version"], [PYTHON, "-c", "import click"], 1.5),
    Pair(
        "preflight check one.mp4 / import click, av, PIL.Image",
        [PREFLIGHT, "check", CLIP],
        [PYTHON, "-c", "import click, av, PIL.Image"],
        2.0,
    ),
)


def seconds(command: list[str]) -> float:
    """Run a command and return how long it took."""
    begun = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return time.perf_counter() - begun


def measure(pair: Pair) -> tuple[float, float, float]:
    """Return the median times of both, and the median of the pairwise ratios."""
    for command in (pair.ours, pair.theirs):
        seconds(command)
    times = [(seconds(pair.ours), seconds(pair.theirs)) for _ in range(ROUNDS)]
    ours, theirs = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in times)


def main() -> None:
    """Print a table; exit 1 when a bound is passed."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {ROUNDS} rounds, medians")
    missed = False
    for pair in PAIRS:
        ours, theirs, ratio = measure(pair)
        missed |= ratio > pair.at_most
        verdict = "ok" if ratio <= pair.at_most else "MISSED"
        print(
            f"{pair.name}: {ours * 1000:.0f} ms / {theirs * 1000:.0f} ms = {ratio:.2f} (at most {pair.at_most}) {verdict}"
        )
    sys.exit(missed)


if __name__ == "__main__":
    main()
