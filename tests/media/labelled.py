"""Clips and sounds of which is known what a person would keep: made from a seed, the good part labelled.

A case is a recipe: from a seed it draws where its parts lie, how long and how loud they are, and what they show. Limits
are those of the shipped editions, or less for short clips.
"""

import datetime as dt
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from preflight.media.candidates import looked
from preflight.media.windows import Candidate
from preflight.probe import probe
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.limits import Range

Sound = NDArray[np.float32]
Frame = NDArray[np.uint8]
Frames = Iterator[Frame]
Rng = np.random.Generator

RATE_HZ = 16_000
FPS = 12
SIDES = (160, 90)


@dataclass(frozen=True)
class Case:
    """A file with its good part."""

    path: Path
    good: tuple[tuple[float, float], ...]
    """Any of these, in seconds."""
    longest_s: float = 15.0
    whole: bool = False
    """Whether it is a shot that fits, and has to be kept to the frame."""
    unspoken: tuple[tuple[float, float], ...] = ()
    """Words, in which no end may lie."""

    def is_hit(self, start_s: Fraction, end_s: Fraction) -> bool:
        """Tell whether a window shows the good part: 0.7 of it, or of as much of it as a window may have."""
        return any(self._shows(float(start_s), float(end_s), part) for part in self.good)

    def _shows(self, start: float, end: float, part: tuple[float, float]) -> bool:
        shared = min(end, part[1]) - max(start, part[0])
        edge = 1.5 / FPS
        exact = abs(start - part[0]) < edge and abs(end - part[1]) < edge
        cuts_word = any(first + 0.03 < moment < last - 0.03 for first, last in self.unspoken for moment in (start, end))
        return shared >= 0.7 * min(part[1] - part[0], self.longest_s) and (exact or not self.whole) and not cuts_word


# ---- sounds ---------------------------------------------------------------------------------------------------------


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def hiss(rng: Rng, seconds: float, level: float) -> Sound:
    return (rng.standard_normal(round(seconds * RATE_HZ)) * level).astype(np.float32)


def tone(seconds: float, hz: float, level: float) -> Sound:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * hz * at)).astype(np.float32)


def music(rng: Rng, seconds: float, level: float, *, bpm: float, layers: int) -> Sound:
    """A chord of so many layers that changes each bar, over drums: a kick on each beat, more with more layers."""
    out, beat = silence(seconds), 60 / bpm
    root = rng.uniform(110, 220)
    for number in range(int(seconds / beat) + 1):
        start = round(number * beat * RATE_HZ)
        length = min(round(beat * RATE_HZ), len(out) - start)
        if length <= 0:
            break
        at = np.arange(length) / RATE_HZ
        chord = root * (1, 1.335, 1.498, 0.89)[number // 4 % 4]
        for layer in range(layers):
            out[start : start + length] += (
                0.5 / layers * np.sin(2 * np.pi * chord * (1, 1.5, 2, 3, 4.02)[layer % 5] * at)
            )
        out[start : start + length] += np.exp(-at * 25) * np.sin(2 * np.pi * 60 * at)
        for part in range(layers - 1):
            off = round(part * beat / max(layers - 1, 1) * RATE_HZ)
            size = min(800, len(out) - start - off)
            if size > 0:
                out[start + off : start + off + size] += (
                    0.4 * rng.standard_normal(size) * np.exp(-np.arange(size) / 150)
                )
    return (out / max(float(np.abs(out).max()), 1e-6) * level).astype(np.float32)


def words(rng: Rng, seconds: float, level: float) -> tuple[Sound, list[tuple[float, float]]]:
    """Voiced syllables, four or five to a second, in words; sentences with pauses between; and where words lie."""
    out, spoken, now = silence(seconds), [], 0.0
    pitch = rng.uniform(95, 210)
    while True:
        begun, syllables = now, int(rng.integers(3, 9))
        for _ in range(syllables):
            length = rng.uniform(0.14, 0.26)
            if now + length > seconds:
                break
            at = np.arange(round(length * RATE_HZ)) / RATE_HZ
            hz = pitch * rng.uniform(0.9, 1.15)
            voice = sum(np.sin(2 * np.pi * hz * k * at) / k for k in range(1, 9))
            start = round(now * RATE_HZ)
            size = min(len(at), len(out) - start)
            out[start : start + size] = (voice * np.sin(np.pi * at / length) ** 0.5)[:size]
            now += length
        if syllables:
            spoken.append((begun, now))
        now += rng.uniform(0.28, 0.7)
        if now >= seconds - 0.5:
            break
    return (out / max(float(np.abs(out).max()), 1e-6) * level).astype(np.float32), spoken


def joined(*parts: Sound) -> tuple[Sound, list[float]]:
    """Put sounds one after the other; return where each ends."""
    return np.concatenate(parts), [float(end) for end in np.cumsum([len(part) for part in parts]) / RATE_HZ]


def write_sound(path: Path, sound: Sound, *, second: Sound | None = None) -> Path:
    rows = sound[:, None] if second is None else np.stack([sound, second], axis=1)
    with wave.open(str(path), "wb") as target:
        target.setnchannels(rows.shape[1])
        target.setsampwidth(2)
        target.setframerate(RATE_HZ)
        target.writeframes((np.clip(rows, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


def between(ends: list[float], at: int) -> tuple[float, float]:
    return (ends[at - 1] if at else 0.0, ends[at])


def silent_intro(rng: Rng, path: Path) -> Case:
    bpm, level = rng.uniform(90, 140), rng.uniform(0.5, 0.9)
    quiet = silence(rng.uniform(4, 12))
    verse = music(rng, rng.uniform(14, 22), level / 4, bpm=bpm, layers=1)
    chorus = music(rng, rng.uniform(14, 18), level, bpm=bpm, layers=4)
    outro = music(rng, rng.uniform(8, 14), level / 4, bpm=bpm, layers=1)
    sound, ends = joined(quiet, verse, chorus, outro)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 2),))


def loud_chorus(rng: Rng, path: Path) -> Case:
    bpm = rng.uniform(80, 150)
    parts = [music(rng, rng.uniform(12, 25), 0.35, bpm=bpm, layers=2) for _ in range(3)]
    at = int(rng.integers(0, 4))
    parts.insert(at, music(rng, rng.uniform(14, 20), 0.9, bpm=bpm, layers=4))
    sound, ends = joined(*parts)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, at),))


