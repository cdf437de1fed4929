"""Pairs of commands or calls, timed in turn: A B A B ...; what counts is the median of the pairwise ratios."""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON, PREFLIGHT = str(BIN / "python"), str(BIN / "preflight")

Command = list[str]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared, and what the ratio ours/theirs has to stay under."""

    name: str
    ours: Command
    theirs: Command
    at_most: float
    rounds: int = 9


class Missed(msgspec.Struct):
    """Whether a bound was passed."""

    any: bool = False


if sys.platform == "win32":

    def cost_of_children() -> tuple[float, float]:
        """Return the processor time of all children that ended, in s, and the memory of the largest, in MiB."""
        raise NotImplementedError

else:

    def cost_of_children() -> tuple[float, float]:
        """Return the processor time of all children that ended, in s, and the memory of the largest, in MiB."""
        import resource

        taken = resource.getrusage(resource.RUSAGE_CHILDREN)
        return taken.ru_utime + taken.ru_stime, taken.ru_maxrss / 1024


def seconds(command: Command, folder: Path = ROOT) -> float:
    """Run a command and return how long it took; what it says and how it ends do not matter."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return time.perf_counter() - begun


def compare(pair: Pair, missed: Missed, folder: Path = ROOT) -> None:
    """Print the median times of both, and the median of the pairwise ratios."""
    if shutil.which(pair.theirs[0]) is None:
        print(f"{pair.name}: {pair.theirs[0]} is not installed")
        return
    seconds(pair.ours, folder)
    times = [(seconds(pair.ours, folder), seconds(pair.theirs, folder)) for _ in range(pair.rounds)]
    ours, theirs = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    ratio = statistics.median(a / b for a, b in times)
    missed.any |= ratio > pair.at_most
    verdict = "ok" if ratio <= pair.at_most else "MISSED"
    faster = f"ratio {ratio:.3g}, or {1 / ratio:.3g} times faster"
    print(f"{pair.name}: {ours:,.0f} ms, {theirs:,.0f} ms: {faster} (wanted: {pair.at_most:.3g}) {verdict}", flush=True)


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def ratio_of(times: list[tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """Return the median of the pairwise ratios, and the median times in ms."""
    ours, theirs = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    return statistics.median(a / b for a, b in times), (ours, theirs)


def told(name: str, times: list[tuple[float, float]], at_most: float | None, missed: Missed) -> None:
    """Print the medians, the ratio and how it stands to its bound."""
    ratio, (ms, their_ms) = ratio_of(times)
    over = at_most is not None and ratio > at_most
    missed.any |= over
    verdict = "(no bound)" if at_most is None else f"(wanted: {at_most:.3g}) {'MISSED' if over else 'ok'}"
    print(f"{name}: {ms:,.0f} ms, {their_ms:,.0f} ms: ratio {ratio:.3g}, or {1 / ratio:.3g} times faster {verdict}")
    sys.stdout.flush()
