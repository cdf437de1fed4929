"""Parameter sets: a slice names the set that it is shown by, and others change nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import ENTRY, edited, payload_of
from preflight.probe.bitstream.parameter_sets import ParameterSets
from tests.specimens import MEDIA, video


def test_a_set_that_no_sample_uses_changes_nothing(tmp_path: Path) -> None:
    """The record of one clip with that of a larger one behind it: its slices use the first."""
    large = payload_of((MEDIA / "video-avcc-second-set-1920x1080.mp4").read_bytes(), f"{ENTRY}/avcC")
    end = 8 + int.from_bytes(large[6:8], "big")
    second = large[end : end + 2 + int.from_bytes(large[end : end + 2], "big")]

    def with_second(avcc: bytes) -> bytes:
        first_end = 8 + int.from_bytes(avcc[6:8], "big")
        return avcc[:5] + b"\xe2" + avcc[6:first_end] + second + avcc[first_end:]

    path = tmp_path / "clip.mp4"
    path.write_bytes(edited((MEDIA / "video-5s.mp4").read_bytes(), f"{ENTRY}/avcC", with_second))
    assert (video(path).width_px, video(path, "header").width_px) == (854, 854)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(record=st.binary(max_size=64), sample=st.binary(max_size=256))
def test_samples_of_any_bytes_are_read_without_a_word(codec: str, record: bytes, sample: bytes) -> None:
    sets = ParameterSets(codec, record)
    sets.read(sample)
    assert sets.count <= 32
