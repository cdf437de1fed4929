"""Reading at offsets that a file states: what nobody can reach is empty, and no seek is tried there."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.reading import FARTHEST, read_at

CONTENT = bytes(range(100))


@given(st.integers(0, 200), st.integers(0, 200))
def test_within_a_file_it_is_a_slice(at: int, size: int) -> None:
    assert read_at(io.BytesIO(CONTENT), at, size) == CONTENT[at : at + size]


@pytest.mark.parametrize("at", [-1, -(1 << 63), FARTHEST + 1, 1 << 44, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 200])
def test_where_no_file_reaches_nothing_is_read(at: int, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(CONTENT)
    with path.open("rb") as stream:
        assert read_at(stream, at, 10) == b""


@pytest.mark.parametrize("size", [0, -1, -(1 << 40)])
def test_no_size_reads_nothing_and_not_the_rest(size: int) -> None:
    assert read_at(io.BytesIO(CONTENT), 10, size) == b""
