"""Plans for models with other limits: what is planned clears what was found, by the edition that found it."""

from fractions import Fraction

import msgspec
import pytest

from preflight.plan import FixOptions, plan
from preflight.plan.geometry import Frame, nearest_size
from preflight.plan.steps import Flatten, Resize, Retime, Write, find
from preflight.profiles import Profile, edition_for, load
from preflight.values.facts import Facts
from tests.made import audio, image, judged, video

OPEN = load("kling-o3-reference-to-video-2026-10").image.side_px


def edition(model: str) -> Profile:
    return load(edition_for(model))


def resized(facts: Facts, model: str) -> tuple[int, int]:
    todo = plan(judged(facts, profile=edition(model)), edition(model), FixOptions())
    step = find(todo.steps, Resize)
    assert step, todo
    return step.width_px, step.height_px


@pytest.mark.parametrize(
    ("facts", "model", "size"),
    [
        (image(width_px=200, height_px=200), "wan3.0-reference-video", (240, 240)),
        (image(width_px=9000, height_px=9000), "wan3.0-reference-video", (8000, 8000)),
        (image(width_px=300, height_px=300), "MiniMax-Hailuo-02", (301, 301)),
        (image(width_px=200, height_px=300), "happyhorse-1.1-reference-to-video", (400, 600)),
        (video(width_px=4320, height_px=2160), "happyhorse-1.0-video-edit", (2160, 1080)),
        (video(width_px=480, height_px=240), "happyhorse-1.0-video-edit", (640, 320)),
        (video(width_px=640, height_px=480), "kling-o3-reference-to-video", (960, 720)),
        (video(width_px=4096, height_px=2160), "seedance-2.5-reference-to-video", (3966, 2092)),
    ],
)
def test_a_size_is_brought_within_the_edges_of_the_edition(facts: Facts, model: str, size: tuple[int, int]) -> None:
    width, height = resized(facts, model)
    assert abs(width - size[0]) <= size[0] // 50
    limits = edition(model)
    shaped = msgspec.structs.replace(facts, width_px=width, height_px=height)
    rules = {one.rule for one in judged(shaped, profile=limits).findings if one.severity == "error"}
    assert not {rule for rule in rules if rule.endswith(("/side", "/pixels"))}


def test_a_rate_that_is_not_above_its_bound_is_brought_to_the_next_whole_one() -> None:
    profile = edition("happyhorse-1.0-video-edit")
    slow = video(frame_rate_hz=Fraction(8), duration_s=Fraction(5))
    step = find(plan(judged(slow, profile=profile), profile, FixOptions()).steps, Retime)
    assert step
    assert step.frame_rate_hz == 9


def test_a_png_with_transparency_is_put_on_a_background_where_none_may_be_in_it() -> None:
    profile = edition("wan3.0-reference-video")
    todo = plan(judged(image(alpha=True, mode="RGBA"), profile=profile), profile, FixOptions())
    assert find(todo.steps, Flatten)


def test_a_transparent_picture_of_another_format_does_not_become_a_png_that_is_refused() -> None:
    profile = edition("wan3.0-reference-video")
    todo = plan(judged(image(format="tiff", alpha=True, mode="RGBA"), profile=profile), profile, FixOptions())
    step = find(todo.steps, Write)
    assert step
    assert step.format == "webp"


@pytest.mark.parametrize(
    ("model", "format_name"), [("wan2.6-image-to-video", "mp3"), ("wan3.0-reference-video", "wav")]
)
def test_a_sound_is_written_as_what_the_edition_takes(model: str, format_name: str) -> None:
    profile = edition(model)
    step = find(plan(judged(audio(format="flac", codec="flac"), profile=profile), profile, FixOptions()).steps, Write)
    assert step
    assert step.format == format_name


def test_a_size_that_both_edges_cannot_have_is_none() -> None:
    short, long = (msgspec.structs.replace(OPEN, **bound) for bound in ({"min": Fraction(500)}, {"max": Fraction(600)}))
    frame = Frame(side_px=OPEN, short_edge_px=short, long_edge_px=long)
    assert nearest_size(1000, 100, frame) is None
    assert nearest_size(1000, 1000, frame) == (600, 600)
