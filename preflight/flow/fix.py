"""Plan fixes and apply them.

    Judged, Profile, FixOptions ──► Plan ── fix_one ──► FixResult: the new file and its verdict, or why there is none

Nothing here asks: the caller decides which plans are applied.
"""

import itertools
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.errors import CallError, NotDone, PreflightError
from preflight.flow.check import Measuring, check_assets
from preflight.plan.result import FixResult
from preflight.profiles.schema import Profile
from preflight.request.file import MAX_BYTES, RequestSpec, dump_spec
from preflight.rules import judge
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged, Report
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy
from preflight.values.unforeseen import unforeseen
from preflight.workers.pool import measured
from preflight.workers.processors import processors
from preflight.workers.session import session, within

if TYPE_CHECKING:
    from preflight.apply import Order, Progress
    from preflight.plan import FixOptions, Plan
    from preflight.plan.file import PlanFile, Planned, Source
    from preflight.plan.request import RequestPlan

How = Literal["new", "same", "replaced"]

FOUND = "made by an earlier run, and still as it was"


def plan_fixes(judged: Iterable[Judged], profile: Profile, fix_options: "FixOptions") -> "list[tuple[Judged, Plan]]":
    """Plan each asset; a cut between packets is preferred to encoding."""
    from preflight.plan import planned
    from preflight.plan.cut_points import cut_points_of

    return [(one, planned(one, profile, fix_options, cut_points_of(one.asset.path))) for one in judged]


def plan_whole(report: Report, profile: Profile, fix_options: "FixOptions") -> "RequestPlan":
    """Plan each asset of a request, and share the seconds where they are too many."""
    from preflight.plan.request import plan_request

    return plan_request(report, profile, fix_options)


def plan_report(report: Report, profile: Profile, fix_options: "FixOptions") -> "list[tuple[Judged, Plan]]":
    """Plan a report: a request as a whole, files one by one."""
    if any(judged.asset.role for judged in report.assets):
        return list(plan_whole(report, profile, fix_options).plans)
    return plan_fixes(report.assets, profile, fix_options)


def fingerprinted(plans: "Iterable[tuple[Judged, Plan]]") -> "Iterator[tuple[Judged, Plan, Source | None]]":
    """Yield plans with size and hash of their sources; None without steps, or for an unprintable name.

    Raises:
        NotDone: a file cannot be read any more.
    """
    from preflight.apply.record import content_of
    from preflight.plan.file import Source

    for judged, plan in plans:
        path = plan.asset.path
        source = None
        if plan.steps and path.isprintable():
            content = content_of(Path(path))
            source = Source(path=path, bytes=content.bytes, sha256=content.sha256)
        yield judged, plan, source


def unchanged(path: Path, found: "PlanFile", profile: Profile) -> "list[tuple[Source, Planned]]":
    """List the sources of plans with steps, all unchanged.

    Raises:
        CallError: a plan exceeds its edition's limits, or a source has changed.
    """
    from preflight.apply.record import content_of
    from preflight.plan.file import refuse_beyond

    refuse_beyond(path, found, profile)
    wanted = [(_beside(path, planned.source), planned) for planned in found.assets if planned.steps and planned.source]
    for source, planned in wanted:
        if content_of(Path(source.path)).sha256 != source.sha256:
            raise CallError(
                phrase("{q}: is not the file that was planned for: it has changed since", q=printable(planned.path)),
                advice=Remedy("plan-anew"),
            )
    return wanted


def _beside(plan_file: Path, source: "Source") -> "Source":
    """Resolve a source by its path from here, else from the plan's folder."""
    there = plan_file.parent / source.path
    return (
        msgspec.structs.replace(source, path=str(there))
        if not os.path.exists(source.path) and os.path.exists(there)  # noqa: PTH110 - pathlib's raises for some names
        else source
    )


def order_of(profile: Profile, folder: Path, *, threads: int | None = None) -> "Order":
    """Build an order: where new files go, and their check at depth exact."""
    from preflight.apply import Order

    def judged(asset: Asset) -> Judged:
        return judge(measured(asset), profile)

    return Order(folder=folder, profile=profile.name, judge=judged, threads=threads)


