"""Summarise a run in a few lines."""

from collections import Counter
from collections.abc import Iterator

from preflight.locale import localized
from preflight.locale.columns import filled
from preflight.policy.tally import Tally
from preflight.report.text import STYLES, Line
from preflight.values.assets import printable


def summary_lines(tally: Tally) -> Iterator[Line]:
    """Yield duration, findings per rule, and slowest files."""
    files = "1 file" if tally.files == 1 else f"{tally.files:,} files"
    recalled = "" if tally.recalled is None else f"; {tally.recalled:,} measured in an earlier run"
    yield ((localized(f"{files} in {tally.elapsed_s:.2f} s{recalled}"), "bold"),)
    for (rule, severity), count in sorted(tally.rules.items(), key=lambda one: (-one[1], one[0])):
        yield (f"{count:>9,}  ", ""), (filled(localized(severity), 7), STYLES[severity]), (f"  {rule}", "")
    for seconds, path in tally.slowest:
        yield (f"{seconds:>7.2f} s  ", ""), (localized("slowest"), "dim"), (f"  {printable(path)}", "")


def suppressed_lines(tally: Tally, *, baseline: bool = True) -> Iterator[str]:
    """Yield what was suppressed or lowered, so that nobody has to search.

    Args:
        tally: the counts.
        baseline: whether the baseline exists; a failed one is not mentioned.
    """
    if tally.ignored:
        yield f"{_findings(tally.ignored.total())} ignored by policy: {_each(tally.ignored)}"
    if tally.lowered:
        yield f"{_findings(tally.lowered.total())} lowered by policy: {_each(tally.lowered)}"
    if tally.in_baseline and baseline:
        yield f"{_findings(tally.in_baseline)} in the baseline"


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count:,} findings"


def _each(rules: Counter[str]) -> str:
    return ", ".join(f"{rule} {count:,}" for rule, count in sorted(rules.items()))
