"""The size of a keyframe in codecs without parameter sets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.frame_headers import READERS, frame_size
from preflight.probe.container import codec_name, opened
from tests.probe.bit_writer import Writer
from tests.probe.bitstream.av1_written import (
    PADDING,
    SEQUENCE_HEADER,
    TEMPORAL_DELIMITER,
    OperatingPoint,
    Sequence,
    leb128,
    sequences,
    unit,
)
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
    assert frame_size("vp9", writer.whole()) == ((width, height) if key else None)


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


# ---- AV1: 5.5 ------------------------------------------------------------------------------------------------------


@given(sequences)
def test_every_choice_of_an_av1_sequence_is_passed_over_to_its_size(sequence: Sequence) -> None:
    """With timing and decoder models too, which clips have and pictures do not."""
    assert frame_size("av1", unit(SEQUENCE_HEADER, sequence.written())) == sequence.size_px


TIMED = Sequence(size_px=(1920, 1080), timing=True)


@pytest.mark.parametrize(
    "sequence",
    [
        TIMED,
        TIMED._replace(equal_interval=True),
        TIMED._replace(delay_bits=1, points=(OperatingPoint(decoder_model=True),)),
        TIMED._replace(delay_bits=32, points=(OperatingPoint(decoder_model=True),) * 3),
        TIMED._replace(delay_bits=32, points=(OperatingPoint(),)),
        TIMED._replace(delays=True, delay_bits=8, points=(OperatingPoint(31, decoder_model=True, delay=True),) * 32),
        TIMED._replace(spare_bits=3),
        TIMED._replace(reduced=True),
    ],
)
def test_timing_of_av1_moves_the_size_and_does_not_change_it(sequence: Sequence) -> None:
    assert frame_size("av1", unit(TEMPORAL_DELIMITER, b"") + unit(SEQUENCE_HEADER, sequence.written())) == (1920, 1080)


@pytest.mark.parametrize("before", [0, 1, 15, 16])
def test_the_sequence_of_av1_is_among_the_first_sixteen_units(before: int) -> None:
    data = unit(PADDING, b"\x80") * before + unit(SEQUENCE_HEADER, Sequence().written())
    assert frame_size("av1", data) == ((640, 360) if before < 16 else None)


def test_a_length_of_av1_has_eight_bytes_at_most() -> None:
    content = Sequence().written()
    assert frame_size("av1", unit(SEQUENCE_HEADER, content, length=8)) == (640, 360)
    assert frame_size("av1", bytes([SEQUENCE_HEADER << 3 | 2]) + leb128(len(content), 9) + content) is None


def test_an_av1_header_cut_at_any_byte_has_no_size_or_its_own() -> None:
    content = TIMED._replace(delay_bits=5).written()
    found = [frame_size("av1", unit(SEQUENCE_HEADER, content[:end])) for end in range(len(content) + 1)]
    assert set(found) == {None, (1920, 1080)}
    assert found.index((1920, 1080)) > 10  # timing alone takes more


# ---- whatever does not begin with a keyframe -----------------------------------------------------------------------


def vp9(*, profile: int = 0, sync: int = 0x498342, shown: int = 0, px: tuple[int, int] = (640, 360)) -> bytes:
    """Return a keyframe's head of profile 0 or 2, or one that only repeats a frame."""
    to = Writer()
    to.u((2, 2), (1, profile & 1), (1, profile >> 1), (1, shown), (1, 0), (2, 2), (24, sync))
    to.u((1 if profile == 2 else 0, 1), (3, 2), (1, 0), (16, px[0] - 1), (16, px[1] - 1))
    return to.whole()


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (vp9(), (640, 360)),
        (vp9(profile=2), (640, 360)),
        (vp9(px=(1, 1)), (1, 1)),
        (vp9(px=(65536, 65536)), (65536, 65536)),
        (vp9(sync=0x498343), None),
        (vp9(shown=1), None),
        (b"", None),
    ],
)
def test_a_head_of_vp9_without_its_sync_code_or_that_repeats_a_frame_has_no_size(
    data: bytes, size: tuple[int, int] | None
) -> None:
    assert frame_size("vp9", data) == size


@pytest.mark.parametrize("data", [vp9(), vp9(profile=2)])
def test_a_head_of_vp9_cut_at_any_byte_before_its_size_ends_has_none(data: bytes) -> None:
    for end in range(len(data)):
        assert frame_size("vp9", data[:end]) is None


MPEG = b"\0\0\1\xb3" + (640 << 12 | 360).to_bytes(3, "big") + bytes([0x13, 0xFF, 0xFF, 0xE0, 0x18])


@pytest.mark.parametrize("identifier", [0, 2, 8])
def test_an_extension_of_another_kind_widens_nothing(identifier: int) -> None:
    """H.262, table 6-2: 1 alone is that of the sequence."""
    other = b"\0\0\1\xb5" + bytes([identifier << 4 | 15, 0xFF, 0xFF, 0xFF, 0xFF])
    assert frame_size("mpeg2video", MPEG + other) == (640, 360)


def test_an_extension_that_breaks_off_widens_nothing() -> None:
    extension = b"\0\0\1\xb5" + (1 << 28 | 3 << 15 | 3 << 13).to_bytes(4, "big")
    assert frame_size("mpeg2video", MPEG + extension) == (640 | 3 << 12, 360 | 3 << 12)
    for end in range(len(extension)):
        assert frame_size("mpeg2video", MPEG + extension[:end]) == (640, 360)


def test_a_sequence_that_breaks_off_has_no_size() -> None:
    for end in range(7):
        assert frame_size("mpeg1video", MPEG[:end]) is None


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        ("vp8", b"\x10\2\0\x9d\1\x2a" + bytes(4)),
        ("vp8", b"\x10\2\0\x9d\1\x2a\0\0\1\0"),
        ("vp8", b"\x10\2\0\x9d\1\x2b\1\0\1\0"),
        ("prores", bytes(4) + b"icpf" + bytes(12)),
        ("prores", bytes(4) + b"icpf" + bytes(8) + b"\0\1\0\0"),
    ],
)
def test_a_side_of_nought_is_no_size_in_any_codec(codec: str, data: bytes) -> None:
    assert frame_size(codec, data) is None
