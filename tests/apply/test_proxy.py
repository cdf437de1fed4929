"""A small copy to look at is what every browser plays, small, upright and without what its source tells of a person."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from preflight.apply.proxy import KEY_EVERY_FRAMES, LONGER_SIDE_PX, make_proxy
from preflight.errors import NotDone
from preflight.values.facts import AudioFacts, VideoFacts
from tests.specimens import decoded_clip, media, probed


def proxy(name: str, folder: Path) -> Path:
    facts = probed(name).facts
    assert isinstance(facts, VideoFacts | AudioFacts)
    make_proxy(media(name), facts, folder / "proxy.mp4")
    return folder / "proxy.mp4"


@pytest.mark.parametrize("name", ["video-1920x1080.mp4", "video-alpha-prores.mov"])
def test_a_clip_is_small_and_in_what_every_browser_plays(tmp_path: Path, name: str) -> None:
    seen = decoded_clip(proxy(name, tmp_path))
    assert max(seen.width_px, seen.height_px) <= LONGER_SIDE_PX
    assert (seen.width_px % 2, seen.height_px % 2, seen.pixel_format) == (0, 0, "yuv420p")
    with av.open(str(tmp_path / "proxy.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"


def test_a_small_clip_is_not_made_larger_and_lasts_as_long(tmp_path: Path) -> None:
    seen, source = decoded_clip(proxy("video-320x240.mp4", tmp_path)), decoded_clip(media("video-320x240.mp4"))
    assert (seen.width_px, seen.height_px) == (320, 240)
    assert abs(seen.duration_s - source.duration_s) < Fraction(1, 10)


def test_every_half_second_can_be_jumped_to(tmp_path: Path) -> None:
    with av.open(str(proxy("video-2s.mp4", tmp_path))) as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    gaps = [at for at, is_key in enumerate(keys) if is_key]
    assert gaps[0] == 0
    assert all(later - earlier <= KEY_EVERY_FRAMES for earlier, later in pairwise(gaps))


def test_a_sound_is_aac_without_a_picture(tmp_path: Path) -> None:
    with av.open(str(proxy("audio-opus.opus", tmp_path))) as container:
        assert not container.streams.video
        assert container.streams.audio[0].codec_context.name == "aac"


def test_what_is_no_clip_any_more_is_not_made(tmp_path: Path) -> None:
    facts = probed("video-2s.mp4").facts
    assert isinstance(facts, VideoFacts)
    (tmp_path / "a.mp4").write_bytes(b"no clip")
    with pytest.raises(NotDone):
        make_proxy(str(tmp_path / "a.mp4"), facts, tmp_path / "proxy.mp4")
