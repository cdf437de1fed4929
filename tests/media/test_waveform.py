"""The outline of a sound, and its quiet moments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.media.waveform import envelope
from preflight.probe.faults import Unmeasured, Unreadable
from tests.specimens import media

Tune = Callable[..., Path]


def test_an_envelope_is_the_highest_sample_of_each_part(tune: Tune) -> None:
    path = tune((0.25, 1), (1.0, 1), (0.0, 1), (0.5, 1))
    assert envelope(str(path), "wav", 4) == pytest.approx((0.25, 1.0, 0.0, 0.5), abs=0.001)


def test_more_parts_than_there_is_sound_repeat_it_and_one_part_is_the_whole(tune: Tune) -> None:
    path = tune((0.25, 0.02), (0.75, 0.02))
    many = envelope(str(path), "wav", 1000)
    assert len(many) == 1000
    assert (many[0], many[-1]) == pytest.approx((0.25, 0.75), abs=0.001)
    assert envelope(str(path), "wav", 1) == pytest.approx((0.75,), abs=0.001)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (48_000, 6)])
def test_rate_and_channels_change_nothing(tune: Tune, rate: int, channels: int) -> None:
    path = tune((0.5, 1), (0.0, 1), (0.5, 1), rate_hz=rate, channels=channels)
    assert envelope(str(path), "wav", 3) == pytest.approx((0.5, 0.0, 0.5), abs=0.001)


@pytest.mark.parametrize(
    "name",
    ["audio-mp3-stereo.mp3", "audio-flac.flac", "audio-ogg-vorbis.ogg", "audio-m4a.m4a", "audio-wav-float.wav"],
)
def test_every_kind_of_sound_has_an_envelope(name: str) -> None:
    found = envelope(media(name), name.rpartition(".")[2], 50)
    assert len(found) == 50
    assert all(0 <= peak <= 1 for peak in found)
    assert max(found) > 0.05


def test_a_clip_s_sound_has_an_envelope() -> None:
    assert max(envelope(media("video-sound-aac.mp4"), "mp4", 20)) > 0.05


@pytest.mark.parametrize(
    ("name", "kind"), [("video-5s.mp4", "mp4"), ("image-ok.png", "png"), ("video-mpeg-ts.ts", "mpegts")]
)
def test_what_has_no_sound_has_none(name: str, kind: str) -> None:
    with pytest.raises(Unreadable):
        envelope(media(name), kind, 5)


def test_one_sample_is_a_sound() -> None:
    assert len(envelope(media("audio-one-sample.wav"), "wav", 3)) == 3


def test_a_wav_without_samples_has_no_sound() -> None:
    with pytest.raises(Unreadable):
        envelope(media("audio-wav-no-samples.wav"), "wav", 3)


def test_damaged_sound_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    content = bytearray(Path(media("audio-5s.mp3")).read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    path = tmp_path / "damaged.mp3"
    path.write_bytes(content)
    assert max(envelope(str(path), "mp3", 10)) > 0.05


def test_a_sound_that_changes_its_rate_and_channels_on_the_way_is_heard_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "joined.mp3"
    parts = ("audio-mp3-48khz.mp3", "audio-mp3-stereo.mp3", "audio-mp3-mpeg2.mp3")
    path.write_bytes(b"".join(Path(media(part)).read_bytes() for part in parts))
    found = envelope(str(path), "mp3", 12)
    assert min(found) > 0.05


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(Path(media("audio-5s.mp3")).read_bytes())
    with pytest.raises(Unmeasured, match="no longer the wav"):
        envelope(str(path), "wav", 5)
