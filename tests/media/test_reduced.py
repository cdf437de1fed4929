"""Audio reduced for analysis: the level stays, channels and rates become few."""

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media.reduced import RATE_HZ, reduced

FORMATS = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def frame(name: str, channels: int, rate_hz: int, samples: int, level: float = 0.5) -> av.AudioFrame:
    of = FORMATS[name.removesuffix("p")]
    full = {"u8": 128, "s16": 1 << 15, "s32": 1 << 31}.get(name.removesuffix("p"), 1)
    value = np.asarray(level * full + (128 if name.startswith("u8") else 0)).astype(of)
    shape = (channels, samples) if name.endswith("p") else (1, samples * channels)
    made = av.AudioFrame.from_ndarray(np.full(shape, value), format=name, layout=LAYOUTS[channels])
    made.sample_rate = rate_hz
    return made


@pytest.mark.parametrize("name", [*FORMATS, *(f"{name}p" for name in FORMATS)])
@pytest.mark.parametrize("channels", LAYOUTS)
def test_the_level_stays_whatever_the_format_and_the_channels(name: str, channels: int) -> None:
    ((samples, rate_hz),) = reduced(iter([frame(name, channels, 48_000, 960)]))
    assert (samples.shape, rate_hz) == ((min(channels, 2), 320), 16_000)
    assert float(samples.mean()) == pytest.approx(0.5, abs=0.005)
    assert float(np.ptp(samples)) == 0


@settings(max_examples=30)
@given(st.integers(4_000, 200_000), st.integers(1, 20))
def test_a_rate_is_divided_by_a_whole_number(rate_hz: int, count: int) -> None:
    found = list(reduced(frame("s16", 1, rate_hz, 1_000) for _ in range(count)))
    by = rate_hz // found[0][1]
    assert rate_hz < RATE_HZ or RATE_HZ / 2 < found[0][1] < RATE_HZ * 2
    assert 0 <= count * 1_000 - by * sum(samples.shape[1] for samples, _ in found) < by * len(found)


def test_a_stream_that_changes_its_form_on_the_way_is_followed() -> None:
    frames = [frame("s16", 1, 16_000, 100), frame("fltp", 2, 48_000, 300), frame("fltp", 2, 48_000, 300)]
    found = [(samples.shape, rate_hz) for samples, rate_hz in reduced(iter(frames))]
    assert found == [((1, 100), 16_000), ((2, 200), 16_000)]


@pytest.mark.parametrize("name", ["s16", "s16p"])
@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1), (6, 2)])
def test_a_stream_that_gains_or_loses_channels_on_the_way_is_followed(name: str, first: int, second: int) -> None:
    frames = [frame(name, channels, 16_000, 100) for channels in (first, second)]
    found = [samples.shape for samples, _ in reduced(iter(frames))]
    assert found == [(min(first, 2), 100), (second, 100)]


def test_nothing_is_nothing() -> None:
    assert list(reduced(iter([]))) == []
