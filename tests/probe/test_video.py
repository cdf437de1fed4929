"""Clips: length, rate and size as a player shows them, however the header puts it."""

import random
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.apply.ffmpeg import find_tool, run
from preflight.probe import Depth
from preflight.probe.timing import mean_rate
from preflight.values.facts import VideoFacts
from tests.specimens import MEDIA, decoded_clip, judged, media, probed, video

NTSC = Fraction(24000, 1001)
FRAME = Fraction(1, 24)


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("video-5s.mp4", "5"),
        ("video-15s.mov", "15"),
        ("video-15.04s.mp4", "15.04"),
        ("video-1.96s.mp4", "1.96"),
        ("video-edit-list-hides-6s.mp4", "10"),
        ("video-edit-list-shows-1.6s.mp4", "1.6"),
        ("video-fragmented.mp4", "3"),
        ("video-fragmented-20s.mp4", "20"),
        ("video-fragmented-claims-143165s.mp4", "3"),
        ("video-header-claims-20s.mp4", "3"),
        ("video-20s-header-claims-3s.mp4", "20"),
        ("video-sound-longer.mp4", "3"),
        ("video-sound-longer-than-15s.mp4", "13"),
        ("video-sound-shorter.mp4", "3"),
        ("video-cover-art.mp4", "3"),
        ("video-mkv-20s.mkv", "20"),
        ("video-webm.webm", "3"),
        ("video-mpeg-ts.ts", "3"),
        ("video-flv.flv", "3"),
        ("video-avi.avi", "3"),
    ],
)
def test_the_length_is_that_of_the_pictures_as_shown(name: str, length: str) -> None:
    found = video(name).duration_s
    assert found is not None
    assert abs(found - Fraction(length)) < Fraction(1, 500)


@pytest.mark.parametrize(
    "name",
    [
        "video-5s.mp4",
        "video-edit-list-hides-6s.mp4",
        "video-fragmented.mp4",
        "video-vfr-mean-20-nominal-30.mp4",
        "video-15.015s-29.97fps.mp4",
        "video-last-frame-held.mp4",
        "video-mkv.mkv",
    ],
)
def test_a_decoder_that_decodes_everything_agrees(name: str) -> None:
    facts, seen = video(name), decoded_clip(media(name))
    assert facts.frames == seen.frames
    assert facts.duration_s is not None
    assert abs(facts.duration_s - seen.duration_s) <= Fraction(1, 24)


def test_a_last_frame_that_is_held_counts_as_long_as_it_is_shown() -> None:
    facts = video("video-last-frame-held-to-2.1s.mp4")
    assert facts.duration_s is not None
    assert abs(facts.duration_s - Fraction("2.1")) < Fraction(1, 100)


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("video-header-claims-20s.mp4", 20),
        ("video-20s-header-claims-3s.mp4", 3),
        ("video-fragmented-claims-143165s.mp4", 143_165),
        ("video-sound-longer.mp4", 8),
        ("video-5s.mp4", 5),
    ],
)
def test_what_the_header_claims_stands_beside_it(name: str, claim: int) -> None:
    found = video(name).header_duration_s
    assert found is not None
    assert abs(found - claim) < Fraction(1, 10)


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("video-23.976fps.mp4", NTSC),
        ("video-23.976fps.mov", NTSC),
        ("video-24fps.mp4", Fraction(24)),
        ("video-29.97fps.mp4", Fraction(30000, 1001)),
        ("video-59.94fps.mp4", Fraction(60000, 1001)),
        ("video-60.1fps.mp4", Fraction("60.1")),
        ("video-vfr-mean-20-nominal-30.mp4", Fraction(20)),
        ("video-vfr-mean-30-nominal-60.mp4", Fraction(30)),
        ("video-vfr-mean-40-nominal-120.mp4", Fraction(40)),
    ],
)
def test_the_rate_is_the_mean_of_frames_over_time_and_not_the_nominal_one(name: str, rate: Fraction) -> None:
    found = video(name).frame_rate_hz
    assert found is not None
    assert abs(found - rate) < rate / 50
    if "vfr" not in name:
        assert found == rate


def test_24000_over_1001_is_below_24() -> None:
    rate = video("video-23.976fps.mp4").frame_rate_hz
    assert rate is not None
    assert rate < 24


@pytest.mark.parametrize(
    ("name", "shown", "stored", "turn"),
    [
        ("video-rotated-90.mp4", (480, 854), (854, 480), 270),
        ("video-rotated-180.mp4", (854, 480), (854, 480), 180),
        ("video-rotated-270.mov", (480, 854), (854, 480), 90),
        ("video-stored-640x480-shown-864x480.mp4", (864, 480), (640, 480), 0),
        ("video-stored-640x480-shown-864x480-rotated-90.mp4", (480, 864), (640, 480), 270),
        ("video-stored-1280x720-shown-1707x720.mp4", (1707, 720), (1280, 720), 0),
        ("video-stored-854x480-shown-640x480.mp4", (640, 480), (854, 480), 0),
        ("video-stored-1000x480-shown-1250x480.mov", (1250, 480), (1000, 480), 0),
        ("video-1920x1080.mp4", (1920, 1080), (1920, 1080), 0),
    ],
)
def test_the_size_is_what_a_viewer_sees_and_the_turn_is_clockwise(
    name: str, shown: tuple[int, int], stored: tuple[int, int], turn: int
) -> None:
    facts = video(name)
    assert (facts.width_px, facts.height_px) == shown
    assert (facts.coded_width_px, facts.coded_height_px) == stored
    assert facts.rotation_deg == turn
    assert facts.pixels == shown[0] * shown[1]
    assert facts.aspect_ratio == Fraction(*shown)


