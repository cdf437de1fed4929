"""Sounds: what is played, what is stored and what is claimed, each by itself."""

import random
import struct
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.probe import Depth
from preflight.probe.audio import stored_as
from preflight.values.facts import AudioFacts
from tests.specimens import MEDIA, audio, decoded_seconds, media, probed


@pytest.mark.parametrize(
    ("name", "played"),
    [
        ("audio-2s.wav", "2"),
        ("audio-1.999s.wav", "1.999"),
        ("audio-15.001s.wav", "15.001"),
        ("audio-2s.mp3", "2"),
        ("audio-15s-stored-15.05s.mp3", "15"),
        ("audio-15.1s.mp3", "15.1"),
        ("audio-mp3-48khz.mp3", "3"),
        ("audio-mp3-mpeg2.mp3", "3"),
        ("audio-mp3-tagged.mp3", "3"),
        ("audio-mp3-cover-art.mp3", "3"),
        ("audio-flac.flac", "3"),
        ("audio-aiff.aiff", "3"),
        ("audio-one-sample.wav", "0.000125"),
    ],
)
def test_the_length_played_is_exact(name: str, played: str) -> None:
    assert audio(name).duration_s == Fraction(played)


@pytest.mark.parametrize(
    "name",
    [
        "audio-vbr-no-xing.mp3",
        "audio-vbr-no-xing-18s.mp3",
        "audio-vbr.mp3",
        "audio-5s.mp3",
        "audio-mp3-junk-before.mp3",
        "audio-mp3-no-tags.mp3",
        "audio-wav-float.wav",
        "audio-wav-streaming-length.wav",
        "audio-aac.aac",
        "audio-ogg-vorbis.ogg",
        "audio-m4a.m4a",
    ],
)
def test_a_decoder_that_decodes_everything_agrees(name: str) -> None:
    found = audio(name).duration_s
    assert found is not None
    assert abs(found - decoded_seconds(media(name))) < Fraction(6, 100)


def test_a_variable_rate_without_a_header_is_measured_and_not_guessed() -> None:
    facts = audio("audio-vbr-no-xing-18s.mp3")
    assert facts.duration_s is not None
    assert abs(facts.duration_s - 18) < Fraction(1, 10)
    assert facts.header_duration_s is None


def test_an_mp3_of_exactly_15_s_stores_more_than_it_plays() -> None:
    facts = audio("audio-15s-stored-15.05s.mp3")
    assert facts.duration_s == 15
    assert facts.stored_duration_s is not None
    assert Fraction("15.04") < facts.stored_duration_s < Fraction("15.06")
    assert facts.measured_by["duration_s"] == "PyAV, every packet, less declared priming and padding"


@pytest.mark.parametrize("name", ["audio-mp3-cut-short.mp3", "audio-mp3-half-there.mp3"])
def test_an_mp3_cut_short_claims_more_than_is_there(name: str) -> None:
    facts = audio(name)
    assert facts.duration_s is not None
    assert facts.header_duration_s is not None
    assert facts.header_duration_s > facts.duration_s


@pytest.mark.parametrize(("name", "keep"), [("audio-flac.flac", 0.8), ("audio-aiff.aiff", 0.8), ("audio-5s.wav", 0.95)])
def test_a_header_that_counts_samples_tells_when_some_are_missing(name: str, keep: float, tmp_path: Path) -> None:
    content = (MEDIA / name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(content[: int(len(content) * keep)])
    fault = probed(cut).fault
    assert fault
    assert fault.message.startswith("cut short: the header promises ")


def test_raw_aac_is_as_long_as_its_frames() -> None:
    facts = audio("audio-aac.aac")
    assert facts.duration_s is not None
    assert Fraction(3) <= facts.duration_s < Fraction("3.1")


@pytest.mark.parametrize(
    ("name", "format_", "codec"),
    [
        ("audio-5s.wav", "wav", "pcm_u8"),
        ("audio-wav-holds-mp3.wav", "wav", "mp3"),
        ("audio-wav-a-law.wav", "wav", "pcm_alaw"),
        ("audio-5s.mp3", "mp3", "mp3"),
        ("audio-mp3-named.wav", "mp3", "mp3"),
        ("audio-m4a-named.mp3", "m4a", "aac"),
        ("audio-ogg-named.wav", "ogg", "vorbis"),
        ("audio-opus.opus", "ogg", "opus"),
        ("video-sound-only.mp4", "mp4", "aac"),
    ],
)
def test_format_and_codec_follow_from_the_content(name: str, format_: str, codec: str) -> None:
    facts = audio(name)
    assert (facts.format, facts.codec) == (format_, codec)


def test_rate_and_channels_are_told() -> None:
    assert (audio("audio-mp3-stereo.mp3").channels, audio("audio-mp3-48khz.mp3").sample_rate_hz) == (2, 48_000)


@pytest.mark.parametrize(
    "name",
    ["audio-mp3-cut-in-tag.mp3", "audio-wav-no-data.wav", "audio-wav-no-samples.wav", "text-named.mp3", "empty.wav"],
)
def test_what_holds_no_sound_is_unreadable(name: str) -> None:
    fault = probed(name).fault
    assert fault
    assert fault.kind == "unreadable"


def test_a_container_without_sound_or_pictures_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8))
    fault = probed(path).fault
    assert fault
    assert fault.kind == "unreadable"


SOUNDS = sorted(path.name for path in MEDIA.iterdir() if path.suffix in (".wav", ".mp3"))
SOUNDS = [name for name in SOUNDS if "under-pcm" not in name and "-behind" not in name]  # no beginning tells of those


