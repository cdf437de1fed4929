"""What a submission costs, in words."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.price import Estimate
from preflight.values.phrase import Phrase, joined, phrase
from preflight.values.units import decimal

SHORT = "That is more than the account has left: the service will refuse it."


def price_lines(price: Estimate | None, profile: Profile, left: Fraction | None) -> Iterator[text.Line]:
    """Yield what a request costs, what part of it the clips are, and what shorter ones would save.

    Args:
        price: the estimate; None where none can be made.
        profile: the edition whose data it is from.
        left: the credits that the account has left; None where the service does not say.
    """
    balance = [phrase("Credits left: {n}.", n=decimal(left, 2))] if left is not None else []
    if price is None:
        words = phrase("Price: cannot be told: profile {q} has no data for this.", q=profile.name)
        yield ((localized(joined([words, *balance], " ")), "yellow"),)
        return
    yield ((localized(joined([_price_words(price), *balance], " ")), "bold"),)
    if price.input_s:
        yield ((f"  {localized(_clip_words(price))}", ""),)
    if left is not None and left < price.credits:
        yield ((f"  {localized(SHORT)}", "yellow"),)


def _price_words(price: Estimate) -> Phrase:
    """Say what a request costs, for how many seconds, and by which data."""
    cost = phrase("about {n1} credits ({n2} USD)", n1=decimal(price.credits, 2), n2=decimal(price.usd, 2))
    data = phrase("data of {w}", w=price.read)
    if price.source is not None:
        data = phrase("your prices, read {w} from {q}", w=price.read, q=price.source)
    video = phrase("{n} s of video", n=price.output_s)
    if price.input_s:
        clips = decimal(price.input_s)
        video = phrase("{n1} s of video and {n2} s of reference clips", n1=price.output_s, n2=clips)
    return phrase("Price: {cost} for {video}; an estimate from {data}.", cost=cost, video=video, data=data)


def _clip_words(price: Estimate) -> str:
    """Say what the clips add to the price, and whether a shorter cut would be cheaper."""
    if not price.clip_credits:
        return "The clips add nothing to it."
    more = price.clip_credits > 0
    billed = phrase(
        "The clips make it {n} credits more than the same without them."
        if more
        else "The clips make it {n} credits less than the same without them.",
        n=decimal(abs(price.clip_credits), 2),
    )
    cut = decimal(price.cut_s)
    saved = phrase("Cutting them shorter saves nothing: {n} s of clips are billed in any case.", n=cut)
    if price.cut_credits > 0:
        saved = phrase(
            "Cutting them to {n1} s together saves about {n2} credits; cutting further saves nothing.",
            n1=cut,
            n2=decimal(price.cut_credits, 2),
        )
    return joined([billed, saved], " ")
