"""HTTP calls: an origin and its key in, JSON or a branch of the error tree out.

    what happened                                           what is raised
    no byte left, whatever went wrong                       Unreachable: nothing can have happened
    a byte left, and no readable response came              ResponseLost: the service may have acted
    HTTP 408, 5xx, a 3xx that may follow the act            ResponseLost: it may have acted before it failed
    HTTP 429, 503 with Retry-After                          Busy, a Refused: it did not act, and may later
    any other refusal, in either shape, even with HTTP 200  Refused, in the service's own words
    an unusable address or key                              CallError, before anything leaves

Whether a byte has left is recorded where it is written, never guessed from an exception's type. The key goes to its own
origin alone; responses are searched for it, so that no message holds it.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx
import msgspec

from preflight._version import __version__
from preflight.errors import CallError, NotDone, PreflightError, Refused, Unreachable
from preflight.service import certificates as trust
from preflight.service import origin
from preflight.service.moments import retry_after_s, skew_s
from preflight.service.proxies import proxy_for
from preflight.service.refusals import advice_on
from preflight.service.transport import Body, Client, Exchange, Overdue, Sockets
from preflight.values.assets import masked, printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import phrase
from preflight.values.remedy import Advice, Setting

CONNECT_S = 10.0
READ_S = 60.0
ANSWER_S = 120.0
"""Seconds for one exchange, even if bytes keep arriving; an upload gets more."""
SLOWEST_BYTES_S = 32 << 10
"""Bytes a second below which an upload is late."""
ANSWER_MAX_BYTES = 4 << 20
WORDS_MAX = 500
"""Characters of the service's words quoted."""
SECRET_MIN = 16
"""Shorter keys are ordinary words, used with the sandbox; replacing them would garble responses."""
MASKED_MIN = 8
"""Shorter keys are not masked: with the key "any", "too many" would be garbled."""
PAUSE_MAX_S = 60.0
ATTEMPTS = 4
RATE, UNAVAILABLE = 429, 503
MAY_HAVE_ACTED = frozenset({*range(100, 200), 300, *range(302, 307), *range(309, 400), 408, 499, *range(500, 1000)})
"""Statuses that do not tell whether the service acted; a proxy may send them after it did.

302 often stands for 303: done, look there. 301, 307 and 308 mean: ask elsewhere."""
UNSURE_CODES = frozenset({"paid_outcome_unknown", "idempotency_conflict"})
"""Codes that say the service may have acted, whatever the status. Source: the provider's client."""
CALL_AGENT = f"preflight/{__version__}"

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Called with the bytes done and in all; None where unknown."""


class ResponseLost(NotDone):
    """A request left and no complete response came: the service may have acted, or not."""


class Busy(Refused):
    """The service did not act, and may later.

    Args:
        message: the service's words.
        retry_after_s: seconds it asks to wait; None where it does not say.
        status: 429 or 503.
        code: the service's own error code.
    """

    def __init__(self, message: str, *, retry_after_s: float | None, status: int, code: str) -> None:
        super().__init__(message, status=status, code=code, advice=_advice(status, code))
        self.retry_after_s = retry_after_s


FAULTS: tuple[tuple[type[Exception], type[PreflightError], str], ...] = (
    (Overdue, ResponseLost, "the time is over"),
    (httpx.ConnectTimeout, Unreachable, phrase("no connection within {n} s", n=f"{CONNECT_S:.0f}")),
    (httpx.ConnectError, Unreachable, "no connection"),
    (httpx.PoolTimeout, Unreachable, "no connection was free"),
    (httpx.ProxyError, Unreachable, "the proxy gave no connection"),
    (httpx.UnsupportedProtocol, CallError, "not an http or https address"),
    (httpx.InvalidURL, CallError, "not an address"),
    (UnicodeError, CallError, "not the name of a host"),
    (httpx.TimeoutException, ResponseLost, phrase("nothing moved for {n} s", n=f"{READ_S:.0f}")),
    (httpx.NetworkError, ResponseLost, "the connection broke"),
    (httpx.ProtocolError, ResponseLost, "the connection ended in the middle"),
    (httpx.DecodingError, ResponseLost, "the answer could not be unpacked"),
    (httpx.HTTPError, ResponseLost, "the exchange failed"),
    (httpx.CookieConflict, ResponseLost, "the exchange failed"),
    (httpx.StreamError, ResponseLost, "the answer could not be read"),
    (Exception, ResponseLost, "the exchange failed"),
)
"""The first match gives the words; also the error's class where no exchange was watched."""

UNREACHED = "Nothing left this machine. Is the address right, and is the network up?"