def two_choruses(rng: Rng, path: Path) -> Case:
    bpm = rng.uniform(80, 150)
    verse, chorus = ((rng.uniform(14, 20), level, layers) for level, layers in ((0.3, 1), (0.8, 4)))
    made = [music(rng, *part[:2], bpm=bpm, layers=part[2]) for part in (verse, chorus, verse, chorus)]
    sound, ends = joined(*made)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 1), between(ends, 3)))


def busy_part(rng: Rng, path: Path) -> Case:
    """The same loudness, but in one part much more begins."""
    bpm = rng.uniform(80, 110)
    parts = [music(rng, rng.uniform(14, 20), 0.6, bpm=bpm, layers=1) for _ in range(2)]
    at = int(rng.integers(0, 3))
    parts.insert(at, music(rng, rng.uniform(14, 18), 0.6, bpm=bpm * 2, layers=4))
    sound, ends = joined(*parts)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, at),))


def faded_song(rng: Rng, path: Path) -> Case:
    """Music that swells for long, stays, and goes for long."""
    rise, stay, fall = rng.uniform(15, 25), rng.uniform(14, 18), rng.uniform(15, 25)
    sound = music(rng, rise + stay + fall, 0.8, bpm=rng.uniform(90, 140), layers=3)
    at = np.arange(len(sound)) / RATE_HZ
    curve = np.clip(np.minimum(at / rise, (rise + stay + fall - at) / fall), 0, 1) ** 2
    return Case(write_sound(path.with_suffix(".wav"), (sound * curve).astype(np.float32)), ((rise, rise + stay),))


def long_song(rng: Rng, path: Path) -> Case:
    bpm = rng.uniform(90, 140)
    plan = (
        (0.05, 1, 10, 20),
        (0.3, 2, 30, 40),
        (0.3, 2, 30, 40),
        (0.85, 5, 18, 25),
        (0.3, 2, 30, 40),
        (0.1, 1, 10, 20),
    )
    sound, ends = joined(
        *(music(rng, rng.uniform(low, high), level, bpm=bpm, layers=layers) for level, layers, low, high in plan)
    )
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 3),))


def memo_with_pauses(rng: Rng, path: Path) -> Case:
    """A voice after long room tone, with pauses; nobody wants the tone."""
    lead, tail = rng.uniform(10, 18), rng.uniform(8, 18)
    voice, spoken = words(rng, rng.uniform(16, 20), 0.5)
    sound, ends = joined(silence(lead), voice, silence(tail))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.003)[: len(sound)]
    moved = tuple((first + ends[0], last + ends[0]) for first, last in spoken)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 1),), unspoken=moved)


