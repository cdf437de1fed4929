"""Mutants: a seed and a number in; a specimen's bytes, broken, and what was done to them out. Same in, same out.

Half of what is done is blind: bits, blocks, cuts, splices. The other half knows the format: a part (a box, chunk,
segment or frame) gets a false length, a false field, or is dropped, doubled, renamed, shortened or taken from another
specimen, and what encloses it is made to agree, or not.
"""

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from preflight.probe.sniff import mpeg_frame_bytes
from scripts.fuzz_kinds import KINDS

MEDIA = Path(__file__).resolve().parent.parent / "fixtures" / "media"
LARGEST_BYTES = 100_000
"""Specimens above this are left out: they say nothing that a smaller one does not."""
HEAVY = ("6000", "6001", "2400x", "2401x", "3840x")
"""In the names of specimens whose pictures take long to unpack; most of their turns go to others."""
HEAVY_TURN = 0.1
DISGUISED = ("under-pcm",)
"""In the names of specimens that pass with a warning, and of which ffmpeg makes something else each time."""
KIND_TURN = 0.4
"""How often one change of a known kind is made, where the specimen has a place for it."""
MOST_STEPS = 4
AGREEING = 0.7
"""How often what encloses a changed part, or its checksum, is made to agree."""

INSIDE = {
    **dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"moof", b"traf", b"mvex"), 0),
    b"stsd": 8,
    **dict.fromkeys((b"avc1", b"hvc1", b"hev1", b"mp4v", b"vp09"), 78),
    b"mp4a": 28,
}
"""Boxes that hold boxes, and how many bytes of their own stand before those."""
FIRST_BOXES = b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"
JPEG_BARE = {0x01, *range(0xD0, 0xDA)}
JPEG_SCAN, JPEG_RESTARTS = 0xDA, range(0xD0, 0xD8)


class Mutant(msgspec.Struct, frozen=True):
    """A broken file."""

    specimen: str
    story: str
    data: bytes
    never: str = ""
    """Why it must not pass; nothing where that is open."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a file with a meaning of its own. All places count from the beginning of the file."""

    name: str
    head: int
    start: int
    end: int
    tail: int
    """The part lies from head to tail, its payload from start to end; a checksum or padding may follow."""
    length_at: int | None = None
    length_bytes: int = 4
    order: Literal["big", "little"] = "big"
    name_at: int | None = None
    checksum: bool = False
    """Whether four bytes of CRC-32 over name and payload follow the payload."""


# ---- what a file is made of -----------------------------------------------------------------------------------------


def parts_of(data: bytes | bytearray) -> list[Part]:
    """Return the parts of a file, or none where its format is not known here."""
    if data[4:8] in FIRST_BOXES:
        return list(_boxes(data, 0, len(data)))
    for magic, parts in READERS:
        if data.startswith(magic):
            return list(parts(data))
    return list(_frames(data, 0))


def _boxes(data: bytes | bytearray, at: int, end: int) -> Iterator[Part]:
    while at + 8 <= end:
        length, name = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        stop = min(end, at + length) if length >= 8 else end  # noqa: PLR2004 - a box header is eight bytes
        said = name.decode("latin-1")
        yield Part(name=said, head=at, start=at + 8, end=stop, tail=stop, length_at=at, name_at=at + 4)
        if name in INSIDE:
            yield from _boxes(data, at + 8 + INSIDE[name], stop)
        at = stop


def _chunks(data: bytes | bytearray) -> Iterator[Part]:
    """RIFF: WAV, WEBP and AVI."""
    yield Part(name="RIFF", head=0, start=12, end=len(data), tail=len(data), length_at=4, order="little", name_at=8)
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = min(len(data), at + 8 + length)
        tail = min(len(data), end + length % 2)
        said = bytes(data[at : at + 4]).decode("latin-1")
        yield Part(name=said, head=at, start=at + 8, end=end, tail=tail, length_at=at + 4, order="little", name_at=at)
        at = tail


def _png_chunks(data: bytes | bytearray) -> Iterator[Part]:
    at = 8
    while at + 12 <= len(data):
        end = max(at + 8, min(len(data) - 4, at + 8 + int.from_bytes(data[at : at + 4], "big")))
        said = bytes(data[at + 4 : at + 8]).decode("latin-1")
        yield Part(name=said, head=at, start=at + 8, end=end, tail=end + 4, length_at=at, name_at=at + 4, checksum=True)
        at = end + 4


