"""The size of a keyframe in codecs without parameter sets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.frame_headers import READERS, frame_size
from preflight.probe.container import codec_name, opened
from tests.probe.bit_writer import Writer
from tests.probe.encoded import encoded


@pytest.mark.parametrize("codec", sorted(READERS))
@given(st.binary(max_size=64))
def test_a_frame_header_of_any_bytes_is_a_size_or_none(codec: str, data: bytes) -> None:
    size = frame_size(codec, data)
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vp8.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")),
        ("vp9.webm", ("-c:v", "libvpx-vp9", "-cpu-used", "8")),
        ("vp9-444.mp4", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv444p")),
        ("vp9-rgb.mp4", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "gbrp")),
        ("vp9-10.mkv", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv420p10")),
        ("av1.mp4", ("-c:v", "libsvtav1", "-preset", "12")),
        ("mpeg2.mpg", ("-c:v", "mpeg2video")),
        ("prores.mov", ("-c:v", "prores_ks")),
    ],
)
def test_a_keyframe_tells_the_size_that_a_decoder_makes_of_it(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = encoded(tmp_path, name, *options, size="426x242", seconds=0.2)
    demuxer = {"webm": "matroska", "mkv": "matroska", "mpg": "mpeg"}.get(path.suffix[1:], "mov")
    with path.open("rb") as stream, opened(stream, demuxer) as container:
        picture = container.streams.video[0]
        packet = next(packet for packet in container.demux(picture) if packet.size)
        assert frame_size(codec_name(picture), bytes(packet)) == (426, 242)


PX = st.integers(1, 0x3FFF)


@given(PX, PX, st.booleans())
def test_vp8_tells_its_size_in_a_keyframe_alone(width: int, height: int, key: bool) -> None:
    """RFC 6386, 9.1: fourteen bits a side, below two bits of scale."""
    sides = (width | 1 << 14).to_bytes(2, "little") + (height | 3 << 14).to_bytes(2, "little")
    head = bytes((0x10 | (not key), 2, 0)) + b"\x9d\x01\x2a" + sides
    assert frame_size("vp8", head) == ((width, height) if key else None)
    assert frame_size("vp8", head[:9]) is None


@given(st.integers(1, 1 << 16), st.integers(1, 1 << 16), st.integers(0, 3), st.booleans(), st.booleans())
def test_vp9_tells_its_size_in_each_profile(width: int, height: int, profile: int, rgb: bool, key: bool) -> None:
    """VP9 bitstream specification, 6.2 and 6.2.2."""
    odd, reserved = bool(profile & 1), [(1, 0)]
    writer = Writer()
    writer.u((2, 2), (1, profile & 1), (1, profile >> 1), *(reserved if profile == 3 else []))
    writer.u((1, 0), (1, int(not key)), (1, 1), (1, 0), (24, 0x498342), *([(1, 1)] if profile >= 2 else []))
    writer.u((3, 7 if rgb else 1), *([(1, 0), *([(3, 0)] if odd else [])] if not rgb else reserved if odd else []))
    writer.u((16, width - 1), (16, height - 1))
    long = -(-len(writer.text) // 8)
    plain = int(writer.text.ljust(8 * long, "0"), 2).to_bytes(long, "big")
    assert frame_size("vp9", plain) == ((width, height) if key else None)


@given(st.integers(1, 4095), st.integers(1, 4095), st.integers(0, 3), st.integers(0, 3))
def test_mpeg_video_has_two_more_bits_in_an_extension(width: int, height: int, wider: int, higher: int) -> None:
    """ITU-T H.262, 6.2.2.1 and 6.2.2.3."""
    head = b"\0\0\1\xb3" + (width << 12 | height).to_bytes(3, "big") + bytes(5)
    extension = b"\0\0\1\xb5" + (1 << 28 | wider << 15 | higher << 13).to_bytes(4, "big") + bytes(4)
    assert frame_size("mpeg2video", head) == (width, height)
    assert frame_size("mpeg2video", b"\0\0\1\0junk" + head + extension) == (width | wider << 12, height | higher << 12)


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_prores_tells_its_size_behind_its_mark(width: int, height: int) -> None:
    head = bytes(4) + b"icpf" + bytes(8) + width.to_bytes(2, "big") + height.to_bytes(2, "big")
    assert frame_size("prores", head) == (width, height)
    assert frame_size("prores", head.replace(b"icpf", b"icpg")) is None
    assert frame_size("prores", head[:-1]) is None


@pytest.mark.parametrize("codec", ["h264", "mjpeg", ""])
def test_other_codecs_have_no_such_header(codec: str) -> None:
    assert frame_size(codec, b"\0\0\1\xb3" + bytes(20)) is None


def test_a_side_of_no_pixels_is_no_size() -> None:
    assert frame_size("mpeg1video", b"\0\0\1\xb3" + bytes(8)) is None
