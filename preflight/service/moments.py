"""Times in response headers → seconds: pauses and clock skew."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Read Retry-After, seconds or an HTTP date; None when it is neither."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:9])
    moment = _moment(text)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def skew_s(headers: httpx.Headers, now_s: float) -> float | None:
    """Compute the service's clock minus ours, in seconds, from its Date header; None without one.

    Args:
        headers: of a response.
        now_s: when it came, in seconds since 1970.
    """
    moment = _moment(headers.get("Date", "").strip())
    return None if moment is None else moment.timestamp() - now_s


def _moment(text: str) -> datetime | None:
    """Parse an HTTP date; UTC where no zone is named."""
    try:
        moment = parsedate_to_datetime(text[:80])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
