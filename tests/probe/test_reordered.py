"""Which frames may be shown before one that is stored in front of them."""

from pathlib import Path

import av
import pytest

from preflight.probe.reordered import is_reordered
from tests.specimens import media


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("video-24fps-reordered.avi", True),
        ("video-24fps-in-order.avi", False),
        ("video-60fps.mkv", True),
        ("video-hevc.mp4", True),
        ("video-mpeg4.mp4", False),
    ],
)
def test_frames_between_others_are_told_by_their_slices_and_hevc_is_not_trusted(name: str, found: bool) -> None:
    with av.open(Path(media(name))) as container:
        assert any(is_reordered(packet) for packet in container.demux(video=0) if packet.size) == found
