"""What a file is follows from its first bytes, and each format has one reader."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.sniff import SIGNATURES, mpeg_frame_bytes, sniff
from preflight.values.assets import Asset
from tests.specimens import MEDIA

MP3_FRAME = bytes.fromhex("fffb9000") + bytes(413)
"""MPEG-1 layer III, 128 kbit/s, 44.1 kHz, no padding: 417 bytes."""
ADTS_FRAME = bytes.fromhex("fff1508002000c") + bytes(9)
"""Sixteen bytes with their header."""


def format_of(content: bytes) -> str | None:
    found = sniff(io.BytesIO(content))
    return found.format if found else None


def id3(size: int, *, footer: bool = False) -> bytes:
    parts = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return (
        b"ID3\x04\x00" + (b"\x10" if footer else b"\0") + parts + bytes(size) + (b"3DI" + bytes(7) if footer else b"")
    )


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"BM\0\0", "bmp"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RF64\0\0\0\0WAVEds64", "wav"),
        (b"BW64\0\0\0\0WAVEds64", "wav"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0NONE", None),
        (b"FORM\0\0\0\0AIFFCOMM", "aiff"),
        (b"FORM\0\0\0\0AIFCFVER", "aiff"),
        (b"FORM\0\0\0\0ILBM", None),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"FLV\1", "flv"),
        (b"\0\0\1\xba", "mpeg"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom", "mp4"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp41", "mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\0\0\0\x08moov", "mov"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "m4a"),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0", "3gp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic", "heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "avif"),
        (b"#!AMR\n", "amr"),
        (b"#EXTM3U\n#EXTINF:10,\nclip.mp4\n", None),
        (b"ffconcat version 1.0\nfile a.mp4\n", None),
        (b"<svg xmlns='x'/>", None),
        (b"<!DOCTYPE html><html>", None),
        (b"%PDF-1.7", None),
        (b"PK\3\4", None),
        (b"", None),
        (b"\xff", None),
        (bytes(4096), None),
        (b"\xff" * 4096, None),
    ],
)
def test_first_bytes_tell_the_format(head: bytes, name: str | None) -> None:
    assert format_of(head) == name


def test_every_signature_is_found_and_none_hides_another() -> None:
    for magic, expected in SIGNATURES:
        assert format_of(magic + bytes(16)) == expected.format


@pytest.mark.parametrize("packet", [188, 192])
def test_a_transport_stream_is_told_by_eight_packets_in_a_row(packet: int) -> None:
    first = 4 if packet == 192 else 0
    one = bytes(first) + b"\x47" + bytes(packet - first - 1)
    assert format_of(one * 8) == "mpegts"
    assert format_of(one * 7) is None
    assert format_of((one * 8).replace(b"\x47", b"\x48", 1)) is None


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (MP3_FRAME * 2, "mp3"),
        (MP3_FRAME, None),
        (b"junk" * 100 + MP3_FRAME * 2, "mp3"),
        (id3(500) + MP3_FRAME * 2, "mp3"),
        (id3(500) + MP3_FRAME, "mp3"),
        (id3(500, footer=True) + MP3_FRAME * 2, "mp3"),
        (id3(10) + id3(5000) + MP3_FRAME * 2, "mp3"),
        (id3(500) + b"fLaC", "flac"),
        (id3(500) + ADTS_FRAME * 2, "aac"),
        (id3(500), None),
        (id3(500)[:20], None),
        (id3(500) + b"text" * 500, None),
        (ADTS_FRAME * 2, "aac"),
        (ADTS_FRAME, None),
    ],
)
def test_sound_is_found_behind_tags_and_junk(content: bytes, name: str | None) -> None:
    assert format_of(content) == name


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("fffb9000", 417),
        ("fffb9200", 418),
        ("fff38000", 208),
        ("fffd9000", 522),
        ("ffff9000", 312),
        ("fffb0000", 0),
        ("fffbf000", 0),
        ("fffb9c00", 0),
        ("ffeb9000", 0),
        ("fff99000", 0),
        ("fefb9000", 0),
        ("fffb", 0),
        ("", 0),
    ],
)
def test_a_frame_header_tells_its_length(header: str, size: int) -> None:
    assert mpeg_frame_bytes(bytes.fromhex(header)) == size


@given(st.binary(max_size=6000))
def test_any_bytes_are_known_or_not_and_nothing_else(content: bytes) -> None:
    found = sniff(io.BytesIO(content))
    assert found is None or found.reader in ("pillow", "av")


@given(st.integers(0, 4), st.sampled_from([b"ID3\x04\0\0\x7f\x7f\x7f\x7f", id3(0), id3(3)]))
def test_tags_on_tags_end(count: int, tag: bytes) -> None:
    assert format_of(tag * count + MP3_FRAME * 2) in (None, "mp3")


def test_a_thousand_empty_tags_are_passed_in_a_moment() -> None:
    assert format_of(id3(0) * 100_000 + MP3_FRAME * 2) in (None, "mp3")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("image-heic-named.jpg", "heic"),
        ("image-webp-named.jpg", "webp"),
        ("image-png-named.jpg", "png"),
        ("image-avif-named.jpg", "avif"),
        ("image-mpo.jpg", "jpeg"),
        ("video-mkv-named.mp4", "matroska"),
        ("audio-m4a-named.mp3", "m4a"),
        ("audio-wav-named.mp4", "wav"),
        ("playlist-named.mp4", None),
        ("ffconcat-named.mp4", None),
        ("text-named.wav", None),
    ],
)
def test_the_content_counts_and_not_the_name(name: str, found: str | None) -> None:
    assert format_of((MEDIA / name).read_bytes()) == found


@pytest.mark.parametrize("name", ["image-ok.png", "video-5s.mp4", "audio-5s.mp3"])
def test_a_specimen_is_what_its_name_promises(name: str) -> None:
    assert format_of((MEDIA / name).read_bytes()) == Asset(path=name).suffix
