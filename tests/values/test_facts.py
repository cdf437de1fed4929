"""Facts: sizes as they are shown, and values that survive being stored."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.facts import UNKNOWN, AudioTrack, Facts, Preview, VideoFacts
from tests.made import AUDIO, IMAGE, VIDEO, image, video

sides = st.integers(1, 20_000)


@given(sides, sides)
def test_an_aspect_ratio_is_exact(width: int, height: int) -> None:
    for facts in (image(width_px=width, height_px=height), video(width_px=width, height_px=height)):
        assert facts.aspect_ratio * height == width


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_fix_of_a_raw_photograph_starts_from_its_preview_turned_as_it_is_shown(orientation: int) -> None:
    preview = Preview(at=100, bytes=9, width_px=1620, height_px=1080)
    photo = image(raw=True, preview=preview, orientation=orientation, width_px=6000, height_px=4000)
    assert photo.given_px == ((1620, 1080) if orientation < 5 else (1080, 1620))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_fix_of_another_image_starts_from_what_is_shown(orientation: int) -> None:
    assert image(orientation=orientation, width_px=640, height_px=480).given_px == (640, 480)


@pytest.mark.parametrize(
    ("profile", "only"), [(None, False), ("5", True), ("8.1", False), ("8.4", False), ("7", True), ("9.2", False)]
)
def test_dolby_vision_without_a_compatible_layer_is_for_its_decoders_alone(profile: str | None, only: bool) -> None:
    assert video(dolby_vision=profile).only_dolby_vision is only


def test_a_track_of_a_codec_that_has_no_name_here_is_not_known() -> None:
    assert AudioTrack(place=0, codec="aac").known
    assert not AudioTrack(place=0, codec=UNKNOWN).known


def test_pixels_are_those_that_are_shown() -> None:
    assert video(width_px=1024, height_px=576, coded_width_px=720, coded_height_px=576).pixels == 1024 * 576


@pytest.mark.parametrize("facts", [IMAGE, VIDEO, AUDIO], ids=["image", "video", "audio"])
def test_facts_keep_their_kind_when_they_are_stored(facts: Facts) -> None:
    stored = msgspec.json.encode(facts, enc_hook=str)
    found = msgspec.json.decode(stored, type=Facts, dec_hook=lambda _, text: Fraction(text))
    assert found == facts
    assert type(found) is type(facts)


def test_facts_that_one_does_not_have_are_not_made_up() -> None:
    bare = VideoFacts(format="mp4", bytes=1, width_px=1, height_px=1, coded_width_px=1, coded_height_px=1)
    assert (bare.duration_s, bare.frame_rate_hz, bare.codec, bare.frames, bare.interlaced) == (None,) * 5
