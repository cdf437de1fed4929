"""Clips and sounds made for looking into, small, by the ffmpeg that the program itself finds."""

import wave
from array import array
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from preflight.apply.ffmpeg import find_tool, run
from preflight.profiles import Profile
from preflight.values.findings import Judged
from tests.specimens import PROFILE, judged

Film = Callable[..., Path]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Run ffmpeg once for each name: sources of pictures or sound, a filter graph over them, options."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str, *sources: str, graph: str, options: tuple[str, ...] = ()) -> Path:
        path = folder / name
        if not path.exists():
            inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
            run(find_tool().path, [*inputs, "-filter_complex", graph, *options, f"file:{path}"], limit_s=120)
        return path

    return make


SHOTS = (
    ("testsrc2=size=160x90:rate=25", 50),
    ("mandelbrot=size=160x90:rate=25", 38),
    ("color=c=navy:size=160x90:rate=25", 30),
    ("smptebars=size=160x90:rate=25", 40),
    ("gradients=size=160x90:rate=25:c0=white:c1=yellow:nb_colors=2:seed=1", 45),
)
"""Sources that look different, and how many frames of each."""
CUTS = (50, 88, 118, 158)
"""The frame with which each but the first begins."""


@pytest.fixture(scope="session")
def cuts(film: Film) -> Callable[[str, tuple[str, ...]], Path]:
    """Make the clip of five shots under a name, with the encoder that the options name."""
    trims = "".join(
        f"[{at}]trim=end_frame={frames},setpts=PTS-STARTPTS[s{at}];" for at, (_, frames) in enumerate(SHOTS)
    )
    joined = "".join(f"[s{at}]" for at in range(len(SHOTS)))
    graph = f"{trims}{joined}concat=n={len(SHOTS)},format=yuv420p"

    def make(name: str, options: tuple[str, ...] = ()) -> Path:
        return film(name, *(source for source, _ in SHOTS), graph=graph, options=options)

    return make


@pytest.fixture
def tune(tmp_path: Path) -> Callable[..., Path]:
    """Write a WAV of stretches, each a loudness 0 to 1 and a length in seconds: a tone of 400 Hz."""

    def make(*stretches: tuple[float, float], rate_hz: int = 16_000, channels: int = 1) -> Path:
        path = tmp_path / f"tune-{len(list(tmp_path.iterdir()))}.wav"
        samples = array("h")
        for loudness, seconds in stretches:
            height = round(loudness * 32_767)
            for at in range(round(seconds * rate_hz)):
                samples.extend([height if at * 800 // rate_hz % 2 else -height] * channels)
        with wave.open(str(path), "wb") as target:
            target.setnchannels(channels)
            target.setsampwidth(2)
            target.setframerate(rate_hz)
            target.writeframes(samples.tobytes())
        return path

    return make


@pytest.fixture(scope="module")
def five_seconds() -> Profile:
    """An edition that takes 1 to 5 s."""
    bounds = {"min": Fraction(1), "max": Fraction(5)}
    clips = msgspec.structs.replace(PROFILE.video.duration_s, **bounds)
    sounds = msgspec.structs.replace(PROFILE.audio.duration_s, **bounds)
    return msgspec.structs.replace(
        PROFILE,
        video=msgspec.structs.replace(PROFILE.video, duration_s=clips),
        audio=msgspec.structs.replace(PROFILE.audio, duration_s=sounds),
    )


@pytest.fixture
def clip(cuts: Callable[..., Path]) -> Judged:
    return judged(cuts("cuts.mp4", ("-c:v", "libx264")))