@pytest.mark.parametrize("name", ["video-rotated-90.mp4", "video-rotated-180.mp4", "video-rotated-270.mov"])
def test_the_turn_is_the_one_that_a_decoder_tells_counter_clockwise(name: str) -> None:
    with av.open(media(name)) as container:
        counter_clockwise = next(container.decode(video=0)).rotation
    assert (video(name).rotation_deg + counter_clockwise) % 360 == 0


@pytest.mark.parametrize("codec", ["mpeg2video", "mpeg4"])
def test_the_shape_of_pixels_that_only_the_codec_tells_is_seen(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.ts"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=720x480:rate=25:duration=3,setsar=8/9"]
    run(find_tool().path, [*picture, "-c:v", codec, "-f", "mpegts", f"file:{path}"])
    found = judged(path).facts
    assert isinstance(found, VideoFacts)
    assert (found.width_px, found.height_px) == (640, 480)


def test_a_rate_needs_frames_and_time() -> None:
    assert mean_rate(48, Fraction(2)) == 24
    assert (
        mean_rate(None, Fraction(2))
        is mean_rate(48, None)
        is mean_rate(0, Fraction(2))
        is mean_rate(4, Fraction(0))
        is None
    )


@pytest.mark.parametrize(
    ("name", "codec", "bits", "sound"),
    [
        ("video-5s.mp4", "h264", 8, None),
        ("video-h264-10-bit.mp4", "h264", 10, None),
        ("video-h264-444.mp4", "h264", 8, None),
        ("video-hevc.mp4", "hevc", 8, None),
        ("video-hevc-10-bit.mp4", "hevc", 10, None),
        ("video-prores.mov", "prores", 10, None),
        ("video-mpeg4.mp4", "mpeg4", None, None),
        ("video-vp9.mp4", "vp9", None, None),
        ("video-sound-aac.mp4", "h264", 8, "aac"),
        ("video-sound-mp3.mp4", "h264", 8, "mp3"),
        ("video-sound-opus.mp4", "h264", 8, "opus"),
        ("video-sound-pcm.mov", "h264", 8, "pcm_s16le"),
    ],
)
def test_codecs_and_depth_are_told_without_decoding(name: str, codec: str, bits: int | None, sound: str | None) -> None:
    facts = video(name)
    assert (facts.codec, facts.sound_codec) == (codec, sound)
    if bits is not None:
        assert facts.bit_depth == bits


@pytest.mark.parametrize(
    ("name", "transfer"), [("video-hdr10.mp4", "smpte2084"), ("video-hlg.mov", "arib-std-b67"), ("video-5s.mp4", None)]
)
def test_high_dynamic_range_is_told(name: str, transfer: str | None) -> None:
    assert video(name).transfer == transfer


@pytest.mark.parametrize(("name", "streams"), [("video-two-picture-streams.mp4", 2), ("video-cover-art.mp4", 1)])
def test_cover_art_is_no_picture_stream(name: str, streams: int) -> None:
    assert video(name).video_streams == streams


def test_a_sound_with_a_cover_is_a_sound() -> None:
    for name in ("audio-mp3-cover-art.mp3", "audio-m4a-cover-art.m4a"):
        assert probed(name).kind == "audio"


@pytest.mark.parametrize(
    ("name", "told"), [("video-location.mp4", True), ("video-location.mov", True), ("video-title.mp4", False)]
)
def test_a_place_in_the_metadata_is_seen(name: str, told: bool) -> None:
    assert video(name).location is told


@pytest.mark.parametrize(
    ("name", "alpha"), [("video-alpha-qtrle.mov", True), ("video-alpha-prores.mov", True), ("video-prores.mov", False)]
)
def test_transparency_is_told(name: str, alpha: bool) -> None:
    assert video(name).alpha is alpha


def test_interlace_is_told() -> None:
    assert video("video-interlaced.mp4").interlaced
    assert not video("video-5s.mp4").interlaced


@pytest.mark.parametrize(
    "name",
    [
        "video-faststart-cut-short.mp4",
        "video-faststart-cut-short.mov",
        "video-faststart-last-byte-missing.mp4",
        "video-index-at-end-cut-off.mp4",
        "video-no-index.mp4",
        "video-no-picture-data.mp4",
        "playlist-named.mp4",
        "playlist-named.mov",
        "ffconcat-named.mp4",
        "text-named.mp4",
        "zeros.mp4",
        "empty.mp4",
    ],
)
def test_what_is_not_all_there_is_unreadable(name: str) -> None:
    fault = probed(name).fault
    assert fault
    assert fault.kind == "unreadable"