def _segments(data: bytes | bytearray) -> Iterator[Part]:
    """JPEG: marker segments, and between them the scans, which end at the next marker that is no restart."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - what a marker begins with
        code = data[at + 1]
        if code in JPEG_BARE:
            at += 2
            continue
        end = min(len(data), at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"))
        yield Part(name=f"FF{code:02X}", head=at, start=at + 4, end=end, tail=end, length_at=at + 2, length_bytes=2)
        at = end
        if code == JPEG_SCAN:
            at = scan_end(data, end)
            yield Part(name="scan", head=end, start=end, end=at, tail=at)


def scan_end(data: bytes | bytearray, at: int) -> int:
    """Return where the entropy-coded bytes of a JPEG that begin here end."""
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] and data[at + 1] not in JPEG_RESTARTS:
            return at
        at += 2
    return len(data)


def _tag_and_frames(data: bytes | bytearray) -> Iterator[Part]:
    if len(data) < 10:  # noqa: PLR2004 - the head of a tag is ten bytes
        return
    end = min(len(data), 10 + int("".join(f"{byte & 0x7F:07b}" for byte in data[6:10]), 2))
    yield Part(name="ID3", head=0, start=10, end=end, tail=end, length_at=6)
    yield from _frames(data, end)


def _frames(data: bytes | bytearray, at: int) -> Iterator[Part]:
    """MPEG audio frames that follow one another."""
    while length := mpeg_frame_bytes(bytes(data[at : at + 4])):
        end = min(len(data), at + length)
        yield Part(name="frame", head=at, start=at, end=end, tail=end)
        at = end


READERS: tuple[tuple[bytes, Callable[[bytes | bytearray], Iterator[Part]]], ...] = (
    (b"RIFF", _chunks),
    (b"\x89PNG", _png_chunks),
    (b"\xff\xd8", _segments),
    (b"ID3", _tag_and_frames),
)


# ---- what is done to it ---------------------------------------------------------------------------------------------


def number_like(old: int, size: int, dice: Random) -> int:
    """Return another number of so many bytes: an edge, a neighbour, a plausible one or any."""
    top = (1 << 8 * size) - 1
    edges = [0, 1, 2, top, top - 1, top // 2, top // 2 + 1]
    near = [old + 1, old - 1, old * 2, old // 2, old * 10, old // 10, old ^ (1 << dice.randrange(8 * size))]
    plausible = [dice.randrange(16), dice.randrange(300), dice.randrange(1000), dice.randrange(100_000)]
    return dice.choice([*edges, *near, *plausible, dice.randint(0, top)]) & top


def write(data: bytearray, at: int, size: int, order: Literal["big", "little"], dice: Random) -> str:
    """Put another number into a field; return what was there and what is."""
    old = int.from_bytes(data[at : at + size], order)
    new = number_like(old, size, dice)
    data[at : at + size] = new.to_bytes(size, order)
    return f"{old} -> {new}"


def replace(data: bytearray, at: int, end: int, new: bytes, dice: Random) -> str:
    """Put other bytes in the place of a stretch, and most often make what encloses it agree."""
    around = [one for one in parts_of(data) if one.length_at is not None and one.start <= at and end <= one.end]
    data[at:end] = new
    if dice.random() >= AGREEING:
        return ", lengths as before"
    for one in around:
        where = slice(one.length_at, (one.length_at or 0) + one.length_bytes)
        length = int.from_bytes(data[where], one.order) + len(new) - (end - at)
        data[where] = (length & ((1 << 8 * one.length_bytes) - 1)).to_bytes(one.length_bytes, one.order)
        _sign(data, one, len(new) - (end - at))
    return ", lengths made to agree"


def _sign(data: bytearray, part: Part, grown: int = 0) -> None:
    """Write the checksum of a part anew."""
    if part.checksum and part.name_at is not None:
        end = part.end + grown
        data[end : end + 4] = zlib.crc32(data[part.name_at : end]).to_bytes(4, "big")


def lie_in_length(data: bytearray, part: Part, dice: Random) -> str:
    """Give a part a false length."""
    if part.length_at is None:
        return lie_in_field(data, part, dice)
    return "length " + write(data, part.length_at, part.length_bytes, part.order, dice)


def lie_in_field(data: bytearray, part: Part, dice: Random) -> str:
    """Change one number within a part, the first ones most often; a checksum may be made to agree."""
    size = dice.choice((1, 2, 4, 4, 4))
    reach = part.end - part.start - size
    if reach < 0:
        return "nothing"
    offset = dice.randint(0, min(reach, dice.choice((24, 96, reach))))
    offset -= offset % size
    said = f"+{offset}/{size} " + write(data, part.start + offset, size, part.order, dice)
    if part.checksum and dice.random() < AGREEING:
        _sign(data, part)
        said += ", signed"
    return said


def drop(data: bytearray, part: Part, dice: Random) -> str:
    """Take a part out."""
    return "dropped" + replace(data, part.head, part.tail, b"", dice)


def double(data: bytearray, part: Part, dice: Random) -> str:
    """Put a part in once more."""
    return "doubled" + replace(data, part.tail, part.tail, bytes(data[part.head : part.tail]), dice)


def shorten(data: bytearray, part: Part, dice: Random) -> str:
    """Cut the end of a part's payload off."""
    keep = dice.randint(min(part.start, part.end), part.end)
    return f"cut to {keep - part.start} of {part.end - part.start} bytes" + replace(data, keep, part.end, b"", dice)


