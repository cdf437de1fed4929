"""Fetching assets: a URL in, the asset's bytes or a fault out. The sandbox never leaves the machine."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import IO

import httpx

_REDIRECTS_AT_MOST = 3


class FetchError(Exception):
    """An asset could not be fetched; the text is what the service says then."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, without asking any name server."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _stay_here(request: httpx.Request) -> None:
    """Refuse a request, first or redirected, that would leave the machine."""
    if not is_loopback(request.url.host):
        raise FetchError("Error while downloading")


def loopback_client(timeout_s: float) -> httpx.AsyncClient:
    """Make a client that reaches loopback addresses only, by no proxy."""
    return httpx.AsyncClient(
        timeout=timeout_s,
        headers={"Accept-Encoding": "identity"},
        trust_env=False,
        follow_redirects=True,
        max_redirects=_REDIRECTS_AT_MOST,
        event_hooks={"request": [_stay_here]},
    )


async def fetch(client: httpx.AsyncClient, url: str, into: IO[bytes], *, max_bytes: int, timeout_s: float) -> None:
    """Fetch one asset by a plain GET, keeping little more than is allowed.

    Args:
        client: One made by `loopback_client`.
        url: Where the asset is.
        into: Takes the asset, and is then at its beginning.
        max_bytes: The limit for its kind; a longer file is cut off behind it, so that its length still tells.
        timeout_s: Limit on the whole transfer, in seconds.

    Raises:
        FetchError: The address is elsewhere, does not answer 200, answers packed, or takes too long.
    """
    try:
        async with asyncio.timeout(timeout_s), client.stream("GET", url) as answer:
            if answer.status_code != httpx.codes.OK:
                raise FetchError("Error while downloading")
            if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
                raise FetchError("Error while downloading")
            async for chunk in answer.aiter_raw():
                into.write(chunk)
                if into.tell() > max_bytes:
                    break
    except (TimeoutError, httpx.TimeoutException) as error:
        raise FetchError("Timeout while downloading") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FetchError("Error while downloading") from error
    into.seek(0)
