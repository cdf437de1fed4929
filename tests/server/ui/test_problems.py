"""What is wrong is said briefly, with the measured value against the limit that it breaks."""

import datetime as dt
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile, load, names
from preflight.rules import judge
from preflight.server.ui.problems import SAYINGS, limits_of, problem
from preflight.values.facts import Facts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from tests.made import audio, image, measured, video
from tests.specimens import PROFILE, judged, probed


def said(name: str) -> dict[str, str]:
    verdict = judged(name)
    return {one.rule: problem(one, verdict, PROFILE) for one in verdict.findings}


@pytest.mark.parametrize(
    ("name", "rule", "words"),
    [
        ("video-20s.mp4", "video/duration", ("20", "15")),
        ("video-1.8s.mp4", "video/duration", ("1.8",)),
        ("audio-15.1s.mp3", "audio/duration", ("15.1", "15")),
        ("audio-1.8s.wav", "audio/duration", ("1.8", "2")),
        ("image-200x200.png", "image/side", ("200", "300")),
        ("image-6001x2401.png", "image/side", ("6001", "6,000")),
        ("image-299x750.png", "image/aspect-ratio", ("299", "750", "0.4")),
        ("image-751x300.png", "image/aspect-ratio", ("751", "300", "2.5")),
        ("video-3840x2160.mp4", "video/pixels", ("3840", "2160")),
        ("video-320x240.mp4", "video/pixels", ("320", "240")),
        ("video-12fps.mp4", "video/frame-rate", ("12", "24")),
        ("video-61fps.mp4", "video/frame-rate", ("61", "60")),
        ("video-23.99fps.mp4", "video/frame-rate", ("24",)),
        ("image-gif.gif", "image/format", ("GIF", "JPEG", "PNG")),
    ],
)
def test_a_value_is_said_against_its_limit(name: str, rule: str, words: tuple[str, ...]) -> None:
    found = said(name)
    assert rule in found, found
    assert all(word in found[rule] for word in words), found[rule]


def test_a_value_just_beyond_its_limit_is_not_said_to_be_it() -> None:
    words = said("audio-15.001s.wav")["audio/duration"]
    assert "15.001" in words


@pytest.mark.parametrize(
    "name", ["image-truncated.jpg", "text-named.mp4", "empty.mp3", "image-gps.jpg", "image-alpha.png"]
)
def test_what_has_no_short_saying_is_said_in_its_rule_s_words_as_a_sentence(name: str) -> None:
    for words in said(name).values():
        assert words
        assert words[0] == words[0].upper()


@pytest.mark.parametrize("name", sorted(names()))
def test_every_edition_s_findings_are_said(name: str) -> None:
    edition = load(name)
    for specimen in ("video-20s.mp4", "image-751x300.png", "audio-1.8s.wav", "image-gif.gif", "video-61fps.mp4"):
        verdict = judge(probed(specimen), edition)
        for finding in verdict.findings:
            assert problem(finding, verdict, edition), finding


@pytest.mark.parametrize("rule", sorted(SAYINGS))
@pytest.mark.parametrize("name", ["image-ok.png", "video-5s.mp4", "audio-5s.mp3"])
def test_a_saying_never_invents_a_value_for_a_file_that_has_none(rule: str, name: str) -> None:
    verdict = judged(name)
    without = Judged(asset=verdict.asset, kind=verdict.kind)
    finding = Finding(rule=f"{verdict.kind}/{rule}", severity="error", message="could not be told")
    assert problem(finding, without, PROFILE) == "Could not be told"
    assert problem(finding, verdict, PROFILE)


def test_limits_are_those_of_the_kind() -> None:
    assert limits_of(judged("image-ok.png"), PROFILE) is PROFILE.image
    assert limits_of(judged("video-5s.mp4"), PROFILE) is PROFILE.video
    assert limits_of(judged("audio-5s.mp3"), PROFILE) is PROFILE.audio
    assert limits_of(Judged(asset=judged("image-ok.png").asset, kind="unknown"), PROFILE) is None


# ---- sides ----------------------------------------------------------------------------------------------------------

DAY = dt.date(2026, 11, 29)
BOUNDS = st.fractions(1, 100, max_denominator=10)


