"""Prices that the user has had read from the provider's public rules; where a model has one, the edition's is not used.

    answer ── rules_of ──► OwnPrice ── keep ──► prices.json in the user's data folder ── own_prices ──► estimates

Each has its date and the address that it was read from. Of the answer only the content is documented: a rate, a minimum
and factors by quality. Whatever does not hold these is refused, and changes nothing.
"""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.files.atomic import replace
from preflight.files.notes import data_folder
from preflight.files.text import TextError, bytes_of, json_of
from preflight.profiles.schema import ModelPrice, Profile
from preflight.values.assets import printable
from preflight.values.phrase import error_words, phrase
from preflight.values.units import exact, number

SCHEMA = "preflight.prices/1"
FILE = "prices.json"
MOST_BYTES = 1 << 20
PER_SECOND = "per_second"
UC_PER_CREDIT = 10_000
"""The provider's smallest unit of account, in which a minimum may be given."""
SANE = 20
"""Times by which a price may have moved and still be believed: more is another unit, or a mistake."""
MOST = 1_000_000
"""More than any number of a price, in credits."""
ROUNDING = Fraction(1, 1000)
"""Part of a price by which two writings of it may differ."""
WITH_CLIPS = "with clips"


class OwnPrice(ModelPrice, frozen=True, kw_only=True):
    """What the provider's public rules said of a model."""

    read: dt.date
    source: str
    """Address of the service that said it."""


OwnPrices = Mapping[str, OwnPrice]


class NoRules(ValueError):  # noqa: N818 - a fault of the answer, told beside the model
    """The answer holds no rules that can be read."""


def default_path() -> Path:
    """Return the path of the user's own prices."""
    return data_folder() / FILE


# ---- the file ------------------------------------------------------------------------------------------------------


