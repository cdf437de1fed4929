"""Frames as a viewer sees them: the part that is shown, in square pixels, the right way up, and never enlarged."""

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.media.view import as_seen, fitting, shown_as
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.facts import Area, VideoFacts
from tests.made import video
from tests.specimens import media
from tests.specimens import video as measured

sides = st.integers(1, 9000)
TOP, RIGHT, BOTTOM, LEFT = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)


@given(sides, sides, st.integers(1, 2000))
def test_a_size_fits_in_its_shape_and_is_never_enlarged(width: int, height: int, most: int) -> None:
    wide, high = fitting(width, height, most)
    assert 1 <= wide <= min(width, most)
    assert 1 <= high <= min(height, most)
    if max(width, height) <= most:
        assert (wide, high) == (width, height)
    else:
        assert max(wide, high) == most
        assert abs(wide * height - high * width) <= max(width, height)


def crossed(size: tuple[int, int]) -> Image.Image:
    """Draw a frame with a color at the middle of each edge."""
    image = Image.new("RGB", size)
    width, height = size
    band = max(min(size) // 4, 1)
    for color, box in (
        (TOP, (width // 2 - 1, 0, width // 2 + 1, band)),
        (BOTTOM, (width // 2 - 1, height - band, width // 2 + 1, height)),
        (LEFT, (0, height // 2 - 1, band, height // 2 + 1)),
        (RIGHT, (width - band, height // 2 - 1, width, height // 2 + 1)),
    ):
        image.paste(color, box)
    return image


def edges(facts: VideoFacts) -> list[object]:
    """Show a frame, and return the colors at its upper, right, lower and left edge."""
    image = as_seen(av.VideoFrame(16, 16, "rgb24"), facts, 400, crossed)
    assert image.size == (facts.width_px, facts.height_px)
    width, height = image.size
    places = ((width // 2, 1), (width - 2, height // 2), (width // 2, height - 2), (1, height // 2))
    return [image.getpixel(place) for place in places]


def lying(degrees: int, **more: object) -> VideoFacts:
    size = {"width_px": 90, "height_px": 160} if degrees in (90, 270) else {"width_px": 160, "height_px": 90}
    return video(**size, coded_width_px=160, coded_height_px=90, rotation_deg=degrees, **more)


@pytest.mark.parametrize(
    ("degrees", "seen"),
    [
        (0, [TOP, RIGHT, BOTTOM, LEFT]),
        (90, [LEFT, TOP, RIGHT, BOTTOM]),
        (180, [BOTTOM, LEFT, TOP, RIGHT]),
        (270, [RIGHT, BOTTOM, LEFT, TOP]),
    ],
)
def test_a_frame_is_turned_clockwise_and_then_mirrored(degrees: int, seen: list[object]) -> None:
    assert edges(lying(degrees)) == seen
    top, right, bottom, left = seen
    assert edges(lying(degrees, mirrored=True)) == [top, left, bottom, right]


def test_only_the_part_that_is_shown_is_seen() -> None:
    area = Area(left_px=40, top_px=20, width_px=80, height_px=50)
    facts = video(width_px=80, height_px=50, coded_width_px=160, coded_height_px=90, aperture=area)
    stored = Image.new("RGB", (160, 90), "red")
    stored.paste("blue", (40, 20, 120, 70))
    found = as_seen(av.VideoFrame(16, 16, "rgb24"), facts, 400, stored.resize)
    assert found.size == (80, 50)
    assert found.getcolors() == [(80 * 50, (0, 0, 255))]


def test_long_pixels_are_drawn_square() -> None:
    facts = video(width_px=1024, height_px=576, coded_width_px=720, coded_height_px=576)
    asked: list[tuple[int, int]] = []

    def draw(size: tuple[int, int]) -> Image.Image:
        asked.append(size)
        return Image.new("RGB", size)

    assert as_seen(av.VideoFrame(16, 16, "rgb24"), facts, 512, draw).size == (512, 288)
    assert asked == [(512, 288)]


def test_what_a_header_tells_of_the_view_is_what_was_measured() -> None:
    for name in ("video-rotated-90.mp4", "video-5s.mp4"):
        told, whole = shown_as(media(name), "mp4"), measured(name)
        assert (told.width_px, told.height_px, told.rotation_deg) == (
            whole.width_px,
            whole.height_px,
            whole.rotation_deg,
        )


def test_what_is_no_clip_or_no_longer_one_has_no_view() -> None:
    with pytest.raises(Unreadable, match="is no clip"):
        shown_as(media("image-ok.png"), "png")
    with pytest.raises(Unmeasured):
        shown_as(media("video-5s.mp4"), "matroska")
