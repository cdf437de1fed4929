"""Decoded audio reduced for analysis: frames in, stretches of one or two channels at about 16 kHz out.

Channels beyond two are averaged, even and odd ones apart. Rates are divided by a whole number, each sample the mean of
so many: an analysis needs neither the top of the band nor the cost of a filter.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import AudioFrame, VideoFrame
    from numpy.typing import NDArray

    Floats = NDArray[Any]

RATE_HZ = 16_000
"""Rate to be divided down to, about."""
FORMATS = {"u8": "uint8", "s16": "int16", "s32": "int32", "flt": "float32", "dbl": "float64"}
"""libav's sample formats, without the letter of planes, and numpy's."""
FULL_SCALES = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31}
MOST_SIDES = 2
STRETCH_S = 2


class _Kind(NamedTuple):
    """What frames that may be joined share."""

    name: str
    rate_hz: int
    channels: int

    @property
    def sample(self) -> str:
        """Its sample format, without the letter of planes."""
        return self.name.removesuffix("p")

    @property
    def per_plane(self) -> int:
        """Channels in each plane."""
        return 1 if self.name.endswith("p") else self.channels


def reduced(frames: "Iterator[VideoFrame | AudioFrame]") -> "Iterator[tuple[Floats, int]]":
    """Yield stretches of a few seconds: samples by channel, full scale at 1, and their rate in Hz."""
    import numpy as np

    waiting: list[list[Floats]] = []
    kind, left = _Kind("", 0, 0), 0
    for found, frame in _audible(frames):
        if waiting and (found != kind or left <= 0):
            yield _joined(waiting, kind)
            waiting = []
        if not waiting:
            kind, left = found, STRETCH_S * found.rate_hz
        of, count = FORMATS[kind.sample], frame.samples * kind.per_plane
        waiting.append([np.frombuffer(memoryview(plane), of, count) for plane in frame.planes])
        left -= frame.samples
    if waiting:
        yield _joined(waiting, kind)


def _audible(frames: "Iterator[VideoFrame | AudioFrame]") -> "Iterator[tuple[_Kind, AudioFrame]]":
    """Yield the frames whose samples can be read, each after what it is."""
    import av

    for frame in frames:
        if isinstance(frame, av.AudioFrame) and frame.samples and frame.sample_rate:
            kind = _Kind(frame.format.name, frame.sample_rate, frame.layout.nb_channels)
            if kind.sample in FORMATS:
                yield kind, frame


def _joined(waiting: "list[list[Floats]]", kind: _Kind) -> "tuple[Floats, int]":
    """Join frames, then reduce channels and rate.

    Args:
        waiting: the planes of each frame.
        kind: what they share.
    """
    import numpy as np

    rows = [np.concatenate(planes) for planes in zip(*waiting, strict=True)]
    if kind.per_plane > 1:
        rows = list(rows[0].reshape(-1, kind.per_plane).T)
    sides = [_mean(rows[side::MOST_SIDES]) for side in range(min(len(rows), MOST_SIDES))]
    by = max(round(kind.rate_hz / RATE_HZ), 1)
    level = np.float32(1 / (by * FULL_SCALES.get(kind.sample, 1)))
    middle = np.float32(FULL_SCALES["u8"] * by if kind.sample == "u8" else 0)
    return np.stack([(_summed(side, by) - middle) * level for side in sides]), kind.rate_hz // by


def _mean(rows: "list[Floats]") -> "Floats":
    import numpy as np

    return rows[0] if len(rows) == 1 else np.stack(rows).mean(axis=0, dtype=np.float32)


def _summed(side: "Floats", by: int) -> "Floats":
    """Add so many successive samples, as floats."""
    import numpy as np

    count = len(side) // by * by
    summed: Floats = side[:count:by].astype(np.float32)
    for part in range(1, by):
        summed += side[part:count:by]
    return summed
