"""TIFF's samples by the reader of our own, against libtiff's and against what was put in."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_picture_colors import SMALL, odd_tiff, of_sixteen_bits
from preflight.probe.tiff_samples import layout_of, read_samples, unpack_bits
from tests.specimens import MEDIA


def read(content: bytes) -> Image.Image:
    stream = io.BytesIO(content)
    layout = layout_of(stream)
    assert layout
    return read_samples(stream, layout)


def saved(picture: Image.Image, compression: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression=compression)
    return buffer.getvalue()


MODES = ["1", "L", "RGB", "RGBA", "LA", "CMYK", "P", "I;16"]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", MODES)
def test_what_pillow_writes_is_read_as_pillow_reads_it(mode: str, compression: str) -> None:
    source = Image.effect_noise((61, 43), 90)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(source, np.uint16) * np.uint16(251))
    else:
        picture = Image.merge("RGB", (source, source.rotate(90), source.rotate(180))).convert(mode)
    content = saved(picture, compression)
    with Image.open(io.BytesIO(content)) as other:
        found = read(content)
        pair = (found, other) if mode == "I;16" else (found.convert("RGBA"), other.convert("RGBA"))
        assert pair[0].tobytes() == pair[1].tobytes()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90), st.integers(1, 60), st.integers(0, 255))
def test_lzw_is_undone_whatever_its_length(width: int, height: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 1 + seed, (height, width, 3), dtype=np.uint8)
    assert read(saved(Image.fromarray(noise), "tiff_lzw")).tobytes() == noise.tobytes()


@given(st.binary(max_size=300))
def test_packed_bits_of_noise_end(packed: bytes) -> None:
    assert len(unpack_bits(packed, 1000)) <= 1000 + 128


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("depth", ["<u2", "<u4", "<f4", "<f2", "<f8"])
def test_colors_of_any_depth_come_out_in_bytes(depth: str, apart: bool, tmp_path: Path) -> None:
    path = tmp_path / "odd.tif"
    whole = of_sixteen_bits(SMALL) if depth == "<u2" else SMALL.astype(depth)
    if depth == "<u4":
        whole = np.rint(SMALL * (2**32 - 1)).astype("<u4")
    odd_tiff(whole, meaning=2, apart=apart)(path)
    found = np.asarray(read(path.read_bytes()), np.int16)
    assert np.abs(found - np.rint(SMALL * 255)).max() <= 1


def test_a_file_cut_short_is_told() -> None:
    content = (MEDIA / "image-planes-apart-16-bit.tif").read_bytes()
    with pytest.raises(ValueError, match="ends early"):
        read(content[: len(content) // 2])


def test_what_a_codec_packs_is_left_to_others() -> None:
    assert layout_of(io.BytesIO(saved(Image.new("RGB", (64, 64)), "jpeg"))) is None
    assert layout_of(io.BytesIO(b"no TIFF")) is None
