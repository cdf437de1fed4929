"""Download assets, from loopback addresses only."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import IO

import httpx

_REDIRECTS_AT_MOST = 3


class FetchError(Exception):
    """An asset could not be downloaded; the text is the service's message."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, without DNS."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _stay_here(request: httpx.Request) -> None:
    """Refuse a request or redirect to another machine."""
    if not is_loopback(request.url.host):
        raise FetchError("Error while downloading")


def loopback_client(timeout_s: float) -> httpx.AsyncClient:
    """Build a client for loopback addresses only, without proxies.

    It trusts no authority: none signs for a loopback address, and reading them takes 20 ms.
    """
    return httpx.AsyncClient(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        timeout=timeout_s,
        headers={"Accept-Encoding": "identity"},
        trust_env=False,
        follow_redirects=True,
        max_redirects=_REDIRECTS_AT_MOST,
        event_hooks={"request": [_stay_here]},
    )


async def fetch(client: httpx.AsyncClient, url: str, into: IO[bytes], *, max_bytes: int, timeout_s: float) -> None:
    """Download one asset by a plain GET.

    Args:
        client: made by `loopback_client`.
        url: the asset's.
        into: receives the asset, then rewound.
        max_bytes: limit of its kind; a longer file is cut behind it, so that its length still shows.
        timeout_s: seconds for the whole download.

    Raises:
        FetchError: the address is elsewhere, the response is not 200 or compressed, or it takes too long.
    """
    try:
        async with asyncio.timeout(timeout_s), client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise FetchError("Error while downloading")
            if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
                raise FetchError("Error while downloading")
            async for chunk in response.aiter_raw():
                into.write(chunk)
                if into.tell() > max_bytes:
                    break
    except (TimeoutError, httpx.TimeoutException) as error:
        raise FetchError("Timeout while downloading") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FetchError("Error while downloading") from error
    into.seek(0)
