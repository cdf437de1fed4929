"""Names that files may get: in one order, and never longer than a disk takes."""

import ntpath
import os
from itertools import islice
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.files.names import LONGEST_NAME, beside, can_be_a_path, cut, names, names_of, storable

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


STRANGE = {
    "CON": "_CON",
    "NUL": "_NUL",
    "nul.tar.gz": "_nul.tar.gz",
    "COM1.mp4": "_COM1.mp4",
    "LPT\u00b2.png": "_LPT\u00b2.png",
    "aux.jpg": "_aux.jpg",
    "aux .jpg": "_aux .jpg",
    "CONOUT$": "_CONOUT$",
    "a.mp4.": "a.mp4_",
    "a.mp4 . ": "a.mp4___",
    "...": "___",
    "C:x.mp4": "C_x.mp4",
    "a.mp4:stream": "a.mp4_stream",
    "\\\\?\\C:\\a.mp4": "____C__a.mp4",
    "what?.mp4": "what_.mp4",
    "a\tb": "a_b",
    "": "_",
}


@pytest.mark.parametrize(("name", "stored"), STRANGE.items())
def test_a_name_that_windows_takes_otherwise_is_stored_under_the_nearest(name: str, stored: str) -> None:
    assert storable(name) == stored


@pytest.mark.parametrize(
    "name", ["a.mp4", "console.mp4", "COM10.mp4", "auxiliary", "nullary.jpg", ".hidden", "a b.c", "영상.mp4", "com.mp4"]
)
def test_a_name_that_every_system_stores_stays(name: str) -> None:
    assert storable(name) == name


@given(st.text())
def test_what_is_storable_is_a_name_on_windows_too_and_stays(name: str) -> None:
    stored = storable(name)
    assert storable(stored) == stored
    path = PureWindowsPath("D:/clips") / stored
    assert path.parent == PureWindowsPath("D:/clips")
    assert path.name == stored
    is_reserved = getattr(ntpath, "isreserved", None) or PureWindowsPath.is_reserved  # the one, or from 3.13 the other
    assert not is_reserved(path)
    assert stored.rstrip(". ") == stored


def test_where_some_names_are_devices_a_free_name_is_none_of_theirs() -> None:
    found = names_of(os.path.join("clips", "aux.mp4"), any_name=False)  # noqa: PTH118 - as it is called
    assert list(islice(found, 2)) == [os.path.join("clips", one) for one in ("_aux.mp4", "_aux-2.mp4")]  # noqa: PTH118
    assert next(names_of("aux.mp4", any_name=True)) == "aux.mp4"


@given(st.text() | st.sampled_from(["a\0", "\ud800", "\udc80", "\udcff/b"]))
def test_what_can_be_a_path_is_looked_up_and_nothing_else_can(text: str) -> None:
    try:
        Path(text).stat()
        is_taken = True
    except OSError:
        is_taken = True
    except ValueError:
        is_taken = False
    assert can_be_a_path(text) == is_taken
