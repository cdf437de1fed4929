"""Findings → Plan: the least that clears them, as data.

    Judged, Profile, Wishes ── plan ──► Plan(steps, loss, what is beyond mending)

A passing asset gets a plan without steps, unless a person marked the part of it to keep.
"""

from collections.abc import Iterator

from preflight.assets import Window
from preflight.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.findings import Finding, Judged
from preflight.plan.av import Seams, audio_steps, video_steps
from preflight.plan.image import image_steps
from preflight.plan.steps import Cut, Plan, Step, find
from preflight.plan.wishes import Wishes
from preflight.profiles.schema import Profile
from preflight.units import decimal

__all__ = ["Plan", "Seams", "Step", "Wishes", "plan", "window_of"]

TOO_SHORT = (
    "Too short cannot be mended without changing what is shown: "
    "use a longer one, or say how it is made longer: --extend loop, --extend freeze or --extend slow."
)
IS_URL = "It lies at a URL, where nothing can be mended: download it, and name the file instead."
NO_FIX = "No fix is known for this; `preflight explain RULE` says what can be done by hand."


def plan(judged: Judged, profile: Profile, wishes: Wishes, seams: Seams | None = None) -> Plan:
    """Plan one asset.

    Args:
        judged: the asset with its facts and findings.
        profile: the limits that the result must meet.
        wishes: what a person allows and asks for.
        seams: finds where the clip can be cut without encoding it.

    Returns:
        The plan; without steps where nothing has to be done or where some error is beyond mending, since a file that
        would fail all the same is not worth making.
    """
    errors = [finding for finding in judged.findings if finding.severity == "error"]
    window = window_of(judged, wishes)
    if not errors and window is None:
        return Plan(asset=judged.asset, kind=judged.kind)
    if window and (missed := _missed(judged, window)):
        return _beyond(judged, (missed,), f"{missed.message[0].upper()}{missed.message[1:]}.")
    if judged.asset.is_url:
        return _beyond(judged, tuple(errors) or (_uncut(judged),), IS_URL)
    hopeless = tuple(finding for finding in errors if _hopeless(finding, judged, wishes))
    if hopeless or judged.facts is None or (isinstance(judged.facts, ImageFacts) and not judged.facts.decoded):
        return _beyond(judged, hopeless or tuple(errors), _advice(hopeless))
    broken = frozenset(finding.rule for finding in errors)
    steps = tuple(_steps(judged, broken, profile, wishes, window=window, seams=seams))
    missing = tuple(f for f in errors if not any(map(wishes.permits, _clearing(steps, f))))
    too_much = [step for step in steps if not wishes.permits(step)]
    if too_much:
        needed = max((step.loss for step in too_much), key=("lossless", "lossy", "creative").index)
        return _beyond(judged, missing or tuple(errors), f"It needs a {needed} step: --allow {needed}.")
    return Plan(asset=judged.asset, kind=judged.kind, steps=steps, otherwise=_otherwise(steps, judged, profile, wishes))


def _otherwise(steps: tuple[Step, ...], judged: Judged, profile: Profile, wishes: Wishes) -> tuple[Step, ...]:
    """Return the steps that encode what the first ones cut between packets, where that is allowed."""
    cut = find(steps, Cut)
    return plan(judged, profile, wishes).steps if cut and cut.packets else ()


def window_of(judged: Judged, wishes: Wishes) -> Window | None:
    """Return the part to keep that a person marked; a picture has no parts."""
    if isinstance(judged.facts, ImageFacts):
        return None
    return judged.asset.keep or wishes.keep_of.get(judged.asset.path)


def _missed(judged: Judged, window: Window) -> Finding | None:
    """Return the finding that the part to keep begins where there is nothing any more."""
    whole = judged.facts.duration_s if isinstance(judged.facts, VideoFacts | AudioFacts) else None
    if whole is None or window.start_s < whole:
        return None
    message = f"the part to keep begins at {decimal(window.start_s)} s, but there are only {decimal(whole)} s"
    rule = f"{judged.kind}/duration"
    return Finding(rule=rule, severity="error", message=message, measured=window.start_s, unit="s")


def _uncut(judged: Judged) -> Finding:
    """Return the finding that a part to keep is marked of what cannot be cut here."""
    message = "a part to keep is marked, but what lies at a URL is sent as it is"
    return Finding(rule=f"{judged.kind}/duration", severity="error", message=message)


def _hopeless(finding: Finding, judged: Judged, wishes: Wishes) -> bool:
    """Tell whether nothing clears a finding: what is too short is made longer only where that was asked for by name."""
    too_short = finding.rule.endswith("/duration") and finding.fix == "creative"
    there = judged.facts.duration_s if isinstance(judged.facts, VideoFacts | AudioFacts) else None
    return finding.fix == "none" or (too_short and (wishes.extend is None or not there))


def _clearing(steps: tuple[Step, ...], finding: Finding) -> Iterator[Step]:
    return (step for step in steps if finding.rule in step.clears)


def _advice(hopeless: tuple[Finding, ...]) -> str:
    return TOO_SHORT if any(finding.rule.endswith("/duration") for finding in hopeless) else NO_FIX


def _beyond(judged: Judged, findings: tuple[Finding, ...], advice: str) -> Plan:
    return Plan(asset=judged.asset, kind=judged.kind, beyond_mending=findings, advice=advice)


def _steps(  # noqa: PLR0913 - what video_steps takes
    judged: Judged,
    errors: frozenset[str],
    profile: Profile,
    wishes: Wishes,
    *,
    window: Window | None,
    seams: Seams | None,
) -> list[Step]:
    facts = judged.facts
    if isinstance(facts, ImageFacts):
        return list(image_steps(facts, errors, profile.image, wishes))
    if isinstance(facts, VideoFacts):
        return list(video_steps(facts, errors, profile.video, wishes, window, seams=seams))
    return list(audio_steps(facts, errors, profile.audio, wishes, window)) if facts else []
