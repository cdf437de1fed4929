"""WebP: which chunks there are, and how many bytes are the image's own."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.webp import IMAGE_CHUNKS, MAX_CHUNKS, Webp, chunks, read_webp
from tests.specimens import MEDIA

NAMES = st.sampled_from([*IMAGE_CHUNKS, b"EXIF", b"XMP ", b"ANIM", b"odd!"])


def webp(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def read(content: bytes) -> Webp:
    return read_webp(io.BytesIO(content), len(content))


@given(st.lists(st.tuples(NAMES, st.binary(max_size=9)), max_size=6))
def test_chunks_come_back_with_their_places_and_the_image_s_own_bytes_add_up(parts: list[tuple[bytes, bytes]]) -> None:
    content = webp(*parts)
    found = list(chunks(io.BytesIO(content), len(content)))
    assert [
        (one.name, content[one.at + 8 : one.at + 8 + len(data)]) for one, (_, data) in zip(found, parts, strict=True)
    ] == parts
    assert sum(one.bytes for one in found) + 12 == len(content)
    own = webp(*(part for part in parts if part[0] in IMAGE_CHUNKS))
    assert read(content).own_bytes == len(own)


@pytest.mark.parametrize(("name", "lossless"), [(b"VP8L", True), (b"VP8 ", False), (b"ALPH", False), (b"EXIF", False)])
def test_only_one_coding_is_lossless(name: bytes, lossless: bool) -> None:
    assert read(webp((b"VP8X", bytes(10)), (name, b"x"))).lossless is lossless


def test_of_an_animation_nothing_is_told() -> None:
    assert read(webp((b"VP8L", b"x"), (b"ANMF", b"x"))) == Webp(lossless=None, own_bytes=None)


@given(st.binary(max_size=80))
def test_any_bytes_have_chunks_or_none(content: bytes) -> None:
    found = list(chunks(io.BytesIO(content), len(content)))
    assert all(12 <= one.at < len(content) for one in found)


def test_a_file_of_nothing_but_empty_chunks_ends_at_a_bound() -> None:
    content = webp(*[(b"odd!", b"")] * (MAX_CHUNKS + 5))
    assert len(list(chunks(io.BytesIO(content), len(content)))) == MAX_CHUNKS


def test_a_file_without_metadata_is_its_own_image() -> None:
    content = (MEDIA / "image-ok.webp").read_bytes()
    assert read(content).own_bytes == len(content)
