"""Small images of a clip's frames: as large as allowed, of the right moment, and none where there is no image."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.apply.stills import (
    SIDE_PX,
    SOUGHT_EARLY_S,
    Seek,
    Still,
    _read,
    own_stills,
    second_stills,
    seeks,
    shape,
    sought_early_s,
    viewed,
)
from preflight.probe.faults import Unmeasured
from tests import made
from tests.apply.conftest import Program
from tests.specimens import media, video


def still(content: bytes, folder: Path) -> Still | None:
    path = folder / "a.ppm"
    path.write_bytes(content)
    return _read(path)


def test_a_small_image_is_read_as_ffmpeg_writes_it(tmp_path: Path) -> None:
    found = still(b"P6\n2 1\n255\n\x01\x02\x03\x0a\x20\xff", tmp_path)
    assert found == Still(width_px=2, height_px=1, rgb=b"\x01\x02\x03\x0a\x20\xff")
    assert found.image().getpixel((1, 0)) == (10, 32, 255)
    assert shape(found) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"P6\n2 1\n255\n\x01\x02\x03\x04\x05",
        b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06\x07",
        b"P5\n2 1\n255\n\x01\x02",
        b"P6\n2 1\n65535\n" + bytes(12),
        b"P6\n-2 1\n255\n" + bytes(6),
    ],
)
def test_what_is_cut_short_or_is_something_else_is_no_image(content: bytes, tmp_path: Path) -> None:
    assert still(content, tmp_path) is None
    assert _read(tmp_path / "gone.ppm") is None


@given(st.binary(max_size=30))
@settings(max_examples=50)
def test_no_content_makes_an_image_of_another_size(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = still(b"P6 " + content, tmp_path_factory.getbasetemp())
    assert found is None or len(found.rgb) == 3 * found.width_px * found.height_px


def test_a_frame_is_the_one_shown_at_that_moment_and_says_since_when() -> None:
    name = "video-2s.mp4"
    facts, frame_s = video(name), Fraction(1, 25)
    with viewed(media(name), facts) as viewer:
        found = viewer.shown([frame_s * 3, frame_s * 3 + frame_s / 2, Fraction(0)])
    assert [frame.at_s for frame in found.values()] == [0, frame_s * 3, frame_s * 3]
    shown = [frame.shown for frame in found.values()]
    assert shown[1] == shown[2] != shown[0]
    assert max(shown[0].width_px, shown[0].height_px) == SIDE_PX


def test_frames_come_in_the_order_of_the_moments_asked_for() -> None:
    name = "video-2s.mp4"
    late, early = own_stills(media(name), video(name), (Fraction(1), Fraction(0)))
    assert [late.at_s, early.at_s] == [1, 0]


def test_a_turned_clip_is_seen_as_a_viewer_sees_it() -> None:
    (frame,) = own_stills(media("video-rotated-90.mp4"), video("video-rotated-90.mp4"), (Fraction(0),))
    assert (frame.shown.height_px, shape(frame.shown) < 1) == (SIDE_PX, True)
    name = "video-stored-1280x720-shown-1707x720.mp4"
    (frame,) = own_stills(media(name), video(name), (Fraction(0),))
    assert abs(shape(frame.shown) - 1707 / 720) < 0.02


def test_lightness_is_kept_beside_colors_that_decoders_read_differently() -> None:
    (high,) = own_stills(media("video-card-pq.mp4"), video("video-card-pq.mp4"), (Fraction(0),))
    (usual,) = own_stills(media("video-2s.mp4"), video("video-2s.mp4"), (Fraction(0),))
    assert usual.plain is None
    assert high.plain is not None
    red, green, blue = (high.plain.rgb[at::3] for at in range(3))
    assert red == green == blue


def test_transparent_parts_show_the_color_behind_them() -> None:
    name = "video-alpha-qtrle.mov"
    seen = []
    for ground in ("white", "black"):
        with viewed(media(name), video(name), ground) as viewer:
            seen.append(viewer.shown([Fraction(0)])[Fraction(0)].flat)
    with viewed(media("video-2s.mp4"), video("video-2s.mp4"), "white") as viewer:
        assert viewer.shown([Fraction(0)])[Fraction(0)].flat is None
    white, black = seen
    assert white
    assert black
    assert white != black
    assert all(one >= other for one, other in zip(white.rgb, black.rgb, strict=True))


def test_the_first_frame_needs_no_seek_and_others_are_sought_half_a_frame_early() -> None:
    facts = video("video-2s.mp4")
    first, second = seeks(media("video-2s.mp4"), facts, (Fraction(0), Fraction(1)))
    assert [first.at_s, second.at_s] == [0, Fraction(49, 50)]
    assert first.indexed


def test_a_clip_that_begins_later_in_its_container_is_sought_from_there() -> None:
    name = "video-frames-1s-after-audio.mkv"
    (place,) = seeks(media(name), video(name), (Fraction(1),))
    assert abs(place.at_s - (2 - Fraction(1, 50))) < Fraction(1, 500)


def test_only_containers_without_an_index_of_shown_frames_are_sought_early() -> None:
    early = {name: sought_early_s(made.video(format=name)) for name in ("mp4", "mov", "matroska", "mpegts")}
    assert early == {"mp4": 0, "mov": 0, "matroska": SOUGHT_EARLY_S, "mpegts": SOUGHT_EARLY_S}


def test_a_clip_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unmeasured):
        own_stills(str(tmp_path / "gone.mp4"), video("video-2s.mp4"), (Fraction(0),))


@pytest.mark.parametrize("body", ["exit 1", "exit 0", "for last; do :; done; echo nonsense > ${last#file:}"])
def test_a_second_decoder_that_fails_or_writes_nonsense_is_none(body: str, program: Program) -> None:
    place = Seek(at_s=Fraction(1), indexed=True)
    assert second_stills(program(body), media("video-2s.mp4"), video("video-2s.mp4"), (place,), plain=False) is None
