"""Relay a program's request: bring its assets, judge, mend in files of their own, upload, send once.

    spec ── brought ──► contents ── judge_brought ──► Report ─┬─ clean ─────────────► relayed ──► Entry, Task
                                                              └─ plan_request_fixes ─ apply_fixes ─┘
                                                                     └─ None: nothing mends it

A URL that passes is sent as it came; what is mended or lies on this machine is uploaded and sent in its place.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, FixFailed, NotDone
from preflight.flow.check import Word, judge_whole, plain
from preflight.flow.fix import fix_all, plan_whole
from preflight.flow.submit import Ready, before_upload, send
from preflight.probe import identity
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.rules import judge
from preflight.submission.prepare import hash_assets, price_of, upload_assets
from preflight.submission.submit import NOT_SUBMITTED, Account, EntryHooks, advised
from preflight.upload.contents import Content, Contents, UrlContents
from preflight.values.assets import Asset, Kind
from preflight.values.facts import Facts
from preflight.values.findings import Judged, Report, counts
from preflight.values.phrase import joined, phrase
from preflight.values.probed import Fault, Probed
from preflight.workers.pool import WorkerPool
from preflight.workers.processors import processors

if TYPE_CHECKING:
    from preflight.apply import Progress
    from preflight.plan import FixOptions, Plan
    from preflight.plan.request import RequestPlan
    from preflight.service.task import Task
    from preflight.submission.states import Entry

BROUGHT_AT_ONCE = 4
"""URLs of one request that are asked in parallel."""
REMEMBERED = 20_000
"""Contents whose facts are known; the least recently used are forgotten."""
By = tuple[str, str, Kind]
"""What a measurement depends on: hash, extension, and kind expected."""
Found = Mapping[str, Content | Fault]
"""Path or URL of an asset → its content, or why there is none."""


class _Facts(msgspec.Struct, frozen=True):
    facts: Facts | None
    fault: Fault | None
    hint: Kind | None


class KnownFacts:
    """Facts of contents, by their hash; safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: OrderedDict[By, _Facts] = OrderedDict()

    def find(self, content: Content, asset: Asset) -> _Facts | None:
        """Find what was measured of the same bytes in the same role."""
        by = _by(content, asset)
        with self._turn:
            if by in self._known:
                self._known.move_to_end(by)
            return self._known.get(by)

    def all(self, content: Content, among: Sequence[Asset]) -> bool:
        """Tell whether it was measured in the role of each of some assets."""
        return all(self.find(content, asset) is not None for asset in among)

    def keep(self, content: Content, probed: Probed) -> None:
        """Remember a measurement; a failed one is repeated."""
        if probed.fault and probed.fault.kind == "unmeasured":
            return
        with self._turn:
            self._known[_by(content, probed.asset)] = _Facts(probed.facts, probed.fault, probed.hint)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _by(content: Content, asset: Asset) -> By:
    return content.sha256, content.path.suffix, asset.expected_kind


class Assets(msgspec.Struct, frozen=True, kw_only=True):
    """Where assets of requests are brought to, and what is known of them."""

    contents: Contents
    urls: UrlContents
    known: KnownFacts = msgspec.field(default_factory=KnownFacts)
    turns: threading.Semaphore = msgspec.field(default_factory=lambda: threading.Semaphore(processors()))
    """Requests that measure at the same time."""
    word: Word = plain
    """Words the advice on a failed download."""


@contextmanager
def brought(
    spec: RequestSpec,
    here: Mapping[str, Content],
    assets: Assets,
    *,
    whole: bool = False,
    before: Found | None = None,
) -> Iterator[dict[str, Content | Fault]]:
    """Bring the assets of a request, and hold them for the length of a block.

    Args:
        spec: the request.
        here: path → content of those on this machine, held by the caller.
        assets: where to.
        whole: whether the bytes are needed of what was measured before, too.
        before: what was brought a moment ago: what is still here of it is not brought again.
    """
    urls = {asset.path: [one for one in spec.assets if one.path == asset.path] for asset in spec.assets if asset.is_url}
    held = list[Content]()

    def bring(url: str) -> Content | Fault:
        earlier = before.get(url) if before else None
        if isinstance(earlier, Content) and assets.contents.hold_if_here(earlier):
            held.append(earlier)
            return earlier
        try:
            found = assets.urls.bring(url, lambda one: whole or not assets.known.all(one, urls[url]))
        except (NotDone, CallError) as error:
            advice = assets.word(error.remedies)
            return Fault(
                "unmeasured", joined([error.message, advice.removesuffix(".")], ". ") if advice else error.message
            )
        if found.is_here:
            held.append(found.content)
        return found.content

    try:
        yield {**here, **dict(zip(urls, _each(bring, list(urls)), strict=True))}
    finally:
        for content in held:
            assets.contents.release(content)


def _each(bring: Callable[[str], Content | Fault], urls: Sequence[str]) -> list[Content | Fault]:
    if len(urls) < 2:  # noqa: PLR2004 - one needs no thread
        return list(map(bring, urls))
    with ThreadPoolExecutor(min(BROUGHT_AT_ONCE, len(urls)), thread_name_prefix="bring") as pool:
        return list(pool.map(bring, urls))


def judge_brought(spec: RequestSpec, found: Found, profile: Profile, assets: Assets) -> Report:
    """Measure what is not known yet, at depth exact, and judge the request as a whole."""
    return judge_whole(spec, _probed_all(spec.assets, found, assets), profile)


