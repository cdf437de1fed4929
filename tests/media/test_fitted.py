"""How a small picture looks cropped or padded."""

import io
from fractions import Fraction

import pytest
from PIL import Image

from preflight.media.fitted import Fitting, fitted
from preflight.values.facts import Area
from preflight.values.still import Still


def still(width: int, height: int) -> Still:
    """Draw a still whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=95)
    return Still(time_s=Fraction(0), width_px=width, height_px=height, jpeg=target.getvalue())


def opened(one: Still) -> Image.Image:
    picture = Image.open(io.BytesIO(one.jpeg))
    assert picture.size == (one.width_px, one.height_px)
    return picture


def test_a_crop_shows_the_part_that_is_kept() -> None:
    how = Fitting(words="", shown_px=(1000, 500), part=Area(left_px=0, top_px=0, width_px=500, height_px=500))
    shown = opened(fitted(still(200, 100), how, 200))
    assert shown.size == (100, 100)
    assert shown.getpixel((95, 50)) == pytest.approx((254, 0, 0), abs=30)


@pytest.mark.parametrize(("fill", "blur", "corner"), [("white", None, (255, 255, 255)), ("black", 0.03, (254, 0, 0))])
def test_padding_shows_the_ground(fill: str, blur: float | None, corner: tuple[int, int, int]) -> None:
    how = Fitting(words="", shown_px=(1000, 500), frame_px=(1000, 1000), fill=fill, blur=blur)
    shown = opened(fitted(still(200, 100), how, 150))
    assert shown.size == (150, 150)
    assert shown.getpixel((10, 5)) == pytest.approx(corner, abs=12)
    assert shown.getpixel((10, 75)) == pytest.approx((254, 0, 0), abs=12)
