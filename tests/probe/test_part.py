"""Parts of a file read as a file of their own, whatever is read, sought and asked of them."""

import io
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.part import Part, joined, part_of

steps = st.lists(
    st.tuples(st.just("read"), st.integers(-1, 40))
    | st.tuples(st.sampled_from(["set", "end"]), st.integers(-5, 40))
    | st.tuples(st.just("current"), st.integers(0, 9)),
    max_size=8,
)
WHENCE = {"set": os.SEEK_SET, "current": os.SEEK_CUR, "end": os.SEEK_END}


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=4), steps
)
def test_joined_parts_are_read_like_one_file(parts: list[tuple[bytes, int, int]], asked: list[tuple[str, int]]) -> None:
    cut = [(data, min(one, other, len(data)), min(max(one, other), len(data))) for data, one, other in parts]
    whole = io.BytesIO(b"".join(data[start:end] for data, start, end in cut))
    found = joined([Part(io.BytesIO(data), start, end) for data, start, end in cut])
    for how, number in asked:
        if how == "read":
            assert found.read(number) == whole.read(number)
        else:
            place = max(number, 0) if how == "set" else number
            size = len(whole.getbuffer())
            place = max(place, -size) if how == "end" else place
            assert found.seek(place, WHENCE[how]) == whole.seek(place, WHENCE[how])
        assert found.tell() == whole.tell()


def test_a_part_of_a_file_that_became_shorter_ends_where_the_file_does() -> None:
    assert part_of(io.BytesIO(b"0123456789"), 6, 100).read() == b"6789"


def test_the_file_stays_open_and_is_the_one_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with (tmp_path / "a").open("rb") as whole:
        found = part_of(whole, 2, 5)
        assert (found.fileno(), found.seekable(), found.read()) == (whole.fileno(), True, b"234")
        found.close()
        assert not whole.closed
