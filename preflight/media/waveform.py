"""Audio analysis: a file in, its envelope and its quiet moments out."""

from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from math import sqrt
from typing import TYPE_CHECKING

from preflight.media.footage import decoded, open_audio
from preflight.probe.faults import Unreadable

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler, VideoFrame

FULL_SCALE = 1 << 15
FINE_S = Fraction(1, 100)
"""Interval of the peaks in an envelope."""
WINDOW_S = Fraction(1, 20)
"""Window for loudness."""
HEARD_RATE_HZ = 16_000
"""Sample rate for loudness: speech and music lie mostly below half of it."""
SILENCE = 0.001
"""Loudness of silence, of 1: -60 dB."""
HUSH = 0.4
"""Quiet, relative to the loudness around: -8 dB."""
AROUND = 40
"""Windows on either side that count as around: two seconds."""
PAUSE = 10
"""Windows from which a quiet part is a pause with two ends: half a second."""
LEAD = 4
"""Windows of a pause to keep at either end."""


def envelope(path: str, format_name: str, buckets: int) -> tuple[float, ...]:
    """Return the peak of each equal part of the audio, 0 to 1.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no audio can be decoded.
    """
    peaks = [_peak(part) for part in _stretches(path, format_name, FINE_S, None)]
    if not peaks:
        raise Unreadable("no sound can be decoded")
    return tuple(max(peaks[_share(peaks, at, buckets)]) for at in range(buckets))


def _peak(samples: "array[int]") -> float:
    """Return the peak amplitude, 0 to 1."""
    return max(map(abs, (max(samples), min(samples)))) / FULL_SCALE


def quiet_points(path: str, format_name: str) -> tuple[Fraction, ...]:
    """Return the moments, in seconds, where audio is much quieter than around, to cut there unnoticed.

    A pause gives two: shortly after its start, and shortly before its end.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no audio can be decoded.
    """
    loudness = [_loudness(part) for part in _stretches(path, format_name, WINDOW_S, HEARD_RATE_HZ)]
    return tuple((at + Fraction(1, 2)) * WINDOW_S for at in quiet_windows(loudness))


def quiet_windows(loudness: Sequence[float]) -> list[int]:
    """Return the indexes of each quiet part's quietest window, and those near both ends of each pause."""
    sums = [0.0, *accumulate(loudness)]
    quiet = [level < SILENCE or level < HUSH * _mean(sums, at) for at, level in enumerate(loudness)]
    found: list[int] = []
    for is_quiet, group in groupby(range(len(loudness)), key=quiet.__getitem__):
        stretch = list(group)
        if not is_quiet:
            continue
        if len(stretch) >= PAUSE:
            found += [stretch[LEAD], stretch[-1 - LEAD]]
        else:
            found.append(min(stretch, key=loudness.__getitem__))
    return found


def _mean(sums: list[float], at: int) -> float:
    """Return the mean loudness around an index, from cumulative sums."""
    first, last = max(at - AROUND, 0), min(at + AROUND + 1, len(sums) - 1)
    return (sums[last] - sums[first]) / (last - first)


def _share(peaks: list[float], at: int, buckets: int) -> slice:
    """Return the range of peaks in a bucket, at least one."""
    first = min(at * len(peaks) // buckets, len(peaks) - 1)
    return slice(first, max((at + 1) * len(peaks) // buckets, first + 1))


def _loudness(samples: "array[int]") -> float:
    """Return the root mean square, 0 to 1."""
    return sqrt(sum(sample * sample for sample in samples) / len(samples)) / FULL_SCALE


def _stretches(path: str, format_name: str, length_s: Fraction, rate_hz: int | None) -> "Iterator[array[int]]":
    """Yield interleaved samples in parts of a length; the last may be shorter."""
    with open_audio(path, format_name) as (container, track):
        waiting: array[int] = array("h")
        for samples, per_second in _samples(decoded(container, track), rate_hz):
            waiting.extend(samples)
            size = max(int(length_s * per_second), 1)
            whole = len(waiting) - len(waiting) % size
            for start in range(0, whole, size):
                yield waiting[start : start + size]
            del waiting[:whole]
        if waiting:
            yield waiting


def _samples(frames: "Iterator[VideoFrame | AudioFrame]", rate_hz: int | None) -> "Iterator[tuple[array[int], int]]":
    """Yield each frame's interleaved 16-bit samples, and its sample rate."""
    import av

    turner: AudioResampler | None = None
    for frame in frames:
        if not isinstance(frame, av.AudioFrame):
            continue
        turned, turner = _turned(frame, turner, rate_hz)
        yield from map(_pulse, turned)
    if turner is None:
        raise Unreadable("no sound can be decoded")
    yield from map(_pulse, turner.resample(None))


def _turned(
    frame: "AudioFrame", turner: "AudioResampler | None", rate_hz: int | None
) -> "tuple[list[AudioFrame], AudioResampler]":
    """Convert a frame to 16 bits; restart where the stream changes its format."""
    import av

    for turner in (turner, av.AudioResampler(format="s16", rate=rate_hz)):  # noqa: PLR1704, B020 - the first that can
        try:
            if turner is not None:
                return turner.resample(frame), turner
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            continue
    return [], av.AudioResampler(format="s16", rate=rate_hz)


def _pulse(frame: "AudioFrame") -> "tuple[array[int], int]":
    channels = frame.layout.nb_channels
    samples: array[int] = array("h")
    samples.frombytes(memoryview(frame.planes[0])[: frame.samples * channels * samples.itemsize])
    return samples, frame.sample_rate * channels
