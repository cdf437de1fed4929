"""What a person sees and hears of a file before choosing, or the reason why there is nothing."""

import io
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from preflight.flow.footage import BUCKETS, best_parts, cut_points, make_proxy, outline, preview
from preflight.probe.faults import Unmeasured
from preflight.values.assets import Window
from tests.specimens import PROFILE, audio, image, judged, media, video


def test_a_preview_is_a_small_jpeg_of_the_file_s_shape() -> None:
    for name, facts in (("image-ok.jpeg", image("image-ok.jpeg")), ("video-5s.mp4", video("video-5s.mp4"))):
        with Image.open(io.BytesIO(preview(media(name), facts, 120))) as found:
            assert found.format == "JPEG"
            assert max(found.size) == 120
    with pytest.raises(Unmeasured, match="no picture"):
        preview(media("audio-5s.wav"), audio("audio-5s.wav"), 120)


def test_an_outline_has_so_many_peaks() -> None:
    found = outline(media("audio-5s.wav"), audio("audio-5s.wav"))
    assert len(found) == BUCKETS
    assert 0 <= min(found) <= max(found) <= 1


def test_cut_points_are_where_a_clip_can_begin_and_end_and_there_are_none_in_what_cannot_be_read(
    tmp_path: Path,
) -> None:
    found = cut_points(media("video-20s.mp4"))
    assert found.starts_s[0] == 0
    assert list(found.starts_s) == sorted(found.starts_s)
    assert set(found.ends_s) & set(found.starts_s[1:]) == set(found.starts_s[1:])
    assert cut_points(str(tmp_path / "gone.mp4")).starts_s == ()


def test_the_best_part_is_looked_for_also_where_another_is_marked() -> None:
    sound = judged("audio-20s.wav")
    asset = msgspec.structs.replace(sound.asset, keep=Window(Fraction(0), Fraction(1)))
    found = best_parts(msgspec.structs.replace(sound, asset=asset), PROFILE, Fraction(6))
    assert found
    assert all(one.window.end_s - one.window.start_s <= 6 for one in found)


def test_a_picture_is_not_played(tmp_path: Path) -> None:
    with pytest.raises(Unmeasured, match="not played"):
        make_proxy(media("image-ok.png"), image("image-ok.png"), tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []
