"""Plain WAV files are written by bytes: every sample of the part that was wanted, under a header that all read."""

import struct
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.apply.wave import write_plain
from preflight.errors import FixFailed
from preflight.plan.steps import Cut
from tests.specimens import MEDIA, audio

PCM_GUID = b"\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"


def extensible(samples: list[int], valid: int, *, low: bool = False) -> bytes:
    """Lay a WAV of integers in 32 bits of which so many count, the upper ones unless `low`."""
    shift = 0 if low else 32 - valid
    body = b"".join(struct.pack("<i", sample << shift) for sample in samples)
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8_000, 32_000, 4, 32, 22, valid, 4) + PCM_GUID
    form = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(form)) + form


def plain(content: bytes, folder: Path, cut: Cut | None = None) -> bytes:
    (folder / "a.wav").write_bytes(content)
    write_plain(folder / "a.wav", folder / "b.wav", cut)
    return (folder / "b.wav").read_bytes()


@settings(max_examples=30)
@given(st.fractions(0, 4), st.fractions("1/100", 4))
def test_a_cut_is_made_to_the_sample_and_its_header_is_true(start: Fraction, length: Fraction) -> None:
    import tempfile

    whole = (MEDIA / "audio-5s.wav").read_bytes()
    first, count = int(start * 8_000), int(length * 8_000)
    with tempfile.TemporaryDirectory() as folder:
        made = plain(whole, Path(folder), Cut(start_s=start, length_s=length, loss="lossless", clears=()))
    samples = whole[44 + first : 44 + min(first + count, 40_000)]
    assert made[44 : 44 + len(samples)] == samples
    assert len(made) == 44 + len(samples) + len(samples) % 2
    assert struct.unpack_from("<I", made, 40) == (len(samples),)
    assert struct.unpack_from("<I", made, 4) == (len(made) - 8,)
    assert made[12:24] == b"fmt \x10\0\0\0\1\0\1\0"


@pytest.mark.parametrize(
    "name",
    [
        "sound-claims-7fffffff.wav",
        "sound-rf64-claims-all-bits.wav",
        "sound-rf64-without-sizes.wav",
        "sound-bw64-claims-the-sign.wav",
        "sound-rf64-claims-no-samples.wav",
        "sound-id3-before-riff.wav",
        "audio-wav-tagged.wav",
        "audio-wav-24-bit-extensible.wav",
        "audio-wav-float.wav",
    ],
)
def test_a_header_that_is_odd_becomes_plain_and_the_samples_stay(name: str, tmp_path: Path) -> None:
    write_plain(MEDIA / name, tmp_path / "b.wav")
    before, after = audio(name), audio(tmp_path / "b.wav")
    for field in ("duration_s", "codec", "bit_depth", "channels", "sample_rate_hz"):
        assert getattr(before, field) == getattr(after, field)
    assert (after.lead_bytes, after.header_placeholder, after.header_duration_s) == (0, None, after.duration_s)
    assert after.duration_s
    samples = (tmp_path / "b.wav").read_bytes()[44:]
    assert samples in (MEDIA / name).read_bytes()


@pytest.mark.parametrize(("valid", "low"), [(20, False), (24, False), (24, True)])
def test_bits_that_count_are_the_upper_ones_wherever_they_stood(valid: int, low: bool, tmp_path: Path) -> None:
    samples = [0, 1, -1, 1 << (valid - 2), -(1 << (valid - 2)), 12_345, -54_321] * 50
    made = plain(extensible(samples, valid, low=low), tmp_path)
    found = struct.unpack(f"<{len(samples)}i", made[44:])
    assert made[34:36] == b"\x20\0"
    assert [one >> (32 - valid) for one in found] == samples


@pytest.mark.parametrize("name", ["audio-wav-holds-mp3.wav", "audio-5s.mp3", "text-named.wav"])
def test_what_holds_no_samples_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FixFailed):
        write_plain(MEDIA / name, tmp_path / "b.wav")