class HttpChannel:
    """One origin, its key, and a new connection for every call.

    A kept connection that the other side closed would make the outcome of a create call unknown.

    Args:
        address: the service's, https (or http on a loopback address), without user name or query.
        key: sent as a bearer token to this origin alone; redirects are not followed. None sends none.
        agent: User-Agent; None for preflight's own.
        transport: carries the requests; None for real sockets.

    Raises:
        CallError: the origin, the key or the agent cannot be used.
    """

    def __init__(
        self, address: str, key: str | None, *, agent: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.origin = origin_of(address)
        self.skew_s: float | None = None
        """The service's clock minus this machine's, in seconds, from the last response; None where unknown."""
        self._key = "" if key is None else key_checked(key)
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._client = client(headers=headers, agent=agent, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **body: Unpack[Body]) -> Any:  # noqa: ANN401 - JSON, of whatever shape
        """Send one request once, and decode its JSON response.

        Raises:
            CallError, Unreachable, ResponseLost, Busy, Refused: see the module.
        """
        exchange = Exchange(ANSWER_S + _body_s(body))
        with (
            translated(shown_url(self.origin), self._key, exchange),
            self._client.stream(method, f"{self.origin}{path}", headers=headers, exchange=exchange, **body) as response,
        ):
            self.skew_s = skew_s(response.headers, time.time())
            return _checked(response, _content(response), self._key)


def client(
    *,
    headers: dict[str, str] | None = None,
    agent: str | None = None,
    proxies: bool = True,
    limit_s: float = ANSWER_S,
    transport: httpx.BaseTransport | None = None,
) -> Client:
    """Build a client with our timeouts that follows no redirects and keeps no connections.

    Args:
        headers: sent with every request, besides our own.
        agent: User-Agent; None for preflight's own.
        proxies: whether the environment's proxies are used.
        limit_s: seconds for one exchange.
        transport: carries the requests; None for real sockets.

    Raises:
        CallError: the agent is not printable ASCII.
    """
    own = {"User-Agent": _agent(agent), "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    timeouts = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": CONNECT_S}
    transport = transport or Sockets(proxy_for if proxies else _no_proxy, trust.certificates)
    return Client(transport, headers={**own, **(headers or {})}, limit_s=limit_s, timeouts=timeouts)


def _no_proxy(_: httpx.URL) -> None:
    return None


def _agent(agent: str | None) -> str:
    """Check the User-Agent; it may come from a variable or setting."""
    name = origin.trimmed(agent or "") or CALL_AGENT
    if not re.fullmatch(r"[\x20-\x7e]{1,256}", name):
        raise CallError("user agent: expected 1 to 256 ASCII letters, digits, signs and blanks")
    return name


def _body_s(body: Body) -> float:
    """Compute the extra seconds for sending a body."""
    files = [os.fstat(file.fileno()).st_size for _, file, _ in body.get("files", {}).values()]
    return (sum(files) + len(body.get("content", b""))) / SLOWEST_BYTES_S


@contextmanager
def translated(where: str, key: str = "", exchange: Exchange | None = None) -> Iterator[None]:
    """Convert exceptions to our error tree; messages begin with `where` and never hold the key.

    Where an exchange is watched, it decides between `ResponseLost` and `Unreachable`.
    """
    try:
        yield
    except PreflightError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError) as error:
        raise fault(error, where, key, exchange) from None
    except Exception as error:
        if exchange is None or not exchange.is_watched:
            raise
        raise fault(error, where, key, exchange) from None


def fault(error: Exception, where: str, key: str = "", exchange: Exchange | None = None) -> PreflightError:
    """Convert an exception, by whether bytes have left where that is known, else by `FAULTS`."""
    _, meaning, words = next(line for line in FAULTS if isinstance(error, line[0]))
    if exchange is not None and exchange.is_watched:
        meaning = ResponseLost if exchange.left else meaning if meaning is CallError else Unreachable
    detail = "" if isinstance(error, UnicodeError) else cleaned(str(error), key)
    advice = UNREACHED if meaning is Unreachable else ""
    if meaning is Unreachable and (refusal := trust.refusal_of(str(error))):
        words, advice = refusal
    said = phrase("{q}: {fault}", q=where, fault=words)
    return meaning(phrase("{said} ({q})", said=said, q=detail) if detail else said, advice=advice)


