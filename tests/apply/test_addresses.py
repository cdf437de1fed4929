"""Names of files for ffmpeg: none is an option, a pattern or an address of its own."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from preflight.apply.addresses import SOURCE, TARGET, address, named


@given(st.binary(min_size=1, max_size=40).filter(lambda name: not {0, 47} & {*name}))
def test_a_name_of_any_bytes_is_an_absolute_path_behind_one_fixed_word(name: bytes) -> None:
    path = Path(os.fsdecode(name))
    said = address(path)
    assert said.startswith("file:/")
    assert Path(said.removeprefix("file:")) == Path.cwd() / path


def test_only_a_whole_placeholder_is_replaced() -> None:
    source, target = Path("/in/-i.mp4"), Path("/out/%d.mp4")
    given_ = ["-i", SOURCE, "-y", TARGET, f"movie={SOURCE}", SOURCE.removeprefix("file:")]
    assert named(given_, source, target) == ["-i", "file:/in/-i.mp4", "-y", "file:/out/%d.mp4", *given_[4:]]


def test_a_file_named_like_a_placeholder_is_not_replaced_again(tmp_path: Path) -> None:
    source = tmp_path / TARGET
    assert named([SOURCE, TARGET], source, Path("/b")) == [f"file:{source}", "file:/b"]
