"""Which tone each channel of a file holds."""

from pathlib import Path
from typing import Any

import av
import numpy as np


def tones(path: str | Path) -> list[list[int]]:
    """Return of every sound track the tone of each channel, in Hz to the nearest ten."""
    with av.open(str(path)) as container:
        return [_tones(container, place) for place in range(len(container.streams.audio))]


def _tones(container: Any, place: int) -> list[int]:  # noqa: ANN401 - PyAV's container
    container.seek(0)
    frames = list(container.decode(audio=place))
    samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    rate = frames[0].sample_rate
    return [round(_hz(channel, rate), -1) for channel in samples]


def _hz(channel: Any, rate: int) -> int:  # noqa: ANN401 - numpy's arrays
    spectrum = np.abs(np.fft.rfft(channel))
    return int(spectrum.argmax() * rate / len(channel))