def retry(
    call: Callable[[], T],
    transient: tuple[type[PreflightError], ...],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call until it succeeds, pausing after each transient error; raise the last attempt's.

    Pauses are 0.5, 1 and 2 s, or what a busy service asks for, up to 60 s.
    """
    for attempt in range(attempts - 1):
        try:
            return call()
        except transient as error:
            sleep(pause_s(error, 0.5 * 2.0**attempt))
    return call()


def shown_url(url: str) -> str:
    """Strip user, password, query and fragment, which may be secrets, from a URL."""
    bare = re.sub(r"^(https?://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)
    start, mark, _ = re.sub(r"#.*", "", bare, flags=re.DOTALL).partition("?")
    return cleaned(start) + ("?..." if mark else "")


def cleaned(text: str, key: str = "") -> str:
    """Make a stranger's words printable: one line, no control characters, no key, at most 500 characters.

    Secrets in links are masked too; keys too short to be real are left.
    """
    text = text.replace(key, "[key]") if len(key) >= MASKED_MIN else text
    text = printable(masked(" ".join(text[: WORDS_MAX * 2].split())))
    return text if len(text) <= WORDS_MAX else f"{text[: WORDS_MAX - 3]}..."


def is_loopback(url: str) -> bool:
    """Tell whether a URL's host is this machine; False where it is no URL."""
    try:
        return origin.is_loopback_host(httpx.URL(origin.normal(url)).host)
    except origin.NO_ADDRESS:
        return False


def origin_of(address: str) -> str:
    """Normalise an address to which a key may be sent.

    Raises:
        CallError: it is no address, or the key would travel unencrypted.
    """
    try:
        url = origin.read(address)
        found = origin.normal(address)
    except origin.NO_ADDRESS:
        raise CallError(phrase("{q}: not an address", q=shown_url(address))) from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise CallError(phrase("{q}: expected https://HOST, without user name and query", q=shown_url(address)))
    if url.scheme == "http" and not is_loopback(found):
        raise CallError(phrase("{q}: the key would travel in the open", q=shown_url(address)), advice="Use https.")
    return found


def key_checked(key: str) -> str:
    """Pass a key on that can stand in a header.

    Raises:
        CallError: it is none.
    """
    if not re.fullmatch(r"[\x21-\x7e]{1,1024}", key):
        what = "not set" if not key.strip() else "not a key: it has blanks, control or non-ASCII characters"
        words = phrase("{setting}: {what}", setting=Setting("key"), what=what)
        raise CallError(words, advice="Copy it again from the provider's console.")
    return key


def _content(response: httpx.Response) -> bytes:
    """Read a response's body; a refusal's may be cut short, its status is enough."""
    try:
        return _capped(response)
    except (httpx.HTTPError, ResponseLost):
        if response.is_success:
            raise
        return b""


def _capped(response: httpx.Response) -> bytes:
    """Read a body of limited size, uncompressed as asked for."""
    if coding := content_coding(response.headers):
        raise ResponseLost(phrase("the answer came packed ({q}), though it was asked for as it is", q=coding))
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > ANSWER_MAX_BYTES:
            raise ResponseLost(phrase("the answer is larger than {n} bytes", n=f"{ANSWER_MAX_BYTES:,}"))
    return bytes(content)


def content_coding(headers: httpx.Headers) -> str:
    """Read a response's content coding; "" for none. None was asked for."""
    coding = headers.get("Content-Encoding", "").strip()
    return "" if coding.lower() in ("", "identity") else cleaned(coding)[:40]


def _checked(response: httpx.Response, content: bytes, key: str) -> Any:  # noqa: ANN401 - JSON, of whatever shape
    decoded = _decoded(content)
    table = decoded if isinstance(decoded, dict) else {}
    error = table.get("error")
    no = table.get("success") is False or (bool(error) and "id" not in table)
    if not response.is_success or no:
        inside = error if isinstance(error, dict) else {"message": error, **table}
        refusal = _refusal(response, inside, key)
        if isinstance(refusal, Refused):
            refusal.answer = _redacted(key, table)
        raise refusal
    if decoded is msgspec.UNSET:
        raise ResponseLost(phrase("HTTP {q}, but the answer is not whole JSON", q=response.status_code))
    return _redacted(key, decoded)


def _redacted(key: str, decoded: object) -> object:
    """Remove the key from a response, however it is escaped there."""
    said, secret = msgspec.json.encode(decoded), msgspec.json.encode(key)[1:-1]
    if len(key) < SECRET_MIN or secret not in said:
        return decoded
    return msgspec.json.decode(said.replace(secret, b"[key]"))


def _decoded(content: bytes) -> Any:  # noqa: ANN401 - JSON, of whatever shape
    try:
        return parsed(content)
    except NotJsonError:
        return msgspec.UNSET


def _refusal(response: httpx.Response, inside: dict[str, Any], key: str) -> PreflightError:
    said = [inside.get(name) for name in ("message", "msg", "detail")]
    words = next((cleaned(text, key) for text in said if isinstance(text, str) and text.strip()), "no reason given")
    code = cleaned(str(inside.get("code") or ""), key)[:80]
    status = response.status_code
    if response.is_success and re.fullmatch(r"[45][0-9]{2}", code):
        status = int(code)
    message = phrase("HTTP {n}: {why}", n=status, why=words)
    if code and code != str(status):
        message = phrase("HTTP {n}: {why} [{q}]", n=status, why=words, q=code)
    pause = retry_after_s(response.headers)
    if code in UNSURE_CODES:
        return ResponseLost(message, advice=_advice(status, code))
    if status == RATE or (status == UNAVAILABLE and pause is not None):
        return Busy(message, retry_after_s=pause, status=status, code=code)
    if status in MAY_HAVE_ACTED:
        return ResponseLost(message, advice=_advice(status, code))
    return Refused(message, status=status, code=code, advice=_advice(status, code))


def _advice(status: int, code: str) -> Advice:
    redirect = "The address leads elsewhere, and the key is not taken there: check it." if 300 <= status < 400 else ""  # noqa: PLR2004 - HTTP's own border
    return advice_on(status, code) or redirect


def pause_s(error: PreflightError, otherwise_s: float) -> float:
    """Compute the seconds until the next attempt: what the service asks for, up to 60 s."""
    asked = error.retry_after_s if isinstance(error, Busy) else None
    return otherwise_s if asked is None else min(PAUSE_MAX_S, asked)
