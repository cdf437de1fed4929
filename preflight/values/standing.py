"""Comparison of several profiles on the same assets."""

from collections.abc import Sequence

from preflight.values.findings import EXIT_CODES, Judged, Report, Verdict, verdict_of, worst

Row = tuple[Judged, ...]
"""One asset judged by each profile, in their order."""


class Standing:
    """Verdicts of each profile, accumulated over the assets.

    Args:
        editions: the profile names, in the order given.
    """

    def __init__(self, editions: Sequence[str]) -> None:
        self.editions = tuple(editions)
        self.files = 0
        self.passed_over = 0
        """Number of skipped files that are no media."""
        self.reports: tuple[Report, ...] | None = None
        """Each profile's findings about the whole request; None for plain files."""
        self.passing = dict.fromkeys(editions, 0)
        """Profile → number of passing assets."""
        self._worst: dict[str, Verdict] = dict.fromkeys(editions, "pass")

    def add(self, row: Row) -> None:
        """Count one asset."""
        self.files += 1
        for edition, judged in zip(self.editions, row, strict=True):
            self._count_verdict(edition, judged.verdict)
            self.passing[edition] += judged.verdict == "pass"

    def add_request(self, reports: Sequence[Report]) -> None:
        """Count the findings about the whole request; add its assets one by one."""
        self.reports = tuple(reports)
        for edition, report in zip(self.editions, reports, strict=True):
            self._count_verdict(edition, verdict_of(report.findings, report.fail_on))

    def _count_verdict(self, edition: str, verdict: Verdict) -> None:
        self._worst[edition] = worst([self._worst[edition], verdict])

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Profile → verdict on all assets."""
        return dict(self._worst)

    @property
    def taking(self) -> tuple[str, ...]:
        """Names of the profiles that accept all assets."""
        return tuple(edition for edition, verdict in self._worst.items() if verdict == "pass")

    @property
    def verdict(self) -> Verdict:
        """Unsure when any profile is unsure, else pass when one accepts all assets, else fail."""
        if "unsure" in self._worst.values():
            return "unsure"
        return "pass" if self.taking else "fail"

    @property
    def exit_code(self) -> int:
        """The exit status for the verdict."""
        return EXIT_CODES[self.verdict]