def rename(data: bytearray, part: Part, dice: Random) -> str:
    """Call a part something else."""
    if part.name_at is None:
        return drop(data, part, dice)
    name = dice.choice([one.name for one in parts_of(data) if len(one.name) == 4] + ["free", "skip"])  # noqa: PLR2004
    data[part.name_at : part.name_at + 4] = name.encode("latin-1")
    return f"renamed {name!r}"


def graft(data: bytearray, part: Part, dice: Random) -> str:
    """Take the payload of a part from another specimen."""
    donors = [path for path in specimens() if path.suffix == ".mp4" or data[4:8] not in FIRST_BOXES]
    for _ in range(8):
        donor = dice.choice(donors)
        other = donor.read_bytes()
        like = [one for one in parts_of(other) if one.name == part.name]
        if like:
            one = dice.choice(like)
            return f"from {donor.name}" + replace(data, part.start, part.end, other[one.start : one.end], dice)
    return "nothing"


def _stretch(data: bytearray, dice: Random) -> tuple[int, int]:
    at = dice.randrange(len(data))
    return at, min(len(data), at + dice.choice((1, 4, 16, 64, dice.randint(1, len(data)))))


def cut(data: bytearray, dice: Random) -> str:
    """Keep the beginning alone."""
    at = dice.randrange(len(data))
    del data[at:]
    return f"cut at {at}"


def flip(data: bytearray, dice: Random) -> str:
    """Flip some bits."""
    places = [dice.randrange(len(data)) for _ in range(dice.choice((1, 1, 2, 8, 64)))]
    for at in places:
        data[at] ^= 1 << dice.randrange(8)
    return f"bits flipped at {places[:4]}{'...' if len(places) > 4 else ''}"  # noqa: PLR2004 - enough to tell


def overwrite(data: bytearray, dice: Random) -> str:
    """Overwrite a stretch with zeros, ones or noise."""
    at, end = _stretch(data, dice)
    fill = dice.choice((b"\0", b"\xff", dice.randbytes(16)))
    data[at:end] = (fill * (end - at))[: end - at]
    return f"{at}-{end} overwritten with {fill[:1].hex()}"


def remove(data: bytearray, dice: Random) -> str:
    """Take a stretch out."""
    at, end = _stretch(data, dice)
    del data[at:end]
    return f"{at}-{end} removed"


def repeat(data: bytearray, dice: Random) -> str:
    """Put a stretch in once more."""
    at, end = _stretch(data, dice)
    data[end:end] = data[at:end]
    return f"{at}-{end} repeated"


def insert(data: bytearray, dice: Random) -> str:
    """Put noise in."""
    at, size = dice.randrange(len(data)), dice.choice((1, 2, 4, 64, 4096))
    data[at:at] = dice.randbytes(size)
    return f"{size} bytes of noise at {at}"


def splice(data: bytearray, dice: Random) -> str:
    """Go on with another specimen from somewhere in its middle."""
    donor = dice.choice(specimens())
    other = donor.read_bytes() or b"\0"
    at, start = dice.randrange(len(data)), dice.randrange(len(other))
    data[at:] = other[start:]
    return f"from {at} on {donor.name} from {start}"


OF_PARTS: tuple[Callable[[bytearray, Part, Random], str], ...] = (
    lie_in_length,
    lie_in_field,
    lie_in_field,
    lie_in_field,
    drop,
    double,
    shorten,
    rename,
    graft,
)
BLIND: tuple[Callable[[bytearray, Random], str], ...] = (cut, flip, flip, overwrite, remove, repeat, insert, splice)


# ---- mutants --------------------------------------------------------------------------------------------------------


@cache
def specimens() -> tuple[Path, ...]:
    """Return the specimens that are mutated, by name."""
    return tuple(
        path
        for path in sorted(MEDIA.iterdir())
        if 0 < path.stat().st_size < LARGEST_BYTES and not any(word in path.name for word in DISGUISED)
    )


def mutant(seed: int, number: int) -> Mutant:
    """Make one broken file."""
    dice = Random(f"{seed}:{number}")  # noqa: S311 - the same dice every time is the point
    specimen = dice.choice(specimens())
    while any(word in specimen.name for word in HEAVY) and dice.random() >= HEAVY_TURN:
        specimen = dice.choice(specimens())
    data = bytearray(specimen.read_bytes())
    if dice.random() < KIND_TURN and (made := dice.choice(KINDS)(data, dice)):
        return Mutant(specimen.name, made.story, bytes(data), made.never)
    steps = [step(data, dice) for _ in range(dice.choice((1, 1, 2, dice.randint(1, MOST_STEPS)))) if data]
    return Mutant(specimen.name, "; ".join(steps), bytes(data))


def step(data: bytearray, dice: Random) -> str:
    """Change one thing; return what was done."""
    parts = parts_of(data) if dice.random() < AGREEING else []
    if not parts:
        change = dice.choice(BLIND)
        return change(data, dice)
    part, act = dice.choice(parts), dice.choice(OF_PARTS)
    return f"{part.name}@{part.head} {act.__name__}: {act(data, part, dice)}"
