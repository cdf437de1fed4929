"""Audio packets that resemble frames without being any are doubted; frames never are."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_junk import only_headers
from preflight.probe.doubt import Doubt
from preflight.probe.mpeg_audio import Frames, frames_in
from preflight.probe.sniff import mpeg_frame_bytes
from tests.specimens import MEDIA


def found(content: bytes) -> Frames | None:
    return frames_in(io.BytesIO(content), len(content))


@pytest.mark.parametrize("name", ["audio-5s.mp3", "audio-vbr.mp3", "audio-mp3-stereo.mp3", "audio-mp3-mpeg2.mp3"])
def test_sound_frames_are_never_doubted(name: str) -> None:
    whole = (MEDIA / name).read_bytes()
    frames, doubt = found(whole), Doubt("mp3", "mp3")
    assert frames
    assert (frames.alike, frames.junk, len(frames.spans)) == (True, False, 1)
    at = frames.start
    while at < frames.end:
        length = mpeg_frame_bytes(whole[at : at + 4])
        assert not doubt.is_junk(whole[at : at + 40], length)
        at += length
    assert not doubt.found


def test_headers_that_lead_to_one_another_with_noise_between_are_doubted() -> None:
    doubt, content = Doubt("mp3", "mp3"), only_headers(3)
    assert [doubt.is_junk(content[at : at + 40], 104) for at in (0, 104, 208)] == [False] * 3
    assert doubt.found


def adts(size: int, *, rate: int = 4, channels: int = 2) -> bytes:
    """Write the header of an AAC frame: ISO 13818-7, 6.2."""
    fixed = (0xFF, 0xF1, 0x40 | rate << 2 | channels >> 2)
    return bytes((*fixed, (channels & 3) << 6 | size >> 11, size >> 3 & 255, (size & 7) << 5 | 31, 0xFC))


def test_frames_of_aac_whose_lengths_agree_are_none_to_doubt() -> None:
    doubt = Doubt("aac", "aac")
    assert [doubt.is_junk(adts(size) + bytes(20), size) for size in (100, 371, 8191)] == [False] * 3
    assert not doubt.found


@pytest.mark.parametrize(
    ("head", "size"),
    [(adts(100), 101), (adts(100, rate=3), 100), (adts(100, channels=1), 100), (adts(100)[:6], 100)],
    ids=["another length", "another rate", "other channels", "cut short"],
)
def test_a_frame_of_aac_unlike_the_first_is_doubted_and_is_no_junk(head: bytes, size: int) -> None:
    doubt = Doubt("aac", "aac")
    assert not doubt.is_junk(adts(100), 100)
    assert not doubt.is_junk(head, size)
    assert doubt.found


@pytest.mark.parametrize("head", [b"", b"\xff", b"\xff\x1f", b"ID3\4", b"\0\0\0\0"])
@pytest.mark.parametrize(("codec", "demuxer"), [("mp3", "mp3"), ("aac", "aac")])
def test_what_does_not_begin_with_a_sync_word_is_junk(head: bytes, codec: str, demuxer: str) -> None:
    doubt = Doubt(codec, demuxer)
    assert doubt.is_junk(head, 100)
    assert doubt.found


@pytest.mark.parametrize(("codec", "demuxer"), [("aac", "mov"), ("flac", "flac"), ("opus", "ogg")])
def test_packets_that_a_container_frames_are_not_looked_at(codec: str, demuxer: str) -> None:
    doubt = Doubt(codec, demuxer)
    assert not doubt.looks
    assert not doubt.is_junk(b"", 0)
    assert not doubt.found


@given(st.lists(st.tuples(st.binary(max_size=48), st.integers(0, 3000)), max_size=5), st.sampled_from(["mp3", "aac"]))
def test_packets_of_any_bytes_are_junk_or_not_and_once_doubted_stay_so(
    packets: list[tuple[bytes, int]], codec: str
) -> None:
    doubt, found = Doubt(codec, codec), False
    for head, size in packets:
        junk = doubt.is_junk(head, size)
        assert doubt.found or not (junk or found)
        found = doubt.found
