"""A filmstrip shows a clip from its start to its end, side by side."""

import io
from fractions import Fraction

import pytest
from PIL import Image

from preflight.media.filmstrip import TILE_PX, TILES, filmstrip, keyframes_near
from preflight.probe.faults import Unmeasured
from tests.specimens import media, video


@pytest.mark.parametrize("name", ["video-20s.mp4", "video-5s.mp4", "video-mkv.mkv", "video-mpeg-ts.ts"])
def test_a_strip_has_so_many_tiles_of_the_clip_s_shape(name: str) -> None:
    facts = video(name)
    with Image.open(io.BytesIO(filmstrip(media(name), facts))) as strip:
        strip.load()
        width, height = strip.width // TILES, strip.height
    assert strip.width == TILES * width
    assert max(width, height) == TILE_PX
    assert abs(width * facts.height_px - height * facts.width_px) <= max(facts.width_px, facts.height_px)


def test_each_moment_has_the_keyframe_before_it() -> None:
    moments = [Fraction(at) for at in range(0, 20, 2)]
    found = [time_s for time_s, _ in keyframes_near(media("video-20s.mp4"), "mp4", moments)]
    assert len(found) == len(moments)
    assert found == sorted(found)
    assert all(time_s <= moment for time_s, moment in zip(found, moments, strict=True))


def test_a_clip_that_went_away_has_no_strip() -> None:
    with pytest.raises(Unmeasured):
        filmstrip("/absent.mp4", video("video-5s.mp4"))
