"""TIFF images written by hand, their samples packed as TIFF 6.0 packs them."""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SHORT, LONG = 3, 4
WIDTH, HEIGHT, BITS, PACKING, MEANING, STRIPS = 0x100, 0x101, 0x102, 0x103, 0x106, 0x111
SAMPLES, ROWS, STRIP_BYTES, PLANES, PREDICTOR, COLORS = 0x115, 0x116, 0x117, 0x11C, 0x13D, 0x140
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, KIND = 0x142, 0x143, 0x144, 0x145, 0x152, 0x153
FILL_ORDER, PROFILE = 0x10A, 0x8773

Fields = dict[int, Sequence[int]]


def laid(fields: Fields, blocks: Iterable[bytes] = (), *, order: str = "<", tiled: bool = False) -> bytes:
    """Write blocks of samples, then a directory that points at them; fields hold 32-bit numbers, bits 16-bit ones."""
    body = b""
    places, sizes = [], []
    for block in blocks:
        places.append(8 + len(body))
        sizes.append(len(block))
        body += block + bytes(len(block) % 2)
    where = {TILES: places, TILE_BYTES: sizes} if tiled else {STRIPS: places, STRIP_BYTES: sizes}
    told = {**({tag: held for tag, held in where.items() if held}), **fields}
    entries, values = b"", b""
    values_at = 8 + len(body) + 2 + 12 * len(told) + 4
    for tag, held in sorted(told.items()):
        kind, letter = (SHORT, "H") if tag in (BITS, COLORS, EXTRA, KIND) else (LONG, "I")
        content = struct.pack(f"{order}{len(held)}{letter}", *held)
        if len(content) > 4:
            content, values = struct.pack(f"{order}I", values_at + len(values)), values + content
        entries += struct.pack(f"{order}HHI", tag, kind, len(held)) + content.ljust(4, b"\0")
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8 + len(body))
    return head + body + struct.pack(f"{order}H", len(told)) + entries + bytes(4) + values


class Gray(NamedTuple):
    """What most images of one sample per pixel have."""

    width: int
    height: int
    bits: int = 8
    meaning: int = 1
    packing: int = 1

    def fields(self, more: "Fields | None" = None) -> Fields:
        """Return the fields, and others over them."""
        own: Fields = {
            WIDTH: [self.width],
            HEIGHT: [self.height],
            BITS: [self.bits],
            PACKING: [self.packing],
            MEANING: [self.meaning],
            ROWS: [self.height],
        }
        return {**own, **(more or {})}


def colors(width: int, height: int, bits: int = 8, samples: int = 3, more: "Fields | None" = None) -> Fields:
    """Return the fields of an RGB image, and others over them."""
    every = {BITS: [bits] * samples, SAMPLES: [samples]}
    return Gray(width, height, bits, 2).fields({**every, **(more or {})})


def pack_bits(content: bytes) -> bytes:
    """Pack as TIFF 6.0, section 9 asks for: equal bytes in a row as a count and one of them, others as they are."""
    found, at = bytearray(), 0
    while at < len(content):
        run = 1
        while run < 128 and content[at : at + 1] == content[at + run : at + run + 1]:
            run += 1
        if run > 1:
            found += bytes(((257 - run) & 255, content[at]))
        else:
            end = at + 1
            while end < len(content) and end - at < 128 and content[end] != content[end - 1]:
                end += 1
            run = end - at
            found += bytes((run - 1,)) + content[at:end]
        at += run
    return bytes(found)


def pack_lzw(content: bytes, *, ended: bool = True) -> bytes:
    """Pack as the pseudocode of TIFF 6.0, section 13: codes of 9 to 12 bits, highest bits first, a clear code first."""
    bits = [f"{256:09b}"]
    table = {bytes((value,)): value for value in range(256)}
    width, following, word = 9, 258, b""
    for byte in content:
        longer = word + bytes((byte,))
        if longer in table:
            word = longer
            continue
        bits.append(f"{table[word]:0{width}b}")
        table[longer], following, word = following, following + 1, bytes((byte,))
        width = 9 if following < 512 else 10 if following < 1024 else 11 if following < 2048 else 12
        if following == 4095:  # "as soon as we use entry 4094"
            bits.append(f"{256:012b}")
            table = {bytes((value,)): value for value in range(256)}
            width, following = 9, 258
    bits += [f"{table[word]:0{width}b}"] if word else []
    bits += [f"{257:0{width}b}"] if ended else []
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def differences(rows: Sequence[Sequence[int]], samples: int, modulus: int) -> list[list[int]]:
    """Apply predictor 2: each sample less the same sample of the pixel to its left."""
    return [
        [(row[at] - (row[at - samples] if at >= samples else 0)) % modulus for at in range(len(row))] for row in rows
    ]
