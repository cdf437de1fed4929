"""Tables of a profile before they are typed: a source said once, limits by place, and what has to be given."""

import copy
import datetime as dt
from typing import Any

import pytest

from preflight.errors import ProfileError
from preflight.files.toml import TableError
from preflight.profiles.inherited import OF_FORMAT_1, refuse_missing, signed, with_places

READ = dt.date(2026, 11, 29)
ABOUT = {"source": "a page", "read": READ}


def test_a_source_at_the_top_stands_beneath_every_limit_and_in_no_other_table() -> None:
    table = {**ABOUT, "name": "mine", "image": {"side_px": {"min": 300}, "count": {"max": 2, "source": "another"}}}
    found = signed(table, "mine.toml")
    assert found["image"]["side_px"] == {**ABOUT, "min": 300}
    assert found["image"]["count"] == {"source": "another", "read": READ, "max": 2}
    assert set(found) == {"name", "image"}
    assert set(found["image"]) == {"side_px", "count"}


def test_limits_in_tables_by_name_are_signed_too() -> None:
    table = {**ABOUT, "models": {"own-1": {"quality": ["720p"]}}, "at": {"image 1": {"image": {"bytes": {"max": 3}}}}}
    found = signed(table, "mine.toml")
    assert found["models"]["own-1"] == {**ABOUT, "quality": ["720p"]}
    assert found["at"]["image 1"]["image"]["bytes"] == {**ABOUT, "max": 3}


def test_a_profile_without_a_source_at_the_top_stays_as_it_is() -> None:
    table = {"name": "mine", "image": {"side_px": {"min": 300}}}
    assert signed(table, "mine.toml") == table


@pytest.mark.parametrize(("key", "other"), [("source", "read"), ("read", "source")])
def test_a_source_without_its_date_is_half_of_it(key: str, other: str) -> None:
    with pytest.raises(ProfileError, match=rf"mine\.toml: {other}: missing; it stands beside {key}"):
        signed({key: ABOUT[key]}, "mine.toml")


@pytest.mark.parametrize("odd", [7, "text", [], [{"max": 1}], None])
def test_what_is_no_table_where_one_belongs_is_left_for_the_types_to_refuse(odd: object) -> None:
    assert signed({**ABOUT, "image": odd}, "mine.toml") == {"image": odd}
    assert signed({**ABOUT, "image": {"side_px": odd}}, "mine.toml") == {"image": {"side_px": odd}}
    assert with_places({"at": odd}) == {"at": odd}
    assert with_places({"at": {"image 1": odd}}) == {"at": {"image 1": odd}}


def test_limits_by_place_are_laid_over_those_of_their_kind_key_by_key() -> None:
    table: dict[str, Any] = {
        "image": {"side_px": {"min": 300, "max": 6000}, "format": {"allowed": ["png"]}},
        "at": {"image 1": {"image": {"side_px": {"max": 900}, "bytes": {"max": 3}}}},
    }
    before = copy.deepcopy(table)
    found = with_places(table)
    assert found["at"]["image 1"]["image"] == {
        "side_px": {"min": 300, "max": 900},
        "format": {"allowed": ["png"]},
        "bytes": {"max": 3},
    }
    assert table == before


def complete() -> dict[str, Any]:
    """Make a table with each place that format 1 has to give."""
    table: dict[str, Any] = {}
    for place in OF_FORMAT_1:
        at = table
        *steps, last = place.split(".")
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = {}
    return table


def test_a_table_of_format_1_that_has_every_place_is_whole() -> None:
    refuse_missing(complete())


@pytest.mark.parametrize("place", OF_FORMAT_1)
def test_each_place_that_format_1_has_to_give_is_named_where_it_is_missing(place: str) -> None:
    table = complete()
    *steps, last = place.split(".")
    at = table
    for step in steps:
        at = at[step]
    del at[last]
    with pytest.raises(TableError, match=rf"^{place}: missing$"):
        refuse_missing(table)


def test_of_a_table_that_is_missing_whole_the_table_is_named() -> None:
    table = complete()
    del table["video"]
    with pytest.raises(TableError, match=r"^video: missing$"):
        refuse_missing(table)


@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ({}, None),
        ({"image": {"count": {"max": 0}}}, None),
        ({"image": {"count": {"max": 1}}}, "image.format"),
        ({"request": {"fields": {"start": {"kind": "image"}}}}, "image"),
        ({"video": {"count": {"max": 1}, "format": {}, "codec": {}}}, "video.sound_codec"),
        ({"audio": {"count": {"max": 1}, "format": {}}}, None),
        ({"request": {"fields": [1]}, "image": 3}, None),
    ],
)
def test_format_2_gives_what_files_are_written_by_of_each_kind_that_is_taken(
    table: dict[str, Any], missing: str | None
) -> None:
    table = {"format": 2, **table}
    if missing is None:
        refuse_missing(table)
    else:
        with pytest.raises(TableError, match=rf"^{missing}: missing$"):
            refuse_missing(table)
