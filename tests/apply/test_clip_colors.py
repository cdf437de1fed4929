"""Clips whose colours are told in odd ways: what a fix makes of them looks like the card, and says what it is."""

from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from fixtures.recipe_color import CARD, GROUND
from preflight.apply import Applied, apply_plan
from preflight.apply.color import seen_colors, tag_filters, tone_filters
from preflight.flow.fix import order_of
from preflight.media.footage import open_video, timed
from preflight.media.reading import Colors, colors_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import ToneMap, find
from tests.specimens import PROFILE, judged, media, video

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
BT709 = 1
ALONE = ["video-hdr10.mp4", "video-interlaced.mp4", "video-mpeg-ts.ts", "video-alpha-vp9.webm"]
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
    verdict = judged(name)
    assert verdict.facts
    return apply_plan(plan(verdict, PROFILE, FixOptions()), verdict.facts, order_of(PROFILE, folder))


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


@pytest.mark.parametrize(
    ("colors", "tagged"),
    [
        (Colors(lines=480), ("smpte170m", "smpte170m", "smpte170m")),
        (Colors(lines=576), ("bt470bg", "bt470bg", "smpte170m")),
        (Colors(lines=1080, matrix=6), ("smpte170m", "smpte170m", "smpte170m")),
        (Colors(lines=1080, matrix=1, primaries=12), ("bt709", "smpte432", "bt709")),
        (Colors(lines=1080, matrix=9, transfer=14), ("bt2020nc", "bt2020", "bt2020-10")),
        (Colors(lines=1080, matrix=10), ("bt2020nc", "bt2020", "bt2020-10")),
        (Colors(lines=1080, rgb=True), ("bt709", "bt709", "bt709")),
        (Colors(lines=1080, matrix=3, transfer=200), ("smpte170m", "smpte170m", "smpte170m")),
    ],
)
def test_every_encode_is_tagged_in_full(colors: Colors, tagged: tuple[str, ...]) -> None:
    name, told = tag_filters(colors, mapped=False)[-1]
    assert name == "setparams"
    assert (told["colorspace"], told["color_primaries"], told["color_trc"], told["range"]) == (*tagged, "tv")


@pytest.mark.parametrize("name", ALONE)
def test_one_frame_decoded_by_itself_tells_the_same_colors(name: str) -> None:
    facts = video(name)
    with open_video(media(name), facts.format) as (container, track):
        told = int(track.codec_context.color_primaries), int(track.codec_context.color_trc)
        _, first = next(timed(container, track))
        assert seen_colors(media(name), facts.format) == colors_of(first, (*told, int(track.codec_context.colorspace)))


def test_tones_that_nobody_describes_are_taken_for_the_usual_ones() -> None:
    assert tone_filters(Colors())[0] == (
        "setparams",
        {"color_trc": "smpte2084", "color_primaries": "bt2020", "colorspace": "bt2020nc", "range": "tv"},
    )
