"""How long audio plays is had by decoding it, where its packets do not tell."""

import io
from fractions import Fraction

import pytest

from preflight.probe.faults import Unreadable
from preflight.probe.played import played_s
from tests.specimens import MEDIA, audio, decoded_seconds


@pytest.mark.parametrize(
    ("name", "demuxer"), [("audio-5s.mp3", "mp3"), ("audio-5s.wav", "wav"), ("audio-m4a.m4a", "mov")]
)
def test_every_decoded_sample_counts_once(name: str, demuxer: str) -> None:
    content = (MEDIA / name).read_bytes()
    assert played_s(io.BytesIO(content), demuxer) == decoded_seconds(MEDIA / name)
    assert abs(played_s(io.BytesIO(content), demuxer) - (audio(name).duration_s or 0)) < Fraction(1, 10)


def test_a_damaged_packet_is_passed_over_and_the_rest_is_played() -> None:
    content = bytearray((MEDIA / "audio-5s.mp3").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 700] = bytes(700)
    found = played_s(io.BytesIO(bytes(content)), "mp3")
    assert Fraction(4) < found < Fraction(51, 10)


def test_the_position_before_does_not_matter() -> None:
    stream = io.BytesIO((MEDIA / "audio-5s.wav").read_bytes())
    stream.seek(1000)
    assert played_s(stream, "wav") == 5


@pytest.mark.parametrize(
    ("content", "demuxer"),
    [(b"", "mp3"), (b"no sound at all" * 40, "mp3"), ((MEDIA / "video-5s.mp4").read_bytes(), "mov"), (b"RIFF", "wav")],
)
def test_where_nothing_can_be_decoded_nothing_is_played(content: bytes, demuxer: str) -> None:
    with pytest.raises(Unreadable, match="no sound can be decoded"):
        played_s(io.BytesIO(content), demuxer)
