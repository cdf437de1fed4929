"""Names that files may get: in one order, and never longer than a disk takes."""

import os
from itertools import islice
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from preflight.files.names import LONGEST_NAME, beside, cut, names, names_of

NAMES = st.binary(min_size=1, max_size=LONGEST_NAME).filter(lambda name: not {0, 47} & {*name} and name.strip(b"."))


def test_the_wanted_name_comes_first_and_then_they_are_counted() -> None:
    found = [Path("a/b.c.mp4"), Path("a/b.c-2.mp4"), Path("a/b.c-3.mp4")]
    assert list(islice(names(Path("a/b.c.mp4")), 3)) == found
    assert sum(1 for _ in names_of("a.mp4")) == 9999


@given(NAMES)
def test_no_name_is_too_long_and_all_are_told_apart(name: bytes) -> None:
    wanted = os.fsdecode(name)
    some = list(islice(names_of(wanted), 12))
    assert len(set(some)) == 12
    assert all(len(os.fsencode(one)) <= LONGEST_NAME for one in some)
    assert len(os.fsencode(beside(wanted, ".report.json"))) <= LONGEST_NAME


@given(st.text(max_size=90).filter(lambda text: text.isprintable()), st.integers(0, 300))
def test_what_is_cut_ends_with_a_whole_character(text: str, most: int) -> None:
    assert text.startswith(cut(text, most))
    assert len(os.fsencode(cut(text, most))) <= most


def test_notes_on_long_names_lie_beside_them_and_are_told_apart() -> None:
    one, two = (beside(f"folder/{'x' * 250}{letter}", ".json") for letter in "ab")
    assert one != two
    assert {os.path.dirname(one), os.path.dirname(two)} == {"folder"}  # noqa: PTH120 - as it is made
    assert beside("folder/a.mp4", ".json") == "folder/a.mp4.json"
