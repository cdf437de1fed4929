"""Estimate a request's price from the profile's dated data; only the service's response is certain.

units   = ceil10ths(duration + (input > 0 ? max(input, duration) : 0))     input: reference clips together, s credits =
max(minimum, rate x units x factor) x (content_filter = false ? unfiltered : 1)
"""

import math
from fractions import Fraction

import msgspec

from preflight.errors import CallError
from preflight.profiles.prices import OwnPrices
from preflight.profiles.schema import Profile, Rate
from preflight.request.file import RequestSpec
from preflight.values.phrase import phrase
from preflight.values.units import decimal, distinct_decimal


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A price in credits, and its parts."""

    credits: Fraction
    usd: Fraction
    output_s: int
    input_s: Fraction
    """Duration of all reference clips, in seconds; audio is free."""
    billed_s: Fraction
    clip_credits: Fraction
    """Credits added by the reference clips; negative where they lower the price."""
    cut_s: Fraction
    """Total duration of the clips below which cutting saves nothing, in seconds."""
    cut_credits: Fraction
    """Credits saved by cutting to `cut_s`; 0 where the clips are no longer."""
    read: str
    """Date of the price data."""
    source: str | None = None
    """Address that the user's own price was read from; None for the edition's."""


def estimate(spec: RequestSpec, profile: Profile, input_s: Fraction, own: OwnPrices | None = None) -> Estimate | None:
    """Estimate a request's price; None without price data.

    Args:
        spec: the request.
        profile: the edition whose data is used where the user has none.
        input_s: duration of all reference clips, in seconds.
        own: the user's own prices by model.

    Source: the provider's public price rules, dated in the profile or by the user.
    """
    own = own or {}
    total, alone = _credits(spec, profile, input_s, own), _credits(spec, profile, Fraction(0), own)
    cut_s = _shortest_s(spec, profile)
    cut = _credits(spec, profile, min(input_s, cut_s), own)
    if total is None or alone is None or cut is None:
        return None
    used = own.get(spec.model or profile.default_model)
    return Estimate(
        credits=total,
        usd=total / profile.price.credits_per_usd,
        output_s=output_s(spec, profile),
        input_s=input_s,
        billed_s=_billed_s(spec, profile, input_s),
        clip_credits=total - alone,
        cut_s=cut_s,
        cut_credits=max(Fraction(0), total - cut),
        read=(used or profile.price).read.isoformat(),
        source=used.source if used else None,
    )


def output_s(spec: RequestSpec, profile: Profile) -> int:
    """Return the length of the video to be made, in seconds; the longest where the model chooses it."""
    limit = profile.request.duration_s
    asked = limit.default if spec.duration is None and limit else spec.duration
    if isinstance(asked, int) and not (limit and asked in limit.special):
        return asked
    return (limit.longest if limit else None) or 0


def billed_s(video_s: int, input_s: Fraction) -> Fraction:
    """Compute the seconds billed: clips count at least as long as the video made."""
    return ceil_tenths(video_s + (max(input_s, Fraction(video_s)) if input_s > 0 else 0))


def _billed_s(spec: RequestSpec, profile: Profile, input_s: Fraction) -> Fraction:
    """Compute the seconds billed of a request; by a plain rate, clips count as long as they are, if at all."""
    rate = profile.price.rates.get(spec.model or profile.default_model)
    made = output_s(spec, profile)
    if rate is None:
        return billed_s(made, input_s)
    clips = input_s if rate.input_cap_s is None else min(input_s, rate.input_cap_s)
    if rate.per == "input second":
        return Fraction(math.ceil(clips))
    return made + (clips if rate.input_counts else Fraction(0))


def ceil_tenths(seconds: Fraction | int) -> Fraction:
    """Round up to a tenth of a second."""
    return Fraction(math.ceil(seconds * 10), 10)


def _credits(spec: RequestSpec, profile: Profile, input_s: Fraction, own: OwnPrices) -> Fraction | None:
    name = spec.model or profile.default_model
    model = profile.price.models.get(name)
    model = own.get(name, model) if model or _is_plain(name, profile, input_s) else None
    usual = profile.request.quality
    quality = spec.quality or (usual.default if usual else None)
    factors = (model.with_video if input_s > 0 else model.without_video) if model else {}
    filtered = Fraction(1) if spec.content_filter is not False else profile.price.unfiltered
    if model is None:
        usd = _rated(spec, profile, quality, input_s, own)
        return None if usd is None or filtered is None else usd * profile.price.credits_per_usd * filtered
    if quality is None or quality not in factors or filtered is None:
        return None
    units = billed_s(output_s(spec, profile), input_s)
    return max(model.minimum_credits, model.credits_per_s * units * factors[quality]) * filtered


def _is_plain(name: str, profile: Profile, input_s: Fraction) -> bool:
    """Tell whether the user's own price is computed where the edition has none: without clips a second is a second."""
    return name not in profile.price.rates and not input_s


