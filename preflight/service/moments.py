"""Moments in the headers of an answer → seconds: how long to wait, and how far two clocks are apart."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Read Retry-After, a number of seconds or an HTTP date; None when it is neither."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:9])
    moment = _moment(text)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def skew_s(headers: httpx.Headers, now_s: float) -> float | None:
    """Read by how many seconds the other side's clock is ahead, from its Date; None when it is none.

    Args:
        headers: of an answer.
        now_s: when it came, in seconds since 1970 by this machine's clock.
    """
    moment = _moment(headers.get("Date", "").strip())
    return None if moment is None else moment.timestamp() - now_s


def _moment(text: str) -> datetime | None:
    """Read an HTTP date, as UTC where it names no zone."""
    try:
        moment = parsedate_to_datetime(text[:80])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
