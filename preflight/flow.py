"""The stages in order; the only module that knows the order.

    assets ──► probe ──► facts ──► rules ──► findings ──► plan ──► fix ──► measured again
                                                                              │ clean
                                                        request ──► upload ──► submit ──► wait ──► download
                                                                       └───── ledger ─────┘

Nothing here prints or asks: the command line, or a program, stands in between.
"""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.assets import Asset, printable
from preflight.cache import Cache
from preflight.errors import CallError, NotDone
from preflight.facts import Facts, VideoFacts
from preflight.findings import Judged, Report
from preflight.once import Account, Progress, Submission, download, in_parts, submit, wait
from preflight.probe import Fault, Probed, probe
from preflight.probe.child import Crew
from preflight.profiles.schema import Profile
from preflight.request import build_body, encode, planned_bytes
from preflight.rules import WholeRequest, judge, judge_request
from preflight.spec import RequestSpec, dump_spec

if TYPE_CHECKING:
    from preflight.fix import Order
    from preflight.fix.quality import Quality
    from preflight.plan import Plan, Wishes
    from preflight.plan.file import Source
    from preflight.plan.request import RequestPlan
    from preflight.price import Estimate
    from preflight.upload import Place

__all__ = ["Account", "Progress", "Submission", "download", "submit", "wait"]
"""What stands in `once`, and is a stage like those below."""

Fetch = Callable[[str], Path]
"""Downloads a URL to a local file."""
BLOCK_FILES = 512
"""How many assets are in hand at once."""
Outcome = Literal["untouched", "fixed", "unfixable", "declined", "failed"]

FOUND = "made by an earlier run, and still as it was"
SUFFIXES = {"jpeg": "jpg"}
"""Format → the ending an upload gets, where it is not the format's name."""


# ---- check ----------------------------------------------------------------------------------------------------------


class Measuring(msgspec.Struct, frozen=True, kw_only=True):
    """How a run measures."""

    crew: Crew = msgspec.field(default_factory=lambda: Crew("exact"))
    """Who measures: it knows the depth, how many children, and what one file may cost."""
    cache: Cache | None = None
    """What was measured before."""
    fetch: Fetch | None = None
    """Brings URLs; without it a URL cannot be judged."""


