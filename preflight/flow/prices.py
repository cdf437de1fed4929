"""Read the provider's public pricing rules into the user's own prices, and say what moved.

    models ── GET, without a key ──► answers ── rules_of ──► OwnPrice, or why not ── keep ──► the user's prices

An answer that cannot be read, or that nobody would believe, changes nothing of its model.
"""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from preflight.errors import CallError, PreflightError, Refused
from preflight.profiles.prices import (
    NoRules,
    OwnPrice,
    by_quality,
    keep,
    moved_places,
    own_prices,
    refuse_absurd,
    rules_of,
)
from preflight.profiles.schema import Profile
from preflight.service.http import ResponseLost
from preflight.values.phrase import error_words

if TYPE_CHECKING:
    from preflight.service.http import HttpChannel

AT_ONCE = 4
NOT_FOUND = 404
PATH = "/v1/catalog/models/{}/pricing-rules"


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh found about one model."""

    model: str
    before: dict[str, Fraction]
    """Credits a second by quality, and the minimum, as they counted until now; empty where no price was known."""
    after: dict[str, Fraction]
    """As they count from now; the same as before where `fault` says why they could not be read."""
    fault: str = ""
    """Why nothing was changed; empty where the rules were read."""
    absent: bool = False
    """Whether the service has no rules for it."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where it costs another amount than before."""
        return moved_places(self.before, self.after)


class Refreshed(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh found."""

    models: tuple[PriceChange, ...]
    read: dt.date
    source: str
    path: Path | None
    """Where the prices are kept; None where none could be read, so that nothing was written."""

    @property
    def faults(self) -> tuple[PriceChange, ...]:
        """Models whose answer could not be used."""
        return tuple(one for one in self.models if one.fault and not one.absent)


def refresh(
    models: Sequence[tuple[str, Profile]], address: str, *, agent: str | None = None, path: Path | None = None
) -> Refreshed:
    """Read the rules of models, and keep what could be read.

    Args:
        models: each with the edition that describes it.
        address: the service's; no key is sent to it.
        agent: User-Agent; None for preflight's own.
        path: where prices are kept; the user's data folder if None.

    Raises:
        CallError: the address cannot be used.
        Unreachable: the service cannot be reached at all.
        NotDone: the prices cannot be written; nothing has changed.
    """
    from preflight.service.http import HttpChannel, shown_url

    read = dt.datetime.now(dt.UTC).date()
    with HttpChannel(address, None, agent=agent) as channel:
        answers = _answers(channel, [model for model, _ in models])
        source = shown_url(channel.origin)
    known = _known(path)
    moved: list[PriceChange] = []
    new: dict[str, OwnPrice] = {}
    for (model, profile), answer in zip(models, answers, strict=True):
        before = by_quality(model, profile, known)
        try:
            price = _price(model, answer, read=read, source=source)
            after = by_quality(model, profile, {model: price})
            refuse_absurd(before, after)
            moved.append(PriceChange(model=model, before=before, after=after))
            new[model] = price
        except NoRules as fault:
            moved.append(
                PriceChange(
                    model=model, before=before, after=before, fault=error_words(fault), absent=_is_absent(answer)
                )
            )
    return Refreshed(models=tuple(moved), read=read, source=source, path=keep(new, path) if new else None)


def _answers(channel: "HttpChannel", models: Sequence[str]) -> list[object]:
    """Ask for each model's rules; the first alone, since a service that cannot be reached is not to be asked again."""

    def ask(model: str) -> object:
        try:
            return channel.call("GET", PATH.format(quote(model, safe="")))
        except (Refused, ResponseLost) as error:
            return error

    first = [ask(model) for model in models[:1]]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="prices") as askers:
        return first + list(askers.map(ask, models[1:]))


def _price(model: str, answer: object, *, read: dt.date, source: str) -> OwnPrice:
    if isinstance(answer, PreflightError):
        raise NoRules("the service has no rules for it" if _is_absent(answer) else answer.message)
    return rules_of(answer, model, read=read, source=source)


def _is_absent(answer: object) -> bool:
    return isinstance(answer, Refused) and answer.status == NOT_FOUND


def _known(path: Path | None) -> dict[str, OwnPrice]:
    """Read the prices that count until now; where the file cannot be used, those of the editions do."""
    try:
        return own_prices(path)
    except CallError:
        return {}
