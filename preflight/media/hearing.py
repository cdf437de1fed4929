"""Audio features of a file: loudness, onsets, pauses and beats.

Loudness is weighted and gated as ITU-R BS.1770-4 has it, measured in the spectrum. Onsets are the half-wave rectified
spectral flux of compressed magnitudes (Bello et al. 2005; Dixon 2006). Speech is told from its pauses by energy, with a
threshold between the noise floor and the level of speech (Rabiner and Sambur 1975).
"""

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.media.footage import decoded, open_audio
from preflight.media.progress import Part, Within
from preflight.media.reduced import reduced
from preflight.media.timeline import STEP_S
from preflight.probe.faults import Unreadable
from preflight.values.assets import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import AudioFrame, VideoFrame
    from numpy.typing import NDArray

    Floats = NDArray[Any]

HOPS_PER_S = 50
HOP_S = Fraction(1, HOPS_PER_S)
"""Five to a step."""
FRAME_S = 0.032
"""Length of a transformed frame, about: a power of two."""
LEAST_FRAME_BITS = 6
COMPRESSION = 100.0
"""Magnitudes m are compressed to log(1 + 100 m), so that soft onsets count."""
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
WEIGHTED_AT_HZ = 48_000
"""BS.1770-4, tables 1 and 2: the two stages of K-weighting, at the rate that they are given for."""
OFFSET_DB = -0.691
GATE_DB, RELATIVE_GATE_DB = -70.0, -10.0
"""BS.1770-4: gates of the loudness of the whole."""
SILENT_DB, FAR_BELOW_DB = -60.0, -35.0
"""Level below which audio is silent, absolute and against the loudness of the whole."""
AROUND = 75
"""Hops around, on either side."""
DIP_DB = -10.0
"""Level of a pause against the hops around."""
SPREAD_DB, ABOVE_FLOOR = 15.0, 0.3
"""Least dynamic range with a noise floor, and the threshold of speech above it, as a part of the range."""
PAUSE_HOPS = 7
"""Least pause; a shorter one may be a stop consonant."""


class AudioFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Audio features, named as in `Timeline`."""

    loudness_db: tuple[float, ...]
    onset_strength: tuple[float, ...]
    is_silent: tuple[bool, ...]
    pauses: tuple[Window, ...]
    beats_s: tuple[Fraction, ...]


def listen(
    path: str, format_name: str, duration_s: Fraction, part: Part, zero_s: Fraction | None = None
) -> AudioFeatures:
    """Measure the audio features of an audio file or clip.

    Args:
        path: an audio file or clip.
        format_name: the format that was measured.
        duration_s: its duration.
        part: progress and deadline.
        zero_s: presentation time of a clip's first frame; None for an audio file.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: no sound can be decoded.
    """
    import numpy as np

    from preflight.media.beats import beats_of

    power, flux, late_s = _hops(path, format_name, duration_s, part, zero_s)
    count = max(int(duration_s / HOP_S), 1)
    power, flux = (_shifted(one, round(late_s / HOP_S), count) for one in (power, flux))
    level = _decibels(power)
    whole = gated_loudness(power)
    pauses = [_span(first, last) for first, last in quiet_spans(level)]
    per_step = round(STEP_S / HOP_S)
    steps = _by_steps(power, per_step).mean(axis=1)
    momentary = _decibels(np.convolve(steps, np.full(4, 0.25), "same"))
    silent = momentary < max(SILENT_DB, whole + FAR_BELOW_DB)
    return AudioFeatures(
        loudness_db=tuple(_decibels(steps).tolist()),
        onset_strength=tuple(_by_steps(flux, per_step).max(axis=1).tolist()),
        is_silent=tuple(silent.tolist()),
        pauses=tuple(pauses),
        beats_s=tuple(place * HOP_S for place in beats_of(flux, float(1 / HOP_S))),
    )


def _hops(
    path: str, format_name: str, duration_s: Fraction, part: Part, zero_s: Fraction | None
) -> "tuple[Floats, Floats, Fraction]":
    """Compute weighted power and flux of each hop, and the start offset in seconds."""
    import numpy as np

    begun: list[Fraction] = []
    found: list[tuple[Floats, Floats]] = []
    with open_audio(path, format_name) as (container, track):
        frames = _noting_start(decoded(container, track), begun)
        spectra: _Spectra | None = None
        for samples, rate_hz in reduced(frames):
            if spectra is None or spectra.rate_hz != rate_hz:
                found += [spectra.rest()] if spectra else []
                spectra = _Spectra(rate_hz)
            found.append(spectra.of(samples))
            if part.is_over(Within(sum(len(power) for power, _ in found) * HOP_S, duration_s)):
                break
    if spectra is None:
        raise Unreadable("no sound can be decoded")
    found.append(spectra.rest())
    late = begun[0] - zero_s if begun and zero_s is not None else Fraction(0)
    powers, fluxes = (np.concatenate([one[at] for one in found]) for at in (0, 1))
    return powers, fluxes, late


def _noting_start(
    frames: "Iterator[VideoFrame | AudioFrame]", begun: list[Fraction]
) -> "Iterator[VideoFrame | AudioFrame]":
    for frame in frames:
        if not begun and frame.pts is not None and frame.time_base:
            begun.append(frame.pts * frame.time_base)
        yield frame


class _Spectra:
    """Short-time spectra of successive stretches.

    Args:
        rate_hz: samples per second.
    """

    def __init__(self, rate_hz: int) -> None:
        import numpy as np

        self.rate_hz = rate_hz
        self._frame = 1 << max(round(math.log2(rate_hz * FRAME_S)), LEAST_FRAME_BITS)
        self._window = np.hanning(self._frame).astype(np.float32)
        self._weights = k_weights(np.fft.rfftfreq(self._frame, 1 / rate_hz))
        self._scale = np.float32(2 / (self._frame * float((self._window**2).sum())))
        self._last: Floats | None = None
        self._held: Floats | None = None
        self._first = self._hops = 0
        """Sample with which what is held begins, and hops that are done."""

    def of(self, samples: "Floats") -> "tuple[Floats, Floats]":
        """Compute K-weighted mean square and spectral flux of each hop that is complete."""
        import numpy as np

        if self._held is not None:
            sides = samples if len(samples) == len(self._held) else samples[[0] * len(self._held)]
            samples = np.concatenate([self._held, sides], axis=1)
        until = max(self._first + samples.shape[1] - self._frame + 1, 0)
        return self._done(samples, max(-(-until * HOPS_PER_S // self.rate_hz), self._hops))

    def rest(self) -> "tuple[Floats, Floats]":
        """Compute the hops that are left, as if silence followed."""
        import numpy as np

        held = self._held if self._held is not None else np.zeros((1, 0), np.float32)
        hops = -(-(self._first + held.shape[1]) * HOPS_PER_S // self.rate_hz)
        return self._done(np.pad(held, ((0, 0), (0, 2 * self._frame))), max(hops, 1, self._hops))

    def _done(self, samples: "Floats", hops: int) -> "tuple[Floats, Floats]":
        """Compute up to a number of hops, and hold what the next ones need."""
        import numpy as np

        starts = np.arange(self._hops, hops + 1) * self.rate_hz // HOPS_PER_S - self._first
        self._held, self._first, self._hops = samples[:, starts[-1] :], self._first + int(starts[-1]), hops
        if len(starts) == 1:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        alike = len(samples) > 1 and bool((samples[0] == samples[1]).all())
        frames = sliding_frames(samples[:1] if alike else samples, self._frame, starts[:-1]) * self._window
        lines = np.fft.rfft(frames).view(np.float32)
        lines *= lines
        power = lines[..., ::2] + lines[..., 1::2]
        weighted = (power @ self._weights).sum(axis=0) * (self._scale * (2 if alike else 1))
        heard = np.log(1 + COMPRESSION / (self._frame / 4) * np.sqrt(power.mean(axis=0)))
        before = heard[:1] if self._last is None else self._last
        flux = np.maximum(np.diff(heard, axis=0, prepend=before), 0).mean(axis=1)
        self._last = heard[-1:]
        return weighted.astype(np.float32), flux.astype(np.float32)


def sliding_frames(samples: "Floats", length: int, starts: "Floats") -> "Floats":
    """Cut frames of a length out of each channel."""
    import numpy as np

    frames: Floats = np.lib.stride_tricks.sliding_window_view(samples, length, axis=1)[:, starts]
    return frames


def k_weights(frequencies_hz: "Floats") -> "Floats":
    """Compute the power gain of K-weighting at frequencies in Hz."""
    import numpy as np

    turn = np.exp(-2j * np.pi * frequencies_hz / WEIGHTED_AT_HZ)
    gain = np.ones_like(turn)
    for above, below in (SHELF, HIGH_PASS):
        gain *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    power: Floats = (np.abs(gain) ** 2).astype(np.float32)
    return power


def gated_loudness(power: "Floats") -> float:
    """Compute the gated loudness of the whole in dB; the absolute gate where all lies below."""
    import numpy as np

    blocks = _by_steps(power, 20).mean(axis=1)
    for gate in (GATE_DB, None):
        told = _decibels(blocks)
        limit = gate if gate is not None else float(_decibels(blocks.mean(keepdims=True))[0]) + RELATIVE_GATE_DB
        if not (told > limit).any():
            return GATE_DB
        blocks = blocks[told > limit]
    return float(_decibels(np.asarray([blocks.mean()]))[0])


def quiet_spans(level_db: "Floats") -> list[tuple[int, int]]:
    """Find pauses as half-open spans of hops: far below the surroundings, or near the noise floor."""
    import numpy as np

    smooth = _decibels(_means(10 ** (level_db / 10), 1))
    around = _decibels(_means(10 ** (level_db / 10), AROUND))
    floor, loud = np.percentile(np.maximum(smooth, GATE_DB), (10, 95))
    threshold = floor + ABOVE_FLOOR * (loud - floor) if loud - floor >= SPREAD_DB else SILENT_DB
    quiet = (smooth < around + OFFSET_DB + DIP_DB) | (smooth < threshold)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    return [
        (int(first), int(last))
        for first, last in zip(edges[::2], edges[1::2], strict=True)
        if last - first >= PAUSE_HOPS
    ]


def _means(values: "Floats", reach: int) -> "Floats":
    """Compute the moving average, shorter at both ends."""
    import numpy as np

    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    first, last = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(values))
    means: Floats = ((sums[last] - sums[first]) / (last - first)).astype(np.float32)
    return means


def _decibels(power: "Floats") -> "Floats":
    import numpy as np

    return (OFFSET_DB + 10 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)


def _by_steps(values: "Floats", per_step: int) -> "Floats":
    """Group values by steps; the last row is padded with its last value."""
    import numpy as np

    return np.pad(values, (0, -len(values) % per_step), "edge").reshape(-1, per_step)


def _shifted(values: "Floats", hops: int, count: int) -> "Floats":
    """Delay values by hops; cut or pad them to a count."""
    import numpy as np

    late = np.pad(values, (hops, 0)) if hops > 0 else values[-hops:]
    return np.pad(late[:count], (0, max(count - len(late), 0)))


def _span(first: int, last: int) -> Window:
    """Convert a span of hops to seconds."""
    return Window(first * HOP_S + HOP_S / 2, last * HOP_S + HOP_S / 2)
