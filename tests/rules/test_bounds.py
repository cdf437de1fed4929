"""The law of bounds: what stands on a limit passes, what lies beyond is said with both numbers, by every edition."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.profiles import Profile, load
from preflight.rules import judge
from preflight.values.assets import Kind
from preflight.values.facts import Facts
from preflight.values.findings import NOT_TAKEN, Finding
from preflight.values.limits import OneOf, Range
from tests.any_facts import EDITIONS, clips, images, sounds
from tests.made import AUDIO, IMAGE, VIDEO, audio, findings, image, measured, video

PROFILES = [load(name) for name in EDITIONS]


class Bound(NamedTuple):
    """A limit of an edition, with a way to make facts that measure a value by it."""

    rule: str
    limit: Range
    of: Callable[[Fraction], Facts]
    step: Fraction
    """The least by which two values differ: a pixel, a byte, or next to nothing."""


def whole(value: Fraction) -> int:
    assert value.denominator == 1
    return int(value)


def lasting(seconds: Fraction) -> Facts:
    return video(duration_s=seconds, header_duration_s=seconds)


def sounding(seconds: Fraction) -> Facts:
    return audio(duration_s=seconds, stored_duration_s=seconds, header_duration_s=seconds)


MOMENT = Fraction(1, 10_000)
PIXEL = BYTE = Fraction(1)


def bounds(profile: Profile) -> Iterator[Bound]:
    """Yield the limits of an edition on one quantity each."""
    clip, still, sound = profile.video, profile.image, profile.audio
    if profile.takes("video"):
        yield Bound("video/duration", clip.duration_s, lasting, MOMENT)
        yield Bound("video/frame-rate", clip.frame_rate_hz, lambda hz: video(frame_rate_hz=hz), MOMENT)
        yield Bound("video/size", clip.bytes, lambda size: video(bytes=whole(size)), BYTE)
        yield Bound("video/side", clip.side_px, lambda px: video(width_px=whole(px), height_px=whole(px)), PIXEL)
    if profile.takes("image"):
        yield Bound("image/size", still.bytes, lambda size: image(bytes=whole(size)), BYTE)
        yield Bound("image/side", still.side_px, lambda px: image(width_px=whole(px), height_px=whole(px)), PIXEL)
    if profile.takes("audio"):
        yield Bound("audio/duration", sound.duration_s, sounding, MOMENT)
        yield Bound("audio/size", sound.bytes, lambda size: audio(bytes=whole(size)), BYTE)


EVERY = [(profile, bound) for profile in PROFILES for bound in bounds(profile)]


def of(bound: Bound, value: Fraction, profile: Profile) -> Finding | None:
    """Judge facts of a value; return what the rule of the limit says."""
    return findings(bound.of(value), profile=profile).get(bound.rule)


def says_so(found: Finding | None, bound: Bound, value: Fraction, profile: Profile) -> None:
    """Hold a finding to what it has to say of a value beyond a limit."""
    where = profile.name, bound.rule, value
    assert found is not None, where
    assert (found.severity, found.measured, found.limit) == (bound.limit.weight, value, bound.limit.text()), where
    assert found.margin is not None, where
    assert found.margin <= 0, where
    assert found.source == bound.limit.source, where


def test_a_bound_that_is_allowed_passes_and_the_next_value_does_not() -> None:
    for profile, bound in EVERY:
        limit = bound.limit
        for edge, outwards in ((limit.min, -1), (limit.max, 1)):
            if not edge:
                continue
            found = of(bound, edge, profile)
            noted = limit.warn_above is not None or limit.note_above is not None
            assert found is None or (noted and found.severity == "warning"), (profile.name, bound.rule)
            beyond = edge + outwards * bound.step
            if beyond > 0:
                says_so(of(bound, beyond, profile), bound, beyond, profile)


def test_a_bound_that_is_itself_refused_is_refused_and_the_next_value_passes() -> None:
    for profile, bound in EVERY:
        for edge, inwards in ((bound.limit.above, 1), (bound.limit.below, -1)):
            if edge is not None:
                says_so(of(bound, edge, profile), bound, edge, profile)
                assert of(bound, edge + inwards * bound.step, profile) is None, (profile.name, bound.rule)


def test_between_two_readings_of_a_limit_a_value_is_in_doubt() -> None:
    for profile, bound in EVERY:
        if bound.limit.warn_above is not None:
            assert of(bound, bound.limit.warn_above, profile) is None, (profile.name, bound.rule)
            found = of(bound, bound.limit.warn_above + bound.step, profile)
            assert found is not None, (profile.name, bound.rule)
            assert (found.severity, found.doubtful) == ("warning", True), (profile.name, bound.rule)


def test_a_value_beyond_a_bound_never_reads_as_the_bound_itself() -> None:
    """A clip of 15.0001 s must not read "15 s long; at most 15 s allowed"."""
    for profile, bound in EVERY:
        edge = bound.limit.max
        if bound.step == MOMENT and edge is not None:
            beyond = of(bound, edge + MOMENT, profile)
            assert beyond is not None, (profile.name, bound.rule)
            assert not beyond.message.startswith((f"{float(edge):g} s ", f"{float(edge):g} fps")), beyond.message


@given(st.sampled_from([one for one in EVERY if one[1].limit.max]), st.fractions(1, 3, max_denominator=50))
def test_more_of_what_is_too_much_is_too_much(limited: tuple[Profile, Bound], factor: Fraction) -> None:
    profile, bound = limited
    value = (bound.limit.max or Fraction(1)) + bound.step
    larger = max(value, Fraction(round(value * factor))) if bound.step == 1 else value * factor
    says_so(of(bound, larger, profile), bound, larger, profile)


def lists(profile: Profile) -> Iterator[tuple[str, OneOf, Callable[[str], Facts]]]:
    """Yield the closed lists of an edition, each with its rule and a way to make facts of a word."""
    if profile.takes("video"):
        yield "video/format", profile.video.format, lambda word: video(format=word)
        yield "video/codec", profile.video.codec, lambda word: video(codec=word)
        yield "video/sound-codec", profile.video.sound_codec, lambda word: video(sound_codec=word)
    if profile.takes("image"):
        yield "image/format", profile.image.format, lambda word: image(format=word)
    if profile.takes("audio"):
        yield "audio/format", profile.audio.format, lambda word: audio(format=word)


def test_a_word_out_of_a_closed_list_passes_and_another_is_told_with_the_list() -> None:
    for profile in PROFILES:
        for rule, limit, make in lists(profile):
            assert all(rule not in findings(make(word), profile=profile) for word in limit.allowed), profile.name
            found = findings(make("xyz"), profile=profile)[rule]
            assert (found.severity, found.measured, found.limit) == (limit.weight, "xyz", limit.text()), profile.name
            assert "xyz" in found.message


@given(st.sampled_from(PROFILES), clips() | images() | sounds())
def test_any_facts_are_judged_to_values_that_can_be_printed(profile: Profile, facts: Facts) -> None:
    verdict = judge(measured(facts), profile)
    for found in verdict.findings:
        assert found.message.isprintable()
        assert found.rule.startswith(verdict.kind)
        assert found.severity != "error" or found.fix in {"none", "lossless", "lossy", "creative"}
    assert (verdict.verdict == "fail") is any(
        one.severity == "error" and not one.rule.endswith("/unjudged") for one in verdict.findings
    )


@given(clips() | images() | sounds(), st.sampled_from(PROFILES))
def test_judging_depends_on_the_facts_alone(facts: Facts, profile: Profile) -> None:
    assert judge(measured(facts), profile) == judge(measured(replace(facts)), profile)


KINDS: tuple[tuple[Kind, Facts], ...] = (("image", IMAGE), ("video", VIDEO), ("audio", AUDIO))


@pytest.mark.parametrize(("kind", "facts"), KINDS)
def test_what_an_edition_does_not_take_is_said_whatever_it_is_like(kind: Kind, facts: Facts) -> None:
    for profile in PROFILES:
        said = f"{kind}{NOT_TAKEN}" in findings(facts, profile=profile)
        assert said is not profile.takes(kind), profile.name
