"""A new picture against its source: by two decoders, cell by cell."""

from pathlib import Path

import pytest
from PIL import Image, ImageOps

from preflight.apply.image_similarity import image_dissimilarity
from preflight.plan import Plan, Step
from preflight.plan.steps import Crop, Pad
from preflight.values.assets import Asset
from preflight.values.facts import ImageFacts
from tests.apply.drawn import WRONG, Change, gradients
from tests.specimens import judged

UNLIKE = "it does not look like its source"


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


def test_what_was_only_scaled_is_like_its_source(picture: Path) -> None:
    assert unlike(picture, variant(picture, SMALLER)) is None


@pytest.mark.parametrize("change", WRONG)
def test_what_shows_something_else_is_not(change: str, picture: Path) -> None:
    assert unlike(picture, variant(picture, WRONG[change])) == UNLIKE


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
