"""Clean apertures that are none: nobody can tell what is shown, so it is never a pass."""

import struct
from pathlib import Path

import pytest

from tests.specimens import copied, probed

SOUND = "video-shown-854x480-of-950x576.mp4"


def with_clap(folder: Path, numbers: tuple[int, ...]) -> Path:
    """Return a clip whose aperture says something else."""
    path = copied(SOUND, folder)
    content = bytearray(path.read_bytes())
    at = content.index(b"clap") + 4
    struct.pack_into(">IIIIiIiI", content, at, *numbers)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "numbers",
    [
        (854, 0, 480, 1, 0, 1, 0, 1),
        (854, 1, 480, 1, 0, 0, 0, 1),
        (2000, 1, 480, 1, 0, 1, 0, 1),
        (854, 1, 480, 1, 900, 1, 0, 1),
        (0, 1, 0, 1, 0, 1, 0, 1),
    ],
)
@pytest.mark.parametrize("depth", ["header", "exact"])
def test_an_aperture_that_is_none_leaves_the_clip_without_a_verdict(
    numbers: tuple[int, ...], depth: str, tmp_path: Path
) -> None:
    found = probed(with_clap(tmp_path, numbers), depth)  # type: ignore[arg-type] # a word of the closed list
    assert found.fault is not None
    assert found.fault.kind == "unmeasured"
    assert "clean aperture" in found.fault.message


def test_an_aperture_of_the_whole_frame_is_no_crop(tmp_path: Path) -> None:
    found = probed(with_clap(tmp_path, (950, 1, 576, 1, 0, 1, 0, 1)))
    assert found.fault is None


@pytest.mark.parametrize("depth", ["exact", "full"])
def test_an_aperture_for_frames_of_another_size_leaves_no_verdict(depth: str, tmp_path: Path) -> None:
    path = copied(SOUND, tmp_path)
    content = bytearray(path.read_bytes())
    struct.pack_into(">HH", content, content.index(b"avc1", content.index(b"stsd")) + 28, 640, 360)
    path.write_bytes(content)
    found = probed(path, depth)  # type: ignore[arg-type] # a word of the closed list
    assert found.fault
    assert found.fault.kind == "unmeasured"
    assert "640 x 360" in found.fault.message