def fix_one(judged: Judged, todo: "Plan", order: "Order", progress: "Progress | None" = None) -> FixResult:
    """Apply one plan; the new file must be clean and as planned."""
    from preflight.apply import apply_plan

    if todo.fault:
        return FixResult(plan=todo, outcome="failed", before=judged, message=todo.fault)
    if todo.beyond_mending:
        return FixResult(plan=todo, outcome="unfixable", before=judged, remedies=todo.remedies)
    if not todo.steps or judged.facts is None:
        return FixResult(plan=todo, outcome="untouched", before=judged)
    try:
        applied = apply_plan(todo, judged.facts, order, progress)
    except NotDone as error:
        return FixResult(plan=todo, outcome="failed", before=judged, message=error.message, remedies=error.remedies)
    except Exception as error:  # noqa: BLE001 - whatever it is, it costs this file alone
        return FixResult(plan=todo, outcome="failed", before=judged, message=unforeseen(error))
    if progress:
        progress(Fraction(1), "checking")
    message = (
        FOUND if applied.found else phrase("another way was taken: {why}", why=applied.missed) if applied.missed else ""
    )
    return FixResult(plan=applied.plan, outcome="fixed", before=judged, after=applied.judged, message=message)


def made_before(planned: "RequestPlan", profile: Profile, folder: Path) -> list[FixResult] | None:
    """Find what an earlier run made of the same plans; None where something has yet to be made, or nothing was.

    Args:
        planned: the plans.
        profile: the limits that the files must meet.
        folder: where new files go.

    Raises:
        NotDone: a source cannot be read.
    """
    from preflight.apply import find_applied

    order, results = order_of(profile, folder), list[FixResult]()
    if not any(plan.steps for _, plan in planned.plans):
        return None
    for judged, plan in planned.plans:
        if plan.beyond_mending or plan.fault:
            return None
        if not plan.steps:
            results.append(FixResult(plan=plan, outcome="untouched", before=judged))
            continue
        if (found := find_applied(plan, order)) is None:
            return None
        results.append(FixResult(plan=found.plan, outcome="fixed", before=judged, after=found.judged, message=FOUND))
    return results


