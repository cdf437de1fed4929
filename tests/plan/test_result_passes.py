"""The law of plans: what a plan makes passes, by every edition, and each rule that a step clears is clear."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.steps import LADDER, Crop, Cut, Encode, Extend, Lead, Pad, Resize, Step, Write, find
from preflight.probe.cut_points import CutPoint, Wanted
from preflight.profiles import Profile, load
from preflight.rules import judge
from preflight.values.assets import Window
from preflight.values.facts import Area, AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from tests.any_facts import EDITIONS, NTSC, clips, images, sounds
from tests.made import audio, image, judged, measured, video
from tests.plan.on_paper import audio_after, clip_after, image_after
from tests.specimens import PROFILE


def after(found: Plan, facts: Facts) -> Facts:
    """Carry a plan out on paper."""
    if isinstance(facts, ImageFacts):
        return image_after(found, facts)
    return clip_after(found, facts) if isinstance(facts, VideoFacts) else audio_after(found, facts)


def broken(facts: Facts, profile: Profile) -> dict[str, str]:
    """Return what is wrong with a file, by rule: the words of its errors and warnings."""
    return {one.rule: f"{one.severity}: {one.message}" for one in judge(measured(facts), profile).findings}


def must_pass(found: Plan, facts: Facts, profile: Profile) -> None:
    """Hold a plan, and what is done where it fails, to what it promises."""
    for steps in filter(None, (found.steps, found.otherwise)):
        said = broken(after(replace(found, steps=steps), facts), profile)
        assert not [one for one in said.values() if one.startswith("error")]
        assert not {rule for step in steps for rule in step.clears} & set(said)


# ---- what may come in ----------------------------------------------------------------------------------------------


def crops(facts: Facts) -> st.SearchStrategy[Any]:
    """Draw a marked part, or a side from which a part is taken; none of audio."""
    if isinstance(facts, AudioFacts):
        return st.none()
    width, height = facts.width_px, facts.height_px
    parts = st.tuples(st.integers(1, width), st.integers(1, height)).flatmap(
        lambda size: st.builds(
            Area,
            left_px=st.integers(0, width - size[0]),
            top_px=st.integers(0, height - size[1]),
            width_px=st.just(size[0]),
            height_px=st.just(size[1]),
        )
    )
    return st.none() | st.sampled_from(["top", "bottom", "left", "right", "center"]) | parts


wishes = st.builds(
    FixOptions,
    allow=st.sampled_from(LADDER[1:]),
    keep=st.sampled_from(["start", "middle", "end"]),
    fit=st.sampled_from(["crop", "pad", "blur"]),
    fit_named=st.booleans(),
    extend=st.sampled_from([None, "loop", "freeze", "slow"]),
    bits=st.sampled_from(["16", "source"]),
    also=st.sampled_from([(), ("all",), ("header",), ("location", "alpha")]),
)
windows = st.none() | st.builds(
    lambda start, length: Window(Fraction(start, 100), Fraction(start + length, 100)),
    st.integers(0, 500),
    st.integers(1, 2000),
)


def finder(start: int, end: int) -> Callable[[Wanted], CutPoint | None]:
    """Find cut points that miss each end by so many hundredths of what may be missed."""

    def find_point(wanted: Wanted) -> CutPoint | None:
        begins = wanted.start_s + wanted.start_slack_s * start / 100
        length = wanted.end_s - wanted.end_slack_s * end / 100 - begins
        found = CutPoint(start_s=begins, length_s=length, first=3, frames=50)
        return None if wanted.all_but_damage or length <= 0 else found

    return find_point


finders = st.none() | st.builds(finder, st.integers(0, 100), st.integers(0, 100))


def holding(verdict: Judged, window: Window | None) -> Judged:
    return replace(verdict, asset=replace(verdict.asset, keep=window))


@pytest.mark.parametrize("drawn", [clips(), images(), sounds()], ids=["clip", "image", "audio"])
@given(st.data(), st.sampled_from(EDITIONS), wishes, windows, finders)
def test_what_is_planned_passes_by_the_edition_that_refused_it(  # noqa: PLR0917 - the six things that may come in
    drawn: st.SearchStrategy[Facts],
    data: st.DataObject,
    edition: str,
    fix_options: FixOptions,
    window: Window | None,
    points: Callable[[Wanted], CutPoint | None] | None,
) -> None:
    profile, facts = load(edition), data.draw(drawn)
    verdict = holding(judged(facts, profile=profile), None if isinstance(facts, ImageFacts) else window)
    if crop := data.draw(crops(facts)):
        fix_options = replace(fix_options, crop_of={verdict.asset.path: crop})
    found = plan(verdict, profile, fix_options, points)
    if found.steps:
        assert found.beyond_mending == ()
        assert all(fix_options.of(verdict.asset.path).permits(step) for step in found.steps)
        must_pass(found, facts, profile)
    elif any(one.severity == "error" for one in verdict.findings):
        assert found.beyond_mending


# ---- what once failed ----------------------------------------------------------------------------------------------


def planned(facts: Facts, profile: Profile = PROFILE, window: Window | None = None, **options: Any) -> Plan:  # noqa: ANN401 - any wish
    return plan(holding(judged(facts, profile=profile), window), profile, FixOptions(**options))


S = TypeVar("S", bound=Step)


def only(found: Plan, wanted: type[S]) -> S:
    step = find(found.steps, wanted)
    assert step is not None
    return step


def lasting(seconds: Fraction | int, **more: Any) -> VideoFacts:  # noqa: ANN401 - any field of the facts
    return video(duration_s=Fraction(seconds), header_duration_s=Fraction(seconds), **more)


@pytest.mark.parametrize(
    ("facts", "edition", "rule"),
    [
        (image(width_px=3000, height_px=300, bytes=40_000_000), "wan2.5-image-to-video-2026-10", "image/side"),
        (
            lasting(5, width_px=6303, height_px=1811, codec="prores", format="avi"),
            "kling-o3-reference-to-video-2026-10",
            "video/side",
        ),
    ],
)
def test_what_no_step_clears_is_said_and_nothing_else_is_done(facts: Facts, edition: str, rule: str) -> None:
    """No size within the limits has that shape, and the edition limits no shape: the rest would be done in vain."""
    found = planned(facts, load(edition), allow="creative")
    assert found.steps == ()
    assert rule in {one.rule for one in found.beyond_mending}
    assert found.remedies


@pytest.mark.parametrize(("hours", "made"), [(2, True), (5, True), (6, False), (60, False)])
def test_a_clip_of_hours_is_fitted_or_said_to_be_too_long_before_it_is_encoded(hours: int, made: bool) -> None:
    profile = load("topaz-video-upscale-2026-10")
    facts = lasting(hours * 3600, width_px=1280, height_px=720, codec="vp9", bytes=10_000)
    part = None if made else Window(Fraction(0), Fraction(hours * 3600))
    found = planned(facts, profile, window=part, also=("codec",))
    assert bool(found.steps) == made
    if made:
        must_pass(found, facts, profile)
    else:
        assert f"{hours * 3600:,} s are more than" in found.beyond_mending[-1].message
        assert found.advice == "Mark the part of it to keep."


def test_a_sound_of_few_bits_that_is_decoded_has_all_bits_of_what_is_written() -> None:
    facts = audio(format="wav", codec="adpcm_ms", bit_depth=4, sample_type="coded", sample_rate_hz=8000, bytes=8044)
    profile = load("minimax-h3-max-reference-to-video-2026-10")
    found = planned(facts, profile, also=("all",))
    assert found.also == ("audio/codec",)
    must_pass(found, facts, profile)


@pytest.mark.parametrize(("width", "height"), [(521, 1302), (1301, 521), (1021, 409)])
def test_rounding_to_even_sides_keeps_a_shape_that_is_allowed(width: int, height: int) -> None:
    facts = lasting(5, width_px=width, height_px=height, coded_width_px=width, coded_height_px=height, codec="vp9")
    profile = load("minimax-h3-reference-to-video-2026-10")
    found = planned(replace(facts, frame_rate_hz=Fraction(90)), profile)
    made = only(found, Resize)
    assert profile.video.aspect_ratio.broken_by(Fraction(made.width_px, made.height_px)) is None
    must_pass(found, replace(facts, frame_rate_hz=Fraction(90)), profile)


@pytest.mark.parametrize("late", [Fraction(1, 2), Fraction(2), Fraction(1, 10)])
def test_a_first_frame_is_not_held_where_the_clip_would_become_too_long(late: Fraction) -> None:
    facts = lasting(15, frame_rate_hz=NTSC, start_offset_s=late)
    found = planned(facts)
    assert only(found, Lead).how == "drop"
    must_pass(found, facts, PROFILE)


def test_a_first_frame_is_held_where_there_is_room() -> None:
    found = planned(lasting(14, frame_rate_hz=NTSC, start_offset_s=Fraction(1, 2)))
    assert only(found, Lead).how == "hold"


def test_a_cut_between_packets_that_leaves_too_little_is_encoded_instead() -> None:
    """A marked part of little more than the least may be missed by a frame at each end."""
    facts, window = lasting(20), Window(Fraction(3), Fraction(302, 60))
    verdict = holding(judged(facts), window)
    missed = plan(verdict, PROFILE, FixOptions(), finder(100, 100))
    assert only(missed, Cut).packets is None
    must_pass(missed, facts, PROFILE)
    met = only(plan(verdict, PROFILE, FixOptions(), finder(0, 0)), Cut)
    assert met.packets is not None


def test_a_part_shorter_than_a_frame_keeps_one_frame() -> None:
    facts = lasting(20)
    found = planned(facts, window=Window(Fraction(231, 100), Fraction(233, 100)), extend="freeze")
    assert only(found, Cut).length_s == Fraction(1, 25)
    assert only(found, Extend).length_s == 2
    must_pass(found, facts, PROFILE)


@pytest.mark.parametrize("window", [None, Window(Fraction(2), Fraction(19))])
def test_a_length_that_the_service_shortens_is_not_cleared_by_writing_or_by_a_long_cut(window: Window | None) -> None:
    profile = load("happyhorse-1.0-video-edit-2026-10")
    facts = lasting(20, codec="prores", format="avi", width_px=1280, height_px=720)
    found = planned(facts, profile, window, also=("all",))
    assert "video/duration" not in found.also
    assert "video/duration" in {one.rule for one in found.left}
    must_pass(found, facts, profile)


def test_a_length_that_is_too_short_in_doubt_is_left_where_nothing_lengthens_it() -> None:
    profile = load("kling-o1-video-edit-fast-2026-10")
    facts = lasting(Fraction(53, 20), bit_depth=10)
    found = planned(facts, profile, also=("all",), allow="creative")
    assert "video/duration" in {one.rule for one in found.left}
    must_pass(found, facts, profile)


@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize("size", [(640, 1600), (6000, 2400), (1600, 640), (400, 1601), (9000, 100)])
def test_a_shape_on_a_bound_that_is_itself_refused_is_moved_off_it(fit: str, size: tuple[int, int]) -> None:
    profile = load("byteplus-seedance-2.0-2026-10")
    facts = image(width_px=size[0], height_px=size[1])
    found = planned(facts, profile, fit=fit, allow="creative", also=("all",))
    step = find(found.steps, Crop) or only(found, Pad)
    assert profile.image.aspect_ratio.broken_by(Fraction(step.width_px, step.height_px)) is None
    must_pass(found, facts, profile)


def test_a_marked_crop_whose_shape_no_allowed_size_has_is_not_made() -> None:
    profile = load("kling-o3-reference-to-video-2026-10")
    facts = lasting(5, width_px=1280, height_px=1280, coded_width_px=1280, coded_height_px=1280)
    part = Area(left_px=197, top_px=0, width_px=300, height_px=1270)
    found = planned(facts, profile, crop_of={"a.mp4": part}, allow="creative")
    assert found.steps == ()
    assert [one.rule for one in found.beyond_mending] == ["video/side"]
    assert str(found.remedies[0]).startswith("The part to crop, 300 x 1270 px, has a shape that no allowed size has")
    wide = planned(facts, profile, crop_of={"a.mp4": replace(part, width_px=800)}, allow="creative")
    assert find(wide.steps, Crop) is not None
    must_pass(wide, facts, profile)


def test_every_plan_ends_with_a_write_and_encodes_frames_once() -> None:
    for facts in (lasting(20, codec="prores", bytes=10**9), lasting(5, frame_rate_hz=NTSC), lasting(5, format="avi")):
        steps = planned(facts).steps
        assert isinstance(steps[-1], Write)
        assert sum(isinstance(step, Encode) and step.codec == "libx264" for step in steps) <= 1
