"""Summarise a run in a few lines."""

from collections import Counter
from collections.abc import Iterator

from preflight.locale import localized
from preflight.locale.columns import filled
from preflight.policy.tally import Tally
from preflight.report.text import STYLES, Line
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase


def summary_lines(tally: Tally) -> Iterator[Line]:
    """Yield duration, findings per rule, and slowest files."""
    took = {"n": f"{tally.files:,}", "n2": f"{tally.elapsed_s:.2f}"}
    said: str = phrase("{n} file in {n2} s" if tally.files == 1 else "{n} files in {n2} s", **took)
    if tally.recalled is not None:
        said = joined([said, phrase("{n} measured in an earlier run", n=f"{tally.recalled:,}")], "; ")
    yield ((localized(said), "bold"),)
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
        many, one = "{n} findings ignored by policy: {q}", "{n} finding ignored by policy: {q}"
        count = tally.ignored.total()
        yield phrase(one if count == 1 else many, n=f"{count:,}", q=_each(tally.ignored))
    if tally.lowered:
        many, one = "{n} findings lowered by policy: {q}", "{n} finding lowered by policy: {q}"
        count = tally.lowered.total()
        yield phrase(one if count == 1 else many, n=f"{count:,}", q=_each(tally.lowered))
    if tally.in_baseline and baseline:
        words = "{n} finding in the baseline" if tally.in_baseline == 1 else "{n} findings in the baseline"
        yield phrase(words, n=f"{tally.in_baseline:,}")


def _each(rules: Counter[str]) -> str:
    return ", ".join(f"{rule} {count:,}" for rule, count in sorted(rules.items()))
