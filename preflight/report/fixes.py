"""Results of a fix, and their wording."""

from collections.abc import Sequence
from typing import NamedTuple

from preflight.locale import listed, localized
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult, Outcome
from preflight.report import Header
from preflight.report.text import passed_words
from preflight.values.phrase import phrase

MARK = "<!-- preflight fix report -->"
"""First line of HTML and Markdown reports."""
OUTCOMES: tuple[Outcome, ...] = ("fixed", "untouched", "unfixable", "declined", "failed")
COUNTED: dict[Outcome, str] = {
    "untouched": "{n} untouched",
    "fixed": "{n} fixed",
    "unfixable": "{n} unfixable",
    "declined": "{n} declined",
    "failed": "{n} failed",
}
"""Outcome → words for how many files have it."""


class Fixed(NamedTuple):
    """Results of a fix."""

    header: Header
    results: Sequence[FixResult]
    planned: RequestPlan
    request_path: str | None = None
    """The request file that names the new files."""

    @property
    def is_ready(self) -> bool:
        """Whether everything is clean now."""
        done = all(one.outcome in ("fixed", "untouched") for one in self.results)
        return done and not (self.planned.beyond_mending or self.planned.left)

    def words(self) -> str:
        """Format the counts: "4 files: 3 fixed, 1 untouched"."""
        counts = {outcome: sum(one.outcome == outcome for one in self.results) for outcome in OUTCOMES}
        files = localized(phrase("{n} file" if len(self.results) == 1 else "{n} files", n=len(self.results)))
        said = [localized(phrase(COUNTED[outcome], n=count)) for outcome, count in counts.items() if count]
        words = f"{files}: {listed(said)}"
        passed = self.planned.passed_over
        return f"{words}; {passed_words(passed)}" if passed else words


def quality_words(one: FixResult) -> str:
    """Format the quality of a new file; empty where it was not measured."""
    if one.quality is None:
        return ""
    found = one.quality
    return localized(
        phrase(
            "VMAF {n1} of 100, worst frame {n2}, over {n3} frames",
            n1=f"{found.vmaf_mean:.1f}",
            n2=f"{found.vmaf_min:.1f}",
            n3=f"{found.frames:,}",
        )
    )
