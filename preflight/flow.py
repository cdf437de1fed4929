"""The stages in order; the only module that knows the order.

assets ──► probe ──► facts ──► rules ──► findings ──► plan ──► fix ──► measured again
                                                                          │ clean
                                                    request ──► upload ──► submit ──► wait ──► download
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec

from preflight.assets import Asset
from preflight.errors import NotDone
from preflight.findings import Judged, Report
from preflight.fix import mend
from preflight.fix.place import publish, temporary
from preflight.plan import Plan, Wishes, plan
from preflight.probe import Depth, Probed, probe
from preflight.profiles.schema import Profile
from preflight.request import planned_bytes
from preflight.rules import WholeRequest, judge, judge_request
from preflight.spec import RequestSpec, dump_spec


def measure(asset: Asset, depth: Depth) -> Probed:
    """Measure one asset."""
    return probe(asset, depth)


def check_assets(assets: Iterable[Asset], profile: Profile, depth: Depth = "exact") -> Iterator[Judged]:
    """Judge assets one by one, as they come; what a folder holds besides media is passed over."""
    for asset in assets:
        probed = measure(asset, depth)
        if not is_bystander(probed):
            yield judge(probed, profile)


def is_bystander(probed: Probed) -> bool:
    """Tell whether a file found in a folder is no medium, by content or by name: a note, a sidecar, a script."""
    fault = probed.fault
    return probed.asset.walked and probed.kind == "unknown" and fault is not None and fault.kind == "unreadable"


def check_request(spec: RequestSpec, profile: Profile, depth: Depth = "exact") -> Report:
    """Judge the assets of one request, and the request as a whole."""
    return judge_measured(spec, [measure(asset, depth) for asset in spec.assets], profile)


def judge_measured(spec: RequestSpec, probed: list[Probed], profile: Profile) -> Report:
    """Judge a request whose assets were measured already."""
    whole = WholeRequest(spec=spec, probed=tuple(probed), body_bytes=planned_bytes(spec, profile))
    return Report(
        profile=profile.name,
        assets=tuple(judge(one, profile) for one in probed),
        findings=judge_request(whole, profile),
    )


Outcome = Literal["untouched", "fixed", "unfixable", "declined", "failed"]
Progress = Callable[[Fraction], None]


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after its plan was carried out, or was not."""

    plan: Plan
    outcome: Outcome
    before: Judged
    after: Judged | None = None
    """The verdict on the new file."""
    message: str = ""
    """Why nothing came of it."""

    @property
    def asset(self) -> Asset:
        """The asset to go on with: the new file where there is one."""
        return self.after.asset if self.after else self.before.asset


def plan_fixes(judged: Iterable[Judged], profile: Profile, wishes: Wishes) -> list[tuple[Judged, Plan]]:
    """Plan each asset."""
    return [(one, plan(one, profile, wishes)) for one in judged]


def treat(judged: Judged, todo: Plan, profile: Profile, folder: Path, progress: Progress | None = None) -> Treated:
    """Carry out one plan; the new file is measured at depth exact and must be clean before it takes its name."""
    if todo.beyond_mending:
        return Treated(plan=todo, outcome="unfixable", before=judged, message=todo.advice)
    if not todo.steps or judged.facts is None:
        return Treated(plan=todo, outcome="untouched", before=judged)
    try:
        mended = mend(todo, judged.facts, folder, lambda asset: judge(probe(asset), profile), progress)
    except NotDone as error:
        return Treated(plan=todo, outcome="failed", before=judged, message=f"{error.message} {error.advice}".strip())
    return Treated(plan=todo, outcome="fixed", before=judged, after=mended.judged)


def decline(judged: Judged, todo: Plan) -> Treated:
    """Leave an asset as it is because a person said no."""
    if todo.steps:
        return Treated(plan=todo, outcome="declined", before=judged)
    return Treated(plan=todo, outcome="unfixable" if todo.beyond_mending else "untouched", before=judged)


def write_request(spec: RequestSpec, treated: Iterable[Treated], folder: Path) -> Path:
    """Write a request.toml for the assets as they are after mending; return its path, the next free name."""
    mended = msgspec.structs.replace(spec, assets=tuple(one.asset for one in treated))
    with temporary(folder, "toml") as draft:
        draft.write_text(dump_spec(mended, folder), encoding="utf-8")
        return publish(draft, folder, "request", "toml")
