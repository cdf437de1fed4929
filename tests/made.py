"""Facts, assets and limits made up for a test, so that exactly one thing about them is wrong."""

from fractions import Fraction
from typing import Any

import msgspec

from preflight.profiles import Profile
from preflight.rules import judge
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.probed import Fault, Probed
from tests.specimens import PROFILE

IMAGE = ImageFacts(
    format="png",
    bytes=10_000,
    width_px=640,
    height_px=480,
    stored_width_px=640,
    stored_height_px=480,
    mode="RGB",
    decoded=True,
)
VIDEO = VideoFacts(
    format="mp4",
    bytes=100_000,
    width_px=1280,
    height_px=720,
    coded_width_px=1280,
    coded_height_px=720,
    duration_s=Fraction(5),
    header_duration_s=Fraction(5),
    frames=125,
    frame_rate_hz=Fraction(25),
    codec="h264",
    bit_depth=8,
)
AUDIO = AudioFacts(
    format="wav",
    bytes=50_000,
    duration_s=Fraction(5),
    stored_duration_s=Fraction(5),
    header_duration_s=Fraction(5),
    codec="pcm_s16le",
    sample_rate_hz=44_100,
    channels=2,
)
KINDS: dict[type[Facts], Kind] = {ImageFacts: "image", VideoFacts: "video", AudioFacts: "audio"}


def image(**changes: Any) -> ImageFacts:  # noqa: ANN401 - any field of the facts
    return msgspec.structs.replace(IMAGE, **changes)


def video(**changes: Any) -> VideoFacts:  # noqa: ANN401 - any field of the facts
    return msgspec.structs.replace(VIDEO, **changes)


def audio(**changes: Any) -> AudioFacts:  # noqa: ANN401 - any field of the facts
    return msgspec.structs.replace(AUDIO, **changes)


def measured(
    facts: Facts | None, path: str | None = None, *, role: Role | None = None, fault: Fault | None = None
) -> Probed:
    """Stand in for a measurement; the name is that of the format unless one is given."""
    name = path or (f"a.{facts.format}" if facts else "a.mp4")
    return Probed(asset=Asset(path=name, role=role), facts=facts, fault=fault)


def judged(
    facts: Facts | None, path: str | None = None, profile: Profile = PROFILE, role: Role | None = None
) -> Judged:
    return judge(measured(facts, path, role=role), profile)


def findings(facts: Facts | None, path: str | None = None, profile: Profile = PROFILE) -> dict[str, Finding]:
    """Judge facts and return the findings by rule."""
    return {finding.rule: finding for finding in judged(facts, path, profile).findings}


def severities(facts: Facts | None, path: str | None = None) -> dict[str, str]:
    return {rule: finding.severity for rule, finding in findings(facts, path).items()}
