"""Codec headers: what the parameter sets tell must be what a decoder finds, and hostile ones must tell nothing."""

import subprocess
import time
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
import imageio_ffmpeg
import msgspec
import pytest
from av.codec.context import Flags
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.codec_header import FieldSyntax
from preflight.probe.bitstream.sps import CodecHeader, read_codec_header

MEDIA = Path(__file__).parents[3] / "fixtures" / "media"
RANGES = {0: None, 1: False, 2: True}
SUBSAMPLINGS = {(2, 2): "4:2:0", (2, 4): "4:2:2", (4, 4): "4:4:4"}
SLOWEST_S = 5.0
"""Not a measure of speed: what has no end has none on any machine."""


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
        # Without it the left edge is cropped less than told, to keep rows aligned in memory.
        context.flags |= Flags.unaligned
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


def ffmpeg(*arguments: str) -> None:
    quiet = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    subprocess.run([*quiet, *arguments], check=True, capture_output=True)


def encode(path: Path, arguments: str, size: str = "320x192", *, frames: int = 3) -> Bitstream:
    """Encode some pictures with ffmpeg."""
    source = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=25")
    ffmpeg(*source, "-frames:v", str(frames), *arguments.split(), str(path))
    return decode(path)


Rewritten = Callable[[str, str], Bitstream]


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Rewritten:
    """Write what a codec's parameter sets tell anew, for all tests at once: one encode and one process per codec."""

    @cache
    def written(codec: str) -> dict[str, Bitstream]:
        folder, encoder = tmp_path_factory.mktemp(codec), X264 if codec == "h264" else X265
        encode(folder / "source.mp4", f"{encoder} yuv420p", "64x64")
        paths = {options: folder / f"{number}.mp4" for number, options in enumerate(REWRITTEN)}
        outputs = (
            ("-c", "copy", "-bsf:v", f"{codec}_metadata={options}", str(path)) for options, path in paths.items()
        )
        ffmpeg("-i", str(folder / "source.mp4"), *chain.from_iterable(outputs))
        return {options: decode(path) for options, path in paths.items()}

    return lambda codec, options: written(codec)[options]


def header_of(clip: Bitstream) -> CodecHeader:
    header = read_codec_header(clip.codec, clip.record)
    assert header is not None
    return header


X264 = "-c:v libx264 -preset ultrafast -pix_fmt"
X265 = "-c:v libx265 -preset ultrafast -pix_fmt"

PLAIN_420 = ("320x192", "1920x1080", "1080x1920", "854x480", "322x198", "50x36", "3840x2160", "34x34")