def fix_all(  # noqa: PLR0913 - what to carry out, and how, each by name
    plans: "Sequence[tuple[Judged, Plan]]",
    profile: Profile,
    folder: "Path | Callable[[Plan], Path]",
    *,
    agree: "Callable[[Plan], bool] | None" = None,
    jobs: int | None = None,
    begin: "Callable[[Plan], Progress | None] | None" = None,
) -> list[FixResult]:
    """Apply plans in parallel; results keep their order.

    Args:
        plans: each asset with its plan.
        profile: the limits that new files must meet.
        folder: where they go, for all or for each plan.
        agree: asked of each plan with steps before any begins; refused ones are declined.
        jobs: parallel fixes; one a processor when None. Encoders share the processors as threads.
        begin: called in the working thread when a plan begins; returns its progress callback.
    """
    from concurrent.futures import ThreadPoolExecutor

    agreed = [not plan.steps or agree is None or agree(plan) for _, plan in plans]
    going = [one for one, goes in zip(plans, agreed, strict=True) if goes]
    todo = sum(1 for _, plan in going if plan.steps)
    cores = processors()
    at_once = max(1, min(jobs or cores, todo))
    threads = max(1, cores // at_once) if at_once > 1 else None

    def apply_one(one: "tuple[Judged, Plan]") -> FixResult:
        judged, plan = one
        order = order_of(profile, folder if isinstance(folder, Path) else folder(plan), threads=threads)
        return fix_one(judged, plan, order, begin(plan) if begin and plan.steps else None)

    with ThreadPoolExecutor(at_once, thread_name_prefix="fix") as workers, session():
        done = iter(list(workers.map(within(apply_one), going)))
    return [
        next(done) if goes else FixResult(plan=plan, outcome="declined", before=judged)
        for (judged, plan), goes in zip(plans, agreed, strict=True)
    ]


def with_passing(results: Iterable[FixResult], folder: Path) -> list[FixResult]:
    """Put the files that were not touched into the folder of the new ones, so that it holds all.

    Args:
        results: results of a fix.
        folder: where hard links, else copies, are made.

    Raises:
        NotDone: a file cannot be put there.
    """
    return [
        msgspec.structs.replace(one, after=_placed(one.before, folder)) if one.outcome == "untouched" else one
        for one in results
    ]


def _placed(judged: Judged, folder: Path) -> Judged | None:
    """Put a file into a folder; None for a URL."""
    if judged.asset.is_url:
        return None
    from preflight.files.place import place

    path = os.fspath(place(Path(judged.asset.path), folder))
    asset = msgspec.structs.replace(judged.asset, path=path, walked=False)
    return msgspec.structs.replace(judged, asset=asset)


def graded(one: FixResult) -> FixResult:
    """Measure the quality of a new file against its source.

    Raises:
        NotDone: the two could not be compared.
    """
    from preflight.apply.quality import measure_quality

    if one.after is None or one.before.facts is None:
        return one
    try:
        quality = measure_quality(one.plan, one.before.facts, Path(one.after.asset.path))
    except PreflightError:
        raise
    except Exception as error:
        raise NotDone(unforeseen(error)) from error
    return msgspec.structs.replace(one, quality=quality)


def with_results(spec: RequestSpec, results: Iterable[FixResult]) -> RequestSpec:
    """Replace a request's assets by their fixed files."""
    return msgspec.structs.replace(spec, assets=tuple(one.asset for one in results))


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The request file that names the new files."""

    path: Path
    how: How
    """Whether it is new, the same as before, or replaces an earlier run's."""
    other: Path | None = None
    """A different request.toml beside it."""


def write_request(spec: RequestSpec, folder: Path, source: Path) -> Written:
    """Write a request.toml into a folder, replacing an earlier run's for the same request.

    Files that a person wrote or edited, or of other requests, stay: the next free name is used.

    Args:
        spec: the request with its new files.
        folder: where it is written.
        source: the original request file; never replaced.

    Raises:
        NotDone: it cannot be written.
    """
    from preflight.files.atomic import commit, commit_over, written
    from preflight.files.names import names

    wanted, body = folder / "request.toml", dump_spec(spec, folder).encode()
    origin = printable(os.path.relpath(source, folder))
    taken = itertools.takewhile(os.path.lexists, names(wanted))
    existing = ((path, _gives_way(path, origin, body, source)) for path in taken)
    new: tuple[Path, How] = (wanted, "new")
    path, how = next(((path, how_written) for path, how_written in existing if how_written), new)
    if how != "same":
        with written(folder, "toml", _stamped(origin, body)) as draft:
            if how == "new":
                path = commit(draft, wanted)
            else:
                commit_over(draft, path)
    return Written(path=path, how=how, other=None if path == wanted else wanted)


def _gives_way(path: Path, origin: str, body: bytes, source: Path) -> How | None:
    """Tell whether a file is the same already, or may be replaced; None for a person's own."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        content = path.read_bytes()
        first, _, rest = content.partition(b"\n")
        if content == body or (first.startswith(b"#") and rest == body):
            return "same"
        ours = content == _stamped(origin, rest)
        return "replaced" if ours and not path.samefile(source) else None
    except OSError:
        return None


def _stamped(origin: str, body: bytes) -> bytes:
    """Prefix a request file with its origin and a hash that shows edits."""
    from hashlib import sha256

    mark = sha256(origin.encode() + b"\n" + body).hexdigest()
    return f"# Made by preflight from {origin}; unless it is edited, the next run replaces it: {mark}\n".encode() + body


def plans_from(path: Path, how: Measuring) -> "tuple[Profile, RequestPlan]":
    """Read a plan file for the files as they are now, with its edition.

    Raises:
        CallError: it is no plan, a source has changed, or an edited cut cannot be made.
    """
    from preflight.plan.file import read_plans
    from preflight.profiles import load

    found = read_plans(path)
    profile = load(found.profile)
    return profile, plans_of(found, path, profile, how)


def plans_of(found: "PlanFile", path: Path, profile: Profile, how: Measuring) -> "RequestPlan":
    """Read plans for the files as they are now: those that have steps, in order.

    Args:
        found: the content of a plan file.
        path: names it in messages; its sources may lie beside it.
        profile: its edition.
        how: how the sources are measured.

    Raises:
        CallError: a source has changed, or an edited cut cannot be made.
    """
    from preflight.plan import Plan, with_drops
    from preflight.plan.cut_points import cut_points_of
    from preflight.plan.edited import as_edited
    from preflight.plan.request import RequestPlan

    wanted = unchanged(path, found, profile)
    judged = check_assets([Asset(path=source.path) for source, _ in wanted], profile, how)
    plans = []
    for one, (source, planned) in zip(judged, wanted, strict=True):
        plan = Plan(
            asset=one.asset,
            kind=one.kind,
            steps=planned.steps,
            otherwise=planned.otherwise,
            also=planned.also,
            cut_asked=planned.is_edited,
        )
        plan = as_edited(plan, cut_points_of(source.path)) if planned.is_edited else plan
        plans.append((one, msgspec.structs.replace(plan, steps=with_drops(plan.steps, one.facts))))
    return RequestPlan(plans=tuple(plans))
