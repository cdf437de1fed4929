"""Planned fixes for reports, computed on demand.

Plans are those of `preflight fix` without options, on the rules' own severities: `fix` knows no policy. Packets are
read in a child process; without it the plan encodes.
"""

from collections.abc import Iterable

import msgspec

from preflight.flow.fix import plan_fixes, plan_whole
from preflight.plan import FixOptions, Plan
from preflight.plan.request import RequestPlan
from preflight.profiles.schema import Profile
from preflight.values.findings import Finding, Judged, Report


class PlannedFixes:
    """Plans fixes for a report.

    Args:
        profile: the limits that new files must meet.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._report: Report | None = None
        self._whole: RequestPlan | None = None

    def expect(self, report: Report) -> None:
        """Set the request whose assets are planned together."""
        self._report = report

    def plan(self, judged: Judged) -> Plan | None:
        """Plan an asset; None where it passes and needs nothing."""
        found = self._of_request(judged) or (None if judged.verdict == "pass" else self._alone(judged))
        return found if found and (found.steps or judged.verdict != "pass") else None

    def whole(self) -> RequestPlan | None:
        """Plan the request; None where there is none, or planning fails."""
        if self._whole is None and self._report is not None:
            report, self._report = self._report, None
            plain = msgspec.structs.replace(
                report, assets=tuple(map(_unweighed, report.assets)), findings=_as_found(report.findings)
            )
            try:
                found = plan_whole(plain, self._profile, FixOptions())
            except Exception:  # noqa: BLE001 - the verdict is what is asked for: each asset is planned by itself then
                return None
            pairs = zip(report.assets, found.plans, strict=True)
            self._whole = msgspec.structs.replace(found, plans=tuple((one, todo) for one, (_, todo) in pairs))
        return self._whole

    def _of_request(self, judged: Judged) -> Plan | None:
        whole = self.whole()
        return next((todo for one, todo in whole.plans if one is judged), None) if whole else None

    def _alone(self, judged: Judged) -> Plan:
        ((_, found),) = plan_fixes([_unweighed(judged)], self._profile, FixOptions())
        return found


def _unweighed(judged: Judged) -> Judged:
    return msgspec.structs.replace(judged, findings=_as_found(judged.findings))


def _as_found(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Restore the severities of the rules."""
    return tuple(msgspec.structs.replace(one, severity=one.severity_before or one.severity) for one in findings)
