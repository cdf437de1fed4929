"""Channels are told, and sounds decoded, where PyAV's own list of channels would end the program."""

import io
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.recipe import ffmpeg
from preflight.media.waveform import envelope
from preflight.values.facts import AudioFacts
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