def sparse_then_dense_speech(rng: Rng, path: Path) -> Case:
    parts, spoken, now = [], [], 0.0
    for _ in range(4):
        voice, said = words(rng, rng.uniform(1.0, 1.6), 0.25)
        spoken += [(first + now, last + now) for first, last in said]
        gap = silence(rng.uniform(4, 7))
        parts += [voice, gap]
        now += (len(voice) + len(gap)) / RATE_HZ
    voice, said = words(rng, rng.uniform(15, 20), 0.4)
    spoken += [(first + now, last + now) for first, last in said]
    sound, ends = joined(*parts, voice, silence(rng.uniform(3, 8)))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.002)[: len(sound)]
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 8),), unspoken=tuple(spoken))


def speech_in_noise(rng: Rng, path: Path) -> Case:
    """Loud air conditioning all through, words in the middle."""
    lead, voice_s, tail = rng.uniform(10, 20), rng.uniform(15, 20), rng.uniform(10, 20)
    voice, _ = words(rng, voice_s, 0.4)
    sound, ends = joined(silence(lead), voice, silence(tail))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.02)[: len(sound)]
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 1),))


def hum_and_speech(rng: Rng, path: Path) -> Case:
    """A hum as loud as the voice that follows, or goes before."""
    voice, _ = words(rng, rng.uniform(15, 20), 0.5)
    hum = tone(rng.uniform(14, 22), rng.uniform(100, 300), 0.25)
    first = bool(rng.integers(0, 2))
    sound, ends = joined(*((voice, hum) if first else (hum, voice)))
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 0 if first else 1),))


def opposite_channels(rng: Rng, path: Path) -> Case:
    """Stereo whose channels cancel each other in the loud part."""
    bpm = rng.uniform(90, 140)
    soft = [music(rng, rng.uniform(14, 20), 0.2, bpm=bpm, layers=2) for _ in range(2)]
    sound, ends = joined(soft[0], music(rng, rng.uniform(14, 18), 0.8, bpm=bpm, layers=4), soft[1])
    other = sound.copy()
    other[len(soft[0]) : -len(soft[1])] *= -1
    return Case(write_sound(path.with_suffix(".wav"), sound, second=other), (between(ends, 1),))


def short_sting(rng: Rng, path: Path) -> Case:
    """A short sound of which a few seconds are wanted."""
    bpm = rng.uniform(90, 140)
    parts = [
        music(rng, rng.uniform(3, 5), 0.15, bpm=bpm, layers=1),
        music(rng, rng.uniform(3.5, 5), 0.8, bpm=bpm, layers=4),
    ]
    at = int(rng.integers(0, 2))
    sound, ends = joined(*(parts[::-1] if at == 0 else parts))
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, at),), longest_s=4.0)


# ---- frames ---------------------------------------------------------------------------------------------------------


def ground(rng: Rng, width: int, height: int, *, detail: int = 6) -> Frame:
    """A colored picture of blotches, the finest of about so many pixels."""
    layers = []
    for size in (detail, detail * 4, detail * 12):
        small = rng.integers(0, 256, (height // size + 2, width // size + 2, 3), dtype=np.uint8)
        layers.append(np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC), np.float32))
    mixed = 0.45 * layers[0] + 0.3 * layers[1] + 0.25 * layers[2]
    levels = (mixed - 128) * rng.uniform(1.2, 1.9) + rng.uniform(100, 150)
    picture: Frame = np.clip(levels, 0, 255).astype(np.uint8)
    return picture


def count_of(seconds: float) -> int:
    return round(seconds * FPS)


def flat(seconds: float, color: tuple[int, int, int] = (0, 0, 0), sides: tuple[int, int] = SIDES) -> Frames:
    frame = np.full((sides[1], sides[0], 3), color, np.uint8)
    return (frame for _ in range(count_of(seconds)))


def still(rng: Rng, seconds: float, sides: tuple[int, int] = SIDES, *, detail: int = 6) -> Frames:
    """A picture that stands still, under a little noise."""
    frame = ground(rng, *sides, detail=detail).astype(np.int16)
    grain = rng.integers(-2, 3, (sides[1] + 8, sides[0], 3), dtype=np.int16)
    return (np.clip(frame + grain[at % 8 :][: sides[1]], 0, 255).astype(np.uint8) for at in range(count_of(seconds)))


