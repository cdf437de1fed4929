"""Which models take these files: measured once, judged and planned by every edition, the least loss first.

    probed ─┬─ judge ── pass ─────────────────► as it is · perhaps as it is, where only limits in doubt are broken
            └─ plan ── its loss, or no plan ──► after a lossless fix · after a lossy one · never

Editions share most of their limits: files are judged once for each set of limits of their kind.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Self

import msgspec

from preflight.flow.check import judge_whole
from preflight.plan import FixOptions, Plan, planned
from preflight.plan.av import CutPointFinder
from preflight.plan.cut_points import BOUNDS
from preflight.plan.request import plan_request
from preflight.probe.cut_points import CutPoint, Wanted, cut_point_in
from preflight.probe.faults import Unmeasured
from preflight.profiles.index import index
from preflight.profiles.prices import OwnPrices, own_prices
from preflight.profiles.schema import ARRAYS, NOTHING, UNSAID, Profile
from preflight.request.file import RequestSpec
from preflight.request.price import estimate, usd_per_s
from preflight.rules import judge
from preflight.rules.common import PLURALS
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Sourced
from preflight.values.places import WAYS, Answer, Place, Way
from preflight.values.probed import Probed
from preflight.workers.isolated import IsolatedCall

TAKES_NO: dict[Kind, str] = {"image": "takes no images", "video": "takes no clips", "audio": "takes no sounds"}
"""Kind → why an edition that takes none never takes a file."""

USUAL: dict[Kind, tuple[str, ...]] = {
    "image": ("format", "side_px", "aspect_ratio", "bytes"),
    "video": ("format", "duration_s", "side_px", "frame_rate_hz", "bytes"),
    "audio": ("format", "duration_s", "bytes"),
}
"""Limits that services are known to have, whether their documents give them or not."""


def where_files(probed: Sequence[Probed], profiles: Iterable[Profile]) -> list[Place]:
    """Say of every model which of some files it takes, each by itself, and what the others need."""
    found: list[Place] = []
    own, kinds = own_prices(), {one.kind for one in probed}
    with _Points() as points:
        answered = _Answers(probed, points)
        by_edition = [(profile, answered.by(profile)) for profile in profiles]
    for profile, answers in by_edition:
        unsaid = _unsaid(profile, kinds)
        priced = ((model, usd_per_s(model, profile, own)) for model in _described(profile))
        found += [_place(model, profile, answers, usd, unsaid) for model, usd in priced]
    return in_order(found)


def where_request(spec: RequestSpec, probed: tuple[Probed, ...], profiles: Iterable[Profile]) -> list[Place]:
    """Say of every model whether it takes a request, and what it needs until it does."""
    own = own_prices()
    with _Points() as points:
        both = ((model, profile) for profile in profiles for model in _described(profile))
        return in_order(_place_of_request(spec, probed, model, profile, points, own) for model, profile in both)


def _place_of_request(  # noqa: PLR0913, PLR0917 - what is asked, of whom, and what is known for all
    spec: RequestSpec, probed: tuple[Probed, ...], model: str, profile: Profile, points: "_Points", own: OwnPrices
) -> Place:
    theirs = as_for(msgspec.structs.replace(spec, model=model), profile)
    placed = tuple(msgspec.structs.replace(one, asset=asset) for one, asset in zip(probed, theirs.assets, strict=True))
    price = estimate(theirs, profile, _clips_s(placed), own)
    answers, unsaid = _of_request(theirs, placed, profile, points), _unsaid(profile, {one.kind for one in placed})
    return _place(model, profile, answers, price.usd if price else None, unsaid)


def _unsaid(profile: Profile, kinds: Collection[Kind]) -> tuple[str, ...]:
    """List the usual limits of kinds that an edition takes and whose documents do not give them."""
    places = ((kind, key) for kind, keys in USUAL.items() if kind in kinds and profile.takes(kind) for key in keys)
    return tuple(f"{kind}.{key}" for kind, key in places if _is_unsaid(getattr(getattr(profile, kind), key)))


def _is_unsaid(limit: Sourced) -> bool:
    return limit.source == UNSAID["source"]


def _described(profile: Profile) -> Iterator[str]:
    """Yield the models that are judged by a profile, those left out that a shipped edition of another name has."""
    for model in profile.models:
        if index().models.get(model, profile.name) == profile.name:
            yield model


def _clips_s(probed: Iterable[Probed]) -> Fraction:
    """Add the durations of the clips, in seconds."""
    lengths = (one.facts.duration_s for one in probed if isinstance(one.facts, VideoFacts))
    return sum((length for length in lengths if length), Fraction(0))


def in_order(places: Iterable[Place]) -> list[Place]:
    """Sort places by the least loss, what is sure first, then by price and name; what has no price comes last."""

    def key(place: Place) -> tuple[int, bool, int, int, Fraction, str]:
        needs = sum(count for way, count in place.counts.items() if way != "as it is")
        way, price = WAYS.index(place.way), place.usd or Fraction(0)
        return way, place.doubts > 0, needs, place.usd is None, price, place.model

    return sorted(places, key=key)


# ---- one file --------------------------------------------------------------------------------------------------


class _Points:
    """Remembers where clips can be cut without encoding: many editions ask for one cut, and one child reads all."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Wanted], CutPoint | None] = {}
        self._child: IsolatedCall[CutPoint | None] | None = None

    def __enter__(self) -> Self:
        """Begin; no child is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child."""
        self._end()

    def of(self, path: str) -> CutPointFinder:
        """Build the finder of a clip's cut points."""
        return partial(self._find, path)

    def _find(self, path: str, wanted: Wanted) -> CutPoint | None:
        if (path, wanted) not in self._known:
            try:
                self._known[path, wanted] = self._read(path, wanted)
            except Unmeasured:
                self._end()
                self._known[path, wanted] = None
        return self._known[path, wanted]

    def _read(self, path: str, wanted: Wanted) -> CutPoint | None:
        if self._child is None:
            self._child = IsolatedCall(cut_point_in, path, wanted, bounds=BOUNDS)
            return self._child.result()
        return self._child.then(cut_point_in, path, wanted)

    def _end(self) -> None:
        if self._child:
            self._child.close()
        self._child = None


