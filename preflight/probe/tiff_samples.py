"""A small TIFF decoder: an open file in, its first image out, gray in its own depth.

Pillow mixes the planes of some images, inverts deep white-is-zero, and supports neither float colors nor 16-bit
palettes; libav supports no tiles, BigTIFF or inks. This decoder reads LZW, deflate and PackBits, not image codecs.

Source: TIFF 6.0, sections 4 to 9, 13, 14, 15, 18 and 19; Adobe's technical notes of 2002 (deflate, predictor 3).
"""

import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from preflight.probe.tiff import Directory, open_tiff
from preflight.values.phrase import error_words

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]

WIDTH, HEIGHT, BITS, PACKING, MEANING, SAMPLES = 0x100, 0x101, 0x102, 0x103, 0x106, 0x115
ROWS, STRIPS, STRIP_BYTES, PLANES, PREDICTOR, FILL_ORDER = 0x116, 0x111, 0x117, 0x11C, 0x13D, 0x10A
COLORS, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES = 0x140, 0x142, 0x143, 0x144, 0x145
EXTRA, KIND, PROFILE = 0x152, 0x153, 0x8773
PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS = 1, 5, 8, 32946, 32773
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS = 0, 1, 2, 3, 5
READ = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, INKS: 4}
"""Photometric interpretation → color samples per pixel."""
UNSIGNED, FLOATING = 1, 3
DIFFERENCES, FLOATING_DIFFERENCES = 2, 3
PREMULTIPLIED, STRAIGHT = 1, 2
MOST_PIXELS = 178_956_970
BYTE, DEEP = 8, 16


class Layout(NamedTuple):
    """Layout of the samples."""

    width_px: int
    height_px: int
    bits: int
    floating: bool
    samples: int
    meaning: int
    packing: int
    predictor: int
    planes_apart: bool
    extra: tuple[int, ...]
    order: str
    tiled: bool

    @property
    def mode(self) -> str:
        """Pillow's mode of the result."""
        alpha = self.has_alpha
        if self.meaning in (WHITE_IS_ZERO, BLACK_IS_ZERO):
            return "LA" if alpha else "L" if self.bits <= BYTE else "F" if self.floating else "I;16"
        return "CMYK" if self.meaning == INKS else "RGBA" if alpha else "RGB"

    @property
    def has_alpha(self) -> bool:
        """Whether the first extra sample is alpha."""
        kind = self.extra[0] if self.extra else 0
        return kind in (PREMULTIPLIED, STRAIGHT) and self.samples > READ[self.meaning] and self.meaning != INKS

    @property
    def is_odd(self) -> bool:
        """Whether Pillow misreads or refuses such samples."""
        deep = self.bits > BYTE
        return deep or self.planes_apart or PREMULTIPLIED in self.extra

    @property
    def is_libavs(self) -> bool:
        """Whether libav reads such samples: no tiles, inks, half floats or 32-bit integers."""
        odd = self.bits == 16 if self.floating else self.bits == 32  # noqa: PLR2004 - as above
        packed = self.bits < BYTE and self.packing == PACK_BITS
        return not (odd or packed or self.tiled or self.meaning == INKS)

    @property
    def is_pillows(self) -> bool:
        """Whether Pillow reads such samples: no unpacked planes, no deep white-is-zero."""
        mixed = self.planes_apart and (self.packing == PLAIN or PREMULTIPLIED in self.extra)
        turned = self.meaning == WHITE_IS_ZERO and self.bits > BYTE
        return not (mixed or turned or self.bits > DEEP)


def layout_of(stream: BinaryIO) -> Layout | None:
    """Read the sample layout of a TIFF's first image; None if unsupported."""
    first = _first(stream)
    return _layout(first) if first else None


def read_samples(stream: BinaryIO, layout: Layout) -> "Image.Image":
    """Decode the first image of a TIFF.

    Raises:
        ValueError: its data end early, or are broken.
    """
    first = _first(stream)
    if first is None:
        msg = "its first directory is missing"
        raise ValueError(msg)
    image = _image(first, layout, _samples(first, layout))
    if profile := first.content(PROFILE):
        image.info["icc_profile"] = profile
    return image


def _first(stream: BinaryIO) -> Directory | None:
    tiff = open_tiff(stream)
    return next(tiff.chain(), None) if tiff else None


def _layout(first: Directory) -> Layout | None:
    def one(tag: int, default: int) -> int:
        return first.integer(tag) or default

    bits, kinds = set(first.numbers(BITS)) or {1}, set(first.numbers(KIND)) or {UNSIGNED}
    meaning = first.integer(MEANING)
    layout = Layout(
        width_px=one(WIDTH, 0),
        height_px=one(HEIGHT, 0),
        bits=int(max(bits)),
        floating=kinds == {FLOATING},
        samples=one(SAMPLES, 1),
        meaning=-1 if meaning is None else meaning,
        packing=one(PACKING, PLAIN),
        predictor=one(PREDICTOR, 1),
        planes_apart=one(PLANES, 1) == 2 and one(SAMPLES, 1) > 1,  # noqa: PLR2004 - 1 is chunky, 2 is apart
        extra=tuple(int(kind) for kind in first.numbers(EXTRA)),
        order=first.tiff.order,
        tiled=TILES in first.entries,
    )
    valid = len(bits) == 1 and kinds in ({UNSIGNED}, {FLOATING}) and one(FILL_ORDER, 1) == 1
    return layout if valid and _known(layout) else None


