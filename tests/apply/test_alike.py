"""Two images are compared cell by cell, whatever their sizes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from preflight.apply.alike import alike, framed
from preflight.plan.steps import Crop, Pad, Plan, Resize, Step
from preflight.values.assets import Asset
from tests.apply.drawn import WRONG, gradients

BYTE, SIDE = st.integers(0, 255), st.integers(1, 300)


def line_art(width_px: int = 2) -> Image.Image:
    """Draw a few thin lines on white, which are next to nothing of the whole."""
    picture = Image.new("L", (900, 700), 255)
    draw = ImageDraw.Draw(picture)
    draw.line([(60, 80), (700, 130), (640, 560)], fill=0, width=width_px)
    draw.ellipse((90, 300, 330, 600), outline=0, width=width_px)
    return picture.convert("RGB")


@pytest.mark.parametrize("change", ["upside down", "mirrored", "turned", "squashed", "cropped"])
@pytest.mark.parametrize("width_px", [1, 2, 5])
def test_thin_lines_are_like_themselves_and_unlike_the_same_otherwise(change: str, width_px: int) -> None:
    art = line_art(width_px)
    changed = WRONG[change](art.resize((320, 240), Image.Resampling.LANCZOS)).resize((640, 480))
    assert alike(art, art.resize((450, 350), Image.Resampling.LANCZOS))
    assert alike(art, art.resize((1200, 933), Image.Resampling.LANCZOS))
    assert not alike(art, changed)


@settings(max_examples=20, deadline=None)
@given(st.integers(40, 400), st.integers(40, 400), st.floats(0.5, 3))
def test_a_scaled_picture_is_like_its_source_at_every_size(width: int, height: int, scale: float) -> None:
    one = gradients().resize((width, height))
    assert alike(one, one.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS))


@given(st.tuples(BYTE, BYTE, BYTE), st.integers(1, 60), st.integers(1, 60))
def test_a_picture_of_one_color_is_alike_at_any_size_down_to_one_pixel(
    color: tuple[int, int, int], width: int, height: int
) -> None:
    one = Image.new("RGB", (33, 17), color)
    assert alike(one, Image.new("RGB", (width, height), color))
    assert alike(Image.new("RGB", (width, height), color), one)
    other = tuple((level + 128) % 256 for level in color)
    assert not alike(one, Image.new("RGB", (width, height), other))


def test_both_tolerances_are_the_caller_s() -> None:
    one, other = (Image.new("RGB", (64, 64), (level,) * 3) for level in (100, 110))
    assert not alike(one, other)
    assert alike(one, other, near=10)
    picture = gradients()
    lighter = picture.point([min(255, value + 12) for value in range(256)] * 3)
    assert not alike(picture, lighter, near=9)
    assert alike(picture, lighter, near=9, apart=0.5)


def planned(*steps: Step) -> Plan:
    return Plan(asset=Asset(path="a.png"), kind="image", steps=steps)


def crop(width: int, height: int, left: int | None = None, top: int | None = None) -> Crop:
    return Crop(width_px=width, height_px=height, left_px=left, top_px=top, loss="creative", clears=())


def pad(width: int, height: int) -> Pad:
    return Pad(width_px=width, height_px=height, loss="creative", clears=())


def test_of_a_crop_the_source_s_part_is_compared_at_the_scale_of_what_was_decoded() -> None:
    whole = gradients()
    half = whole.resize((160, 120))
    source, result = framed(planned(crop(100, 80, 40, 20)), half, whole, (320, 240))
    assert (source.size, result) == ((50, 40), whole)
    assert source.tobytes() == half.crop((20, 10, 70, 50)).tobytes()
    source, _ = framed(planned(crop(240, 240)), whole, whole, (320, 240))
    assert source.tobytes() == whole.crop((40, 0, 280, 240)).tobytes()


def test_of_a_padded_picture_the_middle_is_compared_in_the_shape_it_had_before() -> None:
    whole = gradients()
    _, result = framed(planned(pad(320, 240)), Image.new("RGB", (100, 100)), whole, (100, 100))
    assert result.tobytes() == whole.crop((40, 0, 280, 240)).tobytes()
    resize = Resize(width_px=320, height_px=120, loss="lossy", clears=())
    _, result = framed(planned(resize, pad(320, 240)), Image.new("RGB", (100, 100)), whole, (100, 100))
    assert result.tobytes() == whole.crop((0, 60, 320, 180)).tobytes()


@settings(max_examples=50)
@given(st.integers(100, 300), st.integers(100, 300), st.integers(0, 80), st.booleans(), st.integers(40, 100))
def test_padding_of_any_color_is_no_part_of_what_is_compared(
    width: int, height: int, padded: int, beside: bool, percent: int
) -> None:
    """Shrunk, a padded picture has pixels that are partly padding: they are left out, and nothing else is moved."""
    picture = gradients().resize((width, height))
    across, down = (padded, 0) if beside else (0, padded)
    around = (width + 2 * across, height + 2 * down)
    whole = Image.new("RGB", around, "white")
    whole.paste(picture, (across, down))
    small = whole.resize((max(around[0] * percent // 100, 8), max(around[1] * percent // 100, 8)), Image.Resampling.BOX)
    resize = Resize(width_px=width, height_px=height, loss="lossy", clears=())
    source, result = framed(planned(resize, pad(*around)), picture, small, (width, height))
    assert alike(source, result, near=4, apart=0.1)


def test_what_was_neither_cropped_nor_padded_is_compared_whole() -> None:
    source, result = gradients(), gradients()
    assert framed(planned(), source, result, (320, 240)) == (source, result)


@settings(max_examples=50)
@given(st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE))
def test_what_is_compared_has_at_least_a_pixel(
    decoded: tuple[int, int], shown: tuple[int, int], part: tuple[int, int]
) -> None:
    image = Image.new("RGB", decoded)
    width, height = (min(side, most) for side, most in zip(part, shown, strict=True))
    for place in (None, 0):
        source, _ = framed(planned(crop(width, height, place, place)), image, image, shown)
        assert min(source.size) >= 1
    _, result = framed(planned(pad(*shown)), Image.new("RGB", part), image, part)
    assert min(result.size) >= 1
    assert all(side <= most for side, most in zip(result.size, decoded, strict=True))
