"""The most that may be paid is read exactly, or not at all."""

from fractions import Fraction

import click
import pytest

from preflight.cli.options.price import Amount


@pytest.mark.parametrize(
    ("text", "amount"), [("0", 0), ("135", 135), ("0.1", Fraction(1, 10)), ("007.50", Fraction(15, 2))]
)
def test_an_amount_is_the_one_that_was_written(text: str, amount: Fraction) -> None:
    assert Amount().convert(text, None, None) == amount
    assert Amount().convert(Fraction(amount), None, None) == amount


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "nan", "inf", "1e3", "1,000", "1.", ".5", "1/3", "1_000", "1\n", "\u0661", "9" * 13, "0.1234567"],
)
def test_what_nothing_can_be_more_than_is_no_amount(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a number of credits"):
        Amount().convert(text, None, None)
