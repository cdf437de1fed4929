"""What a request is likely to cost, from the profile's dated data. An estimate: the service's reply has the last word.

units   = ceil10ths(duration + (input > 0 ? max(input, duration) : 0))     input: reference clips together, s
credits = max(minimum, rate x units x factor)
"""

import math
from fractions import Fraction

import msgspec

from preflight.profiles.schema import Profile
from preflight.spec import RequestSpec


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A price in credits, and what it is made of."""

    credits: Fraction
    usd: Fraction
    output_s: int
    input_s: Fraction
    """Reference clips together, in seconds; sounds cost nothing."""
    billed_s: Fraction
    read: str
    """The day the price data was read."""


def estimate(spec: RequestSpec, profile: Profile, input_s: Fraction) -> Estimate | None:
    """Estimate a request; None when the profile knows no price for the model and quality.

    Args:
        spec: the request.
        profile: the edition whose data is used.
        input_s: the reference clips' lengths together, in seconds.

    Source: the provider's public price rules, dated in the profile.
    """
    model = profile.price.models.get(spec.model or profile.default_model)
    quality = spec.quality or profile.request.quality.default
    factors = (model.with_video if input_s > 0 else model.without_video) if model else {}
    if model is None or quality not in factors:
        return None
    output_s = spec.duration if spec.duration is not None else profile.request.duration_s.default
    billed_s = ceil_tenths(output_s + (max(input_s, Fraction(output_s)) if input_s > 0 else 0))
    credits_ = max(model.minimum_credits, model.credits_per_s * billed_s * factors[quality])
    return Estimate(
        credits=credits_,
        usd=credits_ / profile.price.credits_per_usd,
        output_s=output_s,
        input_s=input_s,
        billed_s=billed_s,
        read=profile.price.read.isoformat(),
    )


def ceil_tenths(seconds: Fraction | int) -> Fraction:
    """Round up to a tenth of a second."""
    return Fraction(math.ceil(seconds * 10), 10)