@pytest.mark.parametrize("size", PLAIN_420)
@pytest.mark.parametrize("encoder", [f"{X264} yuv420p", f"{X265} yuv420p -x265-params ctu=32:log-level=none"])
def test_size_is_what_cropping_leaves(encoder: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", encoder, size, frames=1)
    header = header_of(clip)
    assert f"{header.width_px}x{header.height_px}" == size
    assert header == clip.decoded


@pytest.mark.parametrize("size", ["321x193", "335x191", "1919x1079", "37x35"])
@pytest.mark.parametrize("encoder", [f"{X264} yuv444p", f"{X265} yuv444p -x265-params ctu=32:log-level=none"])
def test_full_chroma_can_be_cropped_to_odd_sizes(encoder: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mov", encoder, size, frames=1)
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
        ("-c:v libx264rgb -pix_fmt bgr0 -preset ultrafast", "4:4:4", 8),
        (f"{X264} yuv444p -qp 0", "4:4:4", 8),
        ("-c:v libx264 -pix_fmt yuv420p -x264-params cqm=jvt", "4:2:0", 8),
        ("-c:v libx264 -pix_fmt yuv444p -x264-params cqm=jvt", "4:4:4", 8),
        ("-c:v libx264 -pix_fmt yuv420p -x264-params bframes=8:b-pyramid=normal:ref=8", "4:2:0", 8),
        (
            "-c:v libx264 -pix_fmt yuv420p -x264-params nal-hrd=cbr:bitrate=900:vbv-maxrate=900:vbv-bufsize=900",
            "4:2:0",
            8,
        ),
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
        (f"{X265} yuv420p -x265-params bframes=8:b-pyramid=1:ref=6:b-adapt=0:rc-lookahead=20", "4:2:0", 8),
        (f"{X265} yuv420p -x265-params temporal-layers=3:bframes=3:b-adapt=0:rc-lookahead=20", "4:2:0", 8),
        (f"{X265} yuv420p -tag:v hvc1", "4:2:0", 8),
    ],
)
def test_chroma_and_depth_of_every_profile(arguments: str, chroma: str, bit_depth: int, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", arguments)
    header = header_of(clip)
    assert (header.chroma, header.bit_depth) == (chroma, bit_depth)
    assert header == clip.decoded


@pytest.mark.parametrize(("pixels", "bit_depth"), [("gray", 8), ("gray10le", 10)])
def test_gray_that_the_decoder_fills_up_with_chroma(pixels: str, bit_depth: int, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", f"{X264} {pixels}")
    header = header_of(clip)
    assert (header.chroma, header.bit_depth) == ("4:0:0", bit_depth)
    assert msgspec.structs.replace(header, chroma="4:2:0") == clip.decoded


# The codes 1 to 16 of both tables E-1, and Extended_SAR for the rest.
ASPECTS = "1/1 12/11 10/11 16/11 40/33 24/11 20/11 32/11 80/33 18/11 15/11 64/33 160/99 4/3 3/2 2/1 5/4 3/4 224/225 9/4"


@pytest.mark.parametrize("aspect", ASPECTS.split())
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_pixel_aspect_by_code_and_in_full(codec: str, aspect: str, rewritten: Rewritten) -> None:
    clip = rewritten(codec, f"sample_aspect_ratio={aspect}")
    header = header_of(clip)
    assert header.pixel_aspect == Fraction(aspect)
    assert header == clip.decoded


COLOURS = [
    (1, 1, 1, 0),
    (9, 16, 9, 0),
    (9, 18, 9, 0),
    (1, 13, 6, 1),
    (6, 6, 6, 0),
    (5, 1, 5, 1),
    (2, 2, 2, 1),
    (9, 14, 10, 0),
]
COLOR_KEYS = ("colour_primaries", "transfer_characteristics", "matrix_coefficients", "video_full_range_flag")


def color_options(codes: tuple[int, int, int, int]) -> str:
    return ":".join(f"{name}={code}" for name, code in zip(COLOR_KEYS, codes, strict=True))


REWRITTEN = (*(f"sample_aspect_ratio={aspect}" for aspect in ASPECTS.split()), *map(color_options, COLOURS))


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("codes", COLOURS)
def test_colour(codec: str, codes: tuple[int, int, int, int], rewritten: Rewritten) -> None:
    clip = rewritten(codec, color_options(codes))
    header = header_of(clip)
    assert (header.primaries, header.transfer, header.matrix) == tuple(map(told, codes[:3]))
    assert header.full_range == bool(codes[3])
    assert header == clip.decoded


@pytest.mark.parametrize("size", ["720x576", "1920x1080", "640x484"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p10le", "yuv444p"])
def test_fields_double_the_height_and_the_unit_of_cropping(pixels: str, size: str, tmp_path: Path) -> None:
    clip = encode(tmp_path / "a.mp4", f"{X264} {pixels} -flags +ildct+ilme -x264-params tff=1", size)
    header = header_of(clip)
    assert header.interlaced
    assert f"{header.width_px}x{header.height_px}" == size
    assert header.fields == FieldSyntax(frame_num_bits=4)
    assert msgspec.structs.replace(header, fields=None) == clip.decoded


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
    assert msgspec.structs.replace(header_of(clip), fields=None) == clip.decoded


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


# Hostile records: nothing may be raised, and nothing may take long.

RECORDS = [
    (clip.codec, clip.record or b"")
    for clip in map(decode, (MEDIA / f"video-{name}.mp4" for name in ("hdr10", "hevc", "h264-10-bit", "interlaced")))
]
records = st.sampled_from(RECORDS)
codecs = st.sampled_from(["h264", "hevc"])


def read_quickly(codec: str, record: bytes) -> CodecHeader | None:
    began = time.process_time()
    header = read_codec_header(codec, record)
    assert time.process_time() - began < SLOWEST_S
    return header


@given(codecs, st.binary(max_size=4000), st.sampled_from([b"", b"\0\0\1", b"\0\0\1\x67\x64", b"\0\0\1\x42\x01\1"]))
def test_random_bytes_do_no_harm(codec: str, junk: bytes, start: bytes) -> None:
    read_quickly(codec, start + junk)


@given(records, st.integers(0, 4000))
def test_truncated_records_do_no_harm(whole: tuple[str, bytes], end: int) -> None:
    codec, record = whole
    assert read_quickly(codec, record[:end]) in (None, read_codec_header(codec, record))


@given(records, st.lists(st.integers(0, 8 * 200), min_size=1, max_size=8))
def test_flipped_bits_do_no_harm(whole: tuple[str, bytes], places: list[int]) -> None:
    codec, record = whole
    damaged = bytearray(record)
    for place in places:
        damaged[place // 8 % len(damaged)] ^= 1 << place % 8
    header = read_quickly(codec, bytes(damaged))
    if header is not None:
        assert 0 < header.width_px <= 1 << 16
        assert 0 < header.height_px <= 1 << 16
        assert 8 <= header.bit_depth <= 16


@pytest.mark.parametrize("byte", [0x00, 0x01, 0x55, 0x80, 0xAA, 0xFF])
@pytest.mark.parametrize(("codec", "head"), [("h264", b"\0\0\1\x67\x64"), ("hevc", b"\0\0\1\x42\x01\1")])
def test_megabytes_take_no_time(codec: str, head: bytes, byte: int) -> None:
    read_quickly(codec, head + bytes([byte]) * (1 << 22))
    read_quickly(codec, head * (1 << 18))


@pytest.mark.parametrize("record", [None, b"", b"\0", b"\1", b"\1d\0(\xff\xe0\0", bytes(23), b"\0\0\1", b"\0\0\1\x67"])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_records_without_parameter_sets_tell_nothing(codec: str, record: bytes | None) -> None:
    assert read_codec_header(codec, record) is None


@pytest.mark.parametrize("codec", ["vp9", "av1", "prores", "mpeg4", ""])
def test_other_codecs_tell_nothing(codec: str) -> None:
    assert read_codec_header(codec, RECORDS[0][1]) is None
