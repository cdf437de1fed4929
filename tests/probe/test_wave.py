"""The length fields of a WAV: what they claim, and what the file holds."""

import io
import struct
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import recipe_long_sizes
from fixtures.recipe import ffmpeg
from fixtures.recipe_long_sizes import long_sizes, long_wav
from preflight.probe.faults import Unreadable
from preflight.probe.wave import Wave, is_placeholder, read_wave, refuse_cut
from tests.specimens import MEDIA, audio, probed

STREAMING = 0xFFFFFFFF
STREAMING_LENGTHS = {0, STREAMING, (1 << 64) - 1}


def wav(
    present: int,
    claimed: int | None = None,
    *,
    riff: bytes = b"RIFF",
    before: bytes = b"",
    tag: int = 1,
    rate: int = 8000,
    block: int = 1,
    lied_byte_rate: int = 7,
) -> bytes:
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 1, rate, lied_byte_rate, block, 8 * block)
    data = struct.pack("<4sI", b"data", present if claimed is None else claimed) + bytes(present)
    return riff + struct.pack("<I", 0) + b"WAVE" + before + fmt + data


def claim(content: bytes) -> Fraction | None:
    wave = read(content)
    if wave is None:
        return None
    refuse_cut(wave)
    return wave.claimed_s()


def read(content: bytes) -> Wave | None:
    return read_wave(io.BytesIO(content), len(content))


@given(st.integers(1, 5000), st.integers(1000, 96_000), st.integers(1, 4))
def test_the_claim_is_samples_over_rate_whatever_the_byte_rate_says(frames: int, rate: int, block: int) -> None:
    assert claim(wav(frames * block, rate=rate, block=block)) == Fraction(frames, rate)


@pytest.mark.parametrize("claimed", [0, STREAMING])
def test_a_streaming_length_claims_nothing(claimed: int) -> None:
    assert claim(wav(8000, claimed)) is None


PLACEHOLDERS = [0x7FFFFFFF, 0x80000000, 0x7FFFF000, 0xFFFFF000, 2_000_000_000, 0xFFFFFFFF - 36, 0x7FFFFFFF - 36]
PLACEHOLDERS += [0x80000000 - 44, 0x40000000, 0x10000000, 1_000_000_000, 0xFFFFFF00, 0x7FFFFF80, 0x7FFFFFFE, 0x0FFFFFFF]
BELIEVED = [
    16_000,
    100_000,
    64_000_000,
    635_040_000,
    1_270_080_000,
    2_073_600_000,
    (1 << 24) + 4_096,
    0x7F000000 - 5_000,
]
"""Lengths of recordings of which a part is left: some seconds, an hour of music, three of them."""


@pytest.mark.parametrize("claimed", PLACEHOLDERS)
@pytest.mark.parametrize("around", [0, 36, 0xFFFFFFFF])
def test_a_length_that_no_file_of_this_size_has_stands_for_none(claimed: int, around: int) -> None:
    content = bytearray(wav(8000, claimed))
    content[4:8] = struct.pack("<I", min(claimed + 36, 0xFFFFFFFF) if around == 36 else around)
    found = read(bytes(content))
    assert found
    assert found.streaming
    assert claim(bytes(content)) is None
    assert found.present_s() == 1


@pytest.mark.parametrize("claimed", BELIEVED)
def test_a_length_of_a_recording_that_was_cut_short_is_believed(claimed: int) -> None:
    assert not is_placeholder(claimed, 8_000, claimed + 36)
    assert not is_placeholder(claimed, claimed - 1_000, claimed + 36)


def test_gigabytes_of_which_much_is_there_were_cut_short() -> None:
    claimed = 0xFFF00004
    assert is_placeholder(claimed, 20_000_000, claimed + 36)
    assert not is_placeholder(claimed, 2_000_000_000, claimed + 36)


@given(st.integers(0, 1 << 33), st.integers(0, 1 << 33))
def test_a_length_that_is_there_is_always_one(claimed: int, more: int) -> None:
    assert is_placeholder(claimed, claimed + more, claimed + 36) == (claimed in STREAMING_LENGTHS)


def test_samples_that_a_finished_header_does_not_hold_were_never_written() -> None:
    content = bytearray(wav(8000, 16_000))
    content[4:8] = struct.pack("<I", len(content) - 8)
    found = read(bytes(content))
    assert found
    assert found.streaming


def test_a_file_without_samples_claims_none_at_all() -> None:
    assert claim(wav(0)) == 0


def test_a_claim_beyond_the_end_of_the_file_is_a_file_cut_short() -> None:
    with pytest.raises(Unreadable, match=r"cut short: the header promises 2\.00 s, 1\.00 s are there"):
        claim(wav(8000, 16_000))


def test_a_claim_a_little_beyond_the_end_is_a_sloppy_writer() -> None:
    assert claim(wav(8000, 8800)) == Fraction(11, 10)
    with pytest.raises(Unreadable):
        claim(wav(8000, 8801))


def test_a_claim_of_less_than_is_there_is_only_a_claim() -> None:
    assert claim(wav(16_000, 8000)) == 1


@pytest.mark.parametrize("riff", [b"RF64", b"BW64"])
def test_the_64_bit_form_tells_its_length_in_front(riff: bytes) -> None:
    ds64 = struct.pack("<4sIQQQI", b"ds64", 28, 0, 12_000, 0, 0)
    assert claim(wav(12_000, STREAMING, riff=riff, before=ds64)) == Fraction(3, 2)


