"""What a viewer sees of a stored frame: apertures, crops and turns, wherever a file tells them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe import Depth
from preflight.probe.aperture import CleanAperture
from preflight.probe.display import Display, orientation_by_codec
from preflight.probe.faults import Unmeasured
from preflight.probe.orientation import UPRIGHT, Orientation
from preflight.values.facts import Area
from tests.specimens import video

SIDES = st.integers(2, 4096)


def aperture(width: str, height: str, right: str = "0", down: str = "0") -> CleanAperture:
    return CleanAperture(width=Fraction(width), height=Fraction(height), right=Fraction(right), down=Fraction(down))


@pytest.mark.parametrize(
    ("clean", "area"),
    [
        (aperture("1280", "500"), (0, 110, 1280, 500)),
        (aperture("640", "720", "-320"), (0, 0, 640, 720)),
        (aperture("640", "360", "320", "180"), (640, 360, 640, 360)),
        (aperture("1279", "719"), (1, 1, 1279, 719)),
        (aperture("2557/2", "720"), (1, 0, 1278, 720)),
        (aperture("1280", "720"), None),
        (aperture("1280", "720", "1"), (1, 0, 1279, 720)),
        (aperture("1281", "720"), None),
    ],
)
def test_an_aperture_lies_around_the_middle(clean: CleanAperture, area: tuple[int, int, int, int] | None) -> None:
    found = clean.area(1280, 720)
    told = found and (found.left_px, found.top_px, found.width_px, found.height_px)
    assert told == area


@pytest.mark.parametrize("clean", [aperture("0", "720"), aperture("-5", "720"), aperture("1300", "720")])
def test_an_aperture_that_does_not_lie_within_the_frame_is_none(clean: CleanAperture) -> None:
    with pytest.raises(Unmeasured, match="does not lie within its frames"):
        clean.area(1280, 720)


@given(st.tuples(*[st.fractions(-9999, 9999, max_denominator=100)] * 4), SIDES, SIDES)
def test_an_aperture_never_leaves_the_frame(
    numbers: tuple[Fraction, Fraction, Fraction, Fraction], width: int, height: int
) -> None:
    clean = CleanAperture(width=numbers[0], height=numbers[1], right=numbers[2], down=numbers[3])
    try:
        area = clean.area(width, height)
    except Unmeasured:
        return
    assert area is None or (
        area.left_px >= 0
        and area.top_px >= 0
        and 0 < area.width_px <= width - area.left_px
        and 0 < area.height_px <= height - area.top_px
    )


def test_a_part_is_made_square_and_then_turned() -> None:
    part = Area(left_px=8, top_px=0, width_px=704, height_px=480)
    upright = Display(area=part, pixel_aspect=Fraction(10, 11))
    assert upright.size_px((720, 480)) == (640, 480)
    turned = Display(area=part, pixel_aspect=Fraction(10, 11), orientation=Orientation(90))
    assert turned.size_px((720, 480)) == (480, 640)


@given(SIDES, SIDES, st.fractions("1/10", 10, max_denominator=100))
def test_a_half_turn_changes_no_size_and_a_quarter_turn_swaps_the_sides(
    width: int, height: int, shape: Fraction
) -> None:
    sizes = [
        Display(pixel_aspect=shape, orientation=Orientation(degrees)).size_px((width, height))
        for degrees in (0, 90, 180, 270)
    ]
    assert sizes[0] == sizes[2] == sizes[1][::-1] == sizes[3][::-1]


@pytest.mark.parametrize(
    ("name", "size", "turn", "mirrored"),
    [
        ("video-shown-854x480-of-950x576.mp4", (854, 480), 0, False),
        ("video-shown-854x480-of-950x576.mkv", (854, 480), 0, False),
        ("video-shown-960x300-of-960x540.mov", (960, 300), 0, False),
        ("video-turned-by-movie.mov", (540, 960), 90, False),
        ("video-turned-compressed-header.mov", (540, 960), 90, False),
        ("video-turned.mkv", (540, 960), 90, False),
        ("video-turned-by-message.mp4", (540, 960), 90, False),
        ("video-mirrored.mp4", (960, 540), 0, True),
    ],
)
@pytest.mark.parametrize("depth", ["header", "exact"])
def test_the_shown_size_is_told_at_every_depth(
    name: str, size: tuple[int, int], turn: int, mirrored: bool, depth: Depth
) -> None:
    found = video(name, depth)
    assert (found.width_px, found.height_px) == size
    assert (found.rotation_deg, found.mirrored) == (turn, mirrored)


@given(st.lists(st.binary(max_size=40), max_size=5), st.sampled_from(["h264", "hevc"]))
def test_any_units_are_read_without_complaint(units: list[bytes], codec: str) -> None:
    assert orientation_by_codec(codec, units).degrees in (0, 90, 180, 270)


def test_a_message_that_takes_back_another_turns_nothing() -> None:
    assert orientation_by_codec("h264", [bytes([6, 47, 1, 0x80])]) == UPRIGHT