def card(rng: Rng, seconds: float, sides: tuple[int, int] = SIDES) -> Frames:
    """A title: letters on one color."""
    frame = np.full((sides[1], sides[0], 3), rng.integers(0, 90, 3), np.uint8)
    for row in range(sides[1] // 3, sides[1] // 3 + 24, 8):
        for column in range(sides[0] // 5, sides[0] * 4 // 5, 5):
            if rng.random() < 0.6:
                frame[row : row + 5, column : column + 3] = 230
    return (frame for _ in range(count_of(seconds)))


def action(rng: Rng, seconds: float, sides: tuple[int, int] = SIDES, *, gain: float = 1.0) -> Frames:
    """Things that cross a picture which moves, too."""
    width, height = sides
    whole = ground(rng, width + 80, height + 60)
    things = [(rng.uniform(0, 1, 2), rng.uniform(0.03, 0.09, 2), rng.integers(60, 256, 3)) for _ in range(4)]
    for at in range(count_of(seconds)):
        left, top = round(40 + 38 * np.sin(at * 0.11)), round(30 + 28 * np.sin(at * 0.17))
        frame = whole[top : top + height, left : left + width].copy()
        for place, speed, color in things:
            across, down = (np.abs((place + speed * at) % 2 - 1) * (width - 24, height - 24)).astype(int)
            frame[down : down + 22, across : across + 22] = color
        yield frame if gain == 1 else (frame * gain).astype(np.uint8)


def pan(rng: Rng, seconds: float, sides: tuple[int, int] = SIDES, *, px_a_frame: float = 0.4) -> Frames:
    """A slow pan."""
    whole = ground(rng, sides[0] + int(count_of(seconds) * px_a_frame) + 2, sides[1])
    for at in range(count_of(seconds)):
        left = int(at * px_a_frame)
        yield whole[:, left : left + sides[0]]


def blurred(frames: Frames, radius: int = 9) -> Frames:
    """The same out of focus."""
    for frame in frames:
        small = Image.fromarray(frame)
        size = (max(small.width // radius, 2), max(small.height // radius, 2))
        soft = small.resize(size, Image.Resampling.BOX).resize(small.size, Image.Resampling.BICUBIC)
        yield np.asarray(soft, np.uint8)


def grainy(rng: Rng, frames: Frames, level: int) -> Frames:
    """The same with the noise of little light."""
    pool: list[Frame] = []
    for at, frame in enumerate(frames):
        if not pool:
            pool = [rng.integers(-level, level + 1, frame.shape, dtype=np.int16) for _ in range(7)]
        yield np.clip(frame.astype(np.int16) + pool[at % 7], 0, 255).astype(np.uint8)


def faded(frames: Frames, seconds: float, *, out: bool = False) -> Frames:
    """The same, from black or to black."""
    held, count = list(frames), count_of(seconds)
    for at, frame in enumerate(held):
        place = len(held) - 1 - at if out else at
        yield frame if place >= count else (frame * (place / count)).astype(np.uint8)


def dissolved(first: Frames, second: Frames, seconds: float) -> Frames:
    """Two shots, the end of one mixed with the beginning of the other."""
    one, other, count = list(first), list(second), count_of(seconds)
    yield from one[:-count]
    for at in range(count):
        part = (at + 1) / (count + 1)
        yield (one[len(one) - count + at] * (1 - part) + other[at] * part).astype(np.uint8)
    yield from other[count:]


def flashing(rng: Rng, frames: Frames, share: float = 0.03) -> Frames:
    """The same with single white frames."""
    for frame in frames:
        yield np.full_like(frame, 250) if rng.random() < share else frame


def chained(*parts: Frames) -> Frames:
    for part in parts:
        yield from part


def write_clip(path: Path, frames: Frames, sound: Sound | None = None) -> Path:
    """Encode frames, and lay a sound beside them, which takes no time, in this process."""
    target = path.with_suffix(".mov")
    with av.open(str(target), "w") as container:
        track = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "26", "threads": "1"})
        track.pix_fmt = "yuv420p"
        heard = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono") if sound is not None else None
        for at, rows in enumerate(frames):
            if at == 0:
                track.height, track.width = rows.shape[:2]
            container.mux(track.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(rows), format="rgb24")))
        container.mux(track.encode(None))
        if heard is not None and sound is not None:
            samples = (np.clip(sound, -1, 1) * 32_767).astype(np.int16)
            for start in range(0, len(samples), RATE_HZ):
                frame = av.AudioFrame.from_ndarray(samples[None, start : start + RATE_HZ], format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE_HZ, start
                container.mux(heard.encode(frame))
            container.mux(heard.encode(None))
    return target


def whole_frames(seconds: float) -> float:
    """Return a length in whole frames."""
    return round(seconds * FPS) / FPS


def title_then_action(rng: Rng, path: Path) -> Case:
    lead, length = whole_frames(rng.uniform(8, 14)), whole_frames(rng.uniform(10, 14))
    made = write_clip(path, chained(card(rng, lead), action(rng, length)))
    return Case(made, ((lead, lead + length),), whole=True)


def action_then_end_card(rng: Rng, path: Path) -> Case:
    length, tail = whole_frames(rng.uniform(10, 14)), whole_frames(rng.uniform(8, 14))
    return Case(write_clip(path, chained(action(rng, length), card(rng, tail))), ((0, length),), whole=True)


def black_lead_in(rng: Rng, path: Path) -> Case:
    lead, length = whole_frames(rng.uniform(4, 9)), whole_frames(rng.uniform(11, 14))
    made = write_clip(path, chained(flat(lead), action(rng, length), flat(2)))
    return Case(made, ((lead, lead + length),), whole=True)


def fades(rng: Rng, path: Path) -> Case:
    """A dull shot that fades to black, then one from black in which something goes on."""
    dull, length = whole_frames(rng.uniform(8, 12)), whole_frames(rng.uniform(10, 13))
    first = faded(still(rng, dull), 1, out=True)
    made = write_clip(path, chained(first, flat(1), faded(action(rng, length), 1)))
    return Case(made, ((dull + 1, dull + 1 + length),))


def action_between(rng: Rng, path: Path) -> Case:
    before, length, after = (whole_frames(rng.uniform(*span)) for span in ((6, 10), (9, 14), (6, 10)))
    made = write_clip(path, chained(still(rng, before), action(rng, length), still(rng, after)))
    return Case(made, ((before, before + length),), whole=True)


def many_shots(rng: Rng, path: Path) -> Case:
    """Shots of a few seconds, some dull; three lively ones in a row."""
    lengths = [whole_frames(rng.uniform(3.5, 4.8)) for _ in range(7)]
    at = int(rng.integers(1, 4))
    shots = (action(rng, one) if at <= place < at + 3 else still(rng, one) for place, one in enumerate(lengths))
    start = sum(lengths[:at])
    return Case(write_clip(path, chained(*shots)), ((start, start + sum(lengths[at : at + 3])),), whole=True)


def dissolve(rng: Rng, path: Path) -> Case:
    """A dull shot dissolves into a lively one."""
    dull, lively, mix = whole_frames(rng.uniform(9, 13)), whole_frames(rng.uniform(12, 15)), rng.uniform(0.8, 1.8)
    made = write_clip(path, dissolved(still(rng, dull), action(rng, lively), mix))
    return Case(made, ((dull, dull + lively - whole_frames(mix)),))


def two_dissolves(rng: Rng, path: Path) -> Case:
    dull, lively, mix = whole_frames(rng.uniform(8, 11)), whole_frames(rng.uniform(11, 14)), 1.0
    first = dissolved(pan(rng, dull), action(rng, lively), mix)
    made = write_clip(path, dissolved(first, still(rng, dull), mix))
    return Case(made, ((dull, dull + lively - 2 * mix),))


def flash_within(rng: Rng, path: Path) -> Case:
    """Flashes are no cuts: the shot that they lie in is kept whole."""
    before, length = whole_frames(rng.uniform(7, 12)), whole_frames(rng.uniform(9, 13))
    made = write_clip(path, chained(still(rng, before), flashing(rng, action(rng, length)), still(rng, 6)))
    return Case(made, ((before, before + length),), whole=True)


def flashes_elsewhere(rng: Rng, path: Path) -> Case:
    """A still picture with flashes is not lively."""
    before, length = whole_frames(rng.uniform(9, 12)), whole_frames(rng.uniform(9, 13))
    made = write_clip(path, chained(flashing(rng, still(rng, before), 0.05), action(rng, length)))
    return Case(made, ((before, before + length),), whole=True)


def out_of_focus(rng: Rng, path: Path) -> Case:
    """One take, a part of it out of focus."""
    soft, crisp = whole_frames(rng.uniform(10, 16)), whole_frames(rng.uniform(13, 16))
    held = list(action(rng, soft + crisp))
    cut, first = count_of(soft), bool(rng.integers(0, 2))
    parts = (blurred(iter(held[:cut])), iter(held[cut:])) if first else (iter(held[:-cut]), blurred(iter(held[-cut:])))
    return Case(write_clip(path, chained(*parts)), ((soft, soft + crisp) if first else (0, crisp),))


def low_light(rng: Rng, path: Path) -> Case:
    """Dark and grainy all through; in the middle something goes on."""
    before, length, after = (whole_frames(rng.uniform(*span)) for span in ((8, 14), (10, 14), (6, 10)))
    dim = chained(
        ((frame * 0.25).astype(np.uint8) for frame in still(rng, before)),
        action(rng, length, gain=0.25),
        ((frame * 0.25).astype(np.uint8) for frame in still(rng, after)),
    )
    return Case(write_clip(path, grainy(rng, dim, 9)), ((before, before + length),))


def vertical(rng: Rng, path: Path) -> Case:
    sides = (90, 160)
    before, length, after = (whole_frames(rng.uniform(*span)) for span in ((6, 10), (9, 14), (6, 10)))
    shots = chained(pan(rng, before, sides), action(rng, length, sides), still(rng, after, sides))
    return Case(write_clip(path, shots), ((before, before + length),), whole=True)


def static_intro_of_one_take(rng: Rng, path: Path) -> Case:
    """A camera that waits; then something goes on, in the same picture."""
    wait, length = whole_frames(rng.uniform(10, 18)), whole_frames(rng.uniform(13, 16))
    held = list(action(rng, length))
    made = write_clip(path, grainy(rng, chained((held[0] for _ in range(count_of(wait))), iter(held)), 2))
    return Case(made, ((wait, wait + length),))


def short_clip(rng: Rng, path: Path) -> Case:
    before, length = whole_frames(rng.uniform(2.5, 4)), whole_frames(rng.uniform(2.4, 3))
    made = write_clip(path, chained(still(rng, before), action(rng, length), still(rng, 2.5)))
    return Case(made, ((before, before + length),), longest_s=3.0, whole=True)


def long_clip(rng: Rng, path: Path) -> Case:
    before, length = whole_frames(rng.uniform(15, 30)), whole_frames(rng.uniform(10, 14))
    made = write_clip(
        path,
        chained(
            pan(rng, before / 2),
            still(rng, whole_frames(before) - whole_frames(before / 2)),
            action(rng, length),
            pan(rng, 18),
        ),
    )
    return Case(made, ((before, before + length),))


def screen_recording(rng: Rng, path: Path) -> Case:
    """A desktop; for a while a window moves on it."""
    before, length, after = (whole_frames(rng.uniform(*span)) for span in ((10, 16), (12, 15), (6, 10)))
    desk, window = ground(rng, *SIDES, detail=12), ground(rng, 60, 40)

    def frames() -> Frames:
        for at in range(count_of(before + length + after)):
            frame = desk.copy()
            moved = min(max(at - count_of(before), 0), count_of(length))
            across, down = round(50 + 48 * np.sin(moved * 0.2)), round(25 + 24 * np.sin(moved * 0.13))
            frame[down : down + 40, across : across + 60] = window
            yield frame

    return Case(write_clip(path, frames()), ((before, before + length),))


def shaken_floor(rng: Rng, path: Path) -> Case:
    """The camera is lowered, a blur; then what was meant."""
    lead, length = whole_frames(rng.uniform(7, 12)), whole_frames(rng.uniform(10, 14))
    made = write_clip(path, chained(blurred(action(rng, lead), 14), action(rng, length)))
    return Case(made, ((lead, lead + length),), whole=True)


def bars_and_tone(rng: Rng, path: Path) -> Case:
    """Color bars under a loud tone, as tapes begin."""
    lead, length = whole_frames(rng.uniform(6, 10)), whole_frames(rng.uniform(11, 14))
    bars = np.repeat(
        np.asarray([[235, 235, 16, 16, 235, 235, 16], [235] * 4 + [16] * 3, [235, 16] * 3 + [16]]).T, 23, 0
    )[:160]
    frame = np.repeat(bars[None].astype(np.uint8), 90, 0)
    sound, _ = joined(tone(lead, 1000, 0.5), music(rng, length, 0.5, bpm=rng.uniform(90, 140), layers=3))
    made = write_clip(path, chained((frame for _ in range(count_of(lead))), action(rng, length)), sound)
    return Case(made, ((lead, lead + length),), whole=True)


def talking_head(rng: Rng, path: Path) -> Case:
    """The picture hardly changes; what is said decides."""
    lead, length, tail = (whole_frames(rng.uniform(*span)) for span in ((9, 14), (15, 18), (6, 10)))
    voice, spoken = words(rng, length, 0.5)
    sound, _ = joined(silence(lead), voice, silence(tail))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.002)[: len(sound)]
    made = write_clip(path, still(rng, lead + length + tail), sound)
    moved = tuple((first + lead, last + lead) for first, last in spoken)
    return Case(made, ((lead, lead + length),), unspoken=moved)