@pytest.mark.parametrize("name", SOUNDS)
def test_a_header_that_is_believed_tells_what_the_packets_tell_where_it_tells_the_truth(name: str) -> None:
    believed, measured = probed(name, "header").facts, probed(name).facts
    assert believed is None or isinstance(believed, AudioFacts)
    if believed is None or not isinstance(measured, AudioFacts) or measured.duration_s is None:
        return
    assert (believed.format, believed.bytes, believed.header_duration_s) == (
        measured.format,
        measured.bytes,
        measured.header_duration_s,
    )
    assert (believed.codec, believed.sample_rate_hz, believed.channels) == (
        measured.codec,
        measured.sample_rate_hz,
        measured.channels,
    )


def test_a_header_is_believed_only_at_depth_header() -> None:
    assert audio("audio-5s.wav", "header").measured_by["duration_s"] == "header"
    assert audio("audio-5s.wav", "header").duration_s == 5
    assert audio("audio-5s.wav").measured_by["duration_s"] == "header's layout, bytes there"
    assert audio("audio-5s.mp3").measured_by["duration_s"].startswith("PyAV, every packet")


GOOD = [
    (MEDIA / name).read_bytes()
    for name in ("audio-2s.mp3", "audio-2s.wav", "audio-flac.flac", "audio-aac.aac", "audio-m4a.m4a", "audio-opus.opus")
]


@settings(max_examples=25)
@given(st.sampled_from(range(len(GOOD))), st.integers(0, 2**32), st.booleans())
def test_no_damage_makes_a_measurement_crash(
    tmp_path_factory: pytest.TempPathFactory, which: int, seed: int, cut: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    content = bytearray(GOOD[which])
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(min(len(content), 3000))] = chance.randrange(256)
    if cut:
        del content[chance.randrange(len(content)) :]
    path = tmp_path_factory.mktemp("damaged") / "damaged.mp3"
    path.write_bytes(content)
    found = probed(path)
    assert found.facts is not None or found.fault is not None


@settings(max_examples=30)
@given(st.integers(1, 30_000), st.sampled_from([8000, 11_025, 44_100, 48_000]), st.integers(1, 2))
def test_a_wav_is_as_long_as_its_samples(
    tmp_path_factory: pytest.TempPathFactory, samples: int, rate: int, channels: int
) -> None:
    size = samples * channels * 2
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate, channels * 2, 16
    )
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    path.write_bytes(head + struct.pack("<4sI", b"data", size) + bytes(size))
    facts = audio(path)
    assert facts.duration_s == facts.stored_duration_s == facts.header_duration_s == Fraction(samples, rate)


@pytest.mark.parametrize(
    ("codec", "stored"),
    [
        ("pcm_u8", ("integer", 8)),
        ("pcm_s16le", ("integer", 16)),
        ("pcm_s24be", ("integer", 24)),
        ("pcm_s32le_planar", ("integer", 32)),
        ("pcm_f32le", ("float", 32)),
        ("pcm_f64be", ("float", 64)),
        ("pcm_bluray", (None, None)),
        ("wavpack", (None, None)),
    ],
)
def test_samples_that_are_stored_as_they_are_tell_their_depth_by_name(
    codec: str, stored: tuple[str | None, int | None]
) -> None:
    assert stored_as(codec, lossy=False, record=b"") == stored


@given(st.integers(4, 32), st.integers(1, 8), st.binary(min_size=12, max_size=12))
def test_flac_tells_its_depth_in_five_bits(depth: int, channels: int, before: bytes) -> None:
    packed = (before[-1] & 0xF0) << 8 | (channels - 1) << 9 | (depth - 1) << 4
    record = before + packed.to_bytes(2, "big") + bytes(20)
    assert stored_as("flac", lossy=False, record=record) == ("integer", depth)


@given(
    st.sampled_from(["flac", "alac", "aac", "", "pcm_", "pcm_s", "pcm_x16le"]), st.binary(max_size=40), st.booleans()
)
def test_any_record_of_any_codec_is_told_or_not_told(codec: str, record: bytes, lossy: bool) -> None:
    kind, depth = stored_as(codec, lossy=lossy, record=record)
    assert kind in ("integer", "coded", None)
    assert (kind == "coded") == lossy
    assert depth is None or kind == "integer"


@pytest.mark.parametrize("name", ["flac", "alac"])
@pytest.mark.parametrize("record", [b"", bytes(12), bytes(13)])
def test_a_record_cut_short_tells_no_depth(name: str, record: bytes) -> None:
    assert stored_as(name, lossy=False, record=record) == (None, None)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("audio-wav-24-bit-extensible.wav", ("integer", 24)),
        ("audio-wav-float.wav", ("float", 32)),
        ("audio-wav-8-bit.wav", ("integer", 8)),
        ("audio-wav-a-law.wav", ("coded", None)),
        ("audio-wav-holds-mp3.wav", ("coded", None)),
        ("audio-5s.mp3", ("coded", None)),
        ("audio-m4a.m4a", ("coded", None)),
        ("audio-opus.opus", ("coded", None)),
        ("audio-flac.flac", ("integer", 16)),
        ("audio-aiff.aiff", ("integer", 16)),
    ],
)
@pytest.mark.parametrize("depth", ["header", "exact"])
def test_what_samples_are_stored_as_is_told_at_every_depth(
    name: str, stored: tuple[str, int | None], depth: Depth
) -> None:
    facts = audio(name, depth)
    assert (facts.sample_type, facts.bit_depth) == stored
