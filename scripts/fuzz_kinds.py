"""Changes of one kind each, made well: a file of the kind of a known fault, whole but for that.

A file's bytes and dice in; what was done out, or nothing where the file has no place for it. `never` says of some that
no verdict on them may be a pass, whatever a decoder makes of them.
"""

import struct
from collections.abc import Callable
from random import Random

import msgspec

VISUAL = {b"avc1": 78, b"avc3": 78, b"hvc1": 78, b"hev1": 78, b"mp4v": 78, b"vp09": 78, b"av01": 78}
SOUND = {b"mp4a": 28}
HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex")
EXIF_TYPES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 129, 65535)
PLACEHOLDERS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFF - 36, 2_000_000_000, 0x7FFFF000, 0x7FFFFFFF - 36)
"""What programs write for a length that they do not know yet."""
AGREEING = 0.8
KEPT = 0.85, 0.995
"""Of a fragmented file, how much is left."""


class Made(msgspec.Struct, frozen=True):
    """What was done to a file."""

    story: str
    never: str = ""
    """Why it must not pass; nothing where that is open."""


class Box(msgspec.Struct, frozen=True):
    """A box of an MP4: where it begins and ends, and those that hold it, the outermost first."""

    name: bytes
    start: int
    end: int
    within: tuple[int, ...] = ()


def boxes(data: bytes | bytearray) -> list[Box]:
    """Return the boxes of an MP4 in their order, those within others included."""
    found: list[Box] = []
    _walk(data, 0, len(data), (), found)
    return found


def _walk(data: bytes | bytearray, at: int, end: int, within: tuple[int, ...], found: list[Box]) -> None:
    while at + 8 <= end:
        size, name = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if size < 8 or at + size > end:  # noqa: PLR2004 - a box header is eight bytes
            return
        found.append(Box(name, at, at + size, within))
        if name in HOLDERS:
            _walk(data, at + 8, at + size, (*within, at), found)
        elif name == b"stsd":
            _walk(data, at + 16, at + size, (*within, at), found)
        elif name in VISUAL or name in SOUND:
            _walk(data, at + 8 + {**VISUAL, **SOUND}[name], at + size, (*within, at), found)
        at += size


def put(data: bytearray, at: int, new: bytes, within: tuple[int, ...]) -> None:
    """Put bytes in; make the boxes around agree, and the index that points behind."""
    for head in within:
        size = int.from_bytes(data[head : head + 4], "big") + len(new)
        data[head : head + 4] = size.to_bytes(4, "big")
    data[at:at] = new
    for box in boxes(data):
        if box.name == b"stco":
            count = int.from_bytes(data[box.start + 12 : box.start + 16], "big")
            for place in range(box.start + 16, min(box.start + 16 + 4 * count, box.end - 3), 4):
                offset = int.from_bytes(data[place : place + 4], "big")
                if offset >= at:
                    data[place : place + 4] = (offset + len(new)).to_bytes(4, "big")


def _box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


def encrypt(data: bytearray, dice: Random) -> Made | None:
    """Say of a track that it is encrypted, as cenc, cbcs or PIFF do."""
    entries = [box for box in boxes(data) if box.name in VISUAL or box.name in SOUND]
    if not entries:
        return None
    entry, scheme = dice.choice(entries), dice.choice((b"cenc", b"cbcs", b"cens", b"cbc1", b"piff"))
    tenc = _box(b"tenc", bytes(6) + b"\x01\x08" + dice.randbytes(16))
    schm = _box(b"schm", bytes(4) + scheme + b"\x00\x01\x00\x00")
    sinf = _box(b"sinf", _box(b"frma", entry.name) + schm + _box(b"schi", tenc))
    put(data, entry.end, sinf, (*entry.within, entry.start))
    data[entry.start + 4 : entry.start + 8] = b"encv" if entry.name in VISUAL else b"enca"
    said = f"{entry.name.decode()} is encrypted by {scheme.decode()}"
    return Made(said, said if entry.name in VISUAL else "")


def second_set(data: bytearray, dice: Random) -> Made | None:
    """Put another clip's sequence parameter set in front of a clip's own."""
    from scripts.fuzz_mutate import specimens

    own = [box for box in boxes(data) if box.name == b"avcC"]
    other = dice.choice([path for path in specimens() if path.suffix == ".mp4"])
    donors = [box for box in boxes(other.read_bytes()) if box.name == b"avcC"]
    if not own or not donors:
        return None
    foreign = other.read_bytes()[donors[0].start + 14 :]
    length = int.from_bytes(foreign[:2], "big")
    place = own[0].start + 8
    data[place + 5] = data[place + 5] & 0xE0 | min((data[place + 5] & 0x1F) + 1, 31)
    put(data, place + 6, foreign[: 2 + length], (*own[0].within, own[0].start))
    return Made(f"the sequence parameter set of {other.name} in front")


def cut_fragments(data: bytearray, dice: Random) -> Made | None:
    """Cut a fragmented file off in its last fragment."""
    found = boxes(data)
    media = [box for box in found if box.name in (b"moof", b"mdat")]
    if not any(box.name == b"moof" for box in found):
        return None
    keep = round(len(data) * dice.uniform(*KEPT))
    inside = any(box.start < keep < box.end for box in media)
    del data[keep:]
    return Made(f"cut at {keep}", "its last fragment is cut short" if inside else "")