def limited(profile: Profile, kind: str, name: str, **bounds: Fraction | None) -> Profile:
    """Return a profile with one other limit on assets of a kind."""
    limits = getattr(profile, kind)
    limit = Range(source="a page", read=DAY, **bounds)  # type: ignore[arg-type] # by their names
    return msgspec.structs.replace(profile, **{kind: msgspec.structs.replace(limits, **{name: limit})})


def of_rule(rule: str, facts: Facts, profile: Profile) -> str:
    verdict = judge(measured(facts), profile)
    finding = Finding(rule=rule, severity="error", message="in the rule's own words")
    return problem(finding, verdict, profile)


@given(st.integers(1, 40), st.integers(1, 40), BOUNDS, BOUNDS)
def test_a_shape_is_called_wide_or_tall_by_the_bound_that_it_breaks(
    width: int, height: int, one: Fraction, two: Fraction
) -> None:
    low, high = sorted((one / 20, two / 20))
    edition, facts = (
        limited(PROFILE, "image", "aspect_ratio", min=low, max=high),
        image(width_px=width, height_px=height),
    )
    words = of_rule("image/aspect-ratio", facts, edition)
    ratio = Fraction(width, height)
    assert ("too wide" in words, "too tall" in words) == (ratio > high, ratio < low)


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (250, 100), (100, 250)])
def test_a_bound_that_is_itself_refused_is_told_in_the_rule_s_own_words(width: int, height: int) -> None:
    """The short words call a bound allowed."""
    edition = limited(PROFILE, "image", "aspect_ratio", above=Fraction(2, 5), below=Fraction(5, 2))
    facts = image(width_px=width, height_px=height)
    assert of_rule("image/aspect-ratio", facts, edition) == "In the rule's own words"


@pytest.mark.parametrize("bounds", [{"above": Fraction(300)}, {"below": Fraction(300)}, {}])
@pytest.mark.parametrize("name", ["side_px", "pixels", "duration_s", "frame_rate_hz"])
def test_no_number_is_made_up_where_no_bound_is_broken_that_is_allowed(name: str, bounds: dict[str, Fraction]) -> None:
    edition = limited(PROFILE, "video", name, **bounds)
    rules = {"side_px": "side", "pixels": "pixels", "duration_s": "duration", "frame_rate_hz": "frame-rate"}
    for size in (100, 300, 301):
        facts = video(width_px=size, height_px=size, duration_s=Fraction(size), frame_rate_hz=Fraction(size))
        assert of_rule(f"video/{rules[name]}", facts, edition) == "In the rule's own words"


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_short_side_is_told_before_a_long_one_and_by_its_own_bound(width: int, height: int) -> None:
    edition = limited(PROFILE, "image", "side_px", min=Fraction(50), max=Fraction(150))
    words = of_rule("image/side", image(width_px=width, height_px=height), edition)
    if min(width, height) < 50:
        assert words == f"{width} x {height} px: each side needs 50"
    elif max(width, height) > 150:
        assert words == f"{width} x {height} px: no side may be longer than 150"
    else:
        assert words == "In the rule's own words"


@given(BOUNDS, BOUNDS)
def test_a_length_beyond_its_bound_never_reads_as_the_bound(value: Fraction, bound: Fraction) -> None:
    edition = limited(PROFILE, "audio", "duration_s", max=bound)
    words = of_rule("audio/duration", audio(duration_s=value), edition)
    assert (words == "In the rule's own words") is (value <= bound)
    if value > bound:
        shown, limit = words.removesuffix(" s").split(" s long: keep ")
        assert shown != limit


@pytest.mark.parametrize("name", sorted(names()))
@pytest.mark.parametrize(("width", "height"), [(4000, 1000), (1000, 4000), (100, 100), (9000, 9000)])
def test_of_no_edition_a_shape_is_told_for_the_other_one(name: str, width: int, height: int) -> None:
    edition = load(name)
    for facts in (image(width_px=width, height_px=height), video(width_px=width, height_px=height)):
        verdict = judge(measured(facts), edition)
        for finding in verdict.findings:
            words = problem(finding, verdict, edition)
            assert "too tall" not in words or width < height
            assert "too wide" not in words or width > height
            assert " 0 to 1" not in words
