"""A new file is shown as its frames lie, whatever the source's matrix said."""

import struct
from pathlib import Path

import pytest

from preflight.apply.upright import UPRIGHT, set_upright
from preflight.probe.boxes import boxes_of
from tests.specimens import copied

TURNED = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
SHORT, LONG = {b"mvhd": 36, b"tkhd": 40}, {b"mvhd": 48, b"tkhd": 52}


def box(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + name + payload


def header(name: bytes, version: int, matrix: bytes = TURNED, behind: bytes = b"\xaa" * 20) -> bytes:
    at = (LONG if version else SHORT)[name]
    return box(name, bytes([version]) + b"\x55" * (at - 1) + matrix + behind)


def movie(*headers: bytes) -> bytes:
    first, *tracks = headers
    return box(b"ftyp", b"isom" + TURNED) + box(b"moov", first + b"".join(box(b"trak", one) for one in tracks))


@pytest.mark.parametrize("version", [0, 1])
def test_every_matrix_is_reset_and_no_other_byte_is_touched(version: int, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(movie(*(header(name, version) for name in (b"mvhd", b"tkhd", b"tkhd"))))
    set_upright(path)
    upright = movie(*(header(name, version, UPRIGHT) for name in (b"mvhd", b"tkhd", b"tkhd")))
    assert path.read_bytes() == upright
    set_upright(path)
    assert path.read_bytes() == upright


def test_a_header_too_short_for_a_matrix_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    content = movie(box(b"mvhd", b"\0" * (36 + 35)), box(b"tkhd", b""))
    path.write_bytes(content + box(b"mdat", TURNED))
    set_upright(path)
    assert path.read_bytes() == content + box(b"mdat", TURNED)


@pytest.mark.parametrize("name", ["video-rotated-90.mp4", "video-rotated-270.mov", "video-turned-by-movie.mov"])
def test_a_turned_clip_stands_upright_afterwards_and_is_as_long(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    before = path.read_bytes()
    set_upright(path)
    after = path.read_bytes()
    assert len(after) == len(before)
    changed = [place for place, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    assert changed
    with path.open("rb") as stream:
        headers = [found for found in boxes_of(stream, len(after)) if found.path[-4:] in SHORT]
    assert all(any(found.start <= place < found.end for found in headers) for place in changed)
