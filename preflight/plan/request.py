"""Findings on a whole request → plans for its assets, the seconds shared where together they are too many.

    Report, Profile, FixOptions ── plan_request ──► RequestPlan(a plan for each asset, who gives up how many seconds)

An asset is planned by itself; sharing only marks the part of it that stays.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from preflight.plan import planned, window_of
from preflight.plan.audio import PADDING_S
from preflight.plan.av import target_rate
from preflight.plan.cut_points import cut_points_of
from preflight.plan.options import FixOptions
from preflight.plan.share import Part, Share, pick, share
from preflight.plan.steps import Cut, Plan, Step
from preflight.profiles.schema import AudioLimits, Profile, VideoLimits
from preflight.rules.common import readings
from preflight.values.assets import Kind, Window
from preflight.values.choices import Keep
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Finding, Judged, Report
from preflight.values.limits import Range
from preflight.values.units import decimal

KINDS: tuple[Kind, ...] = ("video", "audio")
"""What has a length."""
NO_SHARE = "No way of sharing the seconds keeps each within its own limits: leave one out."


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """How the seconds of one kind are shared."""

    kind: Kind
    rule: str
    """The rule whose finding it clears."""
    parts: tuple[Part, ...]
    chosen: Share
    alternatives: tuple[Share, ...] = ()


class RequestPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to the assets of a request, in their order."""

    plans: tuple[tuple[Judged, Plan], ...]
    shared: tuple[Shared, ...] = ()
    beyond_mending: tuple[Finding, ...] = ()
    """Findings on all together that no share clears."""
    advice: str = ""
    """What a person can do about those."""
    passed_over: int = 0
    """How many files of folders were no media."""


class Member(msgspec.Struct, frozen=True):
    """One asset of the kind that is shared."""

    judged: Judged
    facts: VideoFacts | AudioFacts
    window: Window
    """What of it is kept if nobody has to give."""
    part: Part


def plan_request(report: Report, profile: Profile, fix_options: FixOptions) -> RequestPlan:
    """Plan a request: each asset, and who gives up how much where together they are too long."""
    plans = {
        n: planned(one, profile, fix_options, cut_points_of(one.asset.path)) for n, one in enumerate(report.assets)
    }
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
                plans[place] = msgspec.structs.replace(planned(one, profile, fix_options), cut_asked=asked)
        rule = _rule(kind)
        if found or any(finding.rule == rule for finding in report.findings):
            plans |= {place: _clearing(plans[place], report.assets[place], rule, found) for place in members}
    both = tuple((one, plans[place]) for place, one in enumerate(report.assets))
    return RequestPlan(
        plans=both, shared=tuple(shared), beyond_mending=tuple(beyond), advice=NO_SHARE if beyond else ""
    )


def _rule(kind: Kind) -> str:
    return f"request/{kind}-total-duration"


def _limits(profile: Profile, kind: Kind) -> VideoLimits | AudioLimits:
    return profile.video if kind == "video" else profile.audio


def _members(report: Report, kind: Kind, profile: Profile, fix_options: FixOptions) -> dict[int, Member]:
    """Return place → asset of those of a kind; none at all where one of them was not measured."""
    ours = {n: one for n, one in enumerate(report.assets) if one.asset.role and one.asset.role.kind == kind}
    facts = {place: one.facts for place, one in ours.items()}
    known = {p: f for p, f in facts.items() if isinstance(f, VideoFacts | AudioFacts) and f.duration_s}
    if len(known) < len(ours):
        return {}
    return {place: _member(ours[place], fact, profile, fix_options) for place, fact in known.items()}


def _member(judged: Judged, facts: VideoFacts | AudioFacts, profile: Profile, fix_options: FixOptions) -> Member:
    """Return how long an asset counts: the marked part of it, or the longest that any reader may see."""
    whole = facts.duration_s or Fraction(0)
    marked = window_of(judged, fix_options)
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
        fixed=judged.asset.is_url or length <= least,
        least_s=least,
    )
    return Member(judged, facts, window, part)


def _least(facts: VideoFacts | AudioFacts, profile: Profile, shortest: Fraction) -> Fraction:
    """Return the least length that is not too short when it is written: whole frames, and MP3's padding."""
    if isinstance(facts, AudioFacts):
        return shortest + PADDING_S if facts.format == "mp3" else shortest
    rate = target_rate(facts.frame_rate_hz or Fraction(1), profile.video.frame_rate_hz)
    return Fraction(math.ceil(shortest * rate)) / rate


def _shared(
    members: dict[int, Member], kind: Kind, profile: Profile, fix_options: FixOptions
) -> Shared | Finding | None:
    """Return how the seconds are shared, None where they need not be, or what cannot be cleared."""
    limits, parts = _limits(profile, kind), tuple(member.part for member in members.values())
    each, total = limits.duration_s, _total(members, limits.total_duration_s)
    together = sum((_most(part, each) for part in parts), Fraction(0))
    if total.max is None or together <= total.max:
        return None
    ways = share(parts, total, each)
    chosen = pick(ways, fix_options.share)
    if chosen is None:
        message = f"{decimal(together)} s together cannot be shared; {limits.total_duration_s.words('s')} allowed"
        return Finding(rule=_rule(kind), severity="error", message=message, measured=together, unit="s")
    others = tuple(way for way in ways if way is not chosen)
    return Shared(kind=kind, rule=_rule(kind), parts=parts, chosen=chosen, alternatives=others)


def _most(part: Part, each: Range) -> Fraction:
    return part.duration_s if part.fixed or each.max is None else min(part.duration_s, each.max)


def _total(members: dict[int, Member], limit: Range) -> Range:
    """Return what may be shared: a cut MP3 stores a little more than was asked for, and that counts too."""
    padded = [m for m in members.values() if m.facts.format == "mp3" and not m.part.fixed]
    together = sum((member.part.duration_s for member in members.values()), Fraction(0))
    if limit.max is None or (together <= limit.max and not any(member.part.marked for member in padded)):
        return limit
    return msgspec.structs.replace(limit, max=limit.max - PADDING_S * len(padded))


def _of_report(report: Report, found: Finding) -> Finding:
    """Return the report's own finding by the same rule, which says where the limit comes from, if there is one."""
    return next((finding for finding in report.findings if finding.rule == found.rule), found)


def _marked(members: dict[int, Member], chosen: Share, fix_options: FixOptions) -> Iterator[tuple[int, Judged]]:
    """Yield the assets that give, with the part that stays marked.

    What gives nothing but is brought to another rate is marked whole: it is then written in whole frames, never more.
    """
    for (place, member), length in zip(members.items(), chosen.lengths_s, strict=True):
        retimed = any(finding.rule == "video/frame-rate" for finding in member.judged.findings)
        if not member.part.fixed and (length < member.part.duration_s or retimed):
            asset = msgspec.structs.replace(member.judged.asset, keep=_kept(member.window, length, fix_options.keep))
            yield place, msgspec.structs.replace(member.judged, asset=asset)


def _kept(window: Window, length: Fraction, keep: Keep) -> Window:
    """Return the part of a window that stays, from where `keep` says."""
    spare = max(window.end_s - window.start_s - length, Fraction(0))
    start = window.start_s + {"start": Fraction(0), "middle": spare / 2, "end": spare}[keep]
    return Window(start, min(start + length, window.end_s))


def _clearing(todo: Plan, judged: Judged, rule: str, found: Shared | None) -> Plan:
    """Return a plan whose cut says that it clears the finding on all together.

    Where an asset had to give, and what it takes is not allowed, the plan says that the finding remains.
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