def test_a_file_cut_short_tells_how_much_is_there() -> None:
    fault = probed("video-faststart-cut-short.mp4").fault
    assert fault
    assert fault.message.startswith("cut short: its index lists 250 video samples, the file holds ")


def test_a_header_that_is_believed_says_so() -> None:
    facts = video("video-fragmented-claims-143165s.mp4", "header")
    assert facts.measured_by["duration_s"] == "PyAV, header"
    assert video("video-5s.mp4").measured_by["duration_s"] == "PyAV, sample index with edit list"
    assert video("video-mkv.mkv").measured_by["duration_s"] == "PyAV, every packet"


GOOD = [
    (MEDIA / name).read_bytes() for name in ("video-2s.mp4", "video-fragmented.mp4", "video-mkv.mkv", "video-flv.flv")
]


@settings(max_examples=25)
@given(st.sampled_from(range(len(GOOD))), st.integers(0, 2**32), st.booleans())
def test_no_damage_makes_a_measurement_crash(
    tmp_path_factory: pytest.TempPathFactory, which: int, seed: int, cut: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    content = bytearray(GOOD[which])
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if cut:
        del content[chance.randrange(len(content)) :]
    path = tmp_path_factory.mktemp("damaged") / "damaged.mp4"
    path.write_bytes(content)
    found = probed(path)
    assert found.facts is not None or found.fault is not None


@settings(max_examples=25)
@given(st.sampled_from(["video-5s.mp4", "video-mkv.mkv", "audio-5s.mp3", "image-ok.png", "video-flv.flv"]))
def test_measuring_twice_says_the_same(name: str) -> None:
    assert probed(name) == probed(name)


@pytest.mark.parametrize("name", ["video-5s.mp4", "video-640x640.mov"])
def test_pictures_in_a_codec_that_nobody_knows_are_unreadable(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((MEDIA / name).read_bytes().replace(b"avc1", b"Q_Q_"))
    fault = probed(path).fault
    assert fault
    assert fault.message == "its pictures are in a codec that is not known here"


def test_a_specimen_copied_under_another_name_measures_the_same(tmp_path: Path) -> None:
    path = tmp_path / "-version"
    path.write_bytes((MEDIA / "video-5s.mp4").read_bytes())
    assert video(path) == video("video-5s.mp4")


@pytest.mark.parametrize(
    ("name", "rate", "frames"),
    [
        ("video-24fps-milliseconds.mp4", Fraction(24), 73),
        ("video-24fps.mkv", Fraction(24), 72),
        ("video-24fps.flv", Fraction(24), 72),
        ("video-60fps.mkv", Fraction(60), 180),
        ("video-60fps-from-mkv.mp4", Fraction(60), 180),
        ("video-23.976fps.mkv", NTSC, 72),
    ],
)
def test_a_rate_that_its_container_rounded_is_told_and_said(name: str, rate: Fraction, frames: int) -> None:
    found = video(name)
    assert (found.frame_rate_hz, found.frames, found.duration_s) == (rate, frames, frames / rate)
    assert "every frame within half a tick (1 ms)" in found.measured_by["frame_rate_hz"]
    assert found.frame_rate_constant
    assert video(name, "header").frame_rate_hz == rate


@pytest.mark.parametrize(
    ("name", "rate", "frames"),
    [
        ("video-fields-25fps.mp4", Fraction(25), 75),
        ("video-fields-25fps.mkv", Fraction(25), 75),
        ("video-fields-25fps.ts", Fraction(25), 50),
        ("video-fields-23.976fps.mp4", NTSC, 72),
        ("video-fields-and-frames-25fps.mp4", Fraction(25), 75),
        ("video-fields-hevc-25fps.mp4", Fraction(25), 75),
    ],
)
@pytest.mark.parametrize("depth", ["exact", "full"])
def test_two_fields_are_a_frame(name: str, rate: Fraction, frames: int, depth: Depth) -> None:
    found = video(name, depth)
    assert (found.frame_rate_hz, found.frames, found.duration_s) == (rate, frames, frames / rate)
    assert (found.width_px, found.height_px) == (854, 480)
    assert found.fields == "top"
    assert found.interlaced


@pytest.mark.parametrize(
    ("name", "rate", "reordered"),
    [
        ("video-24fps-in-order.avi", Fraction(24), False),
        ("video-24fps-reordered.avi", Fraction(24), True),
        ("video-23.976fps-reordered.avi", NTSC, True),
    ],
)
def test_an_avi_lasts_as_long_as_it_has_places_in_whatever_order(name: str, rate: Fraction, reordered: bool) -> None:
    found = video(name)
    assert (found.frame_rate_hz, found.frames, found.duration_s) == (rate, 72, 72 / rate)
    assert found.reordered == reordered


@pytest.mark.parametrize("ending", ["ts", "mkv", "mp4"])
def test_a_clip_is_judged_from_the_first_frame_that_can_be_shown(ending: str) -> None:
    name = f"video-begins-between-keyframes.{ending}"
    found, seen = video(name), decoded_clip(media(name))
    assert found.frames == seen.frames
    assert found.duration_s == Fraction(seen.frames, 25)
