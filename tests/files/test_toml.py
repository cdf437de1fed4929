"""Tables: every complaint begins with the dotted place and says what was found there."""

import datetime as dt
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from preflight.files.toml import TableError, convert_table
from preflight.values.limits import read_number


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
