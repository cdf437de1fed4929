"""Keyframes are decoded alone and strictly; what begins in odd ways is no damage."""

from pathlib import Path

import av
import pytest

from tests.probe.encoded import encoded
from tests.specimens import MEDIA, probed


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_keyframe_that_does_not_decode_is_named_with_its_time(place: int, tmp_path: Path) -> None:
    path = encoded(
        tmp_path,
        "clip.mp4",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "25",
        "-sc_threshold",
        "0",
        "-bf",
        "0",
        seconds=3,
    )
    with av.open(str(path)) as container:
        keys = [(entry.pos, entry.size) for entry in container.streams.video[0].index_entries if entry.is_keyframe]
    whole = bytearray(path.read_bytes())
    begin, size = keys[place]
    end = begin + size
    while whole[begin + 4] & 31 != 5:  # an IDR slice
        begin += 4 + int.from_bytes(whole[begin : begin + 4], "big")
    whole[begin + 5 : end] = bytes(end - begin - 5)
    path.write_bytes(whole)
    fault = probed(path).fault
    assert fault
    assert fault.message.startswith(f"its keyframe at {place}.00 s cannot be decoded")
    assert probed(path, "header").fault is None


ODD = {
    "refreshed-bit-by-bit.mp4": ("-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=20"),
    "refreshed-bit-by-bit.ts": ("-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=20"),
    "open-gops.mp4": ("-c:v", "libx264", "-x264-params", "open-gop=1:keyint=20:bframes=3"),
    "open-gops.mkv": ("-c:v", "libx264", "-x264-params", "open-gop=1:keyint=20:bframes=3"),
    "macroblocks-in-fields.mp4": ("-c:v", "libx264", "-flags", "+ilme+ildct", "-x264-params", "tff=1:keyint=20"),
    "slices.flv": ("-c:v", "libx264", "-x264-params", "slices=4:keyint=20"),
    "open-gops-hevc.mp4": ("-c:v", "libx265", "-x265-params", "log-level=0:keyint=20:open-gop=1"),
    "interlaced.ts": ("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-bf", "2"),
    "packed.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "alpha.webm": ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime"),
    "steps.wmv": ("-c:v", "wmv2"),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_streams_that_begin_in_odd_ways_are_no_damage(name: str, tmp_path: Path) -> None:
    path = encoded(tmp_path, name, "-preset", "ultrafast", *ODD[name], seconds=1.6)
    assert probed(path).fault is None


def test_frames_that_are_not_marked_as_keyframes_need_not_decode_alone(tmp_path: Path) -> None:
    """Without stss every sample is a keyframe by the container's word, and most are none by their own."""
    whole = (MEDIA / "video-5s.mp4").read_bytes()
    path = tmp_path / "clip.mp4"
    path.write_bytes(whole.replace(b"stss", b"free"))
    assert probed(path).fault is None
