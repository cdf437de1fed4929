"""HEVC headers beyond what the encoder at hand writes, made at random and compared with what libav reads of them."""

import random
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preflight.probe.bitstream.sps import read_codec_header
from tests.probe.bit_writer import Writer

MEDIA = Path(__file__).parents[3] / "fixtures" / "media"
SPS = 33


def record_of(path: Path) -> bytes:
    with av.open(str(path), options={"codec_whitelist": "none"}) as container:
        return container.streams.video[0].codec_context.extradata or b""


RECORD = record_of(MEDIA / "video-hdr10.mp4")


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
    return RECORD[:22] + bytes([len(units)]) + arrays


def decoder_takes(record: bytes) -> tuple[int, int, str | None]:
    """Return what libav's decoder takes from a record when it opens."""
    context = av.CodecContext.create("hevc", "r")
    assert isinstance(context, av.VideoCodecContext)
    context.extradata = record
    context.thread_count = 1
    context.open()
    return context.width, context.height, context.pix_fmt


class Scan(NamedTuple):
    progressive: bool = True
    interlaced: bool = False
    field_pictures: bool = False


PROGRESSIVE = Scan()


class Tools(NamedTuple):
    """The parts of an HEVC parameter set that lie between size and usability information."""

    sub_layers: list[tuple[bool, bool]]
    every_layer: bool
    scaling: list[int] | None
    pcm: bool
    sets: list[tuple[list[int], list[int]] | tuple[bool, int, list[int]]]
    long_term: int | None
    chroma: int
    depth: int


counts = st.lists(st.integers(0, 40), max_size=4)
plain_sets = st.tuples(counts, counts)
shifted_sets = st.tuples(st.booleans(), st.integers(0, 8), st.lists(st.integers(0, 2), min_size=17, max_size=17))
hevc_tools = st.builds(
    Tools,
    sub_layers=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6),
    every_layer=st.booleans(),
    scaling=st.none() | st.lists(st.integers(-20, 20), min_size=1, max_size=9),
    pcm=st.booleans(),
    sets=st.tuples(plain_sets, st.lists(plain_sets | shifted_sets, max_size=12)).map(lambda two: [two[0], *two[1]]),
    long_term=st.none() | st.integers(0, 32),
    chroma=st.integers(0, 3),
    depth=st.sampled_from([8, 10, 12]),
)


def write_sets(writer: Writer, tools: Tools) -> bool:
    """Write the reference sets; return False where one grows beyond what is allowed."""
    size = 0
    known: set[int] = set()
    writer.ue(len(tools.sets))
    for number, one in enumerate(tools.sets):
        if number:
            writer.u((1, len(one) == 3))
        known = write_shifted(writer, known, one) if len(one) == 3 else write_plain(writer, *one)
        size = max(size, len(known))
    return size < 15


def write_plain(writer: Writer, before: list[int], after: list[int]) -> set[int]:
    writer.ue(len(before), len(after))
    for gap in (*before, *after):
        writer.ue(gap)
        writer.u((1, 1))
    backward = {-(sum(before[: n + 1]) + n + 1) for n in range(len(before))}
    return backward | {sum(after[: n + 1]) + n + 1 for n in range(len(after))}


def write_shifted(writer: Writer, known: set[int], one: tuple[bool, int, list[int]]) -> set[int]:
    backward, shift, uses = one
    delta = (-1 if backward else 1) * (shift + 1)
    writer.u((1, backward))
    writer.ue(shift)
    order = [*sorted((d for d in known if d < 0), reverse=True), *sorted(d for d in known if d > 0), 0]
    kept = set()
    for distance, use in zip(order, uses, strict=False):
        writer.u(*((1, 0), (1, use == 1)) if use < 2 else ((1, 1),))
        if use:
            kept.add(distance + delta)
    return kept - {0}


