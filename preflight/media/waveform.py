"""Sound: a file in, its outline out; and its samples, for who measures more."""

from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.media.footage import decoded, open_audio
from preflight.probe.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import AudioFrame, AudioResampler, VideoFrame

FULL_SCALE = 1 << 15
FINE_S = Fraction(1, 100)
"""Stretches whose peaks an envelope is put together from."""


def envelope(path: str, format_name: str, buckets: int) -> tuple[float, ...]:
    """Return the highest sample, 0 to 1, in each of so many equal parts of a sound or of a clip's sound.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: no sound can be decoded.
    """
    peaks = [_peak(part) for part in _stretches(path, format_name, FINE_S, None)]
    if not peaks:
        raise Unreadable("no sound can be decoded")
    return tuple(max(peaks[_share(peaks, at, buckets)]) for at in range(buckets))


def _peak(samples: "array[int]") -> float:
    """Return the highest sample on either side, 0 to 1."""
    return max(map(abs, (max(samples), min(samples)))) / FULL_SCALE


def _share(peaks: list[float], at: int, buckets: int) -> slice:
    """Return the part of the peaks that a bucket covers: at least one."""
    first = min(at * len(peaks) // buckets, len(peaks) - 1)
    return slice(first, max((at + 1) * len(peaks) // buckets, first + 1))


def _stretches(path: str, format_name: str, length_s: Fraction, rate_hz: int | None) -> "Iterator[array[int]]":
    """Yield a sound's samples, all channels one after the other, by stretches; the last may be shorter."""
    with open_audio(path, format_name) as (container, track):
        waiting: array[int] = array("h")
        for samples, per_second in samples_of(decoded(container, track), rate_hz):
            waiting.extend(samples)
            size = max(int(length_s * per_second), 1)
            whole = len(waiting) - len(waiting) % size
            for start in range(0, whole, size):
                yield waiting[start : start + size]
            del waiting[:whole]
        if waiting:
            yield waiting


def samples_of(frames: "Iterator[VideoFrame | AudioFrame]", rate_hz: int | None) -> "Iterator[tuple[array[int], int]]":
    """Yield each frame's samples in 16 bits, all channels one after the other, and how many make a second."""
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
    """Turn a frame into 16 bits; where a stream changes its form on the way, begin anew."""
    import av

    for fresh in (False, True):
        turning = av.AudioResampler(format="s16", rate=rate_hz) if fresh or turner is None else turner
        try:
            return turning.resample(frame), turning
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
