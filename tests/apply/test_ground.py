"""What is transparent or padded lies on a background, and no tag of a colour is lost by it."""

import re
from itertools import pairwise
from typing import Any

import ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.apply.ground import BACKGROUND_FILTERS, FLATTEN_FILTERS, _samples, around_blur, on_blur, on_color
from preflight.media.reading import Colors
from preflight.plan.steps import BLUR, Pad, Resize, Step

BYTE = st.integers(0, 255)
RESIZE = Resize(width_px=64, height_px=64, loss="lossy", clears=())


def pad(fill: str) -> Pad:
    return Pad(width_px=1280, height_px=720, fill=fill, loss="creative", clears=())


def graph_of(video: Any) -> str:  # noqa: ANN401 - ffmpeg-python has no types
    compiled: list[str] = ffmpeg.output(video, "out.mp4").compile()
    return compiled[compiled.index("-filter_complex") + 1]


def names_in(graph: str) -> set[str]:
    return {re.sub(r"\[\w+\]", "", part).partition("=")[0] for part in graph.split(";")}


@pytest.mark.parametrize(
    ("color", "colors", "samples"),
    [
        ("black", None, (16, 128, 128)),
        ("white", None, (235, 128, 128)),
        ("#000000", Colors(full=True), (0, 128, 128)),
        ("#ffffff", Colors(full=True), (255, 128, 128)),
        ("#ff0000", Colors(matrix=1), (63, 102, 240)),
        ("#0000ff", Colors(matrix=1), (32, 240, 118)),
        ("#ff0000", Colors(matrix=6), (81, 90, 240)),
        ("#ff0000", Colors(rgb=True), (255, 0, 0)),
        ("#FF8001", Colors(rgb=True), (255, 128, 1)),
        ("white", Colors(rgb=True), (255, 255, 255)),
    ],
)
def test_a_color_has_the_samples_of_the_standard_in_the_clip_s_own_matrix_and_range(
    color: str, colors: Colors | None, samples: tuple[int, int, int]
) -> None:
    assert _samples(color, colors) == samples


@given(BYTE, BYTE, BYTE, st.sampled_from([0, 1, 4, 5, 6, 7, 9, 10]), st.booleans())
def test_every_color_lies_within_the_range_and_gray_has_no_chroma(
    red: int, green: int, blue: int, matrix: int, full: bool
) -> None:
    colors = Colors(matrix=matrix, full=full)
    luma, *chroma = _samples(f"#{red:02x}{green:02x}{blue:02x}", colors)
    low, high, furthest = (0, 255, 255) if full else (16, 235, 240)
    assert low <= luma <= high
    assert all(low <= one <= furthest for one in chroma)
    assert _samples(f"#{red:02x}{red:02x}{red:02x}", colors)[1:] == (128, 128)


@given(st.lists(BYTE, min_size=2, max_size=6))
def test_a_lighter_gray_is_never_darker(levels: list[int]) -> None:
    grays = [_samples(f"#{level:02x}{level:02x}{level:02x}", None)[0] for level in sorted(levels)]
    assert all(one <= other for one, other in pairwise(grays))


@pytest.mark.parametrize("steps", [(), (RESIZE,), (pad("black"), RESIZE), (pad("#123456"),)])
def test_without_a_blurred_background_the_steps_stay_in_one_piece(steps: tuple[Step, ...]) -> None:
    assert around_blur(steps) == (steps, None, ())


def test_steps_are_split_at_the_blurred_background_and_none_is_lost() -> None:
    steps = (RESIZE, pad("black"), pad(BLUR), RESIZE)
    before, blurred, after = around_blur(steps)
    assert (before, blurred, after) == (steps[:2], steps[2], steps[3:])


@pytest.mark.parametrize(
    ("colors", "way"),
    [(None, "format=yuv444:"), (Colors(rgb=True), "format=gbrp:"), (Colors(matrix=9), "format=yuv444:")],
)
def test_on_a_color_frames_keep_their_own_model(colors: Colors | None, way: str) -> None:
    graph = graph_of(on_color(ffmpeg.input("in.mov"), "white", colors))
    assert way in graph
    assert ("lutrgb=" in graph) is (colors is not None and colors.rgb)


def test_a_graph_needs_no_filter_that_the_ffmpeg_is_not_asked_for() -> None:
    video = ffmpeg.input("in.mov")
    flat = graph_of(on_color(video, "white", None)) + ";" + graph_of(on_color(video, "white", Colors(rgb=True)))
    assert names_in(flat) == FLATTEN_FILTERS
    assert names_in(graph_of(on_blur(video, pad(BLUR)))) == BACKGROUND_FILTERS


def test_behind_the_frames_lie_they_themselves_in_square_pixels_covering_all_and_blurred() -> None:
    graph = graph_of(on_blur(ffmpeg.input("in.mov"), pad(BLUR)))
    assert graph.index("round(iw*sar)") < graph.index("split") < graph.index("force_original_aspect_ratio=increase")
    assert "gblur=sigma=24.0" in graph
    assert graph.endswith("y=(H-h)/2[s7]")
