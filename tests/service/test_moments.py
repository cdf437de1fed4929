"""Times in headers: how long to wait, and by how much clocks differ."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.service.moments import retry_after_s, skew_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 30, 999_999_999),
        ("-1", None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_s(httpx.Headers({b"Retry-After": text.encode()})) == seconds


def test_retry_after_as_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 27 < (retry_after_s(httpx.Headers({"Retry-After": soon})) or 0) <= 30
    assert retry_after_s(httpx.Headers({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})) == 0
    assert retry_after_s(httpx.Headers({"Retry-After": "Wed, 21 Oct 2015 07:28:00 -0000"})) == 0


NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@given(st.integers(-(10**6), 10**6))
def test_clocks_differ_by_what_the_service_is_ahead(seconds: int) -> None:
    headers = httpx.Headers({"Date": format_datetime(NOON, usegmt=True)})
    assert skew_s(headers, NOON.timestamp() - seconds) == seconds


@pytest.mark.parametrize("told", ["", "now", "29 Nov", "Sun, 99 Nov 2026 12:00:00 GMT", "x" * 500])
def test_a_date_that_is_none_tells_nothing(told: str) -> None:
    assert skew_s(httpx.Headers({"Date": told}), 0.0) is None
    assert skew_s(httpx.Headers(), 0.0) is None


def test_a_date_in_another_zone_is_the_same_moment() -> None:
    headers = httpx.Headers({"Date": "Sun, 29 Nov 2026 21:00:00 +0900"})
    assert skew_s(headers, NOON.timestamp()) == 0


@given(st.text("0123456789 GMTSunNov:+-\xe9", max_size=90))
def test_any_header_is_a_time_or_none(text: str) -> None:
    headers = httpx.Headers({b"Retry-After": text.encode("latin-1"), b"Date": text.encode("latin-1")})
    wait = retry_after_s(headers)
    assert wait is None or wait >= 0
    assert skew_s(headers, 0.0) is None or isinstance(skew_s(headers, 0.0), float)
