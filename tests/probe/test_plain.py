"""A WAV that its own header keeps from readers, under a standard one: the samples are the same."""

import io
import wave as standard
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.plain import opened_up, plain_header
from preflight.probe.wave import Layout, read_wave
from tests.specimens import MEDIA


def layout(channels: int, rate: int, width: int) -> Layout:
    found = read_wave(io.BytesIO(written(channels, rate, width, b"")), 44)
    assert found
    assert found.layout
    return found.layout


def written(channels: int, rate: int, width: int, samples: bytes) -> bytes:
    """Write a WAV with Python's own writer."""
    content = io.BytesIO()
    with standard.open(content, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(samples)
    return content.getvalue()


@given(st.integers(1, 8), st.sampled_from([8_000, 44_100, 192_000]), st.integers(1, 4), st.integers(0, 9))
def test_a_header_is_the_one_that_others_write(channels: int, rate: int, width: int, frames: int) -> None:
    samples = bytes(channels * width * frames)
    header, theirs = plain_header(layout(channels, rate, width), len(samples)), written(channels, rate, width, samples)
    assert header[:4] + header[8:] == theirs[:4] + theirs[8:44]
    assert int.from_bytes(header[4:8], "little") == 36 + len(samples) + len(samples) % 2, "a chunk is padded to even"


@pytest.mark.parametrize("length", [0xFFFFFFFF - 36, 0xFFFFFFFF, 1 << 33])
def test_a_length_beyond_32_bits_is_the_largest_that_can_be_said(length: int) -> None:
    header = plain_header(layout(2, 48_000, 2), length)
    assert int.from_bytes(header[4:8], "little") == 0xFFFFFFFF
    assert int.from_bytes(header[40:44], "little") == min(length, 0xFFFFFFFF)


@pytest.mark.parametrize("name", sorted(path.name for path in MEDIA.glob("*.wav")))
def test_a_file_is_returned_as_it_is_or_with_its_own_samples_under_a_header_that_anyone_reads(name: str) -> None:
    content = (MEDIA / name).read_bytes()
    stream = io.BytesIO(content)
    wave = read_wave(io.BytesIO(content), len(content))
    found = opened_up(stream, len(content))
    if wave is None or wave.layout is None or wave.obstacle is None:
        assert found is stream
        assert stream.tell() == 0
        return
    whole = found.read()
    assert whole[44:] == content[wave.start : wave.start + wave.sample_bytes]
    again = read_wave(io.BytesIO(whole), len(whole))
    assert again
    assert (again.obstacle, again.sample_bytes) == (None, wave.sample_bytes)


def test_some_specimen_is_opened_up() -> None:
    blocked = [path for path in MEDIA.glob("*.wav") if _obstacle(path)]
    assert blocked


def _obstacle(path: Path) -> str | None:
    wave = read_wave(io.BytesIO(path.read_bytes()), path.stat().st_size)
    return wave.obstacle if wave else None
