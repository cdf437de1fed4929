"""Pass one call on to the service as it came, and its answer back as it came: no create call, nothing that costs.

The key goes to the service's own origin alone; redirects are not followed.
"""

import msgspec

from preflight.errors import CallError
from preflight.service.http import (
    ANSWER_MAX_BYTES,
    ANSWER_S,
    ResponseLost,
    client,
    content_coding,
    key_checked,
    origin_of,
    shown_url,
    translated,
)
from preflight.service.transport import Exchange
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import phrase

PASSED_BACK = ("retry-after",)
"""Headers of an answer that are passed back, beside its type."""
JSON = "application/json"


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """The service's answer."""

    status: int
    body: bytes
    media_type: str
    headers: dict[str, str] = {}


def pass_on(  # noqa: PLR0913 - a call has so many parts
    base_url: str, key: str, method: str, path: str, query: str = "", *, agent: str | None = None
) -> Passed:
    """Send a call without a body.

    Args:
        base_url: the service's, https (or http on a loopback address).
        key: sent as a bearer token.
        method: such as GET.
        path: below the origin, already encoded.
        query: as it came, already encoded.
        agent: User-Agent; None for preflight's own.

    Raises:
        CallError: the key or the address cannot be used.
        Unreachable: no connection.
        ResponseLost: no whole answer, or one that is no JSON.
    """
    origin, exchange = origin_of(base_url), Exchange(ANSWER_S)
    if not path.startswith("/"):
        raise CallError("not a path")
    url = f"{origin}{path}{f'?{query}' if query else ''}"
    headers = {"Authorization": f"Bearer {key_checked(key)}"}
    with (
        translated(shown_url(origin), key, exchange),
        client(headers=headers, agent=agent) as plain,
        plain.stream(method, url, exchange=exchange) as response,
    ):
        if coding := content_coding(response.headers):
            raise ResponseLost(
                phrase(
                    "{q1}: the answer came packed ({q2}), though it was asked for as it is",
                    q1=shown_url(origin),
                    q2=coding,
                )
            )
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > ANSWER_MAX_BYTES:
                raise ResponseLost(
                    phrase("{q}: the answer is larger than {n} bytes", q=shown_url(origin), n=f"{ANSWER_MAX_BYTES:,}")
                )
        _refuse_garbage(bytes(body), response.status_code, shown_url(origin))
        found = {name: response.headers[name] for name in PASSED_BACK if name in response.headers}
        return Passed(status=response.status_code, body=bytes(body), media_type=JSON, headers=found)


def _refuse_garbage(body: bytes, status: int, where: str) -> None:
    """Raise ResponseLost for an answer that no client of the service could read."""
    try:
        parsed(body)
    except NotJsonError:
        raise ResponseLost(phrase("{q}: HTTP {n}, but the answer is not whole JSON", q=where, n=status)) from None
    if not 200 <= status < 600:  # noqa: PLR2004 - what HTTP has
        raise ResponseLost(phrase("{q}: HTTP {n}", q=where, n=status))
