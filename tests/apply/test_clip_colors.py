"""Clips whose colours are told in odd ways: what a fix makes of them looks like the card, and says what it is."""

from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from fixtures.recipe_color import CARD, GROUND
from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import ToneMap, find
from tests.specimens import PROFILE, judged, lowered

if TYPE_CHECKING:
    from PIL import Image

Color = tuple[int, ...]
PLACES = {
    "top left": (0.06, 0.06),
    "top right": (0.94, 0.06),
    "bottom left": (0.06, 0.94),
    "bottom right": (0.94, 0.94),
    "middle": (0.5, 0.5),
    "ground": (0.5, 0.1),
}
WANTED = {**CARD, "ground": GROUND}
FEW = lowered(PROFILE, longest_s=1, shortest_s=1, most_px=320 * 180)
"""The default edition for clips of a second and of few pixels: a card has the same colors in them."""
BT709 = 1
HIGH = [
    "video-card-pq.mp4",
    "video-card-pq-8-bit.mp4",
    "video-card-pq-full-range.mp4",
    "video-card-pq-transfer-only.mp4",
    "video-card-pq-in-colr.mov",
    "video-card-pq-in-colour.mkv",
    "video-card-hlg.mov",
    "video-card-ictcp.mp4",
    "video-card-bt2020c.mp4",
]
STANDARD = ["video-card-rgb.mp4", "video-card-qtrle.mov", "video-card-yuvj.mp4", "video-card-ycgco.mp4"]


def mended(name: str, folder: Path) -> Applied:
    verdict = judged(name, FEW)
    assert verdict.facts
    return apply_plan(plan(verdict, FEW, FixOptions()), verdict.facts, order_of(FEW, folder))


def seen(path: str) -> dict[str, Color]:
    """Return the colors of a clip at the places of the card, by a decoder that heeds tags."""
    with av.open(path) as container:
        picture: Image.Image = next(container.decode(video=0)).to_image()  # type: ignore[no-untyped-call] # PyAV's
    places = {name: (int(x * picture.width), int(y * picture.height)) for name, (x, y) in PLACES.items()}
    return {name: picture.getpixel(place) for name, place in places.items()}  # type: ignore[misc] # RGB


def tags(path: str) -> tuple[int, ...]:
    """Return matrix, primaries, transfer and range as the codec and the container tell them."""
    with av.open(path) as container:
        context = container.streams.video[0].codec_context
        told = context.colorspace, context.color_primaries, context.color_trc, context.color_range
        return tuple(map(int, told))


def furthest(found: dict[str, Color]) -> int:
    return max(abs(a - b) for name, color in found.items() for a, b in zip(color, WANTED[name], strict=True))


@pytest.mark.parametrize("name", HIGH)
def test_high_dynamic_range_is_mapped_wherever_it_is_told(name: str, tmp_path: Path) -> None:
    done = mended(name, tmp_path)
    assert find(done.plan.steps, ToneMap)
    assert furthest(seen(done.path)) <= 24
    assert tags(done.path) == (BT709, BT709, BT709, 1)


@pytest.mark.parametrize("name", STANDARD)
def test_another_color_model_becomes_one_that_says_what_it_is(name: str, tmp_path: Path) -> None:
    done = mended(name, tmp_path)
    assert furthest(seen(done.path)) <= 12
    assert tags(done.path) == (BT709, BT709, BT709, 1)
