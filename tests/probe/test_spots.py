"""The first, a middle and the last keyframe are looked at, whole where that is affordable."""

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.spots import HEAD_BYTES, bring_keyframes, keyframes_of


class Sample(NamedTuple):
    pos: int
    size: int
    is_keyframe: bool


class Far:
    """A file elsewhere, of which so many bytes may be had."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.wanted: list[tuple[int, int]] = []

    def affords(self, *spans: tuple[int, int]) -> bool:
        return sum(size for _, size in spans) <= self.most_bytes

    def want(self, at: int, size: int) -> None:
        self.wanted.append((at, size))


INDEX = st.lists(st.tuples(st.integers(1, 20_000), st.booleans()), max_size=12).map(
    lambda found: [Sample(at * 30_000, size, key) for at, (size, key) in enumerate(found)]
)


def brought(entries: list[Sample], most_bytes: int) -> tuple[list[int], list[tuple[int, int]]]:
    far = Far(most_bytes)
    return bring_keyframes(far, entries), far.wanted  # type: ignore[arg-type] # what of it is used


def test_of_many_keyframes_the_ends_and_the_middle_are_looked_at() -> None:
    entries = [Sample(at, 10, at % 10 == 0) for at in range(100)]
    assert keyframes_of(entries) == [0, 50, 90]
    assert keyframes_of(entries[:1]) == keyframes_of([Sample(0, 10, False)] * 3) == [0]
    assert keyframes_of([]) == []


@given(INDEX)
def test_there_are_at_most_three_in_order_and_keyframes_where_there_are_any(entries: list[Sample]) -> None:
    places = keyframes_of(entries)
    assert len(places) <= 3
    assert bool(places) is bool(entries)
    assert all(one < other for one, other in pairwise(places))
    if any(one.is_keyframe for one in entries):
        assert all(entries[place].is_keyframe for place in places)


@given(INDEX, st.integers(0, 50_000))
def test_no_more_is_brought_than_is_afforded_but_for_the_first_head(entries: list[Sample], most_bytes: int) -> None:
    places, wanted = brought(entries, most_bytes)
    assert len(wanted) == len(places)
    assert places == keyframes_of(entries)[: len(places)]
    if sum(size for _, size in wanted) > most_bytes:
        assert len(wanted) == 1
        assert wanted[0][1] <= HEAD_BYTES
    for place, (at, size) in zip(places, wanted, strict=True):
        assert at == entries[place].pos
        assert size in (entries[place].size, min(entries[place].size, HEAD_BYTES))


def test_the_smallest_is_brought_whole_first() -> None:
    entries = [Sample(0, 9_000, True), Sample(10_000, 5_000, True), Sample(20_000, 9_000, True)]
    assert brought(entries, 3 * HEAD_BYTES + 1_000)[1] == [(0, HEAD_BYTES), (10_000, 5_000), (20_000, HEAD_BYTES)]
    assert brought(entries, 30_000)[1] == [(0, 9_000), (10_000, 5_000), (20_000, 9_000)]
    assert brought(entries, 2 * HEAD_BYTES)[0] == [0, 1]
