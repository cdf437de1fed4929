"""Compute a task's price by the rules in `documents.toml`."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.sandbox.documents import Tier

_UNFILTERED = Fraction(11, 10)


def price(tier: Tier, *, quality: str, duration_s: int, input_s: Fraction, content_filter: bool = True) -> Fraction:
    """Compute the credits of one task, exactly.

    Args:
        tier: rate, minimum and factors.
        quality: such as `720p`.
        duration_s: duration of the output in seconds.
        input_s: total duration of the reference videos in seconds.
        content_filter: False costs a tenth more.
    """
    factors = tier.factor_with_video if input_s else tier.factor_alone
    counted_s = max(input_s, Fraction(duration_s)) if input_s else Fraction(0)
    units = Fraction(math.ceil((duration_s + counted_s) * 10), 10)
    credits_ = max(tier.minimum, tier.rate * units * factors[quality])
    return credits_ if content_filter else credits_ * _UNFILTERED


def rules_json(model: str, tier: Tier) -> dict[str, object]:
    """Format the price rules of a model: credits a second, the least, and factors by quality."""
    factors = {"without_video": tier.factor_alone, "with_video": tier.factor_with_video}
    return {
        "model": model,
        "billing_rule": "per_second",
        "rate": shown(tier.rate),
        "minimum": shown(tier.minimum),
        "factors": {name: {one: shown(factor) for one, factor in of.items()} for name, of in factors.items()},
    }


def shown(credits_: Fraction) -> float:
    """Round credits to the four decimals of responses."""
    return round(float(credits_), 4)
