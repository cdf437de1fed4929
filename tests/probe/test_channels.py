"""Channels are told, and sounds decoded, where PyAV's own list of channels would end the program."""

import io
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe import ffmpeg
from preflight.media.waveform import envelope
from preflight.probe.channels import _aiff, _recorded
from preflight.values.facts import AudioFacts
from tests.probe.tags_by_hand import aiff, chunk
from tests.specimens import MEDIA, audio, copied, probed

EIGHT = ["sound-eight-channels.aiff", "sound-eight-channels.wav", "sound-eight-channels-odd-order.mov"]


@pytest.mark.parametrize("name", EIGHT)
@pytest.mark.parametrize("depth", ["header", "exact", "full"])
def test_eight_channels_are_counted_at_every_depth(name: str, depth: str) -> None:
    facts = audio(name, depth)  # type: ignore[arg-type] # one of the words
    assert (facts.channels, facts.sample_rate_hz, facts.bit_depth) == (8, 1_000, 16)


@pytest.mark.parametrize("name", EIGHT)
def test_eight_channels_are_looked_into(name: str) -> None:
    assert len(envelope(str(MEDIA / name), audio(name).format, 10)) == 10


def test_one_file_in_this_very_process_does_not_end_it() -> None:
    command = [sys.executable, "-m", "preflight", "check", "--no-cache", "--depth", "full", str(MEDIA / EIGHT[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr


CODED = {
    "aac.m4a": ("-c:a", "aac", "-ac", "6"),
    "alac.m4a": ("-c:a", "alac", "-ac", "3"),
    "flac.mp4": ("-c:a", "flac", "-ac", "4"),
    "opus.mp4": ("-c:a", "libopus", "-ac", "2"),
    "many.mov": ("-c:a", "pcm_s16le", "-ac", "8"),
    "many.aiff": ("-c:a", "pcm_s24be", "-ac", "8"),
    "law.mov": ("-c:a", "pcm_alaw", "-ac", "2"),
    "one.3gp": ("-c:a", "aac", "-ac", "1"),
}


@pytest.mark.parametrize("name", CODED)
def test_a_codec_s_own_record_counts_before_the_container_s(name: str, tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "sine=440:r=48000:d=2.5")
    ffmpeg(*source, *CODED[name], "-strict", "-2", to=tmp_path / name)
    facts = probed(tmp_path / name).facts
    assert isinstance(facts, AudioFacts)
    assert facts.channels == int(CODED[name][-1])


@pytest.mark.parametrize("count", [0, 1, 2_000, 32_767])
def test_a_count_that_cannot_be_is_none(count: int, tmp_path: Path) -> None:
    path = copied("audio-aiff.aiff", tmp_path)
    content = bytearray(path.read_bytes())
    struct.pack_into(">h", content, content.index(b"COMM") + 8, count)
    path.write_bytes(content)
    found = probed(path)
    assert found.fault or (isinstance(found.facts, AudioFacts) and found.facts.channels in (None, count))


def test_a_movie_that_breaks_off_tells_no_channels() -> None:
    from preflight.probe.channels import _aiff, _entries

    whole = (MEDIA / "audio-m4a.m4a").read_bytes()
    at = whole.index(b"stsd")
    assert list(_entries(io.BytesIO(whole), len(whole))) == [1]
    assert list(_entries(io.BytesIO(whole[: at + 20]), at + 20)) in ([], [0])
    assert list(_aiff(io.BytesIO(b"FORM\0\0\0\0AIFF"))) == []


# ---- records by hand -------------------------------------------------------------------------------------------------


def aac(kind: int, rate: int, channels: int) -> bytes:
    """Write an AudioSpecificConfig: five bits of object type, four of rate, four of channels."""
    return (kind << 11 | rate << 7 | channels << 3).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("config", "channels"), [(1, 1), (2, 2), (5, 5), (6, 6), (7, 8), (11, 7), (12, 8), (13, 24), (14, 8)]
)
def test_aac_tells_its_channels_by_a_configuration(config: int, channels: int) -> None:
    assert _recorded("aac", aac(2, 4, config)) == channels


@pytest.mark.parametrize(
    "record", [aac(2, 4, 0), aac(2, 4, 9), aac(2, 4, 15), aac(31, 4, 2), aac(2, 15, 2), b"\x12", b""]
)
def test_a_configuration_that_leaves_channels_open_tells_none(record: bytes) -> None:
    """Zero puts them into the stream; 31 and 15 are escapes, behind which everything is shifted."""
    assert _recorded("aac", record) is None


@pytest.mark.parametrize("count", [1, 2, 6, 255])
def test_opus_and_alac_tell_their_channels_in_a_byte(count: int) -> None:
    opus = b"OpusHead\1" + bytes((count,)) + bytes(9)
    alac = bytes(4) + b"alac" + bytes(13) + bytes((count,)) + bytes(14)
    assert (_recorded("opus", opus), _recorded("alac", alac)) == (count, count)
    assert (_recorded("opus", opus[:9]), _recorded("alac", alac[:21])) == (None, None)


@pytest.mark.parametrize("count", range(1, 9))
def test_flac_tells_its_channels_in_three_bits_less_one(count: int) -> None:
    """RFC 9639, 8.2: two block sizes of 16 bits, two frame sizes of 24, a rate of 20, then the channels."""
    stream = (44_100 << 44 | (count - 1) << 41 | 15 << 36).to_bytes(8, "big")
    assert _recorded("flac", bytes(10) + stream + bytes(16)) == count


@given(st.binary(max_size=40), st.sampled_from(["aac", "opus", "flac", "alac", "mp3"]))
def test_a_record_of_any_bytes_tells_a_byte_of_channels_or_none(record: bytes, codec: str) -> None:
    found = _recorded(codec, record)
    assert found is None or 0 <= found <= 255


def test_an_aiff_tells_its_channels_behind_any_chunks() -> None:
    common = chunk(b"COMM", struct.pack(">hIh", 6, 100, 16) + bytes(10), ">")
    for before in ((), (chunk(b"NAME", b"odd", ">"),), (chunk(b"FVER", b"", ">"), chunk(b"ANNO", b"even", ">"))):
        assert list(_aiff(io.BytesIO(aiff(*before, common)))) == [6]
    assert list(_aiff(io.BytesIO(aiff(chunk(b"NAME", b"x" * 9, ">"))))) == []


@given(st.binary(max_size=60))
def test_chunks_of_any_bytes_tell_channels_or_none(content: bytes) -> None:
    assert len(list(_aiff(io.BytesIO(b"FORM\0\0\0\0AIFF" + content)))) <= 1
