"""What is shown of a file beside its verdict: one picture, a few stills, or the outline of a sound."""

from fractions import Fraction

import pytest

from preflight.media.thumbnails import BUCKETS, IMAGE_PX, STILL_PX, STILLS, look, thumbnails
from preflight.probe.faults import Unmeasured
from preflight.values.facts import Facts
from preflight.values.still import Still
from tests.specimens import media, probed


def facts(name: str) -> Facts:
    found = probed(name).facts
    assert found
    return found


def stills(name: str) -> list[Still]:
    return [one for one in look(media(name), facts(name)) if isinstance(one, Still)]


@pytest.mark.parametrize(("name", "size"), [("image-ok.jpeg", (320, 240)), ("image-200x200.png", (200, 200))])
def test_an_image_has_one_picture_no_larger_than_itself(name: str, size: tuple[int, int]) -> None:
    (still,) = stills(name)
    assert (still.width_px, still.height_px, still.time_s) == (*size, Fraction(0))
    assert max(size) <= IMAGE_PX


def test_a_clip_has_stills_from_begin_to_end_each_once() -> None:
    found = stills("video-5s.mp4")
    times = [still.time_s for still in found]
    assert len(found) == STILLS
    assert times == sorted(set(times))
    assert times[0] < 1
    assert times[-1] > 4
    assert all(max(still.width_px, still.height_px) == STILL_PX for still in found)


def test_a_clip_of_few_frames_has_no_more_stills_than_frames() -> None:
    assert len(stills("video-one-frame.mp4")) == 1


def test_a_sound_has_an_outline_of_so_many_points() -> None:
    found = look(media("audio-5s.wav"), facts("audio-5s.wav"))
    assert len(found) == BUCKETS
    assert all(isinstance(point, float) and 0 <= point <= 1 for point in found)


def test_looking_is_done_by_a_child_and_says_why_it_could_not(tmp_path: object) -> None:
    seen = thumbnails(media("image-200x200.png"), facts("image-200x200.png"))
    assert seen == look(media("image-200x200.png"), facts("image-200x200.png"))
    with pytest.raises(Unmeasured, match="cannot be read"):
        thumbnails(f"{tmp_path}/absent.png", facts("image-200x200.png"))
