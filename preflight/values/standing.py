"""Several editions side by side: how each stands to the same assets."""

from collections.abc import Sequence

from preflight.values.findings import EXIT_CODES, Judged, Report, Verdict, verdict_of, worst

Row = tuple[Judged, ...]
"""One asset as the editions judge it, in their order."""


class Standing:
    """How each edition stands to the same assets, counted as they go by.

    Args:
        editions: their names, in the order asked for.
    """

    def __init__(self, editions: Sequence[str]) -> None:
        self.editions = tuple(editions)
        self.files = 0
        self.passed_over = 0
        """How many files of a folder were no media."""
        self.reports: tuple[Report, ...] | None = None
        """What each edition says of the request as a whole; None where files were judged, and no request."""
        self.passing = dict.fromkeys(editions, 0)
        """Edition → how many assets it takes as they are."""
        self._worst: dict[str, Verdict] = dict.fromkeys(editions, "pass")

    def add(self, row: Row) -> None:
        """Count one asset."""
        self.files += 1
        for edition, judged in zip(self.editions, row, strict=True):
            self._hear(edition, judged.verdict)
            self.passing[edition] += judged.verdict == "pass"

    def add_request(self, reports: Sequence[Report]) -> None:
        """Count what is said of the request as a whole; its assets are added one by one."""
        self.reports = tuple(reports)
        for edition, report in zip(self.editions, reports, strict=True):
            self._hear(edition, verdict_of(report.findings, report.fail_on))

    def _hear(self, edition: str, verdict: Verdict) -> None:
        self._worst[edition] = worst([self._worst[edition], verdict])

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Edition → its verdict on everything."""
        return dict(self._worst)

    @property
    def taking(self) -> tuple[str, ...]:
        """The names of the editions that take everything as it is."""
        return tuple(edition for edition, verdict in self._worst.items() if verdict == "pass")

    @property
    def verdict(self) -> Verdict:
        """Pass when at least one edition takes everything as it is; unsure, which outranks it, when one cannot tell."""
        if "unsure" in self._worst.values():
            return "unsure"
        return "pass" if self.taking else "fail"

    @property
    def exit_code(self) -> int:
        """The contracted exit status of the verdict."""
        return EXIT_CODES[self.verdict]
