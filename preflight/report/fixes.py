"""Results of a fix, and their wording."""

from collections.abc import Sequence
from typing import NamedTuple

from preflight.locale import listed, localized
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult, Outcome
from preflight.report import Header
from preflight.report.text import passed_words

MARK = "<!-- preflight fix report -->"
"""First line of HTML and Markdown reports."""
OUTCOMES: tuple[Outcome, ...] = ("fixed", "untouched", "unfixable", "declined", "failed")


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
        files = localized(f"{len(self.results)} {'file' if len(self.results) == 1 else 'files'}")
        words = f"{files}: {listed([localized(f'{count} {outcome}') for outcome, count in counts.items() if count])}"
        passed = self.planned.passed_over
        return f"{words}; {passed_words(passed)}" if passed else words


def quality_words(one: FixResult) -> str:
    """Format the quality of a new file; empty where it was not measured."""
    if one.quality is None:
        return ""
    found = one.quality
    return localized(
        f"VMAF {found.vmaf_mean:.1f} of 100, worst frame {found.vmaf_min:.1f}, over {found.frames:,} frames"
    )