def measure(assets: Iterable[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure assets in their order; assets are taken, and results given, block by block."""
    rest = iter(assets)
    with how.crew:
        while block := list(itertools.islice(rest, BLOCK_FILES)):
            yield from _measure_block(block, how)


def _measure_block(block: list[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure a block: what the cache knows is not measured again, what is a URL is brought first.

    One file alone is measured sooner than a cache is opened.
    """
    cache = how.cache if len(block) > 1 else None
    known = cache.find([asset for asset in block if not asset.is_url], how.crew.depth) if cache else {}
    ready = [_fetched(asset, how.fetch) if asset.is_url else known.get(asset, asset) for asset in block]
    measured = how.crew.measure(one for one in ready if isinstance(one, Asset))
    for asset, one in zip(block, ready, strict=True):
        if isinstance(one, Probed):
            yield one
            continue
        probed = next(measured)
        if cache and not asset.is_url:
            cache.keep(probed, how.crew.depth)
        yield msgspec.structs.replace(probed, asset=asset) if asset.is_url else probed


def _fetched(asset: Asset, fetch: Fetch | None) -> Asset | Probed:
    """Return the local copy of a URL, or why there is none."""
    if fetch is None:
        return Probed(asset=asset, fault=Fault("unmeasured", "is a URL, which nothing was allowed to fetch"))
    try:
        return msgspec.structs.replace(asset, path=str(fetch(asset.path)))
    except NotDone as error:
        return Probed(asset=asset, fault=Fault("unmeasured", error.message))


def check_assets(assets: Iterable[Asset], profile: Profile, how: Measuring | None = None) -> Iterator[Judged]:
    """Judge assets one by one, as they come; what a folder holds besides media is passed over."""
    for probed in measure(assets, how or Measuring()):
        if not is_bystander(probed):
            yield judge(probed, profile)


def is_bystander(probed: Probed) -> bool:
    """Tell whether a file found in a folder is no medium, by content or by name: a note, a sidecar, a script."""
    fault = probed.fault
    return probed.asset.walked and probed.kind == "unknown" and fault is not None and fault.kind == "unreadable"


def check_request(spec: RequestSpec, profile: Profile, how: Measuring | None = None) -> Report:
    """Judge the assets of one request, and the request as a whole.

    Raises:
        CallError: the profile does not know the model.
    """
    if spec.model is not None and spec.model not in profile.models:
        raise CallError(
            f"model: {spec.model!r} is not in profile {profile.name}", advice=f"It knows {', '.join(profile.models)}."
        )
    probed = tuple(measure(spec.assets, how or Measuring()))
    whole = WholeRequest(spec=spec, probed=probed, body_bytes=planned_bytes(spec, profile))
    judged = tuple(judge(one, profile) for one in probed)
    return Report(profile=profile.name, assets=judged, findings=judge_request(whole, profile))


# ---- fix ------------------------------------------------------------------------------------------------------------


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after its plan was carried out, or was not."""

    plan: "Plan"
    outcome: Outcome
    before: Judged
    after: Judged | None = None
    """The verdict on the new file."""
    message: str = ""
    """Why nothing came of it."""
    quality: "Quality | None" = None
    """How near the new file comes to its source, where that was asked for and something was encoded."""

    @property
    def asset(self) -> Asset:
        """The asset to go on with: the new file where there is one."""
        return self.after.asset if self.after else self.before.asset


def plan_fixes(judged: Iterable[Judged], profile: Profile, wishes: "Wishes") -> "list[tuple[Judged, Plan]]":
    """Plan each asset; what can be cut between its packets is not encoded."""
    from preflight.plan import plan
    from preflight.probe.seams import seams_of

    return [(one, plan(one, profile, wishes, seams_of(one.asset.path))) for one in judged]


def plan_whole(report: Report, profile: Profile, wishes: "Wishes") -> "RequestPlan":
    """Plan each asset of a request, and share the seconds where together they are too many."""
    from preflight.plan.request import plan_request

    return plan_request(report, profile, wishes)


def fingerprinted(plans: "Iterable[tuple[Judged, Plan]]") -> "Iterator[tuple[Judged, Plan, Source | None]]":
    """Yield plans with the very content that they are for; what has no steps, or a name that is no text, goes without.

    Raises:
        NotDone: a file cannot be read any more.
    """
    from preflight.fix.record import content_of
    from preflight.plan.file import Source

    for judged, plan in plans:
        path = plan.asset.path
        source = None
        if plan.steps and path.isprintable():
            content = content_of(Path(path))
            source = Source(path=path, bytes=content.bytes, sha256=content.sha256)
        yield judged, plan, source


def plans_from(path: Path, how: Measuring) -> "tuple[Profile, RequestPlan]":
    """Read a plan file and return the edition that it is for, and its plans, for the files as they are now.

    Raises:
        CallError: it is no plan, or a file is not the one that was planned for.
    """
    from preflight.fix.record import content_of
    from preflight.plan import Plan
    from preflight.plan.file import read_plans
    from preflight.plan.request import RequestPlan
    from preflight.profiles import load

    found = read_plans(path)
    profile = load(found.profile)
    wanted = [asset for asset in found.assets if asset.steps and asset.source]
    for asset in wanted:
        content = content_of(Path(asset.source.path)) if asset.source else None
        if content is None or asset.source is None or content.sha256 != asset.source.sha256:
            raise CallError(
                f"{printable(asset.path)}: is not the file that was planned for: it has changed since",
                advice="Plan anew: `preflight fix --dry-run --format json`.",
            )
    assets = [Asset(path=asset.source.path) for asset in wanted if asset.source]
    judged = check_assets(assets, profile, how)
    plans = tuple(
        (one, Plan(asset=one.asset, kind=one.kind, steps=asset.steps, otherwise=asset.otherwise))
        for one, asset in zip(judged, wanted, strict=True)
    )
    return profile, RequestPlan(plans=plans)


def order_of(profile: Profile, folder: Path, *, threads: int | None = None) -> "Order":
    """Return where new files go and what they must pass: they are measured at depth exact, as every file is."""
    from preflight.fix import Order

    return Order(folder=folder, profile=profile.name, judge=lambda asset: judge(probe(asset), profile), threads=threads)


def treat(judged: Judged, todo: "Plan", order: "Order", progress: Progress | None = None) -> Treated:
    """Carry out one plan; the new file must be clean, and as planned, before it takes its name."""
    from preflight.fix import mend

    if todo.beyond_mending:
        return Treated(plan=todo, outcome="unfixable", before=judged, message=todo.advice)
    if not todo.steps or judged.facts is None:
        return Treated(plan=todo, outcome="untouched", before=judged)
    try:
        mended = mend(todo, judged.facts, order, progress)
    except NotDone as error:
        said = ". ".join(part for part in (error.message, error.advice) if part)
        return Treated(plan=todo, outcome="failed", before=judged, message=said)
    message = FOUND if mended.found else ""
    return Treated(plan=mended.plan, outcome="fixed", before=judged, after=mended.judged, message=message)


def treat_all(
    plans: "Sequence[tuple[Judged, Plan]]",
    profile: Profile,
    folder: Path,
    *,
    jobs: int | None = None,
    begin: "Callable[[Plan], Progress | None] | None" = None,
) -> list[Treated]:
    """Carry out plans, several at a time, and return what came of them in their order.

    Args:
        plans: each asset with its plan.
        profile: the limits that new files must meet.
        folder: where they go.
        jobs: how many at a time; as many as there are processors when None. They share the processors: where two run,
            each encoder has half of the threads.
        begin: called when a plan is begun, in the thread that carries it out; returns what is called with the part
            that is done.
    """
    from concurrent.futures import ThreadPoolExecutor

    from preflight.fix.ffmpeg import ending_all

    todo = sum(1 for _, plan in plans if plan.steps)
    cores = os.cpu_count() or 1
    at_once = max(1, min(jobs or cores, todo))
    order = order_of(profile, folder, threads=max(1, cores // at_once) if at_once > 1 else None)

    def carry_out(one: "tuple[Judged, Plan]") -> Treated:
        return treat(*one, order, begin(one[1]) if begin and one[1].steps else None)

    with ThreadPoolExecutor(at_once, thread_name_prefix="fix") as workers, ending_all(workers):
        return list(workers.map(carry_out, plans))


def graded(one: Treated) -> Treated:
    """Measure how near a new file comes to its source.

    Raises:
        NotDone: the two could not be compared.
    """
    from preflight.fix.quality import measure_quality

    if one.after is None or one.before.facts is None:
        return one
    quality = measure_quality(one.plan, one.before.facts, Path(one.after.asset.path))
    return msgspec.structs.replace(one, quality=quality)


def decline(judged: Judged, todo: "Plan") -> Treated:
    """Leave an asset as it is because a person said no."""
    if todo.steps:
        return Treated(plan=todo, outcome="declined", before=judged)
    return Treated(plan=todo, outcome="unfixable" if todo.beyond_mending else "untouched", before=judged)


def with_treated(spec: RequestSpec, treated: Iterable[Treated]) -> RequestSpec:
    """Return a request with its assets as they are after mending."""
    return msgspec.structs.replace(spec, assets=tuple(one.asset for one in treated))


def write_request(spec: RequestSpec, folder: Path) -> Path:
    """Write a request.toml into a folder, under the next free name; return its path."""
    from preflight.place import publish, temporary

    with temporary(folder, "toml") as draft:
        draft.write_text(dump_spec(spec, folder), encoding="utf-8")
        return publish(draft, folder / "request.toml")


# ---- submit ---------------------------------------------------------------------------------------------------------


def price_of(spec: RequestSpec, report: Report, profile: Profile, *, longest: bool = False) -> "Estimate | None":
    """Estimate what a checked request will cost; None where that cannot be told.

    Args:
        spec: the request.
        report: what was measured of it.
        profile: the edition whose price data is used.
        longest: whether each clip counts by the longest length that any reader of it may see.
    """
    from preflight.price import estimate

    clips = [judged for judged in report.assets if judged.asset.role and judged.asset.role.kind == "video"]
    lengths = [_billed_length_s(clip, longest=longest) for clip in clips]
    known = [length for length in lengths if length is not None]
    return estimate(spec, profile, sum(known, Fraction(0))) if len(known) == len(lengths) else None


def _billed_length_s(clip: Judged, *, longest: bool) -> Fraction | None:
    """Return a clip's length, or that of the part of it that is to be kept, in seconds."""
    facts, keep = clip.facts, clip.asset.keep
    if not isinstance(facts, VideoFacts) or facts.duration_s is None:
        return None
    claimed_s = facts.header_duration_s if longest else None
    length_s = max(facts.duration_s, claimed_s or Fraction(0))
    return min(length_s, keep.end_s) - min(length_s, keep.start_s) if keep else length_s


def fingerprints(report: Report) -> dict[str, str]:
    """Return path → SHA-256, in hex, of the files of a checked request.

    Raises:
        NotDone: a file cannot be read, or is not in the state in which it was measured.
        CallError: the request is not clean: what was not judged clean is never sent.
    """
    from preflight.upload import hash_files

    if report.verdict != "pass":
        raise CallError("the request is not clean, so nothing was sent", advice="`preflight check` says what is wrong.")
    local = [judged for judged in report.assets if not judged.asset.is_url]
    return hash_files({judged.asset.path: judged.identity for judged in local})


def suffix_of(facts: Facts | None) -> str:
    """Return the ending that tells a file's format; an upload is called by its hash and this, never the user's name."""
    return SUFFIXES.get(facts.format, facts.format) if facts else "bin"


def upload_assets(
    report: Report,
    hashes: dict[str, str],
    account: Account,
    *,
    progress: Callable[[str], Progress | None] | None = None,
) -> dict[str, str]:
    """Put each local file at a URL and return path → URL, in order; what lies there long enough is not sent again.

    Args:
        report: the clean report.
        hashes: path → SHA-256 as checked; the same content is sent once.
        account: where uploads go, and whose ledger remembers them.
        progress: called with a path when its upload begins, returns what is called with the part that is sent; both
            in the thread that sends.
    """
    from preflight.upload import Parcel, bring

    def watch(parcel: Parcel) -> Callable[[int, int | None], None] | None:
        return in_parts(progress(str(parcel.path)) if progress else None)

    parcels: dict[str, Parcel] = {}
    local = {judged.asset.path: judged for judged in report.assets if not judged.asset.is_url}
    for path, judged in local.items():
        parcel = Parcel(path=Path(path), sha256=hashes[path], suffix=suffix_of(judged.facts))
        parcels.setdefault(parcel.sha256, parcel)
    limits, at_once = account.profile.service, account.uploads_at_once
    urls = bring(list(parcels.values()), _place(account), account.ledger, limits=limits, at_once=at_once, watch=watch)
    return {path: urls[hashes[path]] for path in local}


def renewed(urls: dict[str, str], report: Report, hashes: dict[str, str], account: Account) -> dict[str, str]:
    """Return path → URL with those replaced that end before the task could read them; for right before the create call.

    Nothing is asked of the network where the ledger says that all live long enough; `needed_s` says how long that is.
    """
    from preflight.upload import needed_s

    place, needed = _place(account), needed_s(account.profile.service)
    living = {path: account.ledger.living_upload(hashes[path], place.name, needed) for path in urls}
    return urls if living == urls else upload_assets(report, hashes, account)


def _place(account: Account) -> "Place":
    from preflight.upload import files_service

    return account.place or files_service(account.service.files, account.profile.service)


def body_of(spec: RequestSpec, profile: Profile, urls: dict[str, str]) -> bytes:
    """Return the exact bytes of the create call."""
    return encode(build_body(spec, profile, lambda asset: asset.path if asset.is_url else urls[asset.path]))
