"""Tables: every complaint begins with the dotted place and says what was found there."""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.files.toml import TableError, convert_table
from preflight.values.limits import read_number
from preflight.values.phrase import Phrase, phrase


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    width: int
    note: str | None = None


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inner: Inner
    rows: list[str | Inner] = []
    named: dict[str, Inner] = {}
    maybe: Inner | None = None
    flag: bool = False
    exact: Fraction = Fraction(0)
    maybe_rows: tuple[Inner, ...] | None = None
    maybe_named: dict[str, Inner] | None = None
    day: dt.date | None = None


def complaint(**table: Any) -> str:  # noqa: ANN401 - a table read from TOML
    whole: dict[str, Any] = {"inner": {"width": 1}} | table
    with pytest.raises(TableError) as caught:
        convert_table(whole, Outer, dec_hook=lambda _, value: read_number(value))
    return str(caught.value)


def test_a_good_table_becomes_a_value() -> None:
    table = {"inner": {"width": 1}, "rows": ["a", {"width": 2}]}
    assert convert_table(table, Outer) == Outer(Inner(1), rows=["a", Inner(2)])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"inner": {"width": "1"}}, "inner.width: expected a whole number, got '1'"),
        ({"inner": {"width": 1.5}}, "inner.width: expected a whole number, got 1.5"),
        ({"inner": {}}, "inner.width: missing"),
        ({"inner": 3}, "inner: expected a table, got 3"),
        ({"inner": {"width": 1, "wdth": 2}}, "inner.wdth: unknown key; did you mean 'width'?"),
        ({"inner": {"width": 1, "zzzzz": 2}}, "inner.zzzzz: unknown key"),
        ({"flagg": True}, "flagg: unknown key; did you mean 'flag'?"),
        ({"flag": 1}, "flag: expected true or false, got 1"),
        ({"rows": "a"}, "rows: expected a list, got 'a'"),
        ({"rows": ["a", 3]}, "rows.1: expected text or a table, got 3"),
        ({"rows": [{"width": "x"}]}, "rows.0.width: expected a whole number, got 'x'"),
        ({"rows": [{"widht": 3}]}, "rows.0.widht: unknown key; did you mean 'width'?"),
        ({"maybe": {"widht": 3}}, "maybe.widht: unknown key; did you mean 'width'?"),
        ({"maybe_rows": [{"widht": 3}]}, "maybe_rows.0.widht: unknown key; did you mean 'width'?"),
        ({"maybe_named": {"a": {"widht": 3}}}, "maybe_named.a.widht: unknown key; did you mean 'width'?"),
        ({"day": "tomorrow"}, "day: expected a date such as 2027-03-31, got 'tomorrow'"),
        ({"day": 3}, "day: expected a date such as 2027-03-31, got 3"),
        ({"exact": "15"}, "exact: expected a number, got '15'"),
        ({"inner": {"width": 1, "note": 3}}, "inner.note: expected text, got 3"),
    ],
)
def test_a_wrong_table_names_the_place(table: dict[str, Any], message: str) -> None:
    assert complaint(**table) == message


def test_a_long_value_is_shortened_to_fit_a_line() -> None:
    said = complaint(inner={"width": "x" * 500})
    assert len(said) < 120
    assert said.endswith("...")


def test_a_value_within_a_table_of_tables_is_named_by_its_key() -> None:
    assert complaint(named={"one": {"width": "1"}}) == "named.one.width: expected a whole number, got '1'"


def test_an_unknown_key_within_a_table_of_tables_is_named_by_its_key() -> None:
    said = complaint(named={"one.two": {"width": 1}, "three": {"width": 1, "widht": 2}})
    assert said == "named.three.widht: unknown key; did you mean 'width'?"


def test_a_key_that_is_called_as_any_key_is_named_like_others() -> None:
    assert complaint(named={"*": {"width": "x"}}) == "named.*.width: expected a whole number, got 'x'"
    said = complaint(maybe_named={"a": {"width": 1}, "*": {"widht": 1}})
    assert said == "maybe_named.*.widht: unknown key; did you mean 'width'?"