def concert(rng: Rng, path: Path) -> Case:
    """What is loud and what moves come together."""
    lead, length, tail = (whole_frames(rng.uniform(*span)) for span in ((9, 14), (11, 14), (6, 10)))
    bpm = rng.uniform(90, 140)
    soft = [music(rng, one, 0.15, bpm=bpm, layers=1) for one in (lead, tail)]
    sound, _ = joined(soft[0], music(rng, length, 0.8, bpm=bpm, layers=4), soft[1])
    made = write_clip(path, chained(pan(rng, lead), action(rng, length), still(rng, tail)), sound)
    return Case(made, ((lead, lead + length),), whole=True)


def slides_then_speech(rng: Rng, path: Path) -> Case:
    """Silent slides, then a slide that somebody speaks over."""
    lead, length = whole_frames(rng.uniform(10, 14)), whole_frames(rng.uniform(11, 14))
    voice, _ = words(rng, length, 0.5)
    shots = chained(still(rng, lead / 2), still(rng, whole_frames(lead) - whole_frames(lead / 2)), still(rng, length))
    return Case(write_clip(path, shots, joined(silence(lead), voice)[0]), ((lead, lead + length),))


def same_music_all_through(rng: Rng, path: Path) -> Case:
    """Music that tells nothing; the frames do."""
    lead, length = whole_frames(rng.uniform(8, 13)), whole_frames(rng.uniform(10, 14))
    sound = music(rng, lead + length + 6, 0.6, bpm=rng.uniform(90, 140), layers=3)
    shots = chained(still(rng, lead), action(rng, length), still(rng, 6))
    return Case(write_clip(path, shots, sound), ((lead, lead + length),), whole=True)


