"""Pictures of every mode as a screen shows them: one way for looking and for mending."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from preflight.apply.image import make_image
from preflight.media.colors import eight_bits, flat, on_screen, smooth
from preflight.media.frames import thumbnail
from preflight.plan.steps import Plan, Write
from tests.specimens import image, judged

SIZE = (64, 48)
GRAY = Image.linear_gradient("L").resize(SIZE)


def counted(white: float, mode: str = "F", black: float = 0.0) -> Image.Image:
    """Return a gray wedge whose samples go from black to white, counted so."""
    scale = (white - black) / 255
    floats = GRAY.convert("F").point(lambda sample: sample * scale + black)
    return floats if mode == "F" else floats.convert("I").convert(mode)


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures in levels of 255."""
    pair = [picture.convert("RGB") for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*pair)).mean)


@pytest.mark.parametrize("white", [1, 255, 65_535])
def test_floating_numbers_are_fractions_or_levels_by_the_brightest(white: int) -> None:
    assert apart(eight_bits(counted(white)), GRAY) <= 0.5


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I"])
def test_whole_numbers_are_of_sixteen_bits(mode: str) -> None:
    assert apart(eight_bits(counted(65_535, mode)), GRAY) <= 0.5


def test_whole_numbers_beyond_sixteen_bits_are_of_as_many_as_they_need() -> None:
    assert apart(eight_bits(counted((1 << 31) - 256, "I")), GRAY) <= 1


def test_highlights_above_white_are_white_and_leave_the_rest_as_it_was() -> None:
    bright = counted(1)
    bright.paste(7.5, (0, 0, 8, 8))
    wanted = GRAY.copy()
    wanted.paste(255, (0, 0, 8, 8))
    assert apart(eight_bits(bright), wanted) <= 0.5


@pytest.mark.parametrize("ends", [(-4.0, 12.0), (0.0, 1e6), (-3000.0, -2000.0)])
def test_numbers_that_count_something_else_go_from_black_to_white(ends: tuple[float, float]) -> None:
    assert apart(eight_bits(counted(ends[1], black=ends[0])), GRAY) <= 1


@pytest.mark.parametrize("value", [0.0, -5.0, 1e30, float("inf"), float("nan")])
def test_a_flat_picture_of_any_number_is_some_gray(value: float) -> None:
    assert eight_bits(Image.new("F", SIZE, value)).mode == "L"


@given(st.sampled_from([1, 255, 65_535]), st.integers(0, 255))
def test_a_level_stays_the_level_it_was(white: int, level: int) -> None:
    row = Image.new("F", (2, 1), float(white))
    row.putpixel((0, 0), level * white / 255)
    assert abs(int(eight_bits(row).getpixel((0, 0))) - level) <= 1  # type: ignore[arg-type] # L is a number


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV"])
def test_what_is_not_deep_stays_as_it_is(mode: str) -> None:
    picture = Image.new("RGB", SIZE, (90, 120, 30)).convert(mode)
    assert eight_bits(picture) is picture


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV"])
def test_a_color_on_the_screen_is_the_color_it_was(mode: str) -> None:
    color = (120, 120, 120) if mode in ("L", "LA") else (90, 120, 30)
    shown = flat(on_screen(Image.new("RGB", SIZE, color).convert(mode)))
    assert shown.mode in ("RGB", "L")
    assert apart(shown, Image.new("RGB", SIZE, color)) <= 3


def test_a_palette_is_averaged_by_its_colors() -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([0, 0, 0, 9, 9, 9, 200, 200, 200])
    picture.putpixel((1, 0), 2)
    assert smooth(picture).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) == (100, 100, 100)


def test_transparency_lies_on_white() -> None:
    assert flat(Image.new("RGBA", SIZE, (0, 0, 0, 0))).getpixel((0, 0)) == (255, 255, 255)


def written(folder: Path, name: str, picture: Image.Image) -> Path:
    path = folder / name
    picture.save(path)
    return path


