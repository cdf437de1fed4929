"""Depth full: every frame and sample is decoded, and damage has a time."""

from pathlib import Path

import pytest

from preflight.apply.ffmpeg import find_tool, run
from preflight.values.choices import Depth
from tests.specimens import MEDIA, probed


def damaged(name: str, folder: Path, share: float, size: int = 400) -> Path:
    """Overwrite some bytes of the media itself, past the middle, and leave everything that describes it."""
    content = bytearray((MEDIA / name).read_bytes())
    start = content.index(b"mdat") + 8
    end = len(content) if content.rfind(b"moov") < start else content.rfind(b"moov")
    at = start + int((end - start) * share)
    content[at : at + size] = b"\xa5" * size
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["video-10s.mp4", "video-sound-aac.mp4", "video-hevc.mp4"])
def test_damage_that_no_index_shows_is_found_only_by_decoding(name: str, tmp_path: Path) -> None:
    path = damaged(name, tmp_path, 0.6, size=120)
    assert probed(path, "exact").fault is None
    fault = probed(path, "full").fault
    assert fault
    assert fault.kind == "unreadable"


def test_damage_that_a_decoder_of_several_threads_passes_over_is_found(tmp_path: Path) -> None:
    content = bytearray((MEDIA / "video-vp9.mp4").read_bytes())
    content[1028] ^= 0x40  # in the 14th frame: ffmpeg itself shows 56 frames of 75, libav's threads by slices all
    (tmp_path / "flipped.mp4").write_bytes(content)
    fault = probed(tmp_path / "flipped.mp4", "full").fault
    assert fault
    assert "video is damaged from " in fault.message


def test_damage_is_told_with_the_time_at_which_it_begins(tmp_path: Path) -> None:
    fault = probed(damaged("video-10s.mp4", tmp_path, 0.6), "full").fault
    assert fault
    assert "is damaged from " in fault.message
    assert " s on: " in fault.message


@pytest.mark.parametrize(
    "name",
    [
        *("video-10s.mp4", "video-hevc-10-bit.mp4", "video-sound-aac.mp4", "video-webm.webm", "video-cover-art.mp4"),
        *("video-edit-list-hides-6s.mp4", "video-fragmented.mp4", "video-prores.mov", "video-sound-mp3.mp4"),
        *("audio-15s.wav", "audio-5s.mp3", "audio-vbr-no-xing.mp3", "audio-flac.flac", "audio-m4a-cover-art.m4a"),
    ],
)
def test_what_is_sound_decodes_to_its_end(name: str) -> None:
    assert probed(name, "full").fault is None
    assert probed(name, "full").facts == probed(name, "exact").facts


def test_pictures_that_change_their_size_on_the_way_have_no_verdict(tmp_path: Path) -> None:
    parts = []
    for size in ("854x480", "1280x720"):
        part = tmp_path / f"{size}.h264"
        made = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=5:duration=2", "-c:v", "libx264"]
        run(find_tool().path, [*made, "-preset", "ultrafast", "-f", "h264", f"file:{part}"])
        parts.append(part.read_bytes())
    joined, clip = tmp_path / "joined.h264", tmp_path / "clip.mp4"
    joined.write_bytes(b"".join(parts))
    run(find_tool().path, ["-r", "5", "-f", "h264", "-i", f"file:{joined}", "-c", "copy", f"file:{clip}"])
    fault = probed(clip, "full").fault
    assert fault
    assert fault.kind == "unmeasured"
    assert "change from 854 x 480 to 1280 x 720 px at 2.0" in fault.message


@pytest.mark.parametrize("depth", ["exact", "full"])
def test_pixels_that_change_their_shape_on_the_way_have_no_verdict(depth: Depth) -> None:
    fault = probed("video-pixel-shape-changes.mkv", depth).fault
    assert fault
    assert fault.kind == "unmeasured"
    assert "change their shape from 1:1 to 4:3 at 2.00 s" in fault.message
