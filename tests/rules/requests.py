"""Requests made up for the rules that judge a whole one, and what is said of them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from preflight.profiles import Profile, load
from preflight.request.body import planned_bytes
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge_request
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding
from preflight.values.probed import Probed
from tests.made import IMAGE, audio, video
from tests.specimens import PROFILE

NEWER = load("seedance-2.0-2026-10")
FRAMES, WORDS = load("seedance-2.0-image-to-video-2026-10"), load("seedance-2.0-text-to-video-2026-10")


def request(
    images: int | Sequence[Facts] = 0,
    videos: int | Sequence[Facts] = 0,
    audios: int | Sequence[Facts] = 0,
    **settings: Any,  # noqa: ANN401 - any setting of a request
) -> WholeRequest:
    """Make up a request of so many good assets, or of assets with these facts."""
    probed: list[Probed] = []
    kinds: tuple[tuple[Kind, int | Sequence[Facts], Facts], ...]
    short = video(duration_s=Fraction(2), header_duration_s=Fraction(2))
    brief = audio(duration_s=Fraction(2), stored_duration_s=Fraction(2), header_duration_s=Fraction(2))
    kinds = (("image", images, IMAGE), ("video", videos, short), ("audio", audios, brief))
    for kind, wanted, usual in kinds:
        facts = [usual] * wanted if isinstance(wanted, int) else list(wanted)
        probed += [Probed(asset=Asset(path=f"{kind}{n}", role=Role(kind, n)), facts=f) for n, f in enumerate(facts, 1)]
    spec = RequestSpec(assets=tuple(one.asset for one in probed), **settings)
    return WholeRequest(spec=spec, probed=tuple(probed), body_bytes=planned_bytes(spec, PROFILE))


def said(whole: WholeRequest, profile: Profile = PROFILE) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in judge_request(whole, profile):
        found.setdefault(finding.rule, []).append(finding)
    return found


def severities(whole: WholeRequest, profile: Profile = PROFILE) -> dict[str, str]:
    return {rule: findings[0].severity for rule, findings in said(whole, profile).items()}


def messages(whole: WholeRequest, rule: str, profile: Profile = PROFILE) -> list[str]:
    return [finding.message for finding in said(whole, profile).get(rule, [])]


def clips(*seconds: str) -> list[Facts]:
    return [video(duration_s=Fraction(s), header_duration_s=Fraction(s)) for s in seconds]


def sounds(*seconds: str) -> list[Facts]:
    return [
        audio(duration_s=Fraction(s), stored_duration_s=Fraction(s), header_duration_s=Fraction(s)) for s in seconds
    ]
