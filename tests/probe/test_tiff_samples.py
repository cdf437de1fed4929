"""TIFF's samples by the reader of our own, against libtiff's and against what was put in."""

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_picture_colors import SMALL, odd_tiff, of_sixteen_bits
from preflight.probe.tiff_samples import layout_of, read_samples, unpack_bits, unpack_lzw
from tests.probe import tiff_by_hand as tiff
from tests.probe.tiff_by_hand import Fields, Gray, colors, differences, laid, pack_bits, pack_lzw
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


# ---- laid by hand: what the standard says of each way to keep samples ------------------------------------------------

LZW, DEFLATE, OLD_DEFLATE, PACK_BITS = 5, 8, 32946, 32773
WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE, INKS = 0, 1, 3, 5
SIZES = st.integers(1, 9)
ORDERS = st.sampled_from("<>")


def kept(image: Image.Image) -> list[object]:
    """Return the pixels of an image in the order of reading."""
    return [image.getpixel((x, y)) for y in range(image.height) for x in range(image.width)]


@pytest.mark.parametrize(
    ("bits", "row", "shown"),
    [
        (1, [0b10110000, 0b10000000], [255, 0, 255, 255, 0, 0, 0, 0, 255]),
        (2, [0b00011011, 0b11000000], [0, 85, 170, 255, 255]),
        (4, [0x01, 0xF0], [0, 17, 255]),
        (8, [0, 1, 255], [0, 1, 255]),
    ],
)
def test_samples_below_a_byte_stand_highest_bits_first_and_each_row_begins_a_byte(
    bits: int, row: list[int], shown: list[int]
) -> None:
    fields = Gray(len(shown), 2, bits).fields()
    assert kept(read(laid(fields, [bytes(row * 2)]))) == shown * 2
    inverted = Gray(len(shown), 2, bits, WHITE_IS_ZERO).fields()
    assert kept(read(laid(inverted, [bytes(row * 2)]))) == [255 - value for value in shown] * 2


@given(ORDERS, st.lists(st.integers(0, 65535), min_size=1, max_size=9))
def test_sixteen_bits_of_gray_are_kept_in_either_order_of_bytes(order: str, values: list[int]) -> None:
    block = struct.pack(f"{order}{len(values)}H", *values)
    image = read(laid(Gray(len(values), 1, 16).fields(), [block], order=order))
    assert (image.mode, kept(image)) == ("I;16", values)
    turned = read(laid(Gray(len(values), 1, 16, WHITE_IS_ZERO).fields(), [block], order=order))
    assert kept(turned) == [65535 - value for value in values]


@given(ORDERS, st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9))
def test_of_thirty_two_bits_of_gray_the_upper_half_is_kept(order: str, values: list[int]) -> None:
    block = struct.pack(f"{order}{len(values)}I", *values)
    assert kept(read(laid(Gray(len(values), 1, 32).fields(), [block], order=order))) == [one >> 16 for one in values]


@pytest.mark.parametrize(("bits", "letter"), [(16, "e"), (32, "f"), (64, "d")])
@pytest.mark.parametrize("meaning", [BLACK_IS_ZERO, WHITE_IS_ZERO])
def test_gray_of_floats_stays_floats_also_beyond_white(bits: int, letter: str, meaning: int) -> None:
    values = [0.0, 0.25, 1.0, 2.5, -0.5]
    fields = Gray(5, 1, bits, meaning).fields({tiff.KIND: [3]})
    image = read(laid(fields, [struct.pack(f"<5{letter}", *values)]))
    assert image.mode == "F"
    assert kept(image) == [1 - value if meaning == WHITE_IS_ZERO else value for value in values]


