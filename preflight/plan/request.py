"""Plan a request: its assets, with seconds shared where they are too many.

    Report, Profile, FixOptions ── plan_request ──► RequestPlan(a plan for each asset, who gives up how many seconds)

Assets are planned one by one; sharing only marks the parts kept.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import msgspec

from preflight.plan import marked_window, planned
from preflight.plan.audio import PADDING_S
from preflight.plan.av import CutPointFinder, target_rate
from preflight.plan.cut_points import cut_points_of
from preflight.plan.options import FixOptions
from preflight.plan.share import Part, Share, pick, share
from preflight.plan.steps import Cut, Plan, Step
from preflight.profiles.schema import AudioLimits, Profile, VideoLimits
from preflight.rules.common import readings
from preflight.values.assets import Kind, Window
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Finding, Judged, Report
from preflight.values.limits import Range
from preflight.values.phrase import phrase
from preflight.values.units import decimal

KINDS: tuple[Kind, ...] = ("video", "audio")
"""Kinds with a duration."""
NO_SHARE = "No way of sharing the seconds keeps each within its own limits: leave one out."


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """How the seconds of one kind are shared."""

    kind: Kind
    rule: str
    """Rule whose finding it clears."""
    parts: tuple[Part, ...]
    chosen: Share
    alternatives: tuple[Share, ...] = ()


class RequestPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Plans of a request's assets, in order."""

    plans: tuple[tuple[Judged, Plan], ...]
    shared: tuple[Shared, ...] = ()
    beyond_mending: tuple[Finding, ...] = ()
    """Findings on the request that no share clears."""
    advice: str = ""
    """What the user can do about those."""
    left: tuple[Finding, ...] = ()
    """Errors of the request that no change of a file clears."""
    passed_over: int = 0
    """Files of folders that were no media."""


class Member(msgspec.Struct, frozen=True):
    """One asset of the shared kind."""

    judged: Judged
    facts: VideoFacts | AudioFacts
    window: Window
    """Part kept if nothing is given up."""
    part: Part


def plan_request(
    report: Report,
    profile: Profile,
    fix_options: FixOptions,
    points_of: Callable[[str], CutPointFinder] = cut_points_of,
) -> RequestPlan:
    """Plan a request: each asset, and who gives up how many seconds; `points_of` finds the cut points of a path."""
    plans = {n: planned(one, profile, fix_options, points_of(one.asset.path)) for n, one in enumerate(report.assets)}
    shared, beyond = [], []
    for kind in KINDS:
        members = _members(report, kind, profile, fix_options)
        found = _shared(members, kind, profile, fix_options)
        if isinstance(found, Finding):
            beyond.append(_of_report(report, found))
            continue
        if found:
            shared.append(found)
            for place, one in _marked(members, found.chosen, fix_options):
                asked = members[place].part.marked or fix_options.keep_named
                todo = planned(one, profile, fix_options, points_of(one.asset.path))
                plans[place] = msgspec.structs.replace(todo, cut_asked=asked)
        rule = _rule(kind)
        if found or any(finding.rule == rule for finding in report.findings):
            plans |= {place: _clearing(plans[place], report.assets[place], rule, found) for place in members}
    both = tuple((one, plans[place]) for place, one in enumerate(report.assets))
    return RequestPlan(
        plans=both,
        shared=tuple(shared),
        beyond_mending=tuple(beyond),
        advice=NO_SHARE if beyond else "",
        left=tuple(_left(report, plans.values(), beyond)),
    )


def _left(report: Report, plans: Iterable[Plan], beyond: list[Finding]) -> Iterator[Finding]:
    """Yield the errors of the request that no step clears and that are not told as beyond sharing."""
    told = {finding.rule for finding in beyond} | {
        rule for plan in plans for step in plan.steps for rule in step.clears
    }
    told |= {finding.rule for plan in plans for finding in plan.beyond_mending}
    yield from (one for one in report.findings if one.severity == "error" and one.rule not in told)


def _rule(kind: Kind) -> str:
    return f"request/{kind}-total-duration"


def _limits(profile: Profile, kind: Kind) -> VideoLimits | AudioLimits:
    return profile.video if kind == "video" else profile.audio


def _members(report: Report, kind: Kind, profile: Profile, fix_options: FixOptions) -> dict[int, Member]:
    """Map position → asset of a kind; empty where one was not measured."""
    ours = {n: one for n, one in enumerate(report.assets) if one.asset.role and one.asset.role.kind == kind}
    facts = {place: one.facts for place, one in ours.items()}
    known = {p: f for p, f in facts.items() if isinstance(f, VideoFacts | AudioFacts) and f.duration_s}
    if len(known) < len(ours):
        return {}
    return {place: _member(ours[place], fact, profile, fix_options) for place, fact in known.items()}


def _member(judged: Judged, facts: VideoFacts | AudioFacts, profile: Profile, fix_options: FixOptions) -> Member:
    """Compute how long an asset counts: its marked part, or the longest duration readers may see."""
    whole = facts.duration_s or Fraction(0)
    marked = marked_window(judged, fix_options)
    marked = marked if marked and marked.start_s < whole and not judged.asset.is_url else None
    window = Window(marked.start_s, min(marked.end_s, whole)) if marked else Window(Fraction(0), whole)
    length = window.end_s - window.start_s if marked else max(s for _, s, _ in readings(facts, whole))
    kind: Kind = "video" if isinstance(facts, VideoFacts) else "audio"
    shortest = _limits(profile, kind).duration_s.min or Fraction(0)
    least = _least(facts, profile, shortest)
    if length < shortest and fix_options.extend:
        length = least
    part = Part(
        name=str(judged.asset.role),
        duration_s=length,
        marked=marked is not None,
        marked_by_hand=judged.asset.keep is not None,
        fixed=judged.asset.is_url or length <= least,
        least_s=least,
    )
    return Member(judged, facts, window, part)


