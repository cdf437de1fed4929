"""A new picture against its source: by two decoders, cell by cell."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from preflight.apply.alike import alike
from preflight.apply.image_similarity import image_dissimilarity
from preflight.plan import Plan, Step
from preflight.plan.steps import Crop, Pad
from preflight.values.assets import Asset
from preflight.values.facts import ImageFacts
from tests.specimens import judged

UNLIKE = "it does not look like its source"
Change = Callable[[Image.Image], Image.Image]


def gradients() -> Image.Image:
    down = Image.linear_gradient("L").resize((320, 240))
    across = Image.linear_gradient("L").rotate(90).resize((320, 240))
    return Image.merge("RGB", (down, across, ImageOps.flip(down)))


def line_art(width_px: int = 2) -> Image.Image:
    """Draw a few thin lines on white, which are next to nothing of the whole."""
    picture = Image.new("L", (900, 700), 255)
    draw = ImageDraw.Draw(picture)
    draw.line([(60, 80), (700, 130), (640, 560)], fill=0, width=width_px)
    draw.ellipse((90, 300, 330, 600), outline=0, width=width_px)
    return picture.convert("RGB")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    gradients().save(path)
    return path


def unlike(source: Path, made: Path, *steps: Step) -> str | None:
    before, after = judged(source).facts, judged(made).facts
    assert isinstance(before, ImageFacts)
    assert after
    plan = Plan(asset=Asset(path=str(source)), kind="image", steps=steps)
    return image_dissimilarity(plan, before, made, after)


def variant(picture: Path, change: Change) -> Path:
    target = picture.with_name("changed.png")
    with Image.open(picture) as opened:
        change(opened).save(target)
    return target


SMALLER: Change = lambda opened: opened.resize((160, 120), Image.Resampling.LANCZOS)  # noqa: E731 - a table of changes
WRONG: dict[str, Change] = {
    "upside down": ImageOps.flip,
    "mirrored": ImageOps.mirror,
    "turned": lambda opened: opened.rotate(180),
    "black": lambda opened: Image.new("RGB", opened.size),
    "inverted": ImageOps.invert,
    "red for blue": lambda opened: Image.merge("RGB", opened.split()[::-1]),
    "gray": lambda opened: opened.convert("L").convert("RGB"),
    "brighter": lambda opened: opened.point([min(255, value + 25) for value in range(256)] * 3),
    "squashed": lambda opened: ImageOps.pad(opened.resize((320, 180)), (320, 240)),
    "cropped": lambda opened: opened.crop((32, 0, 320, 240)).resize((320, 240)),
    "half of it gray": lambda opened: ImageOps.pad(
        opened.crop((0, 0, 320, 180)), (320, 240), color="gray", centering=(0, 0)
    ),
}


def test_what_was_only_scaled_is_like_its_source(picture: Path) -> None:
    assert unlike(picture, variant(picture, SMALLER)) is None


@pytest.mark.parametrize("change", WRONG)
def test_what_shows_something_else_is_not(change: str, picture: Path) -> None:
    assert unlike(picture, variant(picture, WRONG[change])) == UNLIKE


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


def test_what_was_cropped_or_padded_is_compared_without_that(picture: Path) -> None:
    crop = Crop(width_px=240, height_px=240, loss="creative", clears=())
    assert unlike(picture, variant(picture, lambda opened: opened.crop((40, 0, 280, 240))), crop) is None
    pad = Pad(width_px=640, height_px=240, fill="black", loss="creative", clears=())
    assert unlike(picture, variant(picture, lambda opened: ImageOps.pad(opened, (640, 240))), pad) is None


def test_flat_pictures_are_alike_when_they_are_as_light(tmp_path: Path) -> None:
    paths = [tmp_path / f"{level}.png" for level in (100, 102, 140)]
    for path in paths:
        Image.new("RGB", (320, 320), (int(path.stem),) * 3).save(path)
    assert unlike(paths[0], paths[1]) is None
    assert unlike(paths[0], paths[2]) == UNLIKE


@pytest.mark.parametrize("size", [(16, 41), (20, 65), (22, 137), (47, 169)])
def test_a_dithered_picture_is_like_its_own_middle(tmp_path: Path, size: tuple[int, int]) -> None:
    speck, larger = tmp_path / "speck.png", tmp_path / "larger.png"
    Image.new("RGB", size, (9, 99, 199)).convert("1").save(speck)
    width, height = size[0], size[0] * 5 // 2
    top = (size[1] - height) // 2
    with Image.open(speck) as opened:
        middle = opened.convert("L").crop((0, top, width, top + height))
        middle.resize((width * 15, height * 15), Image.Resampling.LANCZOS).save(larger)
    assert unlike(speck, larger, Crop(width_px=width, height_px=height, loss="creative", clears=())) is None


def test_a_source_that_two_decoders_read_differently_proves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "damaged.jpg"
    gradients().resize((640, 480)).save(source, quality=90, restart_marker_rows=1)
    verdict = judged(source).facts
    content = source.read_bytes()
    third = len(content) // 3
    source.write_bytes(content[:third] + bytes(third) + content[2 * third :])
    assert isinstance(verdict, ImageFacts)
    plan = Plan(asset=Asset(path=str(source)), kind="image")
    said = image_dissimilarity(plan, verdict, source, verdict)
    assert said == "two decoders show its source differently, so that nobody can say which is right"
