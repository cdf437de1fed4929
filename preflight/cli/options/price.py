"""The limit of credits that a person sets, and how it is read."""

import re
from fractions import Fraction
from typing import Annotated

import click

from preflight.cli.options.option import Group, Option
from preflight.values.phrase import phrase


class Amount(click.ParamType):  # type: ignore[type-arg] # older click, which will do too, takes no argument there
    """A number of credits: digits, and a decimal point if need be."""

    name = "N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read it exactly; "nan" and "inf", which nothing is more than, are no amounts."""
        if isinstance(value, Fraction):
            return value
        if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", str(value)):
            self.fail(phrase("{q} is not a number of credits", q=repr(str(value)[:40])), param, ctx)
        return Fraction(str(value))


class PriceOptions(Group, frozen=True, kw_only=True):
    """What a submission may cost."""

    max_credits: Annotated[
        Fraction | None,
        Option(
            "Refuse before anything leaves when the estimate is higher, or cannot be made.", kind=Amount(), kept=True
        ),
    ] = None
