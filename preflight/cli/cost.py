"""What a submission costs, in words."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.price import Estimate
from preflight.values.units import decimal

SHORT = "That is more than the account has left: the service will refuse it."


def price_lines(price: Estimate | None, profile: Profile, left: Fraction | None) -> Iterator[text.Line]:
    """Yield what a request costs, what part of it the clips are, and what shorter ones would save.

    Args:
        price: the estimate; None where none can be made.
        profile: the edition whose data it is from.
        left: the credits that the account has left; None where the service does not say.
    """
    balance = f" Credits left: {decimal(left, 2)}." if left is not None else ""
    if price is None:
        words = f"Price: cannot be told: profile {profile.name} has no data for this.{balance}"
        yield ((localized(words), "yellow"),)
        return
    clips = f" and {decimal(price.input_s)} s of reference clips" if price.input_s else ""
    cost = f"about {decimal(price.credits, 2)} credits ({decimal(price.usd, 2)} USD)"
    data = f"data of {price.read}" if price.source is None else f"your prices, read {price.read} from {price.source}"
    words = f"Price: {cost} for {price.output_s} s of video{clips}; an estimate from {data}.{balance}"
    yield ((localized(words), "bold"),)
    if price.input_s:
        yield ((f"  {localized(_clip_words(price))}", ""),)
    if left is not None and left < price.credits:
        yield ((f"  {localized(SHORT)}", "yellow"),)


def _clip_words(price: Estimate) -> str:
    """Say what the clips add to the price, and whether a shorter cut would be cheaper."""
    part = f"{decimal(abs(price.clip_credits), 2)} credits {'more' if price.clip_credits >= 0 else 'less'}"
    billed = f"The clips make it {part} than the same without them."
    if not price.clip_credits:
        return "The clips add nothing to it."
    if price.cut_credits <= 0:
        return f"{billed} Cutting them shorter saves nothing: {decimal(price.cut_s)} s of clips are billed in any case."
    saved = f"about {decimal(price.cut_credits, 2)} credits; cutting further saves nothing"
    return f"{billed} Cutting them to {decimal(price.cut_s)} s together saves {saved}."
