"""How a Matroska track's frames are shown: cropped, stretched, turned."""

import io
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import element
from preflight.probe.ebml import SEGMENT, TRACK, TRACKS
from preflight.probe.matroska import (
    CROPS,
    DISPLAYED,
    KIND,
    POSE,
    PROJECTION,
    PROJECTION_TYPE,
    UNIT,
    VIDEO,
    Shown,
    read_shown,
)
from preflight.probe.orientation import UPRIGHT
from preflight.values.facts import Area

SIDES = st.integers(2, 4096)


@given(st.tuples(*[st.integers(0, 5000)] * 4), SIDES, SIDES)
def test_margins_never_leave_less_than_nothing(margins: tuple[int, int, int, int], width: int, height: int) -> None:
    area = Shown(margins=margins).area(width, height)
    assert area is None or (area.width_px + margins[0] + margins[2], area.height_px + margins[1] + margins[3]) == (
        width,
        height,
    )


def test_the_size_at_which_a_part_is_shown_tells_the_shape_of_its_pixels() -> None:
    part = Area(left_px=0, top_px=0, width_px=720, height_px=480)
    assert Shown(displayed=(16, 9)).pixel_aspect(part) == Fraction(32, 27)
    assert Shown().pixel_aspect(part) is None


# ---- elements written by hand ----------------------------------------------------------------------------------------


def number(name: int, value: int, width: int = 2) -> bytes:
    return element(name.to_bytes(-(-name.bit_length() // 8), "big"), value.to_bytes(width, "big"))


def video_of(*inside: bytes, kind: int = 1) -> bytes:
    """Write a track with the elements of its video."""
    return element(bytes((TRACK,)), number(KIND, kind, 1) + element(bytes((VIDEO,)), b"".join(inside)))


def shown(*tracks: bytes, place: int = 0) -> Shown:
    whole = element(SEGMENT.to_bytes(4, "big"), element(TRACKS.to_bytes(4, "big"), b"".join(tracks)))
    return read_shown(io.BytesIO(whole), len(whole), place)


def test_crops_and_the_displayed_size_are_read_in_their_order() -> None:
    inside = [number(name, 10 * at) for at, name in enumerate(CROPS, 1)]
    found = shown(video_of(*inside, number(DISPLAYED[0], 1024), number(DISPLAYED[1], 576)))
    assert (found.margins, found.displayed, found.orientation) == ((10, 20, 30, 40), (1024, 576), UPRIGHT)
    assert found.area(720, 576) == Area(left_px=10, top_px=20, width_px=680, height_px=516)


@pytest.mark.parametrize(("unit", "told"), [(0, True), (1, True), (3, True), (4, False)])
def test_a_displayed_size_in_an_unknown_unit_tells_no_shape(unit: int, told: bool) -> None:
    sides = number(DISPLAYED[0], 16), number(DISPLAYED[1], 9), number(UNIT, unit, 1)
    assert (shown(video_of(*sides)).displayed == (16, 9)) is told


def test_one_displayed_side_alone_tells_no_shape() -> None:
    assert shown(video_of(number(DISPLAYED[0], 16))).displayed is None


def test_tracks_are_counted_among_the_video_tracks_alone() -> None:
    first, second = (video_of(number(DISPLAYED[0], width), number(DISPLAYED[1], 9)) for width in (16, 32))
    sound, subtitles = video_of(number(DISPLAYED[0], 4), number(DISPLAYED[1], 3), kind=2), number(TRACK, 0)
    assert shown(sound, first, subtitles, second, place=1).displayed == (32, 9)
    assert shown(sound, first, place=5) == Shown()


@pytest.mark.parametrize(("roll", "turned"), [(90.0, 270), (-90.0, 90), (180.0, 180), (0.0, 0)])
@pytest.mark.parametrize("layout", [">f", ">d"])
def test_a_roll_turns_a_picture_counter_clockwise(roll: float, turned: int, layout: str) -> None:
    """RFC 9559, 5.1.4.1.28.41 and following: positive angles turn to the left."""
    pose = element(POSE[2].to_bytes(2, "big"), struct.pack(layout, roll))
    found = shown(video_of(element(PROJECTION.to_bytes(2, "big"), number(PROJECTION_TYPE, 0, 1) + pose)))
    assert found.orientation.degrees == turned


def test_a_sphere_is_turned_by_the_viewer() -> None:
    pose = element(POSE[2].to_bytes(2, "big"), struct.pack(">f", 90.0))
    found = shown(video_of(element(PROJECTION.to_bytes(2, "big"), number(PROJECTION_TYPE, 1, 1) + pose)))
    assert found.orientation == UPRIGHT


@given(st.binary(max_size=200))
def test_any_bytes_of_a_track_are_shown_somehow(inside: bytes) -> None:
    assert min(shown(video_of(inside)).margins) >= 0