def _rated(
    spec: RequestSpec, profile: Profile, quality: str | None, input_s: Fraction, own: OwnPrices
) -> Fraction | None:
    """Price a request in USD by a plain rate; None where it has none for the quality, or not all of it is known."""
    rate = _rate(spec.model or profile.default_model, profile, own)
    usd = rate.usd.get(quality or "any", rate.usd.get("any")) if rate else None
    if rate is None or usd is None or rate.free_images is not None:
        return None
    input_s = min(input_s, rate.input_cap_s) if rate.input_cap_s is not None else input_s
    if rate.per == "second":
        return usd * (output_s(spec, profile) + (input_s if rate.input_counts else 0))
    return usd * math.ceil(input_s) if rate.per == "input second" else None


def _rate(model: str, profile: Profile, own: OwnPrices) -> Rate | None:
    """Return a model's plain rate, with the user's own price in place of the edition's."""
    rate, price = profile.price.rates.get(model), own.get(model)
    if rate is None or price is None:
        return rate
    per_s = price.credits_per_s / profile.price.credits_per_usd
    return msgspec.structs.replace(rate, usd={name: per_s * factor for name, factor in price.without_video.items()})


def usd_per_s(model: str, profile: Profile, own: OwnPrices | None = None) -> Fraction | None:
    """Price a second of video without clips in USD, at the usual quality or the least that is told; None if unknown."""
    usual = profile.request.quality.default if profile.request.quality else ""
    own = own or {}
    price = profile.price.models.get(model)
    if price := own.get(model, price) if price or _is_plain(model, profile, Fraction(0)) else None:
        factor = price.without_video.get(usual, min(price.without_video.values(), default=None))
        return None if factor is None else price.credits_per_s * factor / profile.price.credits_per_usd
    rate = _rate(model, profile, own)
    if rate is None or rate.per not in ("second", "input second"):
        return None
    return next((rate.usd[name] for name in (usual, "any", "from") if name in rate.usd), None)


def _shortest_s(spec: RequestSpec, profile: Profile) -> Fraction:
    """Compute the shortest useful total of the clips in seconds: as billed, none below its minimum."""
    shortest_s = profile.video.duration_s.min or Fraction(0)
    shortest = len(spec.of_kind("video")) * shortest_s
    is_plain = (spec.model or profile.default_model) in profile.price.rates
    return shortest if is_plain else max(Fraction(output_s(spec, profile)), shortest)


def refuse_costly(most: Fraction, price: Estimate | None, said: str, *, hint: str = "") -> None:
    """Refuse a request that costs or may cost too much.

    Args:
        most: the credits allowed.
        price: the highest estimate; None where unknown.
        said: name of the limit in messages.
        hint: further advice.

    Raises:
        CallError: it costs too much, or cannot be estimated.
    """
    cap = f"{said} {decimal(most, 6)}"
    if price is None:
        why = phrase("what this costs cannot be told, so {q} forbids it; nothing was sent", q=cap)
        raise CallError(why, advice=phrase("Leave {q} out, or use a profile that has a price for it.", q=said))
    if price.credits > most:
        raise CallError(
            phrase(
                "about {n} credits, more than {q}; nothing was sent",
                n=distinct_decimal(price.credits, most, 2),
                q=cap,
            ),
            advice=phrase("A shorter video or a lower quality costs less{hint}.", hint=hint),
        )
