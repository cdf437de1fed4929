"""Plan fixes: the least that clears the findings, as data.

    Judged, Profile, FixOptions ── plan ──► Plan(steps, loss, what cannot be fixed)

A passing asset gets a plan without steps, unless a part to keep is marked.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import msgspec

from preflight.errors import PreflightError
from preflight.plan.advice import IS_URL, NO_PREVIEW, ONLY_DOLBY, TOO_LONG, on_hopeless, on_short_part, on_too_much
from preflight.plan.also import ALL, HEADER, also_names, wished
from preflight.plan.audio import audio_steps
from preflight.plan.av import VIDEO_ENCODER, CutPointFinder, video_steps
from preflight.plan.estimate import estimate_output
from preflight.plan.image import image_steps, may_be_too_large, too_small_within
from preflight.plan.options import FixOptions
from preflight.plan.shape import uncropped
from preflight.plan.steps import Cut, Encode, Plan, Step, allowed, find
from preflight.probe.cut_points import CutPoint, Wanted
from preflight.profiles.schema import Profile
from preflight.values.assets import Window
from preflight.values.facts import Area, AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from preflight.values.phrase import phrase
from preflight.values.remedy import Advice
from preflight.values.unforeseen import unforeseen
from preflight.values.units import decimal, distinct_decimal, file_size

LEAST_DROPPED_S = Fraction(1, 100)
Findings = tuple[Finding, ...]

__all__ = ["CutPointFinder", "FixOptions", "Plan", "Step", "plan", "planned", "window_of"]


def plan(judged: Judged, profile: Profile, fix_options: FixOptions, points: CutPointFinder | None = None) -> Plan:
    """Plan one asset.

    Args:
        judged: the asset with its facts and findings.
        profile: the limits that the result must meet.
        fix_options: what the user allows and asks for.
        points: finds cut points of the clip.

    Returns:
        The plan; without steps where nothing has to be done, or where an error cannot be fixed, since a file that still
            fails is not worth making.
    """
    errors = tuple(finding for finding in judged.findings if finding.severity == "error")
    fix_options = fix_options.of(judged.asset.path)
    also = tuple(wished(judged.findings, fix_options.also))
    marked = window_of(judged, fix_options) is not None or _cropped(judged, fix_options) is not None
    if not (errors or also or marked):
        return Plan(asset=judged.asset, kind=judged.kind)
    found = _untouched(judged)
    clearable = tuple(finding for finding in also if not _hopeless(finding, judged, fix_options))
    for clearing in _attempts(clearable, fix_options):
        if not (errors or clearing or marked):
            return _with_left(_untouched(judged), also)
        found = _planned(judged, errors, clearing, profile, fix_options, points)
        if found.steps:
            break
    return _with_left(found, also)


def _attempts(also: Findings, fix_options: FixOptions) -> Iterator[Findings]:
    """Yield the warnings to clear: all within the allowed loss, the lossless ones, none."""
    allowed_ones = tuple(finding for finding in also if allowed(finding.fix, fix_options.allow))
    lossless = tuple(finding for finding in also if finding.fix == "lossless")
    yield from dict.fromkeys((allowed_ones, lossless, ()))


def _planned(  # noqa: PLR0913, PLR0917 - what `plan` takes, and what is to be cleared
    judged: Judged,
    errors: Findings,
    also: Findings,
    profile: Profile,
    fix_options: FixOptions,
    points: CutPointFinder | None,
) -> Plan:
    """Plan what clears errors and warnings; without steps where that is impossible or needless."""
    window, area = window_of(judged, fix_options), _cropped(judged, fix_options)
    if stopped := _stopped(judged, errors, profile, fix_options):
        return stopped
    broken = frozenset(finding.rule for finding in (*errors, *also))
    steps = _clearing_only(broken, _steps(judged, broken, profile, fix_options, window=window, points=points))
    steps = with_drops(steps, judged.facts)
    cleared = tuple(finding.rule for finding in also if any(_clearing(steps, finding)))
    if not (errors or window or area or cleared):
        return _untouched(judged)
    missing = tuple(f for f in errors if not any(map(fix_options.permits, _clearing(steps, f))))
    too_much = [step for step in steps if not fix_options.permits(step)]
    unknown = _unmapped(judged, steps)
    if too_much or unknown:
        return _beyond(judged, missing or errors, ONLY_DOLBY if unknown else on_too_much(too_much))
    if missing:
        return _beyond(judged, missing, on_hopeless(missing, errors, fix_options))
    found = Plan(
        asset=judged.asset,
        kind=judged.kind,
        steps=steps,
        otherwise=_otherwise(steps, judged, broken, profile, fix_options, points),
        also=cleared,
        cut_asked=window is not None or fix_options.keep_named,
    )
    outgrown = _outgrown(found, judged.facts, profile)
    return _beyond(judged, (outgrown,), TOO_LONG) if outgrown else found


def _outgrown(found: Plan, facts: Facts | None, profile: Profile) -> Finding | None:
    """Report an encode of a clip that would be larger than allowed at the least bit rate there is."""
    limit = profile.video.bytes
    if not isinstance(facts, VideoFacts) or limit.max is None:
        return None
    made = estimate_output(found, facts)
    if made.bytes_are != "at most" or made.bytes is None or made.length_s is None or made.bytes <= limit.max:
        return None
    size = file_size(int(limit.max))
    return Finding(
        rule="video/size",
        severity="error",
        message=phrase("{n} s are more than {size} at the least bit rate", n=decimal(made.length_s), size=size),
        measured=made.bytes,
        limit=limit.text(),
        source=limit.source,
    )


def _stopped(judged: Judged, errors: Findings, profile: Profile, fix_options: FixOptions) -> Plan | None:
    """Build a plan without steps where a fix is impossible; None where it is possible."""
    window, area = window_of(judged, fix_options), _cropped(judged, fix_options)
    if judged.asset.is_url:
        return _beyond(judged, errors or (_uncut(judged),), IS_URL) if errors or window or area else _untouched(judged)
    if window and (unkept := _unkept(judged, window, profile, fix_options)):
        return unkept
    if area and (outside := uncropped(judged, area, profile)):
        return _beyond(judged, (outside,), f"{outside.message[0].upper()}{outside.message[1:]}.")
    return _refused(judged, errors, profile, fix_options)


def with_drops(steps: Iterable[Step], facts: Facts | None) -> tuple[Step, ...]:
    """Add to cuts how much they leave out."""
    whole = facts.duration_s if isinstance(facts, VideoFacts | AudioFacts) else None
    return tuple(
        msgspec.structs.replace(step, drops_s=_dropped(whole, step.length_s)) if isinstance(step, Cut) else step
        for step in steps
    )


def _dropped(whole: Fraction | None, length: Fraction) -> Fraction | None:
    """Compute the seconds a cut leaves out; None for mere rounding."""
    return whole - length if whole is not None and whole - length >= LEAST_DROPPED_S else None


def _untouched(judged: Judged) -> Plan:
    return Plan(asset=judged.asset, kind=judged.kind)


def _cropped(judged: Judged, fix_options: FixOptions) -> Area | None:
    """Look up the marked crop of an image or clip; audio has none."""
    there = isinstance(judged.facts, ImageFacts | VideoFacts) and isinstance(fix_options.crop, Area)
    return fix_options.crop if there and isinstance(fix_options.crop, Area) else None


def _with_left(found: Plan, also: Findings) -> Plan:
    """Add the warnings that stay though they were to be cleared."""
    return msgspec.structs.replace(found, left=tuple(one for one in also if one.rule not in found.also))


def planned(judged: Judged, profile: Profile, fix_options: FixOptions, points: CutPointFinder | None = None) -> Plan:
    """Run `plan`; an unexpected error is recorded in the plan, and costs this asset alone."""
    try:
        return plan(judged, profile, fix_options, points)
    except PreflightError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this asset
        said, errors = unforeseen(error), tuple(one for one in judged.findings if one.severity == "error")
        return msgspec.structs.replace(_beyond(judged, errors, said), fault=said)


def _unmapped(judged: Judged, steps: tuple[Step, ...]) -> bool:
    """Tell whether frames would be encoded whose colours only a Dolby Vision decoder knows."""
    facts = judged.facts
    encodes = any(isinstance(step, Encode) and step.codec == VIDEO_ENCODER for step in steps)
    return encodes and isinstance(facts, VideoFacts) and facts.only_dolby_vision


def _refused(judged: Judged, errors: tuple[Finding, ...], profile: Profile, fix_options: FixOptions) -> Plan | None:
    """Build a plan without steps where nothing can be done; None where something can."""
    facts = judged.facts
    hopeless = tuple(finding for finding in errors if _hopeless(finding, judged, fix_options))
    if isinstance(facts, ImageFacts) and too_small_within(facts, profile.image):
        return _beyond(judged, errors, NO_PREVIEW)
    if hopeless or facts is None or (isinstance(facts, ImageFacts) and not facts.decoded):
        return _beyond(judged, hopeless or errors, on_hopeless(hopeless, errors, fix_options))
    return None


def _no_cut_point(_: Wanted) -> CutPoint | None:
    """Find none, so that what would be cut between packets, or copied, is encoded."""
    return None


def _otherwise(  # noqa: PLR0913, PLR0917 - what `_planned` takes, and its steps
    steps: tuple[Step, ...],
    judged: Judged,
    broken: frozenset[str],
    profile: Profile,
    fix_options: FixOptions,
    points: CutPointFinder | None,
) -> tuple[Step, ...]:
    """Choose the alternative steps, within the allowed loss.

    A cut between packets is encoded instead; an image too large for lossless coding is coded lossy.
    """
    cut = find(steps, Cut)
    if cut and cut.packets:
        if cut.clears != (HEADER,):
            return plan(judged, profile, fix_options, _no_cut_point).steps
        rest = tuple(name for name in fix_options.also if name not in {ALL, "header"})
        also = rest if ALL not in fix_options.also else tuple(name for name in also_names() if name != "header")
        return plan(judged, profile, msgspec.structs.replace(fix_options, also=also), points).steps
    if not isinstance(judged.facts, ImageFacts) or not may_be_too_large(judged.facts, steps, profile.image):
        return ()
    second = _clearing_only(broken, image_steps(judged.facts, broken, profile.image, fix_options, second=True))
    return second if second != steps and all(map(fix_options.permits, second)) else ()


def _clearing_only(broken: frozenset[str], steps: Iterable[Step]) -> tuple[Step, ...]:
    """Restrict the rules that steps clear to the broken ones."""
    return tuple(
        msgspec.structs.replace(step, clears=tuple(rule for rule in step.clears if rule in broken)) for step in steps
    )


def window_of(judged: Judged, fix_options: FixOptions) -> Window | None:
    """Look up the part to keep, marked or found; an image has none."""
    if isinstance(judged.facts, ImageFacts):
        return None
    return marked_window(judged, fix_options) or fix_options.best_of.get(judged.asset.path)


def marked_window(judged: Judged, fix_options: FixOptions) -> Window | None:
    """Look up the part to keep that the user marked."""
    return judged.asset.keep or fix_options.keep_of.get(judged.asset.path)


def _unkept(judged: Judged, window: Window, profile: Profile, fix_options: FixOptions) -> Plan | None:
    """Build a plan that says why the part cannot be kept; None where it can."""
    if missed := _missed(judged, window):
        return _beyond(judged, (missed,), f"{missed.message[0].upper()}{missed.message[1:]}.")
    limit = profile.video.duration_s if judged.kind == "video" else profile.audio.duration_s
    short = None if fix_options.extend else _short(judged, window, limit)
    return _beyond(judged, (short,), on_short_part(limit)) if short else None


def _missed(judged: Judged, window: Window) -> Finding | None:
    """Report a part to keep that begins after the end."""
    whole = judged.facts.duration_s if isinstance(judged.facts, VideoFacts | AudioFacts) else None
    if whole is None or window.start_s < whole:
        return None
    message = phrase(
        "the part to keep begins at {n1} s, but there are only {n2} s",
        n1=decimal(window.start_s),
        n2=distinct_decimal(whole, window.start_s),
    )
    rule = f"{judged.kind}/duration"
    return Finding(rule=rule, severity="error", message=message, measured=window.start_s, unit="s")


def _short(judged: Judged, window: Window, limit: Range) -> Finding | None:
    """Report a part to keep that is too short, where the whole is long enough."""
    whole = judged.facts.duration_s if isinstance(judged.facts, VideoFacts | AudioFacts) else None
    if whole is None or limit.min is None or whole < limit.min:
        return None
    length = min(window.end_s, whole) - window.start_s
    if length >= limit.min:
        return None
    return Finding(
        rule=f"{judged.kind}/duration",
        severity="error",
        message=phrase(
            "the part to keep lasts {n} s; {limit} allowed",
            n=distinct_decimal(length, limit.min),
            limit=limit.words("s"),
        ),
        measured=length,
        limit=limit.text(),
        unit="s",
        margin=limit.margin(length),
        source=limit.source,
        fix="creative",
    )


def _uncut(judged: Judged) -> Finding:
    """Report a part to keep on a URL, which cannot be cut here."""
    message = "a part to keep is marked, but what lies at a URL is sent as it is"
    return Finding(rule=f"{judged.kind}/duration", severity="error", message=message)


def _hopeless(finding: Finding, judged: Judged, fix_options: FixOptions) -> bool:
    """Tell whether nothing clears a finding: extending needs the user's option."""
    too_short = finding.rule.endswith("/duration") and finding.fix == "creative"
    there = judged.facts.duration_s if isinstance(judged.facts, VideoFacts | AudioFacts) else None
    return finding.fix == "none" or (too_short and (fix_options.extend is None or not there))


def _clearing(steps: tuple[Step, ...], finding: Finding) -> Iterator[Step]:
    return (step for step in steps if finding.rule in step.clears)


def _beyond(judged: Judged, findings: tuple[Finding, ...], advice: Advice) -> Plan:
    remedies = advice if isinstance(advice, tuple) else (advice,)
    return Plan(asset=judged.asset, kind=judged.kind, beyond_mending=findings, remedies=remedies)


def _steps(  # noqa: PLR0913 - what video_steps takes
    judged: Judged,
    errors: frozenset[str],
    profile: Profile,
    fix_options: FixOptions,
    *,
    window: Window | None,
    points: CutPointFinder | None,
) -> list[Step]:
    facts = judged.facts
    if isinstance(facts, ImageFacts):
        return list(image_steps(facts, errors, profile.image, fix_options))
    if isinstance(facts, VideoFacts):
        return list(video_steps(facts, errors, profile.video, fix_options, window, points=points))
    return list(audio_steps(facts, errors, profile.audio, fix_options, window)) if facts else []
