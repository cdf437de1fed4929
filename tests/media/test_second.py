"""A second decoder, which shares no code with the first, sees the same pixels."""

import numpy as np
import pytest
from PIL import Image

from preflight.media.second import as_image, by_libav, deep_by_libav, seconds
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA

SAME = {
    "image-ok.png": 0,
    "image-ok.jpeg": 3,
    "image-ok.webp": 3,
    "image-lossless.webp": 0,
    "image-bmp.bmp": 0,
    "image-gif.gif": 0,
}
"""Specimen → most that a sample may differ by: decoders of lossy coding round differently."""


@pytest.mark.parametrize("name", SAME)
def test_both_decoders_show_the_same(name: str) -> None:
    with (MEDIA / name).open("rb") as stream, Image.open(MEDIA / name) as first:
        sniffed = sniff(stream)
        assert sniffed
        (second,) = seconds(stream, sniffed)
        assert second.size == first.size
        both = [np.asarray(one.convert("RGBA"), np.int16) for one in (first, second)]
    assert float(np.abs(both[0] - both[1]).mean()) <= SAME[name]


def test_what_no_second_decoder_reads_has_none() -> None:
    with (MEDIA / "video-5s.mp4").open("rb") as stream:
        sniffed = sniff(stream)
        assert sniffed
        assert by_libav(stream, sniffed) is None
        assert list(seconds(stream, sniffed)) == []


def test_deep_rows_have_sixteen_bits() -> None:
    with (MEDIA / "image-ok.png").open("rb") as stream, Image.open(MEDIA / "image-ok.png") as first:
        sniffed = sniff(stream)
        assert sniffed
        deep = deep_by_libav(stream, sniffed)
        assert deep is not None
        assert deep.dtype == np.uint16
        assert deep.shape[1::-1] == first.size
        assert np.abs((deep >> 8).astype(int) - np.asarray(first.convert("RGB"), int)).max() <= 1


@pytest.mark.parametrize(
    ("pixel_format", "mode"), [("rgb24", "RGB"), ("rgba", "RGBA"), ("yuva420p", "RGBA"), ("gray", "RGB")]
)
def test_a_frame_keeps_its_transparency(pixel_format: str, mode: str) -> None:
    import av

    found = as_image(av.VideoFrame(18, 10, pixel_format))
    assert (found.mode, found.size) == (mode, (18, 10))