def loud_moment_in_action(rng: Rng, path: Path) -> Case:
    """One long lively take; in a part of it people cheer."""
    before, length, after = (whole_frames(rng.uniform(*span)) for span in ((12, 18), (13, 16), (8, 14)))
    cheer = hiss(rng, length, 0.2) * (1 + 0.5 * np.sin(np.arange(round(length * RATE_HZ)) / 2600)).astype(np.float32)
    sound, _ = joined(hiss(rng, before, 0.01), cheer, hiss(rng, after, 0.01))
    return Case(write_clip(path, action(rng, before + length + after), sound), ((before, before + length),))


def frozen_start(rng: Rng, path: Path) -> Case:
    """A stream that hung, without sound, until it went on."""
    hung, length = whole_frames(rng.uniform(6, 12)), whole_frames(rng.uniform(13, 16))
    held = list(action(rng, length))
    sound, _ = joined(silence(hung), music(rng, length, 0.5, bpm=110, layers=3))
    made = write_clip(path, chained((held[0] for _ in range(count_of(hung))), iter(held)), sound)
    return Case(made, ((hung, hung + length),))


# ---- written after all was tuned -------------------------------------------------------------------------------------


def drop_after_a_build(rng: Rng, path: Path) -> Case:
    """Dance music: drums that grow busier, a second of silence, then all at once."""
    bpm = rng.uniform(118, 132)
    parts = [music(rng, 10, 0.1 + 0.06 * step, bpm=bpm, layers=step + 1) for step in range(3)]
    sound, ends = joined(*parts, silence(1), music(rng, rng.uniform(15, 18), 0.9, bpm=bpm, layers=5), parts[0])
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 4),))