def _least(facts: VideoFacts | AudioFacts, profile: Profile, shortest: Fraction) -> Fraction:
    """Compute the least duration that is valid once written: whole frames, and MP3's padding."""
    if isinstance(facts, AudioFacts):
        return shortest + PADDING_S if facts.format == "mp3" else shortest
    rate = target_rate(facts.frame_rate_hz or Fraction(1), profile.video.frame_rate_hz)
    return Fraction(math.ceil(shortest * rate)) / rate


def _shared(
    members: dict[int, Member], kind: Kind, profile: Profile, fix_options: FixOptions
) -> Shared | Finding | None:
    """Share the seconds; None where that is not needed, a finding where it is impossible."""
    limits, parts = _limits(profile, kind), tuple(member.part for member in members.values())
    each, total = limits.duration_s, _total(members, limits.total_duration_s)
    together = sum((_most(part, each) for part in parts), Fraction(0))
    if total.max is None or together <= total.max:
        return None
    ways = share(parts, total, each)
    chosen = pick(ways, fix_options.share)
    if chosen is None:
        message = phrase(
            "{n} s together cannot be shared; {limit} allowed",
            n=decimal(together),
            limit=limits.total_duration_s.words("s"),
        )
        return Finding(rule=_rule(kind), severity="error", message=message, measured=together, unit="s")
    others = tuple(way for way in ways if way is not chosen)
    return Shared(kind=kind, rule=_rule(kind), parts=parts, chosen=chosen, alternatives=others)


def _most(part: Part, each: Range) -> Fraction:
    return part.duration_s if part.fixed or each.max is None else min(part.duration_s, each.max)


def _total(members: dict[int, Member], limit: Range) -> Range:
    """Reduce the total by the padding of cut MP3 files."""
    padded = [m for m in members.values() if m.facts.format == "mp3" and not m.part.fixed]
    together = sum((member.part.duration_s for member in members.values()), Fraction(0))
    if limit.max is None or (together <= limit.max and not any(member.part.marked for member in padded)):
        return limit
    return msgspec.structs.replace(limit, max=limit.max - PADDING_S * len(padded))


def _of_report(report: Report, found: Finding) -> Finding:
    """Prefer the report's own finding, which has the limit's source."""
    return next((finding for finding in report.findings if finding.rule == found.rule), found)


def _marked(members: dict[int, Member], chosen: Share, fix_options: FixOptions) -> Iterator[tuple[int, Judged]]:
    """Yield the assets that give up seconds, with the part kept marked.

    An asset that only changes rate is marked whole: it is then written in whole frames, never more.
    """
    for (place, member), length in zip(members.items(), chosen.lengths_s, strict=True):
        retimed = any(finding.rule == "video/frame-rate" for finding in member.judged.findings)
        if not member.part.fixed and (length < member.part.duration_s or retimed):
            asset = msgspec.structs.replace(member.judged.asset, keep=_kept(member, length, fix_options))
            yield place, msgspec.structs.replace(member.judged, asset=asset)


def shared_lengths(report: Report, profile: Profile, fix_options: FixOptions) -> dict[str, Fraction]:
    """Compute path → seconds left to each asset that gives some up and has no marked part."""
    found: dict[str, Fraction] = {}
    for kind in KINDS:
        members = _members(report, kind, profile, fix_options)
        shared = _shared(members, kind, profile, fix_options)
        if not isinstance(shared, Shared):
            continue
        for member, length in zip(members.values(), shared.chosen.lengths_s, strict=True):
            path = member.judged.asset.path
            if length < member.part.duration_s and not (member.part.marked or member.part.fixed):
                found[path] = min(length, found.get(path, length))
    return found


def _kept(member: Member, length: Fraction, fix_options: FixOptions) -> Window:
    """Compute the part of an asset kept: the best one found, or from where `keep` says."""
    window, best = member.window, fix_options.best_of.get(member.judged.asset.path)
    if best and not member.part.marked:
        return Window(best.start_s, min(best.end_s, best.start_s + length))
    spare = max(window.end_s - window.start_s - length, Fraction(0))
    start = window.start_s + {"start": Fraction(0), "middle": spare / 2, "end": spare}[fix_options.keep]
    return Window(start, min(start + length, window.end_s))


def _clearing(todo: Plan, judged: Judged, rule: str, found: Shared | None) -> Plan:
    """Mark a plan's cut as clearing the finding on the request.

    Where the asset had to give up seconds but may not, the finding remains in its plan.
    """
    errors = {finding.rule for finding in judged.findings if finding.severity == "error"}

    def told(step: Step) -> Step:
        if not isinstance(step, Cut):
            return step
        return msgspec.structs.replace(step, clears=(*(one for one in step.clears if one in errors), rule))

    if found and todo.remedies and not todo.steps and not todo.beyond_mending:
        remains = Finding(rule=rule, severity="error", message=found.chosen.why)
        return msgspec.structs.replace(todo, beyond_mending=(remains,))
    return msgspec.structs.replace(todo, steps=tuple(map(told, todo.steps)))