def test_a_subformat_of_its_own_is_no_pcm(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=440:r=48000:d=4", "-c:a", "eac3", "-b:a", "96k", to=tmp_path / "a.wav")
    facts = audio(tmp_path / "a.wav")
    assert (facts.codec, facts.sample_type) == ("eac3", "coded")
    assert facts.duration_s
    assert abs(facts.duration_s - 4) < Fraction(1, 10)


@pytest.mark.parametrize("codec", ["adpcm_ima_wav", "libmp3lame", "ac3"])
def test_a_compressed_wav_that_lost_its_end_is_cut_short_and_one_with_a_placeholder_is_not(
    codec: str, tmp_path: Path
) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=440:r=32000:d=4", "-c:a", codec, "-b:a", "64k", to=tmp_path / "a.wav")
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) * 3 // 4])
    fault = probed(tmp_path / "cut.wav").fault
    assert fault
    assert fault.message.startswith("cut short: the header promises")
    at = whole.index(b"data") + 4
    (tmp_path / "live.wav").write_bytes(whole[:at] + struct.pack("<I", 0x7FFFFFFF) + whole[at + 4 :])
    facts = audio(tmp_path / "live.wav")
    assert facts.header_placeholder == 0x7FFFFFFF
    assert facts.duration_s
    assert abs(facts.duration_s - 4) < Fraction(1, 8)


@pytest.mark.parametrize("tag", [2, 6, 0x55])
def test_a_compressed_wav_has_no_length_by_its_bytes(tag: int) -> None:
    assert claim(wav(100, tag=tag)) is None


def test_chunks_before_the_samples_are_passed_over_with_their_padding() -> None:
    odd = struct.pack("<4sI", b"junk", 3) + b"abc\0"
    assert claim(wav(8000, before=odd)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF\0\0\0\0WAVE",
        wav(10)[:20],
        wav(10)[:40],
        b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"junk", STREAMING),
        b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"junk", 0) * 2000 + wav(5)[12:],
    ],
)
def test_without_a_data_chunk_nothing_is_claimed(content: bytes) -> None:
    assert read(content) is None
    assert claim(content) is None


def test_a_format_chunk_too_short_or_of_no_rate_claims_nothing() -> None:
    short = (
        b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"fmt ", 4) + b"\1\0\1\0" + struct.pack("<4sI", b"data", 4) + b"abcd"
    )
    assert claim(short) is None
    assert claim(wav(100, rate=0)) is None


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_head_are_read_without_a_crash(content: bytes) -> None:
    found = read(b"RIFF\0\0\0\0WAVE" + content)
    assert found is None or found.present_bytes >= 0


@pytest.mark.parametrize(
    ("name", "played", "claimed"),
    [
        ("audio-wav-streaming-length.wav", 3, None),
        ("audio-wav-streaming-length-20s.wav", 20, None),
        ("audio-wav-zero-length.wav", 3, None),
        ("audio-wav-rf64.wav", 3, 3),
        ("audio-15.001s.wav", "15.001", "15.001"),
        ("audio-wav-24-bit-extensible.wav", 3, 3),
        ("audio-wav-float.wav", 3, 3),
        ("audio-wav-tagged.wav", 3, 3),
    ],
)
def test_the_samples_present_are_the_length_whatever_the_header_says(
    name: str, played: str | int, claimed: str | int | None
) -> None:
    facts = audio(name)
    assert facts.duration_s == Fraction(played)
    assert facts.header_duration_s == (None if claimed is None else Fraction(claimed))


def test_a_wav_that_claims_more_than_it_holds_is_unreadable() -> None:
    fault = probed("audio-wav-claims-more.wav").fault
    assert fault
    assert fault.message.startswith("cut short: the header promises ")


def test_a_wav_of_one_sample_is_that_short(tmp_path: Path) -> None:
    path = tmp_path / "one.wav"
    path.write_bytes(wav(1, lied_byte_rate=8000))
    assert audio(path).duration_s == Fraction(1, 8000)


LONG = sorted(recipe_long_sizes.RECIPES)


@pytest.mark.parametrize("name", LONG)
def test_a_64_bit_wav_that_the_carried_ffmpeg_does_not_play_has_an_obstacle(name: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "quiet", "-i", str(MEDIA / name), "-f", "u8", "-"]
    played = subprocess.run(command, capture_output=True, check=False).stdout
    facts = audio(name)
    assert facts.duration_s == 3
    assert (facts.obstacle is None) == (len(played) == 3_000)


@pytest.mark.parametrize("name", [name for name in LONG if audio(name).obstacle])
def test_full_depth_says_of_a_header_that_keeps_readers_out_what_exact_says(name: str) -> None:
    assert probed(name, "full").fault is None
    assert audio(name, "full").obstacle == audio(name).obstacle


def test_a_riff_has_no_64_bit_sizes() -> None:
    found = read(long_wav(long_sizes(data=100), magic=b"RIFF"))
    assert found
    assert (found.obstacle, found.streaming, found.present_s()) == (None, True, Fraction(3))


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1))
def test_a_64_bit_wav_opens_where_no_size_is_negative_and_samples_are_claimed(riff: int, data: int, count: int) -> None:
    found = read(long_wav(long_sizes(riff, data, count)))
    assert found
    assert (found.obstacle is None) == (0 < data < 1 << 63 and count < 1 << 63)