WEDGE = Image.merge("RGB", (GRAY, GRAY.transpose(Image.Transpose.FLIP_LEFT_RIGHT), GRAY))
KINDS = {
    "float-0-to-1.tif": lambda: counted(1),
    "float-0-to-255.tif": lambda: counted(255),
    "gray-16-bit.tif": lambda: counted(65_535, "I;16"),
    "gray-16-bit.png": lambda: counted(65_535, "I;16"),
    "cmyk.tif": lambda: WEDGE.convert("CMYK"),
    "palette.gif": lambda: WEDGE.quantize(64),
    "lab.tif": lambda: WEDGE.convert("LAB"),
    "one-bit.tif": lambda: GRAY.resize((320, 240)).convert("1"),
}


@pytest.mark.parametrize("format_", ["png", "jpeg"])
@pytest.mark.parametrize("name", KINDS)
def test_what_is_looked_at_is_what_is_written(name: str, format_: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, KINDS[name]().resize((320, 240)))
    write = Write(format=format_, loss="lossy", clears=())
    target = tmp_path / f"made.{format_}"
    make_image(Plan(asset=judged(path).asset, kind="image", steps=(write,)), image(path), target)
    stills = [thumbnail(str(one), image(one), 64).jpeg for one in (path, target)]
    before, after = (Image.open(io.BytesIO(jpeg)).resize((8, 6), Image.Resampling.BOX) for jpeg in stills)
    assert apart(before, after) <= 4
    assert max(ImageStat.Stat(before.convert("L")).stddev) > 6


FLOATS = st.floats(width=32) | st.sampled_from([0.0, 1.0, 255.0, 65_535.0, -1.0])


@given(st.lists(FLOATS, min_size=1, max_size=12))
def test_floats_of_whatever_range_become_eight_bits_and_keep_their_order(samples: list[float]) -> None:
    """NaN and infinity too, which a TIFF or an image of measured depths may hold."""
    shown = eight_bits(Image.fromarray(np.array([samples], np.float32)))
    assert (shown.mode, shown.size) == ("L", (len(samples), 1))
    finite = [(sample, level) for sample, level in zip(samples, shown.tobytes(), strict=True) if np.isfinite(sample)]
    if len(finite) == len(samples):
        levels = [level for _, level in sorted(finite)]
        assert levels == sorted(levels)


@pytest.mark.parametrize(
    ("samples", "levels"),
    [
        ([0.0, 0.5, np.inf], [0, 128, 255]),
        ([-np.inf, 0.5, 1.0], [0, 128, 255]),
        ([-np.inf, 0.0, 255.0, np.inf], [0, 0, 255, 255]),
        ([np.inf, -np.inf], [255, 0]),
    ],
)
def test_a_light_without_end_is_white_and_leaves_the_rest_as_it_is(samples: list[float], levels: list[int]) -> None:
    assert list(eight_bits(Image.fromarray(np.array([samples], np.float32))).tobytes()) == levels


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=12))
def test_sixteen_bits_become_their_upper_eight(samples: list[int]) -> None:
    shown = eight_bits(Image.fromarray(np.array([samples], np.uint16)))
    assert shown.mode == "L"
    assert all(abs(level - sample / 257) <= 0.51 for sample, level in zip(samples, shown.tobytes(), strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_an_image_of_any_mode_comes_on_screen_in_its_size_and_flat_without_transparency(mode: str) -> None:
    image = Image.new(mode, (5, 3))
    shown = on_screen(image)
    assert shown.size == (5, 3)
    assert shown.mode in {"1", "L", "LA", "P", "RGB", "RGBA"}
    assert not flat(shown).has_transparency_data
    assert flat(shown).size == (5, 3)


@pytest.mark.parametrize(
    ("color", "pixel"), [("white", (255, 255, 255)), ("black", (0, 0, 0)), ("#102030", (16, 32, 48))]
)
def test_what_is_transparent_takes_the_color_below_and_what_is_not_keeps_its_own(
    color: str, pixel: tuple[int, int, int]
) -> None:
    image = Image.new("RGBA", (2, 1), (200, 100, 50, 255))
    image.putpixel((1, 0), (9, 9, 9, 0))
    shown = flat(image, color)
    assert (shown.getpixel((0, 0)), shown.getpixel((1, 0))) == ((200, 100, 50), pixel)