def test_floats_of_colors_that_are_none_are_black_or_white() -> None:
    odd = [float("nan"), float("inf"), float("-inf"), -3.0, 7.0, 0.5]
    image = read(laid(colors(2, 1, 32, more={tiff.KIND: [3] * 3}), [struct.pack("<6f", *odd)]))
    assert kept(image) == [(0, 255, 0), (0, 255, 128)]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_has_its_reds_then_greens_then_blues(bits: int) -> None:
    count = 1 << bits
    reds, greens, blues = ([(n * step) % 256 for n in range(count)] for step in (3, 5, 7))
    wide = [value * 257 for value in (*reds, *greens, *blues)]
    shades = [0, count - 1, 1]
    packed = int("".join(f"{shade:0{bits}b}" for shade in shades).ljust(24, "0"), 2).to_bytes(3, "big")
    block = packed[: -(-3 * bits // 8)]
    wanted = [(reds[shade], greens[shade], blues[shade]) for shade in shades]
    for table in (wide, [*reds, *greens, *blues]):  # some writers keep bytes where numbers of 16 bits belong
        assert kept(read(laid(Gray(3, 1, bits, PALETTE).fields({tiff.COLORS: table}), [block]))) == wanted


@pytest.mark.parametrize("table", [[], [0] * 3, [0] * 766])
def test_a_palette_that_lacks_colors_is_told(table: list[int]) -> None:
    fields = Gray(1, 1, 8, PALETTE).fields({tiff.COLORS: table} if table else {})
    with pytest.raises(ValueError, match="palette is missing, or too short"):
        read(laid(fields, [b"\0"]))


def test_inks_stay_inks() -> None:
    fields = colors(2, 1, 8, 4, {tiff.MEANING: [INKS]})
    image = read(laid(fields, [bytes(range(8))]))
    assert (image.mode, kept(image)) == ("CMYK", [(0, 1, 2, 3), (4, 5, 6, 7)])


@pytest.mark.parametrize(
    ("extra", "mode", "first"),
    [
        ([2], "RGBA", (100, 50, 25, 128)),
        ([1], "RGBA", (199, 100, 50, 128)),
        ([0], "RGB", (100, 50, 25)),
        ([], "RGB", (100, 50, 25)),
    ],
)
def test_an_extra_sample_is_alpha_only_where_it_says_so(extra: list[int], mode: str, first: tuple[int, ...]) -> None:
    fields = colors(1, 1, 8, 4, {tiff.EXTRA: extra} if extra else {})
    image = read(laid(fields, [bytes((100, 50, 25, 128))]))
    assert (image.mode, kept(image)) == (mode, [first])


@given(st.integers(0, 255), st.integers(0, 255))
def test_light_that_was_multiplied_by_its_alpha_comes_back_within_what_a_byte_can_tell(light: int, alpha: int) -> None:
    stored = round(light * alpha / 255)
    fields = Gray(1, 1).fields({tiff.BITS: [8, 8], tiff.SAMPLES: [2], tiff.EXTRA: [1]})
    (pixel,) = kept(read(laid(fields, [bytes((stored, alpha))])))
    assert isinstance(pixel, tuple)
    assert pixel[1] == alpha
    assert alpha == 0 or abs(pixel[0] - light) <= 255 / (2 * alpha) + 1


@given(SIZES, SIZES, SIZES, SIZES, st.binary(min_size=81, max_size=81))
def test_tiles_of_any_size_make_the_picture_that_was_cut_into_them(
    width: int, height: int, across: int, down: int, noise: bytes
) -> None:
    columns, rows = -(-width // across), -(-height // down)
    whole = [[noise[y * 9 + x] for x in range(width)] for y in range(height)]
    tiles = [
        bytes(
            whole[y][x] if x < width and y < height else 99
            for y in range(row * down, (row + 1) * down)
            for x in range(column * across, (column + 1) * across)
        )
        for row in range(rows)
        for column in range(columns)
    ]
    fields = Gray(width, height).fields({tiff.TILE_WIDTH: [across], tiff.TILE_HEIGHT: [down]})
    image = read(laid(fields, tiles, tiled=True))
    assert kept(image) == [value for row in whole for value in row]


@given(SIZES, SIZES, st.integers(1, 20), st.binary(min_size=81, max_size=81))
def test_strips_of_any_height_make_the_picture_and_the_last_may_be_lower(
    width: int, height: int, rows: int, noise: bytes
) -> None:
    content = noise[: width * height]
    strips = [content[at : at + rows * width] for at in range(0, len(content), rows * width)]
    image = read(laid(Gray(width, height).fields({tiff.ROWS: [rows]}), strips))
    assert bytes(image.tobytes()) == content


@pytest.mark.parametrize("rows", [None, 0, 2**32 - 1])
def test_without_rows_per_strip_or_with_the_largest_number_one_strip_has_all(rows: int | None) -> None:
    fields = dict(Gray(2, 3).fields())
    del fields[tiff.ROWS]
    image = read(laid(fields if rows is None else {**fields, tiff.ROWS: [rows]}, [bytes(range(6))]))
    assert image.tobytes() == bytes(range(6))


@given(SIZES, SIZES, st.binary(min_size=243, max_size=243))
def test_planes_apart_are_the_same_picture_as_samples_side_by_side(width: int, height: int, noise: bytes) -> None:
    content = noise[: 3 * width * height]
    apart = read(laid(colors(width, height, more={tiff.PLANES: [2]}), [content[at::3] for at in range(3)]))
    beside = read(laid(colors(width, height), [content]))
    assert apart.tobytes() == beside.tobytes() == content


@given(st.sampled_from([8, 16]), ORDERS, st.integers(1, 5), st.lists(st.integers(0, 65535), min_size=30, max_size=30))
def test_differences_from_pixel_to_pixel_are_added_up_again_in_every_row(
    bits: int, order: str, width: int, noise: list[int]
) -> None:
    rows = [[value % (1 << bits) for value in noise[at : at + 3 * width]] for at in (0, 15)]
    letter = "B" if bits == 8 else "H"
    block = b"".join(struct.pack(f"{order}{len(row)}{letter}", *row) for row in differences(rows, 3, 1 << bits))
    plain = b"".join(struct.pack(f"{order}{len(row)}{letter}", *row) for row in rows)
    packed = read(laid(colors(width, 2, bits, more={tiff.PREDICTOR: [2]}), [block], order=order))
    assert packed.tobytes() == read(laid(colors(width, 2, bits), [plain], order=order)).tobytes()


@given(ORDERS, st.lists(st.floats(0, 1, width=32), min_size=1, max_size=8))
def test_floats_parted_into_bytes_of_equal_weight_are_put_together_again(order: str, values: list[float]) -> None:
    """Adobe's predictor 3: of each row all highest bytes, then all second ones, then differences from byte to byte."""
    high_first = struct.pack(f">{len(values)}f", *values)
    grouped = b"".join(high_first[at::4] for at in range(4))
    block = bytes((grouped[at] - (grouped[at - 1] if at else 0)) % 256 for at in range(len(grouped)))
    fields = Gray(len(values), 1, 32).fields({tiff.KIND: [3], tiff.PREDICTOR: [3]})
    assert kept(read(laid(fields, [block], order=order))) == values


@pytest.mark.parametrize(
    ("packing", "pack"),
    [(LZW, pack_lzw), (PACK_BITS, pack_bits), (DEFLATE, zlib.compress), (OLD_DEFLATE, zlib.compress)],
)
def test_strips_packed_in_each_way_are_the_picture(packing: int, pack: Callable[[bytes], bytes]) -> None:
    content = bytes(value // 3 % 256 for value in range(600))
    image = read(
        laid(
            Gray(30, 20, packing=packing).fields({tiff.ROWS: [7]}),
            [pack(content[at : at + 210]) for at in range(0, 600, 210)],
        )
    )
    assert image.tobytes() == content


@pytest.mark.parametrize("packing", [1, LZW, PACK_BITS, DEFLATE])
def test_a_strip_that_ends_early_is_told_however_it_is_packed(packing: int) -> None:
    packs: dict[int, Callable[[bytes], bytes]] = {LZW: pack_lzw, PACK_BITS: pack_bits, DEFLATE: zlib.compress}
    short = packs.get(packing, bytes)(bytes(range(19)))
    with pytest.raises(ValueError, match="ends early"):
        read(laid(Gray(20, 1, packing=packing).fields(), [short]))


@given(st.binary(max_size=400))
def test_packed_bits_unpack_to_what_was_packed(content: bytes) -> None:
    assert unpack_bits(pack_bits(content), len(content)) == content


@pytest.mark.parametrize(
    ("packed", "content"),
    [
        (b"", b""),
        (b"\x80", b""),
        (b"\x80\x80\x00a", b"a"),
        (b"\x00a", b"a"),
        (b"\x7f" + bytes(range(128)), bytes(range(128))),
        (b"\xffa", b"aa"),
        (b"\x81a", b"a" * 128),
        (b"\x05ab", b"ab"),
        (b"\xff", b""),
    ],
)
def test_each_count_of_packed_bits_means_what_the_standard_says(packed: bytes, content: bytes) -> None:
    assert unpack_bits(packed, 1000) == content


@given(st.binary(max_size=300), st.integers(1, 9), st.booleans())
def test_lzw_unpacks_to_what_was_packed(content: bytes, times: int, ended: bool) -> None:
    whole = content * times
    assert unpack_lzw(pack_lzw(whole, ended=ended), len(whole))[: len(whole)] == whole


def test_lzw_keeps_its_table_in_step_through_each_width_of_codes_and_begins_a_new_one() -> None:
    content = np.random.default_rng(3).integers(0, 256, 9000, dtype=np.uint8).tobytes()
    packed = pack_lzw(content)
    assert unpack_lzw(packed, len(content)) == content
    assert len(packed) > 9000  # noise grows, so that every code and a second table were needed


@pytest.mark.parametrize("codes", [[256, 258], [256, 65, 260], [256, 65, 66, 300], [258], [65, 259]])
def test_a_code_of_lzw_that_no_table_has_yet_is_broken(codes: list[int]) -> None:
    text = "".join(f"{code:09b}" for code in codes)
    text += "0" * (-len(text) % 8)
    with pytest.raises(ValueError, match="LZW data are broken"):
        unpack_lzw(int(text, 2).to_bytes(len(text) // 8, "big"), 1000)


@given(st.binary(max_size=120), st.integers(0, 50))
def test_lzw_of_noise_is_broken_or_ends_soon_behind_what_was_asked_for(packed: bytes, most: int) -> None:
    try:
        found = unpack_lzw(packed, most)
    except ValueError:
        return
    assert len(found) <= most + len(packed) + 1


@pytest.mark.parametrize(
    "fields",
    [
        colors(2, 2, more={tiff.BITS: [8, 8, 16]}),
        Gray(2, 2, 3).fields(),
        Gray(2, 2, 64).fields(),
        Gray(2, 2, 8).fields({tiff.KIND: [3]}),
        Gray(2, 2, 16).fields({tiff.KIND: [2]}),
        Gray(2, 2).fields({tiff.FILL_ORDER: [2]}),
        Gray(2, 2).fields({tiff.PREDICTOR: [4]}),
        Gray(2, 2, 4).fields({tiff.PREDICTOR: [2]}),
        colors(2, 2, 4),
        colors(2, 2, samples=2),
        Gray(2, 2, packing=7).fields(),
        Gray(2, 2, meaning=6).fields(),
        Gray(2, 2, 32, PALETTE).fields(),
        Gray(2, 2, 16, PALETTE).fields({tiff.KIND: [3]}),
        Gray(0, 2).fields(),
        Gray(1 << 15, 1 << 14).fields(),
    ],
    ids=[
        "depths that differ",
        "3 bits",
        "64-bit integers",
        "floats of a byte",
        "signed numbers",
        "lowest bits first",
        "a predictor that is none",
        "differences of 4 bits",
        "colors of 4 bits",
        "fewer samples than colors",
        "JPEG inside",
        "YCbCr",
        "a palette of 32 bits",
        "a palette of floats",
        "no width",
        "more pixels than are decoded",
    ],
)
def test_what_this_reader_does_not_know_is_left_to_others(fields: Fields) -> None:
    assert layout_of(io.BytesIO(laid(fields, [bytes(64)]))) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (Gray(4, 4).fields({tiff.TILES: [8], tiff.TILE_BYTES: [16]}), "have no size"),
        (Gray(4, 4).fields({tiff.TILES: [8], tiff.TILE_BYTES: [16], tiff.TILE_WIDTH: [4]}), "have no size"),
        (Gray(4, 4).fields({tiff.ROWS: [2]}), "fewer strips or tiles"),
        (Gray(4, 4).fields({tiff.STRIP_BYTES: []}), "fewer strips or tiles"),
        (colors(2, 2, more={tiff.PLANES: [2]}), "fewer strips or tiles"),
        (Gray(4, 4).fields({tiff.STRIPS: [2**32 - 1]}), "ends early"),
    ],
    ids=[
        "tiles without sides",
        "tiles without height",
        "a strip too few",
        "no lengths",
        "a plane too few",
        "elsewhere",
    ],
)
def test_samples_that_cannot_be_where_it_says_are_told(fields: Fields, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(laid(fields, [bytes(16)]))


@pytest.mark.parametrize("tag", [tiff.STRIPS, tiff.STRIP_BYTES])
def test_a_negative_place_or_length_of_a_strip_holds_nothing(tag: int) -> None:
    whole = bytearray(laid(Gray(4, 4).fields(), [bytes(16)]))
    at = whole.index(struct.pack("<HHI", tag, 4, 1))
    whole[at + 2 : at + 12] = struct.pack("<HIi", 9, 1, -5)
    with pytest.raises(ValueError, match="ends early"):
        read(bytes(whole))


def test_a_profile_comes_with_the_picture() -> None:
    whole = laid(Gray(1, 1).fields({tiff.PROFILE: [0x11111111, 0x22222222]}), [b"\0"])
    assert read(whole).info["icc_profile"] == b"\x11" * 4 + b"\x22" * 4
    assert "icc_profile" not in read(laid(Gray(1, 1).fields(), [b"\0"])).info


@given(st.integers(0, 300), st.binary(min_size=1, max_size=4), st.sampled_from([1, LZW, PACK_BITS, DEFLATE]))
def test_a_tiff_with_changed_bytes_is_a_picture_or_broken(at: int, change: bytes, packing: int) -> None:
    whole = bytearray(laid(colors(4, 3, more={tiff.PACKING: [packing], tiff.PREDICTOR: [2]}), [bytes(range(40))]))
    whole[at % len(whole) : at % len(whole) + len(change)] = change
    stream = io.BytesIO(bytes(whole))
    layout = layout_of(stream)
    if layout is None or layout.width_px * layout.height_px * layout.samples > 1 << 16:
        return
    with contextlib.suppress(ValueError):
        assert read_samples(stream, layout).size == (layout.width_px, layout.height_px)


@pytest.mark.parametrize(
    ("fields", "by_pillow", "by_libav", "odd"),
    [
        (Gray(1, 1).fields(), True, True, False),
        (Gray(1, 1, 16).fields(), True, True, True),
        (Gray(1, 1, 16, WHITE_IS_ZERO).fields(), False, True, True),
        (Gray(1, 1, 32).fields(), False, False, True),
        (Gray(1, 1, 16).fields({tiff.KIND: [3]}), True, False, True),
        (Gray(1, 1, 4, packing=PACK_BITS).fields(), True, False, False),
        (colors(1, 1, more={tiff.PLANES: [2]}), False, True, True),
        (colors(1, 1, more={tiff.PLANES: [2], tiff.PACKING: [LZW]}), True, True, True),
        (colors(1, 1, samples=4, more={tiff.MEANING: [INKS]}), True, False, False),
        (Gray(1, 1).fields({tiff.TILES: [8]}), True, False, False),
    ],
)
def test_other_readers_are_trusted_with_what_they_read(
    fields: Fields, by_pillow: bool, by_libav: bool, odd: bool
) -> None:
    layout = layout_of(io.BytesIO(laid(fields, [bytes(16)])))
    assert layout
    assert (layout.is_pillows, layout.is_libavs, layout.is_odd) == (by_pillow, by_libav, odd)