# ---- any table ------------------------------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
KEYS = st.sampled_from([*Outer.__struct_fields__, *Inner.__struct_fields__, "x", "a.b", "`", "[0]", "$", ""])


def told(table: dict[str, Any]) -> str:
    """Return the complaint about a table, if there is any."""
    try:
        convert_table(table, Outer, dec_hook=lambda _, value: read_number(value))
    except TableError as error:
        return str(error)
    return ""


TABLES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(KEYS, TABLES, max_size=4))
@example({"`": 1})
@example({"inner": {"width": 1}, "named": {"a": {"width": 1, "x - at `$.y`": 2}}})
@example({"inner": {"width": 1}, "named": {"": {"width": None}}})
@example({"inner": {"width": 1}, "maybe_named": {"*": {"width": "x"}, "b": {"width": 1}}})
def test_any_table_becomes_a_value_or_a_complaint_of_one_line(table: dict[str, Any]) -> None:
    said = told(table)
    assert said == said.strip()
    assert len(said) < 400


Build = Callable[[object], dict[str, Any]]
PLACES: st.SearchStrategy[tuple[str, Build]] = st.sampled_from(
    [
        ("inner.width", lambda bad: {"inner": {"width": bad}}),
        ("maybe.width", lambda bad: {"maybe": {"width": bad}}),
        ("rows.2.width", lambda bad: {"rows": ["a", "b", {"width": bad}]}),
        ("named.k.width", lambda bad: {"named": {"a": {"width": 1}, "k": {"width": bad}}}),
        ("maybe_named.k.width", lambda bad: {"maybe_named": {"k": {"width": bad}, "z": {"width": 1}}}),
        ("maybe_rows.1.width", lambda bad: {"maybe_rows": [{"width": 1}, {"width": bad}]}),
    ]
)


@given(
    PLACES,
    st.text(max_size=80) | st.floats(allow_nan=False).filter(lambda one: one != int(one) if abs(one) < 1e300 else True),
)
def test_wherever_a_value_is_wrong_its_place_and_itself_are_told(place: Any, bad: object) -> None:  # noqa: ANN401 - a row of a table
    name, table = place
    try:
        said = complaint(**table(bad))
    except pytest.fail.Exception:
        assert isinstance(bad, float)  # a whole number that is written with a point
        return
    shown = repr(bad)
    assert said.startswith(f"{name}: expected a whole number, got {shown[:57]}")


@pytest.mark.parametrize("key", ["widht", "with", "WIDTH", "width_", "idth"])
def test_the_nearest_key_of_that_place_is_offered_and_none_of_another(key: str) -> None:
    said = complaint(inner={"width": 1, key: 2})
    assert said.startswith(f"inner.{key}: unknown key")
    assert "did you mean" not in said or said.endswith("did you mean 'width'?")


@pytest.mark.parametrize(
    "table", [{"maybe": None}, {"maybe_rows": None}, {"day": None}, {"inner": {"width": 1, "note": None}}]
)
def test_what_may_be_left_out_may_be_nothing(table: dict[str, Any]) -> None:
    convert_table({"inner": {"width": 1}} | table, Outer)


def test_of_several_faults_the_first_that_is_met_is_told_alone() -> None:
    said = complaint(inner={"width": "x"}, flag=3, rows=5)
    assert said == "inner.width: expected a whole number, got 'x'"


def test_half_a_character_is_refused_in_words() -> None:
    assert "half a character" in complaint(inner={"width": 1, "\ud800": "x"})


def test_what_a_hook_says_of_a_value_is_kept_with_its_place() -> None:
    def refuse(_: type, value: object) -> object:
        raise ValueError(phrase("no number that I like: {q}", q=value))

    with pytest.raises(TableError, match=r"^exact: no number that I like: 3$") as caught:
        convert_table({"inner": {"width": 1}, "exact": 3}, Outer, dec_hook=refuse)
    assert isinstance(caught.value.args[0], Phrase)
