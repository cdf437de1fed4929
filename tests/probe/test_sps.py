"""Codec headers: what the parameter sets tell must be what a decoder finds, and hostile ones must tell nothing."""

import random
import subprocess
import time
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

import av
import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bits import Bits, Malformed
from preflight.probe.sps import CodecHeader, read_codec_header

MEDIA = Path(__file__).parents[2] / "fixtures" / "media"
RANGES = {0: None, 1: False, 2: True}
SUBSAMPLINGS = {(2, 2): "4:2:0", (2, 4): "4:2:2", (4, 4): "4:4:4"}
SLOWEST_S = 0.1


class Bitstream(NamedTuple):
    codec: str
    record: bytes | None
    decoded: CodecHeader


def told(code: int) -> int | None:
    return None if code == 2 else code


def chroma_of(pixels: av.VideoFormat) -> str:
    if pixels.is_rgb:
        return "4:4:4"
    return "4:0:0" if len(pixels.components) == 1 else SUBSAMPLINGS[pixels.chroma_width(4), pixels.chroma_height(4)]


def decode(path: Path) -> Bitstream:
    """Return the record of a clip's pictures, and what the decoder says of the first of them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        frame = next(container.decode(stream))
        decoded = CodecHeader(
            width_px=frame.width,
            height_px=frame.height,
            pixel_aspect=context.sample_aspect_ratio,
            bit_depth=frame.format.components[0].bits,
            chroma=chroma_of(frame.format),
            transfer=told(int(frame.color_trc)),
            primaries=told(int(frame.color_primaries)),
            matrix=told(int(frame.colorspace)),
            full_range=RANGES[int(frame.color_range)],
            interlaced=frame.interlaced_frame,
        )
        return Bitstream(context.codec.canonical_name, context.extradata, decoded)


def encode(path: Path, arguments: str, size: str = "320x192") -> Bitstream:
    """Encode three pictures with ffmpeg."""
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=25"]
    quiet = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    subprocess.run([*quiet, *source, "-frames:v", "3", *arguments.split(), str(path)], check=True, capture_output=True)
    return decode(path)


def header_of(clip: Bitstream) -> CodecHeader:
    header = read_codec_header(clip.codec, clip.record)
    assert header is not None
    return header


X264 = "-c:v libx264 -preset ultrafast -pix_fmt"
X265 = "-c:v libx265 -preset ultrafast -pix_fmt"

PLAIN_420 = ("320x192", "1920x1080", "1080x1920", "854x480", "322x198", "50x34", "3840x2160", "16x16")


@pytest.mark.parametrize("size", PLAIN_420)
@pytest.mark.parametrize("encoder", [f"{X264} yuv420p", f"{X265} yuv420p -x265-params ctu=16:log-level=none"])
def test_size_is_what_cropping_leaves(encoder: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", encoder, size)
    header = header_of(clip)
    assert f"{header.width_px}x{header.height_px}" == size
    assert header == clip.decoded


@pytest.mark.parametrize("size", ["321x193", "335x191", "1919x1079", "17x19"])
@pytest.mark.parametrize("encoder", [f"{X264} yuv444p", f"{X265} yuv444p -x265-params ctu=16:log-level=none"])
def test_full_chroma_can_be_cropped_to_odd_sizes(encoder: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mov", encoder, size)
    header = header_of(clip)
    assert f"{header.width_px}x{header.height_px}" == size
    assert header == clip.decoded


@pytest.mark.parametrize(
    ("filters", "size"),
    [
        ("h264_metadata=crop_left=2:crop_top=4:crop_right=6:crop_bottom=8", (312, 180)),
        ("h264_metadata=crop_left=310", (10, 192)),
        ("hevc_metadata=crop_left=2:crop_top=4:crop_right=6:crop_bottom=8", (312, 180)),
    ],
)
def test_cropping_counts_on_every_side(filters: str, size: tuple[int, int], tmp_path: Path) -> None:
    encoder = X264 if filters.startswith("h264") else X265
    clip = encode(tmp_path / "a.mp4", f"{encoder} yuv420p -bsf:v {filters}")
    header = header_of(clip)
    assert (header.width_px, header.height_px) == size
    assert header == clip.decoded


@pytest.mark.parametrize(
    ("arguments", "chroma", "bit_depth"),
    [
        (f"{X264} yuv420p -profile:v baseline", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv420p -profile:v main", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv420p -profile:v high", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv420p10le -profile:v high10", "4:2:0", 10),
        (f"{X264} yuv422p -profile:v high422", "4:2:2", 8),
        (f"{X264} yuv422p10le", "4:2:2", 10),
        (f"{X264} yuv444p -profile:v high444", "4:4:4", 8),
        (f"{X264} yuv444p10le", "4:4:4", 10),
        (f"{X264} gray", "4:0:0", 8),
        (f"{X264} gray10le", "4:0:0", 10),
        ("-c:v libx264rgb -pix_fmt bgr0 -preset ultrafast", "4:4:4", 8),
        (f"{X264} yuv444p -qp 0", "4:4:4", 8),
        ("-c:v libx264 -pix_fmt yuv420p -x264-params cqm=jvt", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv444p -x264-params cqm=jvt", "4:4:4", 8),
        ("-c:v libx264 -pix_fmt yuv420p -x264-params bframes=8:b-pyramid=normal:ref=8", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv420p -x264-params nal-hrd=cbr:bitrate=900:vbv-maxrate=900:vbv-bufsize=900", "4:2:0", 8),
        (f"{X265} yuv420p", "4:2:0", 8),
        (f"{X265} yuv420p10le", "4:2:0", 10),
        (f"{X265} yuv420p12le", "4:2:0", 12),
        (f"{X265} yuv422p", "4:2:2", 8),
        (f"{X265} yuv422p10le", "4:2:2", 10),
        (f"{X265} yuv444p", "4:4:4", 8),
        (f"{X265} yuv444p12le", "4:4:4", 12),
        (f"{X265} gbrp", "4:4:4", 8),
        (f"{X265} gray", "4:0:0", 8),
        (f"{X265} yuv420p -x265-params scaling-list=default", "4:2:0", 8),
        (f"{X265} yuv420p -x265-params bframes=8:b-pyramid=1:ref=6:b-adapt=0", "4:2:0", 8),
        (f"{X265} yuv420p -x265-params temporal-layers=3:bframes=3:b-adapt=0", "4:2:0", 8),
        (f"{X265} yuv420p -tag:v hvc1", "4:2:0", 8),
    ],
)
def test_chroma_and_depth_of_every_profile(arguments: str, chroma: str, bit_depth: int, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", arguments)
    header = header_of(clip)
    assert (header.chroma, header.bit_depth) == (chroma, bit_depth)
    assert header == clip.decoded


# The codes 1 to 16 of both tables E-1, and Extended_SAR for the rest.
ASPECTS = "1/1 12/11 10/11 16/11 40/33 24/11 20/11 32/11 80/33 18/11 15/11 64/33 160/99 4/3 3/2 2/1 5/4 3/4 224/225 9/4"


@pytest.mark.parametrize("aspect", ASPECTS.split())
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_pixel_aspect_by_code_and_in_full(codec: str, aspect: str, tmp_path: Path) -> None:
    encoder = X264 if codec == "h264" else X265
    clip = encode(tmp_path / "a.mp4", f"{encoder} yuv420p -bsf:v {codec}_metadata=sample_aspect_ratio={aspect}", "64x64")
    header = header_of(clip)
    assert header.pixel_aspect == Fraction(aspect)
    assert header == clip.decoded


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize(
    ("primaries", "transfer", "matrix", "full_range"),
    [(1, 1, 1, 0), (9, 16, 9, 0), (9, 18, 9, 0), (1, 13, 6, 1), (6, 6, 6, 0), (5, 1, 5, 1), (2, 2, 2, 1), (9, 14, 10, 0)],
)
def test_colour(codec: str, primaries: int, transfer: int, matrix: int, full_range: int, tmp_path: Path) -> None:
    encoder = X264 if codec == "h264" else X265
    codes = f"colour_primaries={primaries}:transfer_characteristics={transfer}:matrix_coefficients={matrix}"
    filters = f"{codec}_metadata={codes}:video_full_range_flag={full_range}"
    clip = encode(tmp_path / "a.mp4", f"{encoder} yuv420p -bsf:v {filters}", "64x64")
    header = header_of(clip)
    assert (header.primaries, header.transfer, header.matrix) == (told(primaries), told(transfer), told(matrix))
    assert header.full_range == bool(full_range)
    assert header == clip.decoded


@pytest.mark.parametrize("size", ["720x576", "1920x1080", "640x484"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p10le", "yuv444p"])
def test_fields_double_the_height_and_the_unit_of_cropping(pixels: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", f"{X264} {pixels} -flags +ildct+ilme -x264-params tff=1", size)
    header = header_of(clip)
    assert header.interlaced
    assert f"{header.width_px}x{header.height_px}" == size
    assert header == clip.decoded


def test_hevc_fields_as_pictures_are_interlaced(tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", f"{X265} yuv420p -x265-params interlace=tff")
    header = header_of(clip)
    assert header.interlaced
    assert (header.width_px, header.height_px) == (clip.decoded.width_px, clip.decoded.height_px)


def is_h264_or_hevc(path: Path) -> bool:
    with av.open(str(path), options={"codec_whitelist": "none"}) as container:
        return container.streams.video[0].codec_context.codec.canonical_name in {"h264", "hevc"}


SPECIMENS = "interlaced h264-10-bit h264-444 hevc-10-bit hevc hdr10 rotated-90 cover-art one-frame fragmented 1252x500"


@pytest.mark.parametrize("name", SPECIMENS.split())
def test_specimen_is_what_its_decoder_says(name: str) -> None:
    clip = decode(MEDIA / f"video-{name}.mp4")
    assert header_of(clip) == clip.decoded


def test_hlg_without_a_decoder() -> None:
    with av.open(str(MEDIA / "video-hlg.mov"), options={"codec_whitelist": "none"}) as container:
        context = container.streams.video[0].codec_context
        header = read_codec_header(context.codec.canonical_name, context.extradata)
    assert header is not None
    assert (header.transfer, header.primaries, header.bit_depth) == (18, 9, 10)


@pytest.mark.parametrize(("encoder", "form"), [(X264, "h264"), (X265, "hevc")])
def test_start_codes_are_read_like_a_record(encoder: str, form: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", f"{encoder} yuv420p10le -aspect 4:3")
    encode(tmp_path / f"a.{form}", f"{encoder} yuv420p10le -aspect 4:3")
    raw = (tmp_path / f"a.{form}").read_bytes()
    long_codes = raw.replace(b"\0\0\0\1", b"\0\0\1").replace(b"\0\0\1", b"\0\0\0\1")
    for record in (raw, raw.removeprefix(b"\0"), long_codes):
        assert read_codec_header(form, record) == header_of(clip)


# What no encoder at hand writes is written here, bit by bit.


class Writer:
    """Writes what `Bits` reads."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, *fields: tuple[int, int]) -> None:
        self.text += "".join(f"{value:0{count}b}" for count, value in fields if count)

    def ue(self, *values: int) -> None:
        self.text += "".join("0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}" for value in values)

    def se(self, *values: int) -> None:
        self.ue(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def payload(self) -> bytes:
        """Return the bytes with stop bit and emulation prevention."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        escaped = bytearray()
        for byte in int(text, 2).to_bytes(len(text) // 8, "big"):
            if escaped[-2:] == b"\0\0" and byte <= 3:
                escaped.append(3)
            escaped.append(byte)
        return bytes(escaped)


def avcc(*units: bytes) -> bytes:
    counted = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
    return bytes([1, 100, 0, 40, 0xFF, 0xE0 | len(units)]) + counted + b"\0"


def h264_sps(cycle: tuple[int, ...] = (), lists: tuple[tuple[int, ...], ...] = (), vui: str = "0", width: int = 19) -> bytes:
    writer = Writer()
    writer.u((8, 100), (8, 0), (8, 40))
    writer.ue(0, 1, 0, 0)
    writer.u((1, 0), (1, bool(lists)))
    for steps in lists:
        writer.u((1, bool(steps)))
        writer.se(*steps)
    writer.ue(0, 1)
    writer.u((1, 0))
    writer.se(-3, 4)
    writer.ue(len(cycle))
    writer.se(*cycle)
    writer.ue(4)
    writer.u((1, 0))
    writer.ue(width, 11)
    writer.u((1, 1), (1, 1), (1, 0))
    writer.text += vui
    return b"\x67" + writer.payload()


PLAIN_H264 = CodecHeader(
    width_px=320,
    height_px=192,
    pixel_aspect=None,
    bit_depth=8,
    chroma="4:2:0",
    transfer=None,
    primaries=None,
    matrix=None,
    full_range=None,
    interlaced=False,
)


@pytest.mark.parametrize("cycle", [(), (1,), (-2, 5, 0), tuple(range(-127, 128))])
def test_picture_order_by_cycle_is_passed_over(cycle: tuple[int, ...]) -> None:
    assert read_codec_header("h264", avcc(h264_sps(cycle))) == PLAIN_H264


def test_scaling_lists_end_early_where_the_next_scale_is_zero() -> None:
    full, ended, absent = (1,) * 16, (4, -12), ()
    lists = (full, ended, absent, (-8,), full, absent, (2, -2) * 32, (120, 127, 1))
    assert read_codec_header("h264", avcc(h264_sps(lists=lists))) == PLAIN_H264


@pytest.mark.parametrize(
    ("vui", "aspect", "full_range", "transfer"),
    [
        ("1" + "0" * 8, None, None, None),
        ("11" + f"{0:08b}" + "000", None, None, None),
        ("11" + f"{200:08b}" + "000", None, None, None),
        ("11" + f"{255:08b}{0:016b}{5:016b}" + "000", None, None, None),
        ("11" + f"{255:08b}{0:016b}{0:016b}" + "000", None, None, None),
        ("11" + f"{255:08b}{6:016b}{4:016b}" + "000", Fraction(3, 2), None, None),
        ("10" + "11" + "1" + "101" + "1" + "0", None, True, None),
        ("10" + "0" + "1" + "101" + "01" + f"{9:08b}{16:08b}{9:08b}", None, False, 16),
    ],
)
def test_usability_information(
    vui: str, aspect: Fraction | None, full_range: bool | None, transfer: int | None
) -> None:
    header = read_codec_header("h264", avcc(h264_sps(vui=vui + "0" * 20)))
    assert header is not None
    assert (header.pixel_aspect, header.full_range, header.transfer) == (aspect, full_range, transfer)


@cache
def x265_record() -> bytes:
    return cast("bytes", decode(MEDIA / "video-hdr10.mp4").record)


@cache
def x264_record() -> bytes:
    return cast("bytes", decode(MEDIA / "video-h264-10-bit.mp4").record)


def hevc_units(record: bytes) -> list[bytes]:
    at, units = 23, []
    for _ in range(record[22]):
        count, at = int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            length = int.from_bytes(record[at : at + 2], "big")
            units.append(record[at + 2 : at + 2 + length])
            at += 2 + length
    return units


def hvcc(*units: bytes) -> bytes:
    arrays = b"".join(bytes([unit[0] >> 1, 0, 1]) + len(unit).to_bytes(2, "big") + unit for unit in units)
    return x265_record()[:22] + bytes([len(units)]) + arrays
