"""Kinds of which an edition takes nothing: that is all that is said of them, unless they could not be read."""

import pytest

from preflight.profiles import Profile, load
from preflight.rules import NOT_TAKEN_RULES, RULES, judge
from preflight.values.assets import Kind, Role
from preflight.values.facts import Facts
from preflight.values.probed import Fault
from tests.made import AUDIO, IMAGE, VIDEO, audio, image, measured, video

REFERENCES = load()
FRAMES, WORDS = load("seedance-2.0-image-to-video-2026-10"), load("seedance-2.0-text-to-video-2026-10")


def broken(profile: Profile, facts: Facts | None, **how: Role | Fault | None) -> list[str]:
    return [finding.rule for finding in judge(measured(facts, **how), profile).findings]  # type: ignore[arg-type] # a role or a fault


@pytest.mark.parametrize(
    ("facts", "of_references", "of_frames", "of_words"),
    [
        (IMAGE, [], [], ["image/not-taken"]),
        (VIDEO, [], ["video/not-taken"], ["video/not-taken"]),
        (AUDIO, [], ["audio/not-taken"], ["audio/not-taken"]),
        (image(width_px=10), ["image/side", "image/aspect-ratio"], ["image/side", "image/aspect-ratio"], None),
        (video(format="avi", frame_rate_hz=None), ["video/format", "video/unjudged"], ["video/not-taken"], None),
        (audio(duration_s=None), ["audio/unjudged"], ["audio/not-taken"], None),
        (video(location=True), ["video/location"], ["video/not-taken"], None),
    ],
)
def test_where_nothing_is_taken_no_other_limit_means_anything(
    facts: Facts, of_references: list[str], of_frames: list[str], of_words: list[str] | None
) -> None:
    found = [broken(profile, facts) for profile in (REFERENCES, FRAMES, WORDS)]
    assert set(found[0]) <= set(of_references)
    assert bool(found[0]) == bool(of_references)
    assert found[1] == of_frames
    assert found[2] == (of_words or [f"{measured(facts).kind}/not-taken"])


@pytest.mark.parametrize("profile", [FRAMES, WORDS], ids=["frames", "words"])
def test_the_role_decides_what_is_not_taken(profile: Profile) -> None:
    assert broken(profile, IMAGE, role=Role("video", 1)) == ["video/not-taken"]


@pytest.mark.parametrize(("kind", "verdict"), [("unreadable", "fail"), ("unmeasured", "unsure")])
def test_what_could_not_be_told_is_still_said(kind: str, verdict: str) -> None:
    fault = Fault(kind, "it is so")  # type: ignore[arg-type] # one of the two kinds
    judged = judge(measured(None, "a.mp4", fault=fault), WORDS)
    assert judged.verdict == verdict
    assert [finding.message for finding in judged.findings] == ["it is so"]


@pytest.mark.parametrize("kind", NOT_TAKEN_RULES)
def test_the_finding_names_the_edition_and_where_it_is_from(kind: Kind) -> None:
    facts: dict[Kind, Facts] = {"image": IMAGE, "video": VIDEO, "audio": AUDIO}
    (finding,) = judge(measured(facts[kind]), WORDS).findings
    plural = {"image": "images", "video": "clips", "audio": "sounds"}[kind]
    assert finding.message == f"seedance-2.0-text-to-video-2026-10 takes no {plural}"
    assert (finding.severity, finding.limit, finding.fix) == ("error", "0..0", "none")
    assert finding.source == f"provider's family pages (newer): text-to-video refuses {kind}_urls"
    assert finding.rule in RULES