def judge_content(content: Content, profile: Profile, assets: Assets) -> Judged:
    """Measure a file that stands in no request, and judge it by itself."""
    asset = Asset(path=str(content.path))
    (probed,) = _probed_all((asset,), {asset.path: content}, assets)
    return judge(probed, profile)


def _probed_all(wanted: Sequence[Asset], found: Found, assets: Assets) -> tuple[Probed, ...]:
    new = {
        (content.path, asset.expected_kind): msgspec.structs.replace(asset, path=str(content.path))
        for asset in wanted
        if isinstance(content := found[asset.path], Content) and assets.known.find(content, asset) is None
    }
    measured = dict(zip(new, _measured(list(new.values()), assets), strict=True))
    return tuple(_probed(one, found[one.path], measured, assets) for one in wanted)


def _measured(new: list[Asset], assets: Assets) -> list[Probed]:
    if not new:
        return []
    with assets.turns, WorkerPool("exact", jobs=min(processors(), len(new))) as pool:
        return list(pool.measure(new))


def _probed(
    asset: Asset, content: Content | Fault, measured: Mapping[tuple[Path, Kind], Probed], assets: Assets
) -> Probed:
    """Build the measurement of an asset under the name by which it was asked for."""
    if isinstance(content, Fault):
        return Probed(asset=asset, fault=content)
    if probed := measured.get((content.path, asset.expected_kind)):
        assets.known.keep(content, probed)
        return msgspec.structs.replace(probed, asset=asset)
    known = assets.known.find(content, asset)
    if known is None:
        return Probed(asset=asset, fault=Fault("unmeasured", "was forgotten while it was judged"))
    seen = None if asset.is_url else identity(content.path.stat())
    return Probed(asset=asset, facts=known.facts, fault=known.fault, hint=known.hint, identity=seen)


# ---- mending --------------------------------------------------------------------------------------------------------


def plan_request_fixes(
    report: Report, found: Found, profile: Profile, fix_options: "FixOptions"
) -> "RequestPlan | None":
    """Plan what mends a request, in files of this machine; None where nothing does, or needs to.

    Where a file was taken (GPS) is removed from what is uploaded, and from no URL that passes.

    Args:
        report: of the request as it came.
        found: its contents, all of them here.
        profile: the limits.
        fix_options: how to fix.
    """
    if report.verdict == "unsure" or any(counts(one, report.fail_on) and one.fix == "none" for one in report.findings):
        return None
    local = msgspec.structs.replace(report, assets=tuple(_here(one, found[one.asset.path]) for one in report.assets))
    as_it_is = plan_whole(local, profile, fix_options)
    careful = plan_whole(local, profile, before_upload(fix_options))
    pairs = zip(report.assets, as_it_is.plans, careful.plans, strict=True)
    plans = tuple(plan if one.asset.is_url and not plan[1].steps else safer for one, plan, safer in pairs)
    if as_it_is.beyond_mending or any(plan.beyond_mending or plan.fault for _, plan in plans):
        return None
    return msgspec.structs.replace(as_it_is, plans=plans) if any(plan.steps for _, plan in plans) else None


def _here(judged: Judged, content: Content | Fault) -> Judged:
    path = judged.asset.path if isinstance(content, Fault) else str(content.path)
    return msgspec.structs.replace(judged, asset=msgspec.structs.replace(judged.asset, path=path))


def apply_fixes(
    spec: RequestSpec,
    planned: "RequestPlan",
    profile: Profile,
    folder: Path,
    begin: "Callable[[Plan], Progress | None] | None" = None,
) -> RequestSpec:
    """Apply plans in a folder; the request with its new files, and with all else as it came.

    Raises:
        FixFailed: one of them could not be made.
    """
    results = fix_all(planned.plans, profile, folder, begin=begin)
    for one in results:
        if one.outcome not in ("fixed", "untouched"):
            raise FixFailed(
                phrase("{q}: {fault}", q=str(one.before.asset.role), fault=one.message or one.outcome),
                advice=one.remedies,
            )
    pairs = zip(spec.assets, results, strict=True)
    return msgspec.structs.replace(
        spec, assets=tuple(asset if one.outcome == "untouched" else one.asset for asset, one in pairs)
    )


# ---- sending --------------------------------------------------------------------------------------------------------


def relayed(  # noqa: PLR0913 - what, where to, and who hears of it
    spec: RequestSpec,
    report: Report,
    profile: Profile,
    account: Account,
    base_url: str,
    *,
    beside: EntryHooks,
    uploading: Callable[[str, Fraction], None] | None = None,
) -> "tuple[Entry, Task]":
    """Upload what lies on this machine, and send the create call of a clean request once.

    Args:
        spec: the request.
        report: the report on it, which passes.
        profile: the edition it was judged by.
        account: the service and the ledger.
        base_url: the service.
        beside: what is recorded with its entry.
        uploading: called with the path and the part of what is uploaded.

    Raises:
        PreflightError: as `submission.submit.submit`.
    """
    hashes = hash_assets(report)
    price = price_of(spec, report, profile)
    ready = Ready(spec=spec, report=report, profile=profile, hashes=hashes, price=price)

    def begin(path: str) -> Callable[[Fraction], None]:
        return lambda part: uploading(path, part) if uploading else None

    with advised(NOT_SUBMITTED):
        urls = upload_assets(report, hashes, account, progress=begin)
    return send(ready, urls, account, base_url, again=True, beside=beside)
