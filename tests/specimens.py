"""Specimens, and the ways in which tests look at files: by the program, and by a decoder that is not the program."""

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from msgspec.structs import replace
from PIL import Image

from fixtures.make import make
from preflight.probe import Depth, probe
from preflight.profiles import Profile, load
from preflight.rules import judge
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.limits import Range
from preflight.values.probed import Probed
from preflight.workers.pool import WorkerPool

FIXTURES = Path(__file__).parent.parent / "fixtures"
MEDIA = FIXTURES / "media"
MACHINES_FFMPEG = shutil.which("ffmpeg")
"""The machine's own, as the PATH has it before tests put that of the wheel in front."""
PROFILE: Profile = load()
FIRST = ("", "-image-to-video", "-text-to-video")
EDITIONS = ("seedance-2.0-2026-04", *(f"seedance-2.0{name}-2026-10" for name in FIRST))
"""The editions of one family: two of one model, and those of its sisters."""


def shortened(profile: Profile, *, longest_s: int = 15, shortest_s: int = 2) -> Profile:
    """Let clips be short at the least and at the most, and sounds too."""
    clip, sound = profile.video, profile.audio
    together = replace(clip.total_duration_s, max=longest_s, seen_max=None)
    duration = _within(clip.duration_s, shortest_s, longest_s)
    heard = replace(sound, duration_s=_within(sound.duration_s, min(sound.duration_s.min or 0, longest_s), longest_s))
    return replace(profile, video=replace(clip, duration_s=duration, total_duration_s=together), audio=heard)


def _within(limit: Range, least: Fraction | int, most: int) -> Range:
    seen = limit.seen_min if limit.min == least else None
    return replace(limit, min=least, max=most, seen_min=seen, seen_max=None)


def lowered(
    profile: Profile,
    *,
    longest_s: int = 15,
    shortest_s: int = 2,
    least_px: int = 64 * 64,
    most_px: int | None = None,
) -> Profile:
    """Let clips be small and short: what becomes of rates, times and streams shows in few pixels and frames too."""
    profile = shortened(profile, longest_s=longest_s, shortest_s=shortest_s)
    clip = profile.video
    pixels, side = replace(clip.pixels, min=least_px, max=most_px or clip.pixels.max), replace(clip.side_px, min=64)
    return replace(profile, video=replace(clip, pixels=pixels, side_px=side))


SMALL: Profile = lowered(PROFILE)
"""The default edition for clips from 64 pixels a side."""
SHORT: Profile = lowered(PROFILE, longest_s=3, shortest_s=1)
"""The same for clips of one to three seconds: what is cut, retimed and encoded of more takes longer, no other way."""


def media(name: str) -> str:
    """Return the path of a committed specimen, which a test must not write to."""
    path = MEDIA / name
    assert path.is_file(), f"no specimen {name}"
    return str(path)


def copied(name: str, folder: Path, as_name: str | None = None) -> Path:
    """Put a specimen into a folder of the test's own, under a name of its own if it wants one."""
    target = folder / (as_name or name)
    if (MEDIA / name).is_file():
        shutil.copyfile(MEDIA / name, target)
    else:
        make(name, folder).rename(target)
    return target


def probed(name: str | Path, depth: Depth = "exact") -> Probed:
    """Measure a specimen by its name, or a file of the test's own by its path."""
    return probe(Asset(path=media(name) if isinstance(name, str) else str(name)), depth)


def image(name: str | Path, depth: Depth = "exact") -> ImageFacts:
    facts = probed(name, depth).facts
    assert isinstance(facts, ImageFacts)
    return facts


def video(name: str | Path, depth: Depth = "exact") -> VideoFacts:
    facts = probed(name, depth).facts
    assert isinstance(facts, VideoFacts)
    return facts


def audio(name: str | Path, depth: Depth = "exact") -> AudioFacts:
    facts = probed(name, depth).facts
    assert isinstance(facts, AudioFacts)
    return facts


def judged(name: str | Path, profile: Profile = PROFILE) -> Judged:
    return judge(probed(name), profile)


def errors(verdict: Judged) -> set[str]:
    return {finding.rule for finding in verdict.findings if finding.severity == "error"}


class KeptPool(WorkerPool):
    """Children that go from test to test, as they do from file to file of a folder; `finish` ends them."""

    def __exit__(self, *_: object) -> None:
        """Keep them."""

    def finish(self) -> None:
        """End them."""
        super().__exit__(None, None, None)


class Seen(NamedTuple):
    """What a decoder shows of a clip, all of it decoded."""

    width_px: int
    height_px: int
    frames: int
    duration_s: Fraction
    pixel_format: str
    transfer: int
    sound_s: Fraction
    keys: frozenset[str]
    """Names of the container's metadata."""


def decoded_clip(path: str | Path) -> Seen:
    """Decode every picture and every sample of a clip."""
    with av.open(str(path)) as container:
        pictures = container.streams.video[0]
        base = pictures.time_base or Fraction(1)
        frames = list(container.decode(pictures))
        shape = frames[0]
        times = [frame.pts for frame in frames if frame.pts is not None]
        last = frames[-1].duration or 0
        keys = frozenset(container.metadata)
        transfer = int(frames[0].color_trc)
    span = (max(times) - min(times) + last) * base
    sound = decoded_seconds(path)
    return Seen(shape.width, shape.height, len(frames), span, shape.format.name, transfer, sound, keys)


def decoded_seconds(path: str | Path) -> Fraction:
    """Decode every sample of a file's first sound and return their length; nothing where there is no sound."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return Fraction(0)
        return sum((Fraction(frame.samples, frame.sample_rate) for frame in container.decode(audio=0)), Fraction(0))


def pixel(path: str | Path, at: tuple[int, int]) -> tuple[int, ...]:
    """Return one pixel of a picture as red, green and blue."""
    with Image.open(path) as picture:
        found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


def first_picture(path: str | Path) -> Image.Image:
    """Return a clip's first picture, decoded."""
    with av.open(str(path)) as container:
        return decode_image(next(container.decode(video=0)))


def decode_image(frame: av.VideoFrame) -> Image.Image:
    found = frame.to_image()  # type: ignore[no-untyped-call] # PyAV does not say what it takes
    assert isinstance(found, Image.Image)
    return found


def left_behind(folder: Path) -> Iterator[str]:
    """Name everything in a folder, hidden files too; the record of a new file goes with it."""
    yield from (path.name for path in sorted(folder.iterdir()) if path.name != ".preflight")
    records = folder / ".preflight"
    for path in sorted(records.iterdir()) if records.is_dir() else ():
        if not (folder / path.name.removesuffix(".json")).exists():
            yield f".preflight/{path.name}"
