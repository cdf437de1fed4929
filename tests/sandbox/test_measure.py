"""What the sandbox measures of a file, by readers of its own, and what it does not take for one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from preflight.sandbox.measure import AudioFacts, ImageFacts, MeasureError, VideoFacts, measure
from tests.specimens import media

MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".heic": "image/heic"}
Facts = ImageFacts | VideoFacts | AudioFacts


def measured(name: str) -> Facts:
    kind = name.partition("-")[0]
    with Path(media(name)).open("rb") as file:
        return measure(kind, file, MEDIA_TYPES.get(Path(name).suffix, ""))


def clip(width: int, height: int, seconds: str, *sounds: str) -> VideoFacts:
    return VideoFacts(width, height, Fraction(seconds), Fraction(25), "h264", sounds)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("image-299x300.webp", ImageFacts(299, 300)),
        ("image-orientation-1.jpg", ImageFacts(640, 400)),
        ("image-orientation-6.jpg", ImageFacts(400, 640)),
        ("image-alpha.png", ImageFacts(640, 480, transparent=True)),
        ("image-alpha-all-opaque.png", ImageFacts(640, 480, transparent=True)),
        ("image-heic.heic", ImageFacts(640, 480)),
        ("image-heic-turned.heic", ImageFacts(300, 320)),
        ("video-2s.mp4", clip(854, 480, "2")),
        ("video-rotated-90-1252x500.mp4", clip(500, 1252, "3")),
        ("video-stored-640x480-shown-864x480-rotated-90.mp4", clip(480, 864, "3")),
        ("video-cover-art.mp4", clip(854, 480, "3")),
        ("video-two-sounds.mp4", clip(854, 480, "3", "aac", "aac")),
        ("video-20s-header-claims-3s.mp4", clip(854, 480, "20")),
        ("video-edit-list-shows-1.6s.mp4", clip(854, 480, "1.6")),
        ("video-one-frame.mp4", clip(854, 480, "0.04")),
        ("audio-2s.wav", AudioFacts(Fraction(2), "pcm_u8")),
        ("audio-1.98s-stored-2.01s.mp3", AudioFacts(Fraction("1.98"), "mp3float")),
    ],
)
def test_a_file_is_as_large_and_as_long_as_it_is_shown_and_heard(name: str, facts: Facts) -> None:
    assert measured(name) == facts


@pytest.mark.parametrize(
    "name",
    [
        "image-truncated.png",
        "image-bomb-30000x30000.png",
        "image-gif.gif",
        "video-no-index.mp4",
        "video-sound-only.mp4",
        "video-no-picture-data.mp4",
        "audio-wav-no-samples.wav",
        "audio-mp3-cut-short.mp3",
    ],
)
def test_what_cannot_be_read_to_its_end_is_a_fault_and_no_crash(name: str) -> None:
    with pytest.raises(MeasureError):
        measured(name)


@pytest.mark.parametrize(("name", "kind"), [("playlist-named.mp4", "video"), ("ffconcat-named.mp4", "video")])
def test_no_playlist_leads_a_reader_elsewhere(name: str, kind: str) -> None:
    with Path(media(name)).open("rb") as file, pytest.raises(MeasureError):
        measure(kind, file, "video/mp4")
