"""Counts of a run, made as assets pass, without keeping them.

In: judged assets. Out: counts by verdict and rule, ignored findings, the slowest files, and the time.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable

from preflight.values.findings import IN_BASELINE, Finding, Judged, Report, Verdict, worst
from preflight.values.limits import Severity

SLOWEST = 5
WAITING = 4096
"""Most measured files to wait for their report; skipped files are never reported."""


class Tally:
    """The counts of a run, which starts now.

    Args:
        clock: returns seconds from any start.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self.verdicts: Counter[Verdict] = Counter()
        self.rules: Counter[tuple[str, Severity]] = Counter()
        """Rule and severity → findings that count, or are information by the rules themselves."""
        self.ignored: Counter[str] = Counter()
        """Rule → ignored findings."""
        self.lowered: Counter[str] = Counter()
        """Rule → errors lowered by the policy."""
        self.in_baseline = 0
        self.recalled: int | None = None
        """Assets with facts from the cache; None if not counted."""
        self._slowest: list[tuple[float, str]] = []
        self._took: dict[str, float] = {}
        """Path → seconds, of measured files without a report so far."""
        self._set: Verdict = "pass"

    def add(self, judged: Judged) -> None:
        """Count one asset."""
        self.verdicts[judged.verdict] += 1
        self._count(judged.findings)
        seconds = self._took.pop(judged.asset.path, None)
        if seconds is not None:
            keep = heapq.heappush if len(self._slowest) < SLOWEST else heapq.heappushpop
            keep(self._slowest, (seconds, judged.asset.path))

    def took(self, path: str, seconds: float) -> None:
        """Record a file's measuring time; it counts among the slowest once the file is reported."""
        self._took[path] = seconds
        if len(self._took) > WAITING:
            del self._took[next(iter(self._took))]

    def add_set(self, report: Report) -> None:
        """Count the findings about a whole request; add its assets one by one."""
        self._count(report.findings)
        self._set = report.verdict

    def _count(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.ignored is None:
                self.rules[finding.rule, finding.severity] += 1
                if finding.severity_before == "error" and finding.severity != "error":
                    self.lowered[finding.rule] += 1
            elif finding.ignored == IN_BASELINE:
                self.in_baseline += 1
            else:
                self.ignored[finding.rule] += 1

    @property
    def files(self) -> int:
        """The number of judged assets."""
        return self.verdicts.total()

    @property
    def verdict(self) -> Verdict:
        """The verdict of highest rank."""
        return worst([*self.verdicts, self._set])

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._begun

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """Seconds and path of the slowest files to measure, slowest first."""
        return sorted(self._slowest, reverse=True)

    def severity(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(count for (_, each), count in self.rules.items() if each == severity)
