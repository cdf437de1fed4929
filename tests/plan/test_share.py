"""Sharing seconds: exact, within every limit, marks last, and nobody loses by more being allowed."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan.share import WAYS, Part, Share, pick, share
from preflight.values.limits import Range

MS = Fraction(1, 1000)


def limit(low: str | None, high: str | Fraction | None) -> Range:
    least, most = (None if bound is None else Fraction(bound) for bound in (low, high))
    return Range(min=least, max=most, source="a document", read=dt.date(2026, 1, 1))


TOTAL, EACH = limit(None, "15"), limit("2", "15")


def parts(*words: str) -> list[Part]:
    """Read "6.5 marked" and "4"."""
    named = [(word.split()[0], word.split()[1:]) for word in words]
    return [
        Part(name=f"video {n}", duration_s=Fraction(length), marked="marked" in said, fixed="fixed" in said)
        for n, (length, said) in enumerate(named, 1)
    ]


def lengths(found: Share | None) -> list[str]:
    assert found
    return [f"{float(length):g}" for length in found.lengths_s]


PARTS = st.lists(
    st.builds(
        Part,
        name=st.just("video 1"),
        duration_s=st.fractions(2, 60, max_denominator=1001),
        marked=st.booleans(),
        fixed=st.sampled_from([False, False, False, True]),
        least_s=st.sampled_from([None, Fraction("2.002"), Fraction(121, 60)]),
    ),
    min_size=1,
    max_size=5,
)
TOTALS = st.fractions(1, 40, max_denominator=1000)


@pytest.mark.parametrize(
    ("given_", "way", "wanted"),
    [
        (["7", "7", "7"], "proportion", ["5", "5", "5"]),
        (["10", "20"], "proportion", ["6", "9"]),  # of the 15 s that one may be at most
        (["10", "5", "5"], "proportion", ["7.5", "3.75", "3.75"]),
        (["2", "2", "15"], "proportion", ["2", "2", "11"]),
        (["10", "5", "5"], "longest", ["5", "5", "5"]),
        (["7", "7", "7"], "longest", ["7", "6", "2"]),
        (["3", "10", "8"], "longest", ["3", "4", "8"]),
        (["3", "10", "8"], "equal", ["3", "6", "6"]),
        (["5", "6.5 marked", "6"], "proportion", ["3.863", "6.5", "4.636"]),
        (["5", "6.5 marked", "6"], "longest", ["5", "6.5", "3.5"]),
        (["5", "6.5 marked", "6"], "equal", ["4.25", "6.5", "4.25"]),
        (["5 fixed", "8", "8"], "proportion", ["5", "5", "5"]),
        (["6 marked", "6 marked", "6 marked"], "proportion", ["5", "5", "5"]),
        (["12 marked", "4", "3"], "proportion", ["11", "2", "2"]),
    ],
)
def test_each_way_gives_as_it_says(given_: list[str], way: str, wanted: list[str]) -> None:
    found = pick(share(parts(*given_), TOTAL, EACH), way)  # type: ignore[arg-type] # one of the words
    assert lengths(found) == wanted


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (["7", "7", "7"], "video 1, video 2 and video 3 give up 2 s each, in proportion to their length"),
        (
            ["5", "6.5 marked", "6"],
            (
                "video 2 keeps its marked 6.5 s; video 1 and video 3 give up 1.137 and 1.364 s, "
                "in proportion to their length"
            ),
        ),
        (["2", "2", "15"], "video 3 gives up 4 s"),
        (
            ["6 marked", "6 marked", "6 marked"],
            (
                "there is no room for all that is marked, so marked parts are shortened too; "
                "video 1, video 2 and video 3 give up 1 s each, in proportion to their length"
            ),
        ),
        (["4", "5"], "together they last 9 s; at most 15 s allowed"),
    ],
)
def test_the_best_way_says_who_keeps_and_who_gives(given_: list[str], why: str) -> None:
    assert share(parts(*given_), TOTAL, EACH)[0].why == why


def test_the_alternatives_say_so_too() -> None:
    _, longest, equal = share(parts("3", "10", "8"), TOTAL, EACH)
    assert longest.why == "video 2 gives up 6 s, which is the longest"
    assert equal.why == "video 2 and video 3 give up 4 and 2 s, so that the longest come to the same length"
    both = pick(share(parts("7", "7", "7"), TOTAL, EACH), "longest")
    assert both
    assert both.why == "video 2 and video 3 give up 1 and 5 s, the longest first"


def test_ways_that_come_to_the_same_are_shown_once_and_found_by_either_name() -> None:
    found = share(parts("7", "7", "7"), TOTAL, EACH)
    assert [one.ways for one in found] == [("proportion", "equal"), ("longest",)]
    assert pick(found, "equal") is found[0]
    assert pick((), "equal") is None


@pytest.mark.parametrize(
    "given_",
    [
        ["2", "3", "2", "2", "2", "2", "2", "2"],
        ["1.9", "20"],
        ["14 fixed", "5"],
        ["9 fixed", "9 fixed"],
        ["2 marked", "2 marked", "13.5 fixed"],
    ],
)
def test_what_cannot_be_shared_is_not(given_: list[str]) -> None:
    assert share(parts(*given_), TOTAL, EACH) == ()


def test_what_a_part_may_least_be_is_heeded() -> None:
    least = Fraction(60 * 1001, 30000)
    two = [Part(name="video 1", duration_s=Fraction(30), least_s=least), *parts("13", "13")[1:]]
    found = pick(share(two, TOTAL, EACH), "longest")
    assert found
    assert found.lengths_s == (least, Fraction("12.998"))


@given(PARTS, TOTALS)
def test_every_share_is_within_every_limit(some: list[Part], most: Fraction) -> None:
    for found in share(some, limit(None, most), EACH):
        assert found.total_s <= most
        for part, length in zip(some, found.lengths_s, strict=True):
            assert 0 < length <= part.duration_s
            if part.fixed:
                assert length == part.duration_s
            else:
                assert EACH.broken_by(length) is None
                assert length >= (part.least_s or 2)


@given(PARTS, TOTALS)
def test_no_more_is_lost_than_must_be(some: list[Part], most: Fraction) -> None:
    found = share(some, limit(None, most), EACH)
    highest = sum(part.duration_s if part.fixed else min(part.duration_s, Fraction(15)) for part in some)
    for one in found:
        assert one.total_s > min(most, highest) - MS * len(some)
    assert (
        highest > most
        or not found
        or found[0].lengths_s
        == tuple(part.duration_s if part.fixed else min(part.duration_s, Fraction(15)) for part in some)
    )


@given(PARTS, TOTALS)
def test_a_share_is_found_exactly_when_the_shortest_of_all_fit(some: list[Part], most: Fraction) -> None:
    shortest = [part.duration_s if part.fixed else part.least_s or Fraction(2) for part in some]
    possible = all(low <= part.duration_s for low, part in zip(shortest, some, strict=True))
    assert bool(share(some, limit(None, most), EACH)) == (possible and sum(shortest) <= most)


@given(PARTS, TOTALS)
def test_marks_are_kept_whole_wherever_that_is_possible(some: list[Part], most: Fraction) -> None:
    found = share(some, limit(None, most), EACH)
    room = sum(
        min(p.duration_s, Fraction(15)) if p.marked and not p.fixed else p.duration_s if p.fixed else p.least_s or 2
        for p in some
    )
    for one in found:
        assert one.shortens_marks == (room > most)
        if room <= most:
            for part, length in zip(some, one.lengths_s, strict=True):
                assert not part.marked or length == (part.duration_s if part.fixed else min(part.duration_s, 15))


@given(PARTS, TOTALS, TOTALS)
def test_where_more_is_allowed_nobody_gives_more(some: list[Part], one: Fraction, other: Fraction) -> None:
    less, more = sorted((one, other))
    tight, wide = (share(some, limit(None, most), EACH) for most in (less, more))
    for way in WAYS:
        a, b = pick(tight, way), pick(wide, way)
        if a:
            assert b
            assert all(x <= y for x, y in zip(a.lengths_s, b.lengths_s, strict=True))


@given(PARTS, TOTALS)
def test_what_is_cut_is_cut_to_whole_milliseconds(some: list[Part], most: Fraction) -> None:
    for found in share(some, limit(None, most), EACH):
        for part, length in zip(some, found.lengths_s, strict=True):
            exact = {part.duration_s, Fraction(15), part.least_s}
            assert (length / MS).denominator == 1 or length in exact


@given(PARTS)
def test_without_a_limit_nothing_is_shared(some: list[Part]) -> None:
    possible = all(part.fixed or part.duration_s >= (part.least_s or 2) for part in some)
    found = share(some, limit(None, None), limit("2", None))
    assert [one.lengths_s for one in found] == ([tuple(part.duration_s for part in some)] if possible else [])