class _Answers:
    """Answers about files, each found once for each set of limits of its kind."""

    def __init__(self, probed: Sequence[Probed], points: _Points) -> None:
        self._probed, self._points = probed, points
        self._groups: dict[object, int] = {}
        self._known: dict[tuple[int, int], Answer] = {}

    def by(self, profile: Profile) -> list[Answer]:
        """Judge and plan each file by a profile."""
        groups = {kind: self._group(kind, profile) for kind in ARRAYS}
        return [self._of(at, one, profile, groups.get(one.kind, 0)) for at, one in enumerate(self._probed)]

    def _group(self, kind: Kind, profile: Profile) -> int:
        """Number the limits of a kind; how many files are allowed makes no difference to one file."""
        limits = msgspec.structs.replace(getattr(profile, kind), count=NOTHING)
        return self._groups.setdefault((kind, limits), len(self._groups) + 1)

    def _of(self, at: int, probed: Probed, profile: Profile, group: int) -> Answer:
        if probed.kind in PLURALS and not profile.takes(probed.kind):
            return Answer(way="never", why=TAKES_NO[probed.kind], rule=f"{probed.kind}/not-taken")
        if (at, group) not in self._known:
            self._known[at, group] = _of_file(judge(probed, profile), profile, self._points)
        return self._known[at, group]


def _of_file(judged: Judged, profile: Profile, points: _Points) -> Answer:
    if judged.verdict == "pass":
        return _passing(_doubts(judged.findings))
    errors = [finding for finding in judged.findings if finding.severity == "error"]
    if judged.verdict == "unsure":
        return _because("unsure", errors[0])
    todo = planned(judged, profile, FixOptions(), points.of(judged.asset.path))
    if not todo.steps:
        return _because("never", (todo.beyond_mending or tuple(errors))[0])
    return _because(_after(todo), errors[0], _left(judged, todo))


def _because(way: Way, finding: Finding, doubts: tuple[Answer, ...] = ()) -> Answer:
    return Answer(way=way, why=finding.message, rule=finding.rule, source=finding.source or "", doubts=doubts)


