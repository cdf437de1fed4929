"""Which ways to fit a refused shape are shown, and what they show."""

import pytest

from preflight.flow.fitting import fittings
from preflight.plan import FixOptions
from preflight.values.facts import Area
from tests.made import image, judged, video
from tests.specimens import PROFILE
from tests.specimens import judged as measured

WIDE = judged(image(width_px=1500, height_px=500), "wide.png")


def test_each_way_is_shown_and_what_is_asked_for_first() -> None:
    found = fittings(WIDE, PROFILE, FixOptions(crop_of={"wide.png": "left"}))
    assert [one.words.split(":")[0] for one in found] == ["as asked", "crop", "pad", "blur"]
    assert found[0].part == Area(left_px=0, top_px=0, width_px=1250, height_px=500)
    assert found[1].part == Area(left_px=125, top_px=0, width_px=1250, height_px=500)
    assert [one.frame_px for one in found[2:]] == [(1500, 600)] * 2
    assert (found[2].blur, bool(found[3].blur)) == (None, True)


def test_what_is_asked_for_is_shown_once() -> None:
    found = fittings(WIDE, PROFILE, FixOptions(fit="pad", fit_named=True, pad_color="#00ff00"))
    assert [one.words.split(":")[0] for one in found] == ["as asked", "crop", "blur"]
    assert found[0].fill == "#00ff00"


def test_a_clip_that_is_scaled_too_is_shown_by_its_own_pixels() -> None:
    clip = judged(video(width_px=1920, height_px=600, coded_width_px=1920, coded_height_px=600), "wide.mp4")
    _, pad, _ = fittings(clip, PROFILE, FixOptions())
    assert pad.frame_px
    assert pad.frame_px[0] / pad.frame_px[1] == pytest.approx(2.5, rel=0.01)
    assert pad.shown_px == (1920, 600)


@pytest.mark.parametrize("name", ["image-ok.png", "video-5s.mp4", "audio-flac.flac", "empty.mp4"])
def test_what_may_keep_its_shape_has_none(name: str) -> None:
    assert fittings(measured(name), PROFILE, FixOptions()) == ()