def interview_after_clatter(rng: Rng, path: Path) -> Case:
    """Someone sets a microphone up: knocks, rests, breath; then answers."""
    knocks = silence(rng.uniform(12, 18))
    for _ in range(6):
        at = int(rng.integers(0, len(knocks) - 2000))
        knocks[at : at + 1600] += (0.5 * rng.standard_normal(1600) * np.exp(-np.arange(1600) / 200)).astype(np.float32)
    voice, spoken = words(rng, rng.uniform(15, 20), 0.45)
    sound, ends = joined(knocks, voice, silence(rng.uniform(4, 8)))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.004)[: len(sound)]
    moved = tuple((first + ends[0], last + ends[0]) for first, last in spoken)
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 1),), unspoken=moved)


def solo_and_band(rng: Rng, path: Path) -> Case:
    """A soft tune alone, the band, the tune again, for three minutes in all."""
    bpm = rng.uniform(85, 125)
    alone = [music(rng, rng.uniform(50, 70), 0.2, bpm=bpm, layers=1) for _ in range(2)]
    sound, ends = joined(alone[0], music(rng, rng.uniform(20, 30), 0.85, bpm=bpm, layers=4), alone[1])
    return Case(write_sound(path.with_suffix(".wav"), sound), (between(ends, 1),))


def zoom_into_a_map(rng: Rng, path: Path) -> Case:
    """A map that stands, then a fast flight over it."""
    wait, length = whole_frames(rng.uniform(10, 14)), whole_frames(rng.uniform(13, 15))
    whole = ground(rng, 1400, 700, detail=10)
    count = count_of(length)
    flight = (whole[at * 3 : at * 3 + 90, at * 6 : at * 6 + 160] for at in range(min(count, 200)))
    made = write_clip(path, chained((whole[:90, :160] for _ in range(count_of(wait))), flight))
    return Case(made, ((wait, wait + length),))


