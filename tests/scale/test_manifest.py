"""A manifest says which shards count, in their order; one that is damaged is said to be, and never half believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.scale.manifest import Entry, Manifest, dumped, loaded
from preflight.scale.schema import VERDICTS_SCHEMA

ENTRIES = st.builds(
    Entry,
    name=st.builds(
        "shard-{:06d}-{}.parquet".format, st.integers(0, 10**7), st.text("0123456789abcdef", min_size=8, max_size=8)
    ),
    rows=st.integers(0, 10**6),
    bytes=st.integers(0, 10**9),
)


@given(st.lists(ENTRIES, max_size=4).map(tuple), st.integers(0, 9))
def test_what_is_written_is_read(shards: tuple[Entry, ...], commits: int) -> None:
    one = Manifest(shards, commits)
    assert loaded(dumped(one)) == one
    assert one.last_number == max((shard.number for shard in shards), default=0)


@given(st.lists(ENTRIES, max_size=3), st.lists(ENTRIES, max_size=3))
def test_shards_are_added_behind_and_no_two_contents_are_alike(before: list[Entry], more: list[Entry]) -> None:
    one = Manifest(tuple(before), 3)
    other = one.with_shards(more)
    assert other.shards == (*before, *more)
    assert dumped(other) != dumped(one)


def test_it_says_what_it_is_of_and_how_many_rows_there_are() -> None:
    told = json.loads(
        dumped(Manifest((Entry("shard-000001-a.parquet", 3, 10), Entry("shard-000002-b.parquet", 4, 10))))
    )
    assert (told["schema"], told["rows"], len(told["shards"])) == (VERDICTS_SCHEMA, 7, 2)


def test_a_manifest_of_a_later_version_may_say_more() -> None:
    told = json.loads(dumped(Manifest((Entry("shard-000001-a.parquet", 3, 10),))))
    told["shards"][0]["later"] = 1
    assert loaded(json.dumps({**told, "later": {}}).encode()).last_number == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"shards": 7}',
        b'{"shards": [{"name": "shard-000001-a.parquet"}]}',
        b'{"shards": [{"name": "../../etc/passwd", "rows": 1, "bytes": 1}]}',
        b'{"shards": [{"name": "", "rows": 1, "bytes": 1}]}',
        b'{"commits": "three"}',
    ],
)
def test_one_that_is_damaged_is_said_to_be(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"manifest\.json is damaged"):
        loaded(content)
