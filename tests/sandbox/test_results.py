"""Films of the length, shape and sound asked for."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.sandbox import running
from preflight.sandbox.results import frame_size
from tests.sandbox.film import Film
from tests.sandbox.wire import accepted, connect, finished

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"duration": 15, "quality": "480p", "aspect_ratio": "1:1"}, (640, 640)),
        ({"duration": 4, "quality": "720p", "aspect_ratio": "9:16"}, (720, 1280)),
        ({"duration": 4, "quality": "720p", "aspect_ratio": "21:9", "generate_audio": False}, (1470, 630)),
        ({"duration": 4, "quality": "720p", "aspect_ratio": "16:9"}, (1280, 720)),
        ({"duration": 4, "quality": "480p", "aspect_ratio": "adaptive"}, (864, 496)),
        ({"duration": 4, "quality": "1080p", "aspect_ratio": "3:4"}, (1250, 1668)),
    ],
)
def test_the_result_has_the_length_shape_and_sound_asked_for(
    tmp_path: Path, asked: dict[str, Any], size: tuple[int, int]
) -> None:
    with running(run_s=0, edition="2026-10") as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client, **asked)["id"])
        assert task["status"] == "completed"
        film = Film(task["results"][0], tmp_path)
    assert (film.size, film.frames, film.rate) == (size, 24 * asked["duration"], Fraction(24))
    assert film.sounds == int(asked.get("generate_audio", True))
    assert film.seconds == pytest.approx(asked["duration"], abs=0.1)


FRAMES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960), "21:9": (1470, 630)}


@pytest.mark.parametrize(
    ("aspect_ratio", "shape", "size"),
    [
        ("9:16", (1600, 900), "9:16"),
        ("adaptive", None, "16:9"),
        ("adaptive", (1920, 1080), "16:9"),
        ("adaptive", (1, 100), "9:16"),
        ("adaptive", (100, 1), "21:9"),
        ("adaptive", (110, 100), "1:1"),
    ],
)
def test_a_film_has_the_size_of_its_ratio_or_the_nearest_to_what_it_follows(
    aspect_ratio: str, shape: tuple[int, int] | None, size: str
) -> None:
    assert frame_size(FRAMES, aspect_ratio, shape) == FRAMES[size]


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_a_shape_on_its_side_gets_the_frame_on_its_side(width: int, height: int) -> None:
    upright = {name: FRAMES[name] for name in ("16:9", "9:16")}
    if width != height:
        assert (
            frame_size(upright, "adaptive", (width, height)) == frame_size(upright, "adaptive", (height, width))[::-1]
        )
