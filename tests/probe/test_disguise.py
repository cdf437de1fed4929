"""Codecs under a header that says PCM are found by their sync words, and samples are never taken for a codec."""

import random
import struct
from math import pi, sin
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe import ffmpeg
from preflight.probe.disguise import ac3_frame_bytes, coded_within
from tests.specimens import audio

STREAMS = {
    "dts": ("-c:a", "dca", "-strict", "-2", "-f", "dts"),
    "ac3": ("-c:a", "ac3", "-f", "ac3"),
    "eac3": ("-c:a", "eac3", "-f", "eac3"),
}
BURSTS = {
    "ac3": ("-c:a", "ac3"),
    "dts": ("-c:a", "dca", "-strict", "-2"),
}
BURSTS |= {"eac3": ("-c:a", "eac3"), "mp2": ("-c:a", "mp2")}


def made(folder: Path, *options: str) -> bytes:
    target = folder / "stream"
    ffmpeg("-f", "lavfi", "-i", "sine=440:r=48000:d=1", "-ac", "2", *options, to=target)
    return target.read_bytes()


def swapped(content: bytes) -> bytes:
    whole = bytearray(content[: len(content) & ~1])
    whole[0::2], whole[1::2] = whole[1::2], whole[0::2]
    return bytes(whole)


def in_14_bits(content: bytes) -> bytes:
    """Pack a DTS stream as CDs carry it: 14 bits in words of 16, the sign repeated above them."""
    bits = int.from_bytes(content)
    length = len(content) * 8 // 14 * 14
    bits >>= len(content) * 8 - length
    words = [bits >> (length - 14 * (place + 1)) & 0x3FFF for place in range(length // 14)]
    return b"".join(struct.pack(">h", word - 0x4000 if word & 0x2000 else word) for word in words)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("silence", [0, 6, 5_000])
def test_a_stream_is_found_whichever_byte_comes_first_and_behind_silence(
    name: str, silence: int, tmp_path: Path
) -> None:
    content = made(tmp_path, *STREAMS[name])
    assert coded_within(bytes(silence) + content) == name
    assert coded_within(bytes(silence) + swapped(content)) == name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mp3", ("-c:a", "libmp3lame", "-f", "mp3")),
        ("mp3", ("-c:a", "libmp3lame", "-ar", "22050", "-id3v2_version", "0", "-f", "mp3")),
        ("mp2", ("-c:a", "mp2", "-f", "mp2")),
        ("aac", ("-c:a", "aac", "-f", "adts")),
        ("flac", ("-c:a", "flac", "-f", "flac")),
    ],
)
def test_a_file_that_was_given_a_header_of_pcm_is_found(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    content = made(tmp_path, *options)
    assert coded_within(content) == name
    assert coded_within(content[:1000] * 40) is None or name == "flac"


def test_one_frame_again_and_again_is_a_wave() -> None:
    frame = b"\xff\xfb\x90\x00".ljust(417, b"\x55")
    assert coded_within(frame * 80) is None
    assert coded_within((frame + frame[:-1] + b"\0") * 40) == "mp3"


def test_dts_of_14_bits_is_found_whichever_byte_comes_first(tmp_path: Path) -> None:
    frames = made(tmp_path, *STREAMS["dts"])
    size = frames.index(b"\x7f\xfe\x80\x01", 4)
    aligned = b"".join(frames[at : at + size].ljust(-(-size // 28) * 28, b"\0") for at in range(0, size * 8, size))
    content = in_14_bits(aligned)
    assert content[:4] == b"\x1f\xff\xe8\x00"
    assert coded_within(content) == coded_within(swapped(content)) == "dts"


@pytest.mark.parametrize("name", BURSTS)
def test_bursts_are_found_whichever_byte_comes_first(name: str, tmp_path: Path) -> None:
    content = made(tmp_path, *BURSTS[name], "-f", "spdif")
    assert coded_within(content) == coded_within(swapped(content)) == name


@given(st.integers(0, 2**32), st.integers(2, 40), st.sampled_from([32_766, 32_767, 20_000, 0x7FFE, 0x0B77]))
def test_waves_and_noise_are_samples(seed: int, period: int, height: int) -> None:
    noise = random.Random(seed).randbytes(30_000)  # noqa: S311 - noise, no secret
    square = struct.pack("<h", height) * period + struct.pack("<h", -height - 1) * period
    dull = struct.pack("<2h", 0x7FFE, -0x7FFF) * 3_000
    sine = b"".join(struct.pack("<h", int(height * sin(2 * pi * at / period))) for at in range(3_000))
    for content in (noise, square * (9_000 // period), dull, sine, bytes(20_000), b"\x0b\x77" * 9_000):
        assert coded_within(content) is None


@given(st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=30))
def test_one_sync_word_here_and_there_is_no_stream(between: list[bytes]) -> None:
    uneven = [part + bytes([place] * (place * 7 + 1)) for place, part in enumerate(between)]
    assert coded_within(b"\xfe\x7f\x01\x80".join(uneven)) is None
    assert coded_within(b"\x72\xf8\x1f\x4e\xff".join(uneven)) is None


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ("0b770000 0040", 128),
        ("0b770000 1440", 768),
        ("0b770000 5540", 836),
        ("0b770000 c040", 0),
        ("0b770000 2640", 0),
        ("0b7700ff 0080", 512),
        ("0b770000 00f8", 0),
        ("770b0000 0040", 0),
        ("0b77", 0),
    ],
)
def test_a_frame_of_ac3_tells_its_length(head: str, size: int) -> None:
    assert ac3_frame_bytes(bytes.fromhex(head)) == size


@pytest.mark.parametrize("name", ["sound-dts-under-pcm.wav", "sound-dts-under-pcm-swapped.wav"])
def test_what_is_found_is_told_beside_the_length_that_the_header_makes(name: str) -> None:
    facts = audio(name)
    assert facts.header_duration_s == 2
    assert (facts.codec, facts.sample_type, facts.channels) == ("dts", "coded", None)
