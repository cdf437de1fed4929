"""What a run came to, counted as assets go by, so that none has to be kept.

In: judged assets, one after the other. Out: counts by verdict and by rule, what was let be, the slowest files, and the
time.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable

from preflight.values.findings import IN_BASELINE, Finding, Judged, Report, Verdict, worst
from preflight.values.limits import Severity

SLOWEST = 5
WAITING = 4096
"""How many files may have been measured and not reported; of a folder's other files nothing is ever reported."""


class Tally:
    """The counts of one run; it begins when it is made.

    Args:
        clock: tells seconds, from any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self.verdicts: Counter[Verdict] = Counter()
        self.rules: Counter[tuple[str, Severity]] = Counter()
        """Rule and severity → findings that count, or that the rules themselves call information."""
        self.ignored: Counter[str] = Counter()
        """Rule → findings that the policy ignores."""
        self.lowered: Counter[str] = Counter()
        """Rule → errors that the policy lowered."""
        self.in_baseline = 0
        self.recalled: int | None = None
        """Assets whose facts were measured in an earlier run; None when nobody counted them."""
        self._slowest: list[tuple[float, str]] = []
        self._took: dict[str, float] = {}
        """Path → seconds, of files that were measured and are not reported yet, or never will be."""
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
        """Hear how long measuring a file took; it is among the slowest only when it is reported, which is soon."""
        self._took[path] = seconds
        if len(self._took) > WAITING:
            del self._took[next(iter(self._took))]

    def add_set(self, report: Report) -> None:
        """Count what is said of a request as a whole; its assets are added one by one."""
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
        """How many assets were judged."""
        return self.verdicts.total()

    @property
    def verdict(self) -> Verdict:
        """The verdict that outranks the others."""
        return worst([*self.verdicts, self._set])

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._begun

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """Seconds and path of the files that took longest to measure, the slowest first."""
        return sorted(self._slowest, reverse=True)

    def severity(self, severity: Severity) -> int:
        """How many findings of a severity count."""
        return sum(count for (_, each), count in self.rules.items() if each == severity)
