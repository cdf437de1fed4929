"""Send one request over its own connection: records whether bytes left, under one deadline.

    connect, TLS, proxy      within CONNECTING_S; nothing of the request has left
    the first byte leaves    `Exchange.left`; from here on the service may have acted, whatever is raised
    the last byte arrives    within the limit, even if bytes keep arriving

Redirects are returned, not followed, so a malformed `Location` cannot raise. Bodies are never decompressed: no coding
was asked for.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, Self, TypedDict, Unpack

import httpcore
import httpx

from preflight.values.phrase import phrase

CONNECTING_S = 30.0
"""Seconds for connection, proxy and TLS handshake together."""
PIECE_BYTES = 1 << 16
"""Bytes written at a time, so that a slow reader meets the deadline too."""


class Overdue(httpx.TimeoutException):
    """The deadline of an exchange passed."""


class Exchange:
    """One request and its response.

    Args:
        limit_s: seconds from the first byte of the request to the last of the response.
        clock: tells seconds.
    """

    def __init__(self, limit_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.left = False
        """Whether a byte of the request may have left."""
        self.is_watched = False
        """Whether `left` is reliable: other transports do not report it."""
        self._limit_s = limit_s
        self._clock = clock
        self._begun = False
        self._words = phrase("no connection was ready after {n} s", n=f"{CONNECTING_S:.0f}")
        self._deadline_s = clock() + CONNECTING_S

    def begin(self) -> None:
        """Start the deadline of the request."""
        self._begun = True
        self._words = phrase("the answer was not whole after {n} s", n=f"{self._limit_s:.0f}")
        self._deadline_s = self._clock() + self._limit_s

    def writing(self) -> None:
        """Note that bytes are about to leave, if the request has begun."""
        self.left = self.left or self._begun

    @contextmanager
    def step(self, seconds: float | None) -> Iterator[float]:
        """Yield the seconds one step may take: `seconds`, or what is left until the deadline.

        Raises:
            Overdue: the deadline has passed.
        """
        left_s = self._deadline_s - self._clock()
        if left_s <= 0:
            raise Overdue(self._words)
        try:
            yield left_s if seconds is None else min(seconds, left_s)
        except httpcore.TimeoutException:
            if self._clock() >= self._deadline_s:
                raise Overdue(self._words) from None
            raise

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Follow httpcore's events; a proxy's CONNECT is not the request."""
        if event.endswith("http11.send_request_headers.started") and info["request"].method != b"CONNECT":
            self.begin()


class _Stream(httpcore.NetworkStream):
    """A connection under the deadline of its exchange."""

    def __init__(self, inner: httpcore.NetworkStream, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._exchange.step(timeout) as seconds:
            return self._inner.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._exchange.writing()
        for start in range(0, len(buffer), PIECE_BYTES):
            with self._exchange.step(timeout) as seconds:
                self._inner.write(buffer[start : start + PIECE_BYTES], seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._exchange.step(timeout) as seconds:
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._exchange)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Opens connections for one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._opened: list[httpcore.NetworkStream] = []

    def close(self) -> None:
        """Close all connections: httpcore leaves one open after a proxy's bad response."""
        for stream in self._opened:
            stream.close()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        with self._exchange.step(timeout) as seconds:
            inner = super().connect_tcp(host, port, seconds, local_address, socket_options)
        self._opened.append(inner)
        return _Stream(inner, self._exchange)


class _Body(httpx.SyncByteStream):
    """The body of a response; closing it closes the connection."""

    def __init__(self, response: httpcore.Response, pool: httpcore.ConnectionPool) -> None:
        self._response = response
        self._pool = pool

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _as_httpx():
            self._response.close()
            self._pool.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Convert httpcore's and socksio's exceptions to httpx's."""
    try:
        yield
    except Exception as error:
        library = type(error).__module__.partition(".")[0]
        kind = httpx.ProxyError if library == "socksio" else getattr(httpx, type(error).__name__, None)
        if library not in ("httpcore", "socksio") or kind is None:
            raise
        raise kind(str(error)) from error


class Sockets(httpx.BaseTransport):
    """Real sockets: a new connection for each request, closed with its response.

    Args:
        proxy_for: chooses the proxy for a URL; None for none.
        certificates: builds the TLS context; called only for TLS.
    """

    def __init__(
        self, proxy_for: Callable[[httpx.URL], httpcore.Proxy | None], certificates: Callable[[], ssl.SSLContext]
    ) -> None:
        self._proxy_for = proxy_for
        self._certificates = certificates

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and read the head of its response; the body is streamed."""
        exchange: Exchange = request.extensions["exchange"]
        exchange.is_watched = True
        proxy = self._proxy_for(request.url)
        secure = request.url.scheme == "https" or (proxy is not None and proxy.url.scheme == b"https")
        context = self._certificates() if secure else None
        if proxy is not None and proxy.url.scheme == b"https":
            proxy.ssl_context = context
        backend = _Backend(exchange)
        pool = httpcore.ConnectionPool(ssl_context=context, proxy=proxy, network_backend=backend)
        try:
            with _as_httpx():
                response = pool.handle_request(_plain(request, exchange))
        except BaseException:
            pool.close()
            backend.close()
            raise
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, pool),
            extensions=response.extensions,
        )


def _plain(request: httpx.Request, exchange: Exchange) -> httpcore.Request:
    """Convert a request for httpcore."""
    extensions = {name: value for name, value in request.extensions.items() if name != "exchange"}
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions={**extensions, "trace": exchange.watch},
    )


class Body(TypedDict, total=False):
    """Parts of a request, by httpx's names."""

    content: bytes
    params: dict[str, str | int]
    data: dict[str, str]
    files: dict[str, tuple[str, IO[bytes], str]]


class Client:
    """Sends single requests with the same headers and timeouts.

    Args:
        transport: carries them; closed with the client.
        headers: sent with every request.
        limit_s: seconds for one exchange.
        timeouts: seconds for "connect", "read", "write" and "pool".
    """

    def __init__(
        self, transport: httpx.BaseTransport, *, headers: dict[str, str], limit_s: float, timeouts: dict[str, float]
    ) -> None:
        self._transport = transport
        self._headers = headers
        self._limit_s = limit_s
        self._timeouts = timeouts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def send(
        self,
        method: str,
        url: httpx.URL | str,
        *,
        headers: dict[str, str] | None = None,
        extensions: dict[str, Any] | None = None,
        exchange: Exchange | None = None,
        **body: Unpack[Body],
    ) -> httpx.Response:
        """Send one request; the caller reads and closes the response."""
        more = {
            "timeout": self._timeouts,
            **(extensions or {}),
            "exchange": exchange or Exchange(self._limit_s),
        }
        request = httpx.Request(method, url, headers={**self._headers, **(headers or {})}, extensions=more, **body)
        response = self._transport.handle_request(request)
        response.request = request
        return response

    @contextmanager
    def stream(
        self,
        method: str,
        url: httpx.URL | str,
        *,
        headers: dict[str, str] | None = None,
        exchange: Exchange | None = None,
        **body: Unpack[Body],
    ) -> Iterator[httpx.Response]:
        """Send one request, and close its response at the end of the block."""
        response = self.send(method, url, headers=headers, exchange=exchange, **body)
        try:
            yield response
        finally:
            response.close()