def write_scaling(writer: Writer, steps: list[int]) -> None:
    told = random.Random(len(steps))  # noqa: S311 - a choice, not a secret
    for size in range(4):
        for matrix in range(0, 6, 3 if size == 3 else 1):
            explicit = told.random() < 0.5
            writer.u((1, explicit))
            if not explicit:
                writer.ue(told.randint(0, matrix // (3 if size == 3 else 1)))
                continue
            if size > 1:
                writer.se(abs(steps[0]))
            writer.se(*(steps[at % len(steps)] for at in range(min(64, 16 << 2 * size))))


def hevc_sps(tools: Tools, scan: Scan = PROGRESSIVE, *, bounded: bool = True) -> bytes | None:
    writer = Writer()
    lower = len(tools.sub_layers)
    writer.u(
        (4, 0),
        (3, lower),
        (1, 1),
        (8, 4),
        (32, 1 << 27),
        (1, scan.progressive),
        (1, scan.interlaced),
        (46, 0),
        (8, 120),
    )
    writer.u(*((1, flag) for layer in tools.sub_layers for flag in layer))
    writer.u((2 * (8 - lower) if lower else 0, 0))
    for profile, level in tools.sub_layers:
        writer.u((88 if profile else 0, 1 << 70 if profile else 0), (8 if level else 0, 90))
    writer.ue(0, tools.chroma)
    writer.u((1 if tools.chroma == 3 else 0, 0))
    writer.ue(640, 368)
    writer.u((1, 1))
    writer.ue(1, 2, 3, 1, tools.depth - 8, tools.depth - 8, 4)
    writer.u((1, tools.every_layer))
    writer.ue(*(15, 2, 0) * (lower + 1 if tools.every_layer else 1))
    writer.ue(0, 3, 0, 3, 0, 0)
    writer.u((1, tools.scaling is not None))
    if tools.scaling is not None:
        writer.u((1, 1))
        write_scaling(writer, tools.scaling)
    writer.u((2, 3), (1, tools.pcm))
    if tools.pcm:
        writer.u((4, 7), (4, 7))
        writer.ue(0, 2)
        writer.u((1, 1))
    allowed = write_sets(writer, tools)
    writer.u((1, tools.long_term is not None))
    if tools.long_term is not None:
        writer.ue(tools.long_term)
        writer.u(*[(8, 77), (1, 1)] * tools.long_term)
    writer.u((2, 3), (1, 1))
    # Usability information: an aspect of 4:3, full range, colours 9, 18, 9, a place for chroma.
    writer.u((1, 1), (8, 14), (1, 0), (1, 1), (3, 5), (1, 1), (1, 1), (8, 9), (8, 18), (8, 9), (1, 1))
    writer.ue(2, 2)
    writer.u((1, 0), (1, scan.field_pictures), (7, 0))
    return b"\x42\x01" + writer.payload() if allowed or not bounded else None


OTHERS = [unit for unit in hevc_units(RECORD) if unit[0] >> 1 != SPS]
PLAIN = Tools([], every_layer=True, scaling=None, pcm=False, sets=[([], [])], long_term=None, chroma=1, depth=8)
CHROMAS = ["4:0:0", "4:2:0", "4:2:2", "4:4:4"]
SIZES = [(637, 364), (634, 360), (634, 364), (637, 364)]
PIXELS = [{"gray"}, {"yuv420p", "yuvj420p"}, {"yuv422p", "yuvj422p"}, {"yuv444p", "yuvj444p"}]


@given(hevc_tools)
def test_every_tool_is_passed_over(tools: Tools) -> None:
    sps = hevc_sps(tools)
    assume(sps is not None)
    header = read_codec_header("hevc", hvcc(*OTHERS, sps or b""))
    assert header is not None
    assert (header.width_px, header.height_px) == SIZES[tools.chroma]
    assert (header.chroma, header.bit_depth) == (CHROMAS[tools.chroma], tools.depth)
    assert (header.pixel_aspect, header.full_range, header.interlaced) == (Fraction(4, 3), True, False)
    assert (header.primaries, header.transfer, header.matrix) == (9, 18, 9)


@given(hevc_tools)
def test_every_tool_is_passed_over_as_libav_does(tools: Tools) -> None:
    # More sub-layers than the video parameter set has are refused by libav.
    sps = hevc_sps(tools._replace(sub_layers=[], depth=8))
    assume(sps is not None)
    width, height, pixels = decoder_takes(hvcc(*OTHERS, sps or b""))
    assume(width)  # what libav refuses altogether says nothing of where things stand
    assert (width, height) == SIZES[tools.chroma]
    assert pixels in PIXELS[tools.chroma]


@pytest.mark.parametrize(
    ("progressive", "interlaced", "field_pictures", "expected"),
    [
        (True, False, False, False),
        (False, False, False, False),
        (False, True, False, True),
        (True, True, False, False),
        (True, True, True, True),
        (True, False, True, True),
    ],
)
def test_scan(progressive: bool, interlaced: bool, field_pictures: bool, expected: bool) -> None:
    sps = hevc_sps(PLAIN, Scan(progressive, interlaced, field_pictures))
    header = read_codec_header("hevc", hvcc(sps or b""))
    assert header is not None
    assert header.interlaced is expected


def test_pictures_of_other_layers_are_passed_over() -> None:
    sps = hevc_sps(PLAIN) or b""
    other = bytes([sps[0], sps[1] | 1 << 3]) + (hevc_sps(PLAIN._replace(chroma=3)) or b"")[2:]
    header = read_codec_header("hevc", hvcc(other, sps))
    assert header is not None
    assert header.chroma == "4:2:0"
    assert read_codec_header("hevc", hvcc(other)) is None


def crowd(sets: int, before: int) -> Tools:
    return PLAIN._replace(sets=[([0] * before, [])] * sets)


@pytest.mark.parametrize(("tools", "read"), [(crowd(64, 14), True), (crowd(65, 1), False), (crowd(1, 17), False)])
def test_reference_sets_are_bounded(tools: Tools, read: bool) -> None:
    writer_bound = hevc_sps(tools, bounded=False)
    assert (read_codec_header("hevc", hvcc(writer_bound or b"")) is not None) is read


@pytest.mark.parametrize(
    "tools", [PLAIN._replace(sub_layers=[(False, False)] * 7), PLAIN._replace(sets=[([0] * 10, [0] * 10)])]
)
def test_more_than_the_standard_allows_tells_nothing(tools: Tools) -> None:
    assert read_codec_header("hevc", hvcc(hevc_sps(tools, bounded=False) or b"")) is None