def _known(layout: Layout) -> bool:
    depths = {16, 32, 64} if layout.floating else {1, 2, 4, 8, 16, 32}
    return (
        layout.packing in (PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS)
        and layout.bits in depths
        and layout.predictor in (1, DIFFERENCES, FLOATING_DIFFERENCES)
        and (layout.predictor == 1 or layout.bits >= BYTE)
        and layout.samples >= READ.get(layout.meaning, 1 << 16)
        and (layout.bits >= BYTE or layout.samples == 1)
        and 0 < layout.width_px * layout.height_px <= MOST_PIXELS
        and (layout.meaning != PALETTE or (layout.bits <= DEEP and not layout.floating))
    )


def _samples(first: Directory, layout: Layout) -> "Array":
    """Return rows, columns and samples in their stored type."""
    import numpy as np

    tiled = TILES in first.entries
    across = first.integer(TILE_WIDTH) or 0 if tiled else layout.width_px
    down = first.integer(TILE_HEIGHT) or 0 if tiled else min(first.integer(ROWS) or layout.height_px, layout.height_px)
    if across <= 0 or down <= 0:
        msg = "its tiles or strips have no size"
        raise ValueError(msg)
    places, sizes = (first.numbers(TILES if tiled else STRIPS), first.numbers(TILE_BYTES if tiled else STRIP_BYTES))
    columns, rows = -(-layout.width_px // across), -(-layout.height_px // down)
    planes, each = (layout.samples, 1) if layout.planes_apart else (1, layout.samples)
    whole = np.zeros((rows * down, columns * across, layout.samples), _type(layout))
    if len(places) < planes * rows * columns or len(sizes) < len(places):
        msg = "it has fewer strips or tiles than rows"
        raise ValueError(msg)
    for number in range(planes * rows * columns):
        plane, within = divmod(number, rows * columns)
        row, column = divmod(within, columns)
        high = down if tiled else min(down, layout.height_px - row * down)
        packed = first.tiff.read(int(places[number]), int(sizes[number]))
        block = _block(packed, layout, (high, across, each))
        whole[row * down : row * down + high, column * across : (column + 1) * across, plane : plane + each] = block
    return whole[: layout.height_px, : layout.width_px]


def _type(layout: Layout) -> str:
    if layout.bits < BYTE:
        return "u1"
    return f"{'f' if layout.floating else 'u'}{layout.bits // 8}"


def _block(packed: bytes, layout: Layout, shape: tuple[int, int, int]) -> "Array":
    """Return a strip or tile: rows, columns, samples."""
    import numpy as np

    high, across, each = shape
    row_bytes = (across * each * layout.bits + 7) // 8
    content = _unpacked(packed, layout.packing, row_bytes * high)
    if len(content) < row_bytes * high:
        msg = "a strip or tile of it ends early"
        raise ValueError(msg)
    if layout.bits < BYTE:
        rows = np.frombuffer(content, np.uint8, row_bytes * high).reshape(high, row_bytes)
        ones = np.unpackbits(rows, axis=1)
        weights = 1 << np.arange(layout.bits - 1, -1, -1)
        numbers = ones[:, : across * layout.bits].reshape(high, across, layout.bits) @ weights
        return numbers.astype(np.uint8)[..., None]
    if layout.predictor == FLOATING_DIFFERENCES:
        return _undone(content, layout, shape)
    stored = np.frombuffer(content, f"{layout.order}{_type(layout)}", across * each * high).reshape(shape)
    if layout.predictor == DIFFERENCES:
        return np.cumsum(stored, axis=1, dtype=_type(layout))
    return stored


def _undone(content: bytes, layout: Layout, shape: tuple[int, int, int]) -> "Array":
    """Undo predictor 3: differences of bytes, grouped by significance in each row, highest first."""
    import numpy as np

    high, across, each = shape
    width = layout.bits // 8
    rows = np.frombuffer(content, np.uint8, high * across * each * width).reshape(high, width * across, each)
    summed = np.cumsum(rows, axis=1, dtype=np.uint8).reshape(high, width, across * each)
    return np.ascontiguousarray(np.moveaxis(summed, 1, 2)).view(f">f{width}").reshape(shape)


def _unpacked(packed: bytes, packing: int, most: int) -> bytes:
    if packing in (DEFLATE, OLD_DEFLATE):
        try:
            return zlib.decompressobj().decompress(packed, most)
        except zlib.error as error:
            raise ValueError(error_words(error)) from None
    return {LZW: unpack_lzw, PACK_BITS: unpack_bits}.get(packing, lambda content, _: content)(packed, most)


def unpack_bits(packed: bytes, most: int) -> bytes:
    """Unpack PackBits (TIFF 6.0, section 9), up to a number of bytes."""
    found, at = bytearray(), 0
    while at < len(packed) and len(found) < most:
        count = packed[at]
        if count < 128:  # noqa: PLR2004 - so many as they are, and one
            found += packed[at + 1 : at + 2 + count]
            at += count + 2
        else:
            found += packed[at + 1 : at + 2] * (257 - count if count > 128 else 0)  # noqa: PLR2004 - one so many times
            at += 2 if count > 128 else 1  # noqa: PLR2004 - 128 means nothing
    return bytes(found)


def unpack_lzw(packed: bytes, most: int) -> bytes:
    """Unpack LZW (TIFF 6.0, section 13), up to a number of bytes."""
    clear, end = 256, 257
    letters = [bytes((value,)) for value in range(256)] + [b"", b""]
    table, found, size, last = list(letters), [], 0, b""
    bits = held = 0
    width = 9
    for byte in packed:
        held, bits = (held << 8 | byte) & 0xFFFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits & (1 << width) - 1
        if code == end or size >= most:
            break
        if code == clear:
            table, width, last = list(letters), 9, b""
            continue
        if code > len(table) or (not last and code >= clear):
            msg = "its LZW data are broken"
            raise ValueError(msg)
        word = table[code] if code < len(table) else last + last[:1]
        if last:
            table.append(last + word[:1])
        found.append(word)
        size, last = size + len(word), word
        # Codes grow one early: before 511, 1023 and 2047.
        width = 9 if len(table) < 511 else 10 if len(table) < 1023 else 11 if len(table) < 2047 else 12  # noqa: PLR2004 - above
    return b"".join(found)


def _image(first: Directory, layout: Layout, samples: "Array") -> "Image.Image":
    import numpy as np
    from PIL import Image

    colors = READ[layout.meaning]
    if layout.meaning == PALETTE:
        return Image.fromarray(_palette(first, layout)[samples[..., 0]])
    alpha = _alpha(layout, samples, colors)
    if colors == 1 and alpha is None and layout.bits > BYTE:
        return _deep_gray(layout, samples[..., 0])
    shown = _bytes(layout, samples[..., :colors])
    if layout.meaning == WHITE_IS_ZERO:
        shown = (255 - shown).astype(np.uint8)
    if layout.meaning == INKS:
        return Image.fromarray(shown, "CMYK")
    if alpha is None:
        return Image.fromarray(shown[..., 0] if colors == 1 else shown)
    if PREMULTIPLIED in layout.extra:
        light = shown.astype(np.float32) * 255 / np.maximum(alpha.astype(np.float32), 1)
        shown = np.minimum(light + 0.5, 255).astype(np.uint8)
    return Image.fromarray(np.dstack([shown, alpha]), "LA" if colors == 1 else "RGBA")


def _alpha(layout: Layout, samples: "Array", colors: int) -> "Array | None":
    """Return the first extra sample if it is alpha."""
    if not layout.has_alpha:
        return None
    return _bytes(layout, samples[..., colors : colors + 1])


def _bytes(layout: Layout, samples: "Array") -> "Array":
    """Convert samples to bytes; floats range from 0 to 1."""
    import numpy as np

    if layout.floating:
        known = np.nan_to_num(samples.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0)
        return np.rint(np.clip(known, 0, 1) * 255).astype(np.uint8)
    if layout.bits == BYTE:
        return np.ascontiguousarray(samples, np.uint8)
    return np.rint(samples.astype(np.float64) * (255 / ((1 << layout.bits) - 1))).astype(np.uint8)


def _deep_gray(layout: Layout, samples: "Array") -> "Image.Image":
    """Return gray in its own depth, so that conversion can use its whole range."""
    import numpy as np
    from PIL import Image

    white = layout.meaning == WHITE_IS_ZERO
    if layout.floating:
        numbers = samples.astype(np.float32)
        return Image.fromarray(1 - numbers if white else numbers)
    whole = samples.astype(np.uint64) >> max(layout.bits - DEEP, 0)
    return Image.fromarray((65535 - whole if white else whole).astype(np.uint16))


def _palette(first: Directory, layout: Layout) -> "Array":
    """Return the palette in 16 bits; some writers use bytes."""
    import numpy as np

    content = first.content(COLORS)
    stored = np.frombuffer(content, f"{layout.order}u2", len(content) // 2)
    count = len(stored) // 3
    if count < 1 << layout.bits:
        msg = "its palette is missing, or too short"
        raise ValueError(msg)
    colors = stored[: 3 * count].reshape(3, count).T
    return (colors if colors.max() < 256 else colors >> 8).astype(np.uint8)  # noqa: PLR2004 - a byte