def own_prices(path: Path | None = None) -> dict[str, OwnPrice]:
    """Read the user's own prices by model; none where nothing was ever read.

    Raises:
        CallError: the file is not one that was written here.
    """
    place = path or default_path()
    try:
        content = bytes_of(place, MOST_BYTES)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unusable(place, str(error.strerror)) from None
    try:
        found = json_of(content)
        if found["schema"] != SCHEMA:
            raise _unusable(place, phrase("its schema is not {q}", q=SCHEMA))
        return {str(model): _read_back(table) for model, table in found["prices"].items()}
    except (TextError, LookupError, AttributeError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _unusable(place, error_words(error) or type(error).__name__) from None


def _unusable(place: Path, why: str) -> CallError:
    words = phrase("{q}: the prices kept there cannot be used: {why}", q=printable(str(place)), why=why)
    return CallError(words, advice="Delete the file: the editions' prices count again until they are refreshed.")


def _read_back(table: Mapping[str, Any]) -> OwnPrice:
    read = dt.date.fromisoformat(table["read"])
    return _price(
        table["credits_per_s"],
        table["minimum_credits"],
        table["without_video"],
        table["with_video"],
        read=read,
        source=str(table["source"]),
    )


def keep(prices: OwnPrices, path: Path | None = None) -> Path:
    """Add prices to those that are kept, and return where that is.

    Raises:
        NotDone: the file cannot be written; what it held stays.
    """
    place = path or default_path()
    try:
        known = own_prices(place)
    except CallError:
        known = {}
    tables = {model: _table(price) for model, price in sorted({**known, **prices}.items())}
    content = msgspec.json.format(msgspec.json.encode({"schema": SCHEMA, "prices": tables}), indent=1)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(place, content + b"\n")
    return place


def _table(price: OwnPrice) -> dict[str, object]:
    return {
        "read": price.read.isoformat(),
        "source": price.source,
        "credits_per_s": number(price.credits_per_s),
        "minimum_credits": number(price.minimum_credits),
        "without_video": {quality: number(factor) for quality, factor in price.without_video.items()},
        "with_video": {quality: number(factor) for quality, factor in price.with_video.items()},
    }


# ---- the provider's answer -----------------------------------------------------------------------------------------


def rules_of(answer: object, model: str, *, read: dt.date, source: str) -> OwnPrice:
    """Read the provider's answer about the price of a model.

    Raises:
        NoRules: it is about another model, bills by something else than seconds, or is not whole.
    """
    table = answer.get("data", answer) if isinstance(answer, dict) else None
    if not isinstance(table, dict):
        raise NoRules("expected an object with the rules")
    if table.get("model", model) != model:
        raise NoRules(phrase("it is about {q}", q=printable(str(table["model"])[:80])))
    if (rule := table.get("billing_rule", PER_SECOND)) != PER_SECOND:
        raise NoRules(phrase("it bills {q}, which is not computed here", q=printable(str(rule)[:40])))
    factors = table.get("factors", {"without_video": table.get("resolution_multipliers")})
    alone = factors.get("without_video") if isinstance(factors, dict) else None
    clips = factors.get("with_video", alone) if isinstance(factors, dict) else None
    return _price(table.get("rate"), _least(table), alone, clips, read=read, source=source)


def _least(table: Mapping[str, object]) -> Fraction:
    """Read the least that is charged, in credits."""
    if "min_charge_uc" in table:
        return _number(table["min_charge_uc"], "min_charge_uc") / UC_PER_CREDIT
    return _number(table.get("minimum"), "minimum")


def _price(rate: object, least: object, alone: object, clips: object, *, read: dt.date, source: str) -> OwnPrice:  # noqa: PLR0913 - what a price consists of
    price = OwnPrice(
        credits_per_s=_number(rate, "rate"),
        minimum_credits=_number(least, "minimum"),
        without_video=_factors(alone, "factors.without_video"),
        with_video=_factors(clips, "factors.with_video"),
        read=read,
        source=source,
    )
    if price.credits_per_s <= 0:
        raise NoRules("rate: expected a number above 0")
    return price


def _factors(value: object, place: str) -> dict[str, Fraction]:
    if not isinstance(value, dict) or not value:
        raise NoRules(phrase("{q}: expected a factor for each quality", q=place))
    return {printable(str(quality)[:20]): _number(factor, f"{place}.{quality}") for quality, factor in value.items()}


def _number(value: object, place: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise NoRules(phrase("{q1}: expected a number, got {q2}", q1=place, q2=printable(str(value)[:40])))
    try:
        found = exact(value)
    except (ValueError, ZeroDivisionError):
        raise NoRules(phrase("{q1}: expected a number, got {q2}", q1=place, q2=printable(str(value)[:40]))) from None
    if not 0 <= found <= MOST:
        raise NoRules(
            phrase("{q1}: expected 0 to {n}, got {q2}", q1=place, n=f"{MOST:,}", q2=printable(str(value)[:40]))
        )
    return found


# ---- what moved ----------------------------------------------------------------------------------------------------


def by_quality(model: str, profile: Profile, own: OwnPrices) -> dict[str, Fraction]:
    """List the price of a second by quality, without clips and with them, and the minimum, all in credits."""
    price = own.get(model) or profile.price.models.get(model)
    if price is None:
        rate = profile.price.rates.get(model)
        usd = rate.usd.items() if rate and rate.per == "second" else ()
        return {quality: value * profile.price.credits_per_usd for quality, value in usd}
    found = {quality: price.credits_per_s * factor for quality, factor in price.without_video.items()}
    found |= {f"{quality} {WITH_CLIPS}": price.credits_per_s * one for quality, one in price.with_video.items()}
    return {**found, "minimum": price.minimum_credits}


def moved_places(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> tuple[str, ...]:
    """Return where a price is another than before, by more than rounding."""

    def same(place: str) -> bool:
        known = before.get(place)
        return known is not None and abs(after[place] - known) <= known * ROUNDING

    return tuple(place for place in after if not same(place))


MORE = "{q} would cost {n} times more than before: not believed"
LESS = "{q} would cost {n} times less than before: not believed"


def refuse_absurd(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> None:
    """Raise NoRules where a price has moved by more than prices do."""
    for place, value in after.items():
        known = before.get(place)
        if known and value and not Fraction(1, SANE) <= value / known <= SANE:
            times = value / known if value > known else known / value
            more = value > known
            raise NoRules(phrase(MORE if more else LESS, q=place, n=f"{float(times):,.0f}"))