def cards_between_takes(rng: Rng, path: Path) -> Case:
    """Title, take, title, take that is out of focus, title."""
    lengths = [whole_frames(rng.uniform(*span)) for span in ((3, 5), (9, 13), (3, 5), (9, 13), (3, 5))]
    made = write_clip(
        path,
        chained(
            card(rng, lengths[0]),
            action(rng, lengths[1]),
            card(rng, lengths[2]),
            blurred(action(rng, lengths[3])),
            card(rng, lengths[4]),
        ),
    )
    return Case(made, ((lengths[0], sum(lengths[:2])),), whole=True)


def night_with_fades_and_voice(rng: Rng, path: Path) -> Case:
    """Dark, grainy, from black and to black; somebody speaks in the middle of one shot."""
    lead, length, tail = (whole_frames(rng.uniform(*span)) for span in ((8, 12), (13, 16), (6, 9)))
    voice, _ = words(rng, length, 0.4)
    dim = ((frame * 0.4).astype(np.uint8) for frame in still(rng, lead + length + tail))
    shots = grainy(rng, faded(faded(dim, 1), 1, out=True), 6)
    sound, _ = joined(silence(lead), voice, silence(tail))
    sound = sound + hiss(rng, len(sound) / RATE_HZ + 1, 0.003)[: len(sound)]
    return Case(write_clip(path, shots, sound), ((lead, lead + length),))


def vertical_dance(rng: Rng, path: Path) -> Case:
    """Upright, waiting without music, then dancing to it, then a wave at the camera."""
    sides = (90, 160)
    wait, length, after = (whole_frames(rng.uniform(*span)) for span in ((6, 10), (13, 15), (4, 6)))
    held = list(action(rng, length, sides))
    shots = chained((held[0] for _ in range(count_of(wait))), iter(held), (held[-1] for _ in range(count_of(after))))
    sound, _ = joined(silence(wait), music(rng, length, 0.7, bpm=rng.uniform(100, 130), layers=4), silence(after))
    return Case(write_clip(path, grainy(rng, shots, 3), sound), ((wait, wait + length),))


Recipe = Callable[[Rng, Path], Case]
SOUNDS: tuple[Recipe, ...] = (
    silent_intro,
    loud_chorus,
    two_choruses,
    busy_part,
    faded_song,
    long_song,
    memo_with_pauses,
    sparse_then_dense_speech,
    speech_in_noise,
    hum_and_speech,
    opposite_channels,
    short_sting,
)
CLIPS: tuple[Recipe, ...] = (
    title_then_action,
    action_then_end_card,
    black_lead_in,
    fades,
    action_between,
    many_shots,
    dissolve,
    two_dissolves,
    flash_within,
    flashes_elsewhere,
    out_of_focus,
    low_light,
    vertical,
    static_intro_of_one_take,
    short_clip,
    long_clip,
    screen_recording,
    shaken_floor,
    bars_and_tone,
    talking_head,
    concert,
    slides_then_speech,
    same_music_all_through,
    loud_moment_in_action,
    frozen_start,
)
RECIPES = SOUNDS + CLIPS


UNTRIED: tuple[Recipe, ...] = (
    drop_after_a_build,
    interview_after_clatter,
    solo_and_band,
    zoom_into_a_map,
    cards_between_takes,
    night_with_fades_and_voice,
    vertical_dance,
)


@dataclass(frozen=True)
class Outcome:
    """What was found in a case."""

    name: str
    case: Case
    found: tuple[Candidate, ...]

    @property
    def place(self) -> int | None:
        """The place of the first offer that shows the good part, from 1."""
        hits = [self.case.is_hit(one.window.start_s, one.window.end_s) for one in self.found]
        return hits.index(True) + 1 if any(hits) else None

    def words(self) -> str:
        """Say what was found, and what was to be found."""
        good = ", ".join(f"{first:.2f}-{last:.2f}" for first, last in self.case.good)
        offers = (f"{float(o.window.start_s):.2f}-{float(o.window.end_s):.2f} ({o.why})" for o in self.found[:3])
        return f"{self.name}: place {self.place or 'none'}: wanted {good}; offered {'; '.join(offers)}"


def outcome_of(recipe: Recipe, seed: int, folder: Path) -> Outcome:
    """Make a recipe's file from a seed, and look into it."""
    name = f"{getattr(recipe, '__name__', 'case')}-{seed}"
    case = recipe(np.random.default_rng([seed, *name.encode()]), folder / name)
    facts = probe(Asset(path=str(case.path))).facts
    if not isinstance(facts, VideoFacts | AudioFacts):
        msg = f"{case.path} is neither clip nor sound"
        raise TypeError(msg)
    longest = Fraction(case.longest_s).limit_denominator(1000)
    limits = Range(source="a test", read=dt.date(2026, 1, 1), min=Fraction(2), max=longest)
    return Outcome(name, case, looked(str(case.path), facts, limits, None))
