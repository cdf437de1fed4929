"""A verdict is known by its asset and by all that may change it; nothing that may change it is left out."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.scale.keys import CODES, HALF_BYTES, KEY_BYTES, KnownVerdicts, Tally, key_of, mark_of
from preflight.values.assets import Asset, Stored
from tests.specimens import copied

TEXT = st.text(max_size=8)
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(range(len(CODES)))), max_size=30)
OBJECT = Asset(path="s3://bucket/a.png", stored=Stored(size=3, etag='"abc"'))


def key(asset: int, content: int) -> bytes:
    return asset.to_bytes(HALF_BYTES, "big") + content.to_bytes(HALF_BYTES, "big")


def known(rows: list[tuple[int, int, int]]) -> KnownVerdicts:
    return KnownVerdicts(b"".join(key(asset, content) for asset, content, _ in rows), bytes(code for *_, code in rows))


# ---- marks ----------------------------------------------------------------------------------------------------------


def test_an_object_is_marked_by_its_etag_and_a_file_by_its_size_and_time(tmp_path: Path) -> None:
    assert mark_of(OBJECT) == '"abc"'
    path = copied("image-ok.png", tmp_path)
    before = mark_of(Asset(path=str(path)))
    os.utime(path, ns=(1, 1))
    later = mark_of(Asset(path=str(path)))
    path.write_bytes(path.read_bytes() + b"x")
    os.utime(path, ns=(1, 1))
    assert len({before, later, mark_of(Asset(path=str(path)))}) == 3


@pytest.mark.parametrize(
    "asset",
    [
        Asset(path="s3://bucket/a.png"),
        Asset(path="https://host/a.png"),
        Asset(path="/nothing/of/that/name.png"),
        Asset(path="a\0b.png"),
    ],
)
def test_what_nothing_marks_has_no_mark(asset: Asset) -> None:
    assert mark_of(asset) is None


def test_content_without_a_mark_is_never_known_again() -> None:
    keys = {key_of(OBJECT, None, "edition", b"how") for _ in range(20)}
    assert len(keys) == 20
    assert len({one[:HALF_BYTES] for one in keys}) == 1


@given(st.tuples(TEXT, TEXT, TEXT, st.binary(max_size=4)), st.tuples(TEXT, TEXT, TEXT, st.binary(max_size=4)))
def test_keys_are_alike_where_everything_is(
    one: tuple[str, str, str, bytes], other: tuple[str, str, str, bytes]
) -> None:
    keys = [key_of(Asset(path=f"/{path}"), mark, edition, how) for path, mark, edition, how in (one, other)]
    assert {len(found) for found in keys} == {KEY_BYTES}
    assert (keys[0] == keys[1]) is (one == other)
    assert (keys[0][:HALF_BYTES] == keys[1][:HALF_BYTES]) is ((one[0], one[2]) == (other[0], other[2]))


def test_a_path_of_any_bytes_has_a_key() -> None:
    assert len(key_of(Asset(path="/\udcff.png"), "\udcff", "edition", b"")) == KEY_BYTES


# ---- what is known --------------------------------------------------------------------------------------------------


@given(ROWS, ROWS)
def test_the_latest_verdict_of_a_key_is_the_one_and_of_another_there_is_none(
    rows: list[tuple[int, int, int]], later: list[tuple[int, int, int]]
) -> None:
    found = known(rows)
    found.add(b"".join(key(a, c) for a, c, _ in later), bytes(code for *_, code in later))
    latest = {(asset, content): CODES[code] for asset, content, code in (*rows, *later)}
    asked = [(asset, content) for asset in range(5) for content in range(5)]
    assert found.find([key(*one) for one in asked]) == [latest.get(one) for one in asked]
    assert len(found) == len(rows) + len(later)


def test_nothing_knows_nothing_and_may_be_asked_for_nothing() -> None:
    assert KnownVerdicts().find([]) == []
    assert KnownVerdicts().find([key(1, 1)]) == [None]
    assert len(KnownVerdicts()) == 0


# ---- tallies --------------------------------------------------------------------------------------------------------

COUNTS = st.builds(
    Tally,
    judged=st.fixed_dictionaries({code: st.integers(0, 9) for code in CODES}),
    known=st.fixed_dictionaries({code: st.integers(0, 9) for code in CODES}),
    passed_over=st.integers(0, 9),
)


@given(st.lists(COUNTS, max_size=5))
def test_tallies_add_up_and_none_of_them_changes(tallies: list[Tally]) -> None:
    whole = Tally()
    for one in tallies:
        before = one.done, one.skipped
        whole.add(one)
        assert (one.done, one.skipped) == before
    assert whole.done == sum(one.done for one in tallies)
    assert whole.skipped == sum(one.skipped for one in tallies)
    assert whole.passed_over == sum(one.passed_over for one in tallies)
    assert whole.of(CODES) == whole.done + whole.skipped
    assert whole.of(()) == 0
    assert Tally() == Tally()
