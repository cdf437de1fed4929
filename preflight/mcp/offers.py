"""Leave to submit: a token in for exactly one body, price and set of files, good once and not for long."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.errors import CallError
from preflight.flow.submit import Ready
from preflight.submission.prepare import request_hash
from preflight.values.units import decimal

LIVES_S = 600
MOST = 1000
"""Tokens kept; the oldest give way."""
Kind = Literal["estimated", "asked"]
"""A token that an estimate gave, or a question that a person was asked."""
BEGIN_ANEW = "Call estimate_price anew."


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a token stands for."""

    kind: Kind
    digest: str
    until: float
    """By the clock of the store."""


class Offers:
    """The tokens that were given, and not yet used.

    Args:
        clock: tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._turn = clock, threading.Lock()
        self._given: dict[str, Offer] = {}

    def give(self, kind: Kind, digest: str) -> tuple[str, datetime]:
        """Make a token; return it with the time at which it ends."""
        token = secrets.token_urlsafe(24)
        with self._turn:
            now = self._clock()
            living = {key: one for key, one in self._given.items() if one.until > now}
            self._given = dict(list(living.items())[1 - MOST :])
            self._given[token] = Offer(kind=kind, digest=digest, until=now + LIVES_S)
        return token, datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=LIVES_S)

    def take(self, kind: Kind, token: str, digest: str) -> None:
        """Use a token up.

        Raises:
            CallError: it is none, was used, has ended, or stands for something else, which leaves it as it is.
        """
        with self._turn:
            known = self._given.get(token)
            if known is None or known.kind != kind or known.until <= self._clock():
                raise CallError("the token is not known, was used, or has ended; nothing was sent", advice=BEGIN_ANEW)
            if not secrets.compare_digest(known.digest, digest):
                words = "the token is for another body, price or content of a file; nothing was sent"
                raise CallError(words, advice=BEGIN_ANEW)
            del self._given[token]


class Budget:
    """What all submissions without a question may cost together.

    Args:
        most: credits; None for no limit.
    """

    def __init__(self, most: Fraction | None = None) -> None:
        self._turn, self._most = threading.Lock(), most
        self._spent = Fraction(0)

    def spend(self, credits_: Fraction | None) -> None:
        """Count the price of one submission; what is not sent in the end stays counted.

        Raises:
            CallError: it would be too much together, or cannot be told.
        """
        with self._turn:
            if self._most is None:
                return
            if credits_ is None or self._spent + credits_ > self._most:
                left = decimal(self._most - self._spent, 2)
                words = f"{left} credits are left of what may be spent without asking; nothing was sent"
                raise CallError(
                    words, advice="A person has to be asked, or starts the server with another --max-total."
                )
            self._spent += credits_


def digest_of(ready: Ready, base_url: str) -> str:
    """Hash what would be paid for: the body with each file by its content, what was measured of URLs, price, service.

    Args:
        ready: the request.
        base_url: the service.
    """
    urls = [judged.facts for judged in ready.report.assets if judged.asset.is_url]
    parts = (
        base_url,
        request_hash(ready.spec, ready.report, ready.profile, ready.hashes),
        str(ready.price.credits if ready.price else None),
        *map(repr, urls),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
