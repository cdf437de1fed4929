"""Sizes: within the limits always, of the same shape, and changed no more than needed."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.plan.geometry import Frame, even_size, nearest_size, within_ratio
from preflight.values.limits import Range
from tests.specimens import PROFILE

CLIP = Frame(side_px=PROFILE.video.side_px, pixels=PROFILE.video.pixels, multiple=2)
PICTURE = Frame(side_px=PROFILE.image.side_px)
RATIO = PROFILE.video.aspect_ratio


def ranged(low: int | None, high: int | None) -> Range:
    bounds = [None if bound is None else Fraction(bound) for bound in (low, high)]
    return Range(source="d", read=dt.date(2026, 1, 1), min=bounds[0], max=bounds[1])


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ((1920, 1080), (1280, 720)),
        ((3840, 2160), (1280, 720)),
        ((1280, 720), (1280, 720)),
        ((640, 640), (640, 640)),
        ((1080, 1920), (720, 1280)),
        ((960, 540), (960, 540)),
    ],
)
def test_a_clip_becomes_the_size_that_an_editor_would_choose(size: tuple[int, int], nearest: tuple[int, int]) -> None:
    assert nearest_size(*size, CLIP) == nearest


@pytest.mark.parametrize(
    ("size", "nearest"),
    [((200, 200), (300, 300)), ((8000, 4000), (6000, 3000)), ((299, 300), None), ((640, 480), (640, 480))],
)
def test_a_picture_is_scaled_no_more_than_needed(size: tuple[int, int], nearest: tuple[int, int] | None) -> None:
    found = nearest_size(*size, PICTURE)
    assert found
    assert nearest is None or found == nearest
    assert min(found) == 300 or found == nearest


shapes = st.tuples(st.integers(16, 8000), st.integers(16, 8000)).filter(
    lambda size: RATIO.broken_by(Fraction(*size)) is None
)


@settings(max_examples=50)
@given(shapes)
def test_the_nearest_size_of_a_clip_is_within_all_limits_and_keeps_the_shape(size: tuple[int, int]) -> None:
    found = nearest_size(*size, CLIP)
    assert found
    assert CLIP.takes(*found)
    assert found[0] % 2 == found[1] % 2 == 0
    assert abs(Fraction(*found) / Fraction(*size) - 1) < Fraction(1, 100)


@settings(max_examples=50)
@given(shapes)
def test_the_nearest_size_of_a_picture_is_within_all_limits_and_keeps_the_shape(size: tuple[int, int]) -> None:
    found = nearest_size(*size, PICTURE)
    assert found
    assert PICTURE.takes(*found)
    assert abs(Fraction(*found) / Fraction(*size) - 1) < Fraction(1, 100)


@settings(max_examples=50)
@given(shapes)
def test_a_size_that_is_within_the_limits_stays_as_it_is(size: tuple[int, int]) -> None:
    if PICTURE.takes(*size):
        assert nearest_size(*size, PICTURE) == size


@settings(max_examples=50)
@given(shapes)
def test_scaling_what_was_scaled_changes_nothing(size: tuple[int, int]) -> None:
    once = nearest_size(*size, CLIP)
    assert once
    assert nearest_size(*once, CLIP) == once


def test_a_shape_that_no_size_satisfies_has_none() -> None:
    assert nearest_size(1000, 10, PICTURE) is None
    assert nearest_size(100, 100, Frame(side_px=ranged(300, 310), pixels=ranged(1_000_000, None))) is None


def test_without_limits_nothing_changes() -> None:
    assert nearest_size(123, 457, Frame(side_px=ranged(None, None))) == (123, 457)


@pytest.mark.parametrize(
    ("size", "fit", "found"),
    [
        ((1252, 500), "crop", (1250, 500)),
        ((1252, 500), "pad", (1252, 501)),
        ((500, 1252), "crop", (500, 1250)),
        ((500, 1252), "pad", (501, 1252)),
        ((640, 480), "crop", (640, 480)),
    ],
)
def test_a_refused_shape_is_cropped_or_padded_to_the_bound(
    size: tuple[int, int], fit: str, found: tuple[int, int]
) -> None:
    assert within_ratio(*size, RATIO, fit) == found


@given(st.integers(10, 9000), st.integers(10, 9000), st.sampled_from(["crop", "pad"]))
def test_a_fitted_shape_is_within_and_only_one_side_changes_in_one_direction(width: int, height: int, fit: str) -> None:
    found = within_ratio(width, height, RATIO, fit)
    assert RATIO.broken_by(Fraction(*found)) is None
    assert width == found[0] or height == found[1]
    if fit == "crop":
        assert found[0] <= width
        assert found[1] <= height
    else:
        assert found[0] >= width
        assert found[1] >= height


@settings(max_examples=50)
@given(st.tuples(st.integers(400, 2000), st.integers(400, 2000)).filter(lambda size: CLIP.takes(*size)))
def test_even_sides_lie_next_to_those_there_were(size: tuple[int, int]) -> None:
    found = even_size(*size, CLIP)
    assert found
    assert CLIP.takes(*found)
    assert all(side % 2 == 0 for side in found)
    beside = [
        (w, h) for w in (size[0] - size[0] % 2, size[0] + size[0] % 2) for h in (size[1] - 1, size[1], size[1] + 1)
    ]
    if any(CLIP.takes(w, h) and h % 2 == 0 for w, h in beside):
        assert all(abs(one - other) <= 1 for one, other in zip(found, size, strict=True))
