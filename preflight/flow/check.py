"""Check assets and requests: measure, then judge.

    assets ──► probe ──► facts ──► rules ──► findings

Nothing here prints or asks.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, NotDone
from preflight.probe.cache import Cache
from preflight.profiles import nearest
from preflight.profiles.schema import Profile
from preflight.rules import WholeRequest, judge, judge_request
from preflight.rules.fields import unknown as unknown_fields
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged, Report
from preflight.values.phrase import joined, phrase
from preflight.values.probed import Fault, Probed
from preflight.values.remedy import Remedies
from preflight.workers.pool import WorkerPool

if TYPE_CHECKING:
    from preflight.request.file import RequestSpec

Fetch = Callable[[str], Path]
"""Downloads a URL to a local file."""
Word = Callable[[Remedies], str]
"""Words remedies as sentences."""
BLOCK_FILES = 512
"""Assets processed at a time."""


def plain(remedies: Remedies) -> str:
    """Join the remedies that are the same in every face."""
    return joined((one for one in remedies if isinstance(one, str)), " ")


class Passed:
    """Counts files of folders skipped as no media."""

    def __init__(self) -> None:
        self.files = 0

    def count(self) -> int:
        """Count so far."""
        return self.files


class Measuring(msgspec.Struct, frozen=True, kw_only=True):
    """How a run measures."""

    pool: WorkerPool = msgspec.field(default_factory=lambda: WorkerPool("exact"))
    """Worker pool with depth, number of children and bounds per file."""
    cache: Cache | None = None
    """Facts of earlier runs."""
    fetch: Fetch | None = None
    """Downloads URLs; without it they are unjudged."""
    word: Word = plain
    """Words the advice on a failed download."""
    passed: Passed = msgspec.field(default_factory=Passed)
    """Files skipped."""


def measure(assets: Iterable[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure assets in order, block by block."""
    rest = iter(assets)
    with how.pool:
        while block := list(itertools.islice(rest, BLOCK_FILES)):
            yield from measure_block(block, how)


def measure_block(block: list[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure a block; cached facts are reused, URLs are downloaded in turn.

    Downloads are removed once measured, so that only a few exist at once. A single file skips the cache, which is
    slower to open.
    """
    cache = how.cache if len(block) > 1 else None
    here = [asset for asset in block if not (asset.unread or (asset.is_url and not asset.is_object))]
    known = cache.find(here, how.pool.depth, how.pool.bounds) if cache else {}
    found = (known.get(asset) or _at_hand(asset, how) for asset in block)
    ready, ahead = itertools.tee(found)
    measured = how.pool.measure(one for one in ahead if isinstance(one, Asset))
    for asset, one in zip(block, ready, strict=True):
        if isinstance(one, Probed):
            yield one
            continue
        probed = next(measured)
        downloaded = asset.is_url and not asset.is_object
        if downloaded:
            Path(one.path).unlink(missing_ok=True)
        elif cache:
            cache.keep(probed, how.pool.depth, how.pool.bounds)
        yield msgspec.structs.replace(probed, asset=asset) if downloaded else probed


def _at_hand(asset: Asset, how: Measuring) -> Asset | Probed:
    """Choose the file to measure, or the fault of a line that cannot be read."""
    if asset.unread:
        return Probed(asset=asset, fault=Fault("unmeasured", asset.unread))
    return _fetched(asset, how) if asset.is_url and not asset.is_object else asset


def _fetched(asset: Asset, how: Measuring) -> Asset | Probed:
    """Download a URL, or say why not."""
    if how.fetch is None:
        return Probed(asset=asset, fault=Fault("unmeasured", "is a URL, which nothing was allowed to fetch"))
    try:
        return msgspec.structs.replace(asset, path=str(how.fetch(asset.path)))
    except (NotDone, CallError) as error:
        advice = how.word(error.remedies)
        said = joined([error.message, advice], ". ") if advice else error.message
        return Probed(asset=asset, fault=Fault("unmeasured", said.removesuffix(".")))


def check_assets(assets: Iterable[Asset], profile: Profile, how: Measuring | None = None) -> Iterator[Judged]:
    """Judge assets one by one; files of folders that are no media are skipped."""
    for probed in media(assets, how or Measuring()):
        yield judge(probed, profile)


def media(assets: Iterable[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure assets in order; files of folders that are no media are counted and skipped."""
    for probed in measure(_expanded(assets, how), how):
        if is_bystander(probed):
            how.passed.files += 1
        else:
            yield probed


def _expanded(assets: Iterable[Asset], how: Measuring) -> Iterator[Asset]:
    """Yield assets in order, and in place of a bucket's prefix the objects below it."""
    for asset in assets:
        if asset.is_object:
            from preflight.objects.listing import expand

            yield from expand([asset], how.pool.stores)
        else:
            yield asset


def is_bystander(probed: Probed) -> bool:
    """Tell whether a file found in a folder is no medium, by content or name."""
    return probed.is_bystander


def check_request(
    spec: "RequestSpec",
    profile: Profile,
    how: Measuring | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Judge the assets of a request, and the request as a whole.

    Args:
        spec: the request.
        profile: the edition of the limits.
        how: how assets are measured.
        progress: called once with the path of each asset, when measured or at the end.

    Raises:
        CallError: the profile does not know the model, or one of the fields.
    """
    refuse_unknown(spec, profile)
    how, waiting = how or Measuring(), dict.fromkeys(asset.path for asset in spec.assets)

    def measured(path: str, _took_s: float) -> None:
        if progress and path in waiting:
            del waiting[path]
            progress(path)

    if progress:
        how.pool.watch = measured
    probed = tuple(measure(spec.assets, how))
    report = judge_whole(spec, probed, profile)
    if progress:
        list(map(progress, waiting))
    return report


def refuse_unknown(spec: "RequestSpec", profile: Profile) -> None:
    """Raise CallError for a model or a field that the profile does not know, with those that are most like it."""
    if spec.model is not None and spec.model not in profile.models:
        raise CallError(
            phrase("model: {w} is not in profile {q}", w=repr(spec.model), q=profile.name),
            advice=phrase("It knows {l}.", l=joined(profile.models)),
        )
    for name in unknown_fields(spec, profile):
        near = nearest(name, profile.fields()) or profile.fields()[:3]
        words = phrase("{q1}: {q2} has no such field", q1=printable(name), q2=profile.name)
        raise CallError(words, advice=phrase("Nearest: {l}.", l=joined(near)))


def judge_whole(spec: "RequestSpec", probed: tuple[Probed, ...], profile: Profile) -> Report:
    """Judge measured assets, and their request."""
    from preflight.request.body import planned_bytes

    whole = WholeRequest(spec=spec, probed=probed, body_bytes=planned_bytes(spec, profile))
    judged = tuple(judge(one, profile) for one in probed)
    return Report(profile=profile.name, assets=judged, findings=judge_request(whole, profile))
