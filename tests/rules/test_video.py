"""Rules for clips: one thing is broken, one rule says so."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load
from preflight.values.facts import VideoFacts
from tests.made import findings, judged, severities, video
from tests.specimens import PROFILE

NTSC = Fraction(24000, 1001)


def lasting(seconds: str) -> VideoFacts:
    return video(duration_s=Fraction(seconds), header_duration_s=Fraction(seconds))


def sized(width: int, height: int) -> VideoFacts:
    return video(width_px=width, height_px=height, coded_width_px=width, coded_height_px=height)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (video(), {}),
        (video(format="webm"), {"video/format": "error"}),
        (lasting("2"), {}),
        (lasting("1.999"), {"video/duration": "error"}),
        (lasting("15"), {}),
        (lasting("15.0001"), {"video/duration": "error"}),
        (sized(640, 640), {}),
        (sized(640, 480), {"video/pixels": "error"}),
        (sized(720, 480), {"video/pixels": "error"}),
        (sized(848, 480), {"video/pixels": "error"}),
        (sized(852, 480), {"video/pixels": "error"}),
        (sized(854, 480), {}),
        (sized(960, 540), {}),
        (sized(720, 576), {}),
        (sized(960, 960), {}),
        (sized(834, 1112), {}),
        (sized(836, 1112), {"video/pixels": "error"}),
        (sized(1920, 1080), {"video/pixels": "error"}),
        (sized(1250, 500), {}),
        (sized(1252, 500), {"video/aspect-ratio": "error"}),
        (sized(299, 1400), {"video/side": "error", "video/aspect-ratio": "error"}),
        (video(frame_rate_hz=Fraction(24)), {}),
        (video(frame_rate_hz=NTSC), {"video/frame-rate": "error"}),
        (video(frame_rate_hz=Fraction(60)), {}),
        (video(frame_rate_hz=Fraction(601, 10)), {"video/frame-rate": "error"}),
        (video(bytes=50_000_000), {}),
        (video(bytes=50_000_001), {"video/size": "warning"}),
        (video(bytes=52_428_801), {"video/size": "error"}),
        (video(codec="vp9"), {"video/codec": "warning"}),
        (video(codec="hevc"), {}),
        (video(sound_codec="opus"), {"video/sound-codec": "warning"}),
        (video(sound_codec="aac"), {}),
        (video(video_streams=2), {"video/streams": "warning"}),
        (video(transfer="smpte2084"), {"video/hdr": "warning"}),
        (video(transfer="arib-std-b67"), {"video/hdr": "warning"}),
        (video(transfer="bt709"), {}),
        (video(bit_depth=10), {"video/bit-depth": "warning"}),
        (video(bit_depth=None), {}),
        (video(interlaced=True), {"video/interlace": "warning"}),
        (video(alpha=True), {"video/alpha": "warning"}),
        (video(location=True), {"video/location": "warning"}),
        (video(header_duration_s=Fraction(6)), {"video/header": "warning"}),
        (video(duration_s=None, header_duration_s=None), {"video/unjudged": "error"}),
        (video(frame_rate_hz=None), {"video/unjudged": "error"}),
    ],
)
def test_exactly_the_broken_thing_is_reported(facts: VideoFacts, expected: dict[str, str]) -> None:
    assert severities(facts) == expected


@pytest.mark.parametrize(
    ("facts", "rule", "message"),
    [
        (lasting("20.02"), "video/duration", "20.02 s long; 2 to 15 s allowed"),
        (
            lasting("15.0004"),
            "video/duration",
            "15.0004 s long; 2 to 15 s allowed (the service has been seen to accept it, the document does not)",
        ),
        (lasting("1.5"), "video/duration", "1.5 s long; 2 to 15 s allowed"),
        (
            video(frame_rate_hz=NTSC),
            "video/frame-rate",
            "23.976 fps (24000/1001); 24 to 60 fps allowed",
        ),
        (
            video(frame_rate_hz=Fraction("60.0001")),
            "video/frame-rate",
            "60.0001 fps; 24 to 60 fps allowed",
        ),
        (
            sized(1920, 1080),
            "video/pixels",
            "1920 x 1080 = 2,073,600 pixels; 409,600 to 927,408 pixels allowed",
        ),
        (video(format="avi"), "video/format", "avi content; mp4 or mov allowed"),
        (video(codec="vp9"), "video/codec", "pictures in vp9; seen accepted: h264 or hevc"),
        (video(sound_codec="opus"), "video/sound-codec", "sound in opus; seen accepted: aac or mp3"),
        (
            video(transfer="smpte2084"),
            "video/hdr",
            "high dynamic range, PQ (HDR10); colors may be read as gray and flat",
        ),
        (video(bit_depth=10), "video/bit-depth", "10 bits a sample; decoders that expect 8 may refuse it"),
    ],
)
def test_a_message_names_what_was_measured_and_what_is_allowed(facts: VideoFacts, rule: str, message: str) -> None:
    assert findings(facts)[rule].message == message


def test_a_codec_that_is_copied_makes_a_new_container_lossless() -> None:
    assert findings(video(format="matroska"))["video/format"].fix == "lossless"
    assert findings(video(format="matroska", codec="vp9"))["video/format"].fix == "lossy"


def test_too_long_can_be_cut_and_too_short_only_changed() -> None:
    assert findings(lasting("20"))["video/duration"].fix == "lossy"
    assert findings(lasting("1"))["video/duration"].fix == "creative"


@pytest.mark.parametrize(
    ("stored", "shown", "told"),
    [
        ((1280, 720), (1707, 720), True),
        ((720, 576), (1024, 576), False),
        ((640, 480), (864, 480), True),
        ((1280, 500), (1152, 500), True),
        ((1500, 280), (1400, 350), True),
    ],
)
def test_a_pixel_shape_is_told_only_where_it_decides(
    stored: tuple[int, int], shown: tuple[int, int], told: bool
) -> None:
    facts = video(
        coded_width_px=stored[0],
        coded_height_px=stored[1],
        width_px=shown[0],
        height_px=shown[1],
        pixel_aspect=Fraction(shown[0], stored[0]),
    )
    assert ("video/pixel-shape" in findings(facts)) is told


@pytest.mark.parametrize(
    ("stored", "shown", "told"),
    [((2160, 1620), (2880, 1620), True), ((1620, 2160), (2160, 2160), False), ((300, 400), (320, 400), True)],
)
def test_a_pixel_shape_decides_by_the_edges_too(stored: tuple[int, int], shown: tuple[int, int], told: bool) -> None:
    """At least 320 px on the short edge, and at most 2160 px on the long one."""
    facts = video(
        coded_width_px=stored[0],
        coded_height_px=stored[1],
        width_px=shown[0],
        height_px=shown[1],
        pixel_aspect=Fraction(shown[0] * stored[1], stored[0] * shown[1]),
    )
    found = findings(facts, profile=load("happyhorse-1.0-video-edit-2026-10"))
    assert ("video/pixel-shape" in found) is told


@pytest.mark.parametrize(
    ("profile", "transfer", "told"),
    [
        ("5", None, "high dynamic range, Dolby Vision profile 5 alone; other decoders show wrong colors"),
        ("5", "smpte2084", "high dynamic range, Dolby Vision profile 5 alone; other decoders show wrong colors"),
        ("8.1", "smpte2084", "high dynamic range, PQ (HDR10); colors may be read as gray and flat"),
        ("8.4", "arib-std-b67", "high dynamic range, HLG; colors may be read as gray and flat"),
        ("8.2", "bt709", None),
    ],
)
def test_dolby_vision_is_told_by_what_other_decoders_make_of_it(
    profile: str, transfer: str | None, told: str | None
) -> None:
    found = findings(video(dolby_vision=profile, transfer=transfer)).get("video/hdr")
    assert (found.message if found else None) == told
    assert found is None or (found.fix == "none") is ("." not in profile)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Fraction(24000, 1001), "23.976 fps (24000/1001)"),
        (Fraction(15, 2), "7.5 fps (15/2)"),
        (Fraction(12), "12 fps"),
        (Fraction(1_000_003, 1_000_000), "1 fps"),
    ],
)
def test_a_rate_is_written_as_a_fraction_where_that_is_what_people_know(rate: Fraction, words: str) -> None:
    assert findings(video(frame_rate_hz=rate))["video/frame-rate"].message == f"{words}; 24 to 60 fps allowed"


def test_the_newer_edition_takes_larger_clips() -> None:
    newer = load("seedance-2.0-2026-10")
    assert judged(sized(1920, 1080), profile=newer).verdict == "pass"
    assert judged(sized(2206, 948), profile=newer).verdict == "fail"


@given(
    st.fractions(0, 30, max_denominator=10**5),
    st.fractions(1, 120, max_denominator=1001),
    st.integers(200, 2200),
    st.integers(200, 2200),
    st.fractions(0, 30),
)
def test_a_wider_limit_never_adds_a_finding(
    seconds: Fraction, rate: Fraction, width: int, height: int, more: Fraction
) -> None:
    limits = PROFILE.video
    assert limits.duration_s.max
    assert limits.frame_rate_hz.max
    assert limits.pixels.max
    wider = msgspec.structs.replace(
        PROFILE,
        video=msgspec.structs.replace(
            limits,
            duration_s=msgspec.structs.replace(limits.duration_s, max=limits.duration_s.max + more),
            frame_rate_hz=msgspec.structs.replace(limits.frame_rate_hz, max=limits.frame_rate_hz.max + more),
            pixels=msgspec.structs.replace(limits.pixels, max=limits.pixels.max + 10_000 * more),
        ),
    )
    facts = video(
        duration_s=seconds,
        header_duration_s=seconds,
        frame_rate_hz=rate,
        width_px=width,
        height_px=height,
        coded_width_px=width,
        coded_height_px=height,
    )
    assert set(findings(facts, profile=wider)) <= set(findings(facts))


@given(st.fractions("14.9", "15.1", max_denominator=10**7), st.fractions(23, 25, max_denominator=10**6))
def test_no_message_calls_two_different_numbers_by_the_same_digits(seconds: Fraction, rate: Fraction) -> None:
    found = findings(video(duration_s=seconds, header_duration_s=seconds, frame_rate_hz=rate))
    if "video/duration" in found:
        assert not found["video/duration"].message.startswith("15 s long")
    if "video/frame-rate" in found:
        assert not found["video/frame-rate"].message.startswith("24 fps")
