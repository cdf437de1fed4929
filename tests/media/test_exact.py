"""Cuts at the very frame, where only reference frames were decoded at first."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from preflight.media.exact import Reader, Rough, exact_cuts
from preflight.media.footage import open_video
from tests.media.conftest import CUTS, Film

Cuts = Callable[..., Path]
LONG = ("-c:v", "libx264", "-bf", "3", "-g", "250", "-sc_threshold", "0")


def gray(frame: object) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return frame.to_ndarray(format="gray")  # type: ignore[attr-defined, no-any-return] # a frame


def found(path: Path, rough: list[Rough], keys_s: list[Fraction]) -> list[Fraction]:
    with open_video(str(path), path.suffix[1:].replace("mkv", "matroska")) as (container, track):
        return exact_cuts(Reader(container, track, keys_s), rough, gray)


def around(frame: int, *, intra: bool = False) -> Rough:
    """Describe a cut before which three frames were left out, and after which one was."""
    return Rough(before_s=Fraction(frame - 3, 25), cut_s=Fraction(frame + 1, 25), is_intra=intra)


@pytest.mark.parametrize("name", ["cuts.mov", "exact.mkv"])
def test_each_cut_is_moved_to_its_frame_however_few_keyframes_there_are(cuts: Cuts, name: str) -> None:
    exact = found(cuts(name, LONG), [around(frame) for frame in CUTS], [Fraction(0)])
    assert [round(cut * 25) for cut in exact] == list(CUTS)


def test_a_cut_with_an_intra_frame_or_with_nothing_left_out_is_exact_already(cuts: Cuts) -> None:
    near = Rough(before_s=Fraction(9, 25), cut_s=Fraction(10, 25), is_intra=False)
    assert found(cuts("cuts.mov", LONG), [near, around(50, intra=True)], []) == [Fraction(10, 25), Fraction(51, 25)]


def test_motion_that_seemed_a_cut_is_none(film: Film) -> None:
    source, pan = "smptebars=size=640x360:rate=25:d=4", "[0]crop=160:90:x='240+240*sin(t*6)':y=100,format=yuv420p"
    path = film("fast-pan.mp4", source, graph=pan, options=("-c:v", "libx264"))
    assert found(path, [around(4), around(60)], [Fraction(0)]) == []


def test_what_cannot_be_looked_at_is_left_out(cuts: Cuts) -> None:
    assert found(cuts("cuts.mov", LONG), [around(25 * 900)], [Fraction(0)]) == []
