"""The samples of a decoded frame: their depth, whether any lets something shine through, and their colors."""

from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.sample_format import OPAQUE, sample_format

EMPTY: Any = av.Packet(b"")
SIDE = 16


def frame(pixel_format: str, fill: int = 128) -> av.VideoFrame:
    found = av.VideoFrame(SIDE, SIDE, pixel_format)
    for plane in found.planes:
        plane.update(bytes((fill,)) * plane.buffer_size)
    return found


@pytest.mark.parametrize(
    ("pixel_format", "depth"),
    [("yuv420p", 8), ("yuv422p10le", 10), ("yuv444p12le", 12), ("rgb48le", 16), ("gray", 8), ("rgb565le", 6)],
)
def test_the_depth_is_that_of_the_deepest_component(pixel_format: str, depth: int) -> None:
    found = sample_format(frame(pixel_format), "h264", EMPTY)
    assert (found.bit_depth, found.alpha) == (depth, False)


@given(st.integers(0, 255), st.integers(0, SIDE - 1), st.integers(0, SIDE - 1))
def test_one_translucent_pixel_is_transparency_and_an_opaque_channel_is_none(alpha: int, x: int, y: int) -> None:
    pixels = np.full((SIDE, SIDE, 4), OPAQUE, dtype=np.uint8)
    pixels[y, x, 3] = alpha
    found = av.VideoFrame.from_ndarray(pixels, format="rgba")
    assert sample_format(found, "png", EMPTY).alpha is (alpha < OPAQUE)


@pytest.mark.parametrize("flags", [0, 1, 0x80, 0x81])
def test_a_vc_3_frame_tells_its_alpha_by_a_flag_alone(flags: int) -> None:
    packet: Any = av.Packet(bytes(7) + bytes((flags,)) + bytes(8))
    assert sample_format(frame("yuv422p10le"), "dnxhd", packet).alpha is bool(flags & 1)
    assert not sample_format(frame("yuv422p10le"), "h264", packet).alpha


def test_a_vc_3_packet_without_its_header_tells_none() -> None:
    short: Any = av.Packet(b"\xff" * 7)
    assert not sample_format(frame("yuv422p"), "dnxhd", short).alpha


@pytest.mark.parametrize("codec", ["vp8", "vp9"])
def test_a_frame_without_a_second_one_beside_it_is_opaque(codec: str) -> None:
    assert not sample_format(frame("yuv420p"), codec, EMPTY).alpha


def test_colors_are_those_that_the_decoder_tells() -> None:
    told = frame("yuv420p")
    told.color_trc, told.colorspace = 16, 9
    found = sample_format(told, "hevc", EMPTY)
    assert (found.transfer, found.matrix) == (16, 9)