def tempo(data: bytearray, dice: Random) -> Made | None:
    """Let each picture be shown for half or twice as long, as if fields were counted for frames."""
    tables = [box for box in boxes(data) if box.name == b"stts"]
    if not tables:
        return None
    box, factor = dice.choice(tables), dice.choice((0.5, 2))
    for place in range(box.start + 20, box.end - 3, 8):
        delta = int.from_bytes(data[place : place + 4], "big")
        data[place : place + 4] = min(max(round(delta * factor), 1), 0xFFFFFFFF).to_bytes(4, "big")
    return Made(f"each sample lasts {factor} times as long")


def aperture(data: bytearray, dice: Random) -> Made | None:
    """Give a clip a clean aperture in the middle of its frames, its sides told in whole numbers or in fractions."""
    entries = [box for box in boxes(data) if box.name in VISUAL]
    if not entries:
        return None
    entry = entries[0]
    sides = struct.unpack(">HH", data[entry.start + 32 : entry.start + 36])
    shown = [(max(2, side // dice.choice((1, 1, 2, 3, 8)) // 2 * 2), dice.choice((1, 2, 1001))) for side in sides]
    numbers = [number for side, parts in shown for number in (side * parts, parts)]
    clap = _box(b"clap", struct.pack(">IIIIiIiI", *numbers, 0, 1, 0, 1))
    put(data, entry.end, clap, (*entry.within, entry.start))
    return Made(f"clean aperture {shown}")


def odd_exif(data: bytearray, dice: Random) -> Made | None:
    """Give a tag of EXIF another type, count or place than it has to have."""
    at = max(data.find(b"II*\0"), data.find(b"MM\0*"))
    if at < 0:
        return None
    order = "little" if data[at : at + 2] == b"II" else "big"
    first = at + int.from_bytes(data[at + 4 : at + 8], order)  # type: ignore[arg-type] # one of both
    count = int.from_bytes(data[first : first + 2], order)  # type: ignore[arg-type] # one of both
    if not 0 < count < 200 or first + 2 + 12 * count > len(data):  # noqa: PLR2004 - no directory of EXIF is as long
        return None
    said = []
    for _ in range(dice.choice((1, 1, 3))):
        entry = first + 2 + 12 * dice.randrange(count)
        field, size, values = dice.choice(
            ((2, 2, EXIF_TYPES), (2, 2, EXIF_TYPES), (4, 4, (0, 1, 2, 9, 1 << 30)), (8, 4, (0, 7, len(data), 1 << 31)))
        )
        value = dice.choice(values)
        data[entry + field : entry + field + size] = value.to_bytes(size, order)  # type: ignore[arg-type] # one of both
        said.append(f"+{field} = {value}")
    return Made(f"EXIF tag {', '.join(said)}")


def placeholder(data: bytearray, dice: Random) -> Made | None:
    """Put a placeholder for the length of a RIFF and of its data."""
    if data[:4] != b"RIFF":
        return None
    value = dice.choice(PLACEHOLDERS)
    if dice.random() < 0.7:  # noqa: PLR2004 - most programs write both
        data[4:8] = min(value + 36, 0xFFFFFFFF).to_bytes(4, "little")
    at = data.find(b"data", 12)
    if at > 0:
        data[at + 4 : at + 8] = value.to_bytes(4, "little")
    return Made(f"length {value:#x}")


def long_sizes(data: bytearray, dice: Random) -> Made | None:
    """Make a 64-bit WAV of one, whose sizes are odd or missing."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at = data.find(b"data", 12)
    there = max(len(data) - at - 8, 1)
    sizes = [dice.choice((there, there, 0, there - 1, 1 << 62, 1 << 63, (1 << 64) - 1)) for _ in range(3)]
    data[:8] = dice.choice((b"RF64", b"BW64")) + b"\xff" * 4
    if at > 0 and dice.random() < AGREEING:
        data[at + 4 : at + 8] = b"\xff" * 4
    if dice.random() < AGREEING:
        data[12:12] = b"ds64" + struct.pack("<IQQQI", 28, *sizes, 0)
    return Made(f"64-bit sizes {sizes}")


def bury(data: bytearray, dice: Random) -> Made | None:
    """Put a part of another sound among the frames of an MPEG sound, or behind them."""
    from scripts.fuzz_mutate import specimens

    if data[:3] != b"ID3" and (data[:1] != b"\xff" or data[1] < 0xE0):  # noqa: PLR2004 - a sync word
        return None
    donor = dice.choice([path for path in specimens() if path.suffix in (".mp3", ".wav", ".aac")])
    other = donor.read_bytes()
    at, start = dice.choice((len(data), dice.randrange(len(data)))), dice.choice((0, dice.randrange(len(other))))
    data[at:at] = other[start:]
    return Made(f"{donor.name} from {start} on at {at}")


Kind = Callable[[bytearray, Random], Made | None]
KINDS: tuple[Kind, ...] = (
    *(encrypt, second_set, cut_fragments, tempo, aperture, odd_exif, placeholder, long_sizes, bury),
)