def _after(todo: Plan) -> Way:
    return "lossless" if todo.loss in ("none", "lossless") else "lossy"


def _passing(doubts: tuple[Answer, ...]) -> Answer:
    """Build the answer of what breaks no limit, but perhaps some in doubt."""
    return msgspec.structs.replace(doubts[0], doubts=doubts) if doubts else Answer(way="as it is")


def _doubts(findings: Iterable[Finding]) -> tuple[Answer, ...]:
    return tuple(_because("doubtful", one) for one in findings if one.doubtful)


def _left(judged: Judged, todo: Plan) -> tuple[Answer, ...]:
    """List the limits in doubt that are still broken after a fix."""
    cleared = {rule for step in todo.steps for rule in step.clears}
    return _doubts(one for one in judged.findings if one.rule not in cleared)


# ---- a request -------------------------------------------------------------------------------------------------


def as_for(spec: RequestSpec, profile: Profile) -> RequestSpec:
    """Put the assets of a request into the fields that the edition has for them.

    Where it has no array for a kind but fields of one file each, they stand there in order; and the other way round.
    """
    assets = list(spec.assets)
    for kind, array in ARRAYS.items():
        count = getattr(profile, kind).count.max
        places = [at for at, one in enumerate(assets) if one.role and one.role.kind == kind]
        single = profile.single(kind)
        fields = [one.role.field for at in places if (one := assets[at]).role]
        if not count and single and not any(fields):
            for at, name in zip(places, single, strict=False):
                assets[at] = _at(assets[at], Role(kind, 0, name))
        elif count and not profile.knows(array):
            continue
        elif any(fields) and not set(fields) <= {*single, ""}:
            for number, at in enumerate(places, 1):
                assets[at] = _at(assets[at], Role(kind, number))
    return msgspec.structs.replace(spec, assets=tuple(assets))


def _at(asset: Asset, role: Role) -> Asset:
    return msgspec.structs.replace(asset, role=role)


def _of_request(spec: RequestSpec, probed: tuple[Probed, ...], profile: Profile, points: _Points) -> list[Answer]:
    """List the needs of each asset, and of the request as a whole."""
    report = judge_whole(spec, probed, profile)
    todo = plan_request(report, profile, FixOptions(), points.of)
    answers = [_planned(judged, plan) for judged, plan in todo.plans]
    cleared = {rule for _, plan in todo.plans for step in plan.steps for rule in step.clears}
    left = [one for one in report.findings if one.rule not in cleared]
    answers += [_because("never", one) for one in left if one.severity == "error"]
    return [*answers, _passing(doubts)] if (doubts := _doubts(left)) else answers


def _planned(judged: Judged, todo: Plan) -> Answer:
    errors = [finding for finding in judged.findings if finding.severity == "error"]
    if not errors and not todo.steps:
        return _passing(_doubts(judged.findings))
    if judged.verdict == "unsure":
        return _because("unsure", errors[0])
    if not todo.steps:
        return _because("never", (todo.beyond_mending or tuple(errors))[0])
    doubts = _left(judged, todo)
    if errors:
        return _because(_after(todo), errors[0], doubts)
    return Answer(way=_after(todo), why="a part of it is kept", doubts=doubts)


# ---- one model -------------------------------------------------------------------------------------------------


def _place(
    model: str, profile: Profile, answers: Sequence[Answer], usd: Fraction | None, unsaid: tuple[str, ...]
) -> Place:
    counts = {way: sum(answer.way == way for answer in answers) for way in WAYS}
    worst: Way = max((answer.way for answer in answers), key=WAYS.index, default="as it is")
    told = [one for answer in answers for one in (*answer.doubts, answer) if one.rule]
    reasons = {answer.rule: answer for answer in sorted(told, key=lambda one: WAYS.index(one.way))}
    return Place(
        model=model,
        edition=profile.name,
        way=worst,
        counts=counts,
        doubts=sum(bool(answer.doubts) for answer in answers),
        why=tuple(sorted(reasons.values(), key=lambda one: -WAYS.index(one.way))),
        usd=usd,
        unsaid=unsaid,
        check_only=profile.service.check_only,
    )
