"""Keyframes by the codec's own words: the same as those that an honest container names."""

from pathlib import Path

import av
import pytest

from fixtures.recipe_clip import all_keys
from preflight.probe.keyframes import is_keyframe
from tests.specimens import media

CLIPS = ["video-854x480.mp4", "video-hev1-15.2s.mov", "video-hevc.mp4", "video-fragmented.mp4", "video-20s.mp4"]


def flags(path: str) -> list[bool]:
    with av.open(path) as container:
        return [packet.is_keyframe for packet in container.demux(video=0) if packet.size]


def read(path: str) -> list[bool]:
    with av.open(path) as container:
        return [is_keyframe(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("name", CLIPS)
def test_the_codec_names_the_keyframes_that_the_container_names(name: str, tmp_path: Path) -> None:
    honest = media(name)
    lying = tmp_path / name
    lying.write_bytes(all_keys(Path(honest).read_bytes()))
    assert read(str(lying)) == read(honest) == flags(honest)
    assert True in flags(honest)


@pytest.mark.parametrize(
    "name", ["video-mkv.mkv", "video-hevc.mkv", "video-mpeg-ts.ts", "video-webm.webm", "video-avi.avi"]
)
def test_other_containers_are_not_contradicted(name: str) -> None:
    assert read(media(name)) == flags(media(name))
