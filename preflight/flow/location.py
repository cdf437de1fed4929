"""Take places out of the files of a clean request before they are uploaded, where nobody is asked.

Report, RequestPlan ── without_locations ──► FixResults, new files in a folder
"""

from collections.abc import Callable
from pathlib import Path

from preflight.errors import NotDone
from preflight.flow.fix import fix_all
from preflight.flow.submit import refuse_uncut
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles.schema import Profile
from preflight.values.assets import printable
from preflight.values.findings import Report
from preflight.values.phrase import phrase


def without_locations(profile: Profile, folder: Path) -> Callable[[Report, RequestPlan], list[FixResult]]:
    """Bind the application of a clean request's plans, which only take places out; none of another is applied.

    Args:
        profile: the limits that new files must meet.
        folder: where they go.

    Raises:
        Unclean: by what is returned, for a part to keep, which it does not cut.
        NotDone: by what is returned, where a place cannot be taken out.
    """

    def applied(report: Report, planned: RequestPlan) -> list[FixResult]:
        if report.verdict != "pass":
            return [FixResult(plan=plan, outcome="untouched", before=judged) for judged, plan in planned.plans]
        refuse_uncut([judged.asset for judged, _ in planned.plans], report)
        results = fix_all(list(planned.plans), profile, folder)
        for one in results:
            if one.outcome not in ("untouched", "fixed"):
                words = phrase(
                    "{q}: its place cannot be taken out, so nothing was sent", q=printable(one.before.asset.path)
                )
                raise NotDone(phrase("{said}: {why}", said=words, why=one.message) if one.message else words)
        return results

    return applied


__all__ = ["without_locations"]
