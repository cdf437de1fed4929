"""Sockets: an origin and its key in, JSON or a branch of the error tree out.

    what happened                                           what is raised
    no connection, or none that was free                    Unreachable: nothing left this machine
    the request left; its answer is late, cut or no JSON    AnswerLost: the service may have acted
    HTTP 408, 5xx, 503 without Retry-After                  AnswerLost: it may have acted before it failed
    HTTP 429, 503 with Retry-After                          Busy, a Refused: it did not act, and may later
    any other refusal, in either shape, even with HTTP 200  Refused, in the service's own words
    an address or a key that cannot be used                 CallError

The key goes to its own origin alone, and is in no message: words from the wire are searched for it.
"""

import ipaddress
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import IO, Any, Self, TypedDict, TypeVar, Unpack

import httpx
import msgspec

from preflight import __version__
from preflight.assets import masked, printable
from preflight.errors import CallError, NotDone, PreflightError, Refused, Unreachable
from preflight.refusals import advice_on

CONNECT_S = 10.0
READ_S = 60.0
ANSWER_S = 120.0
"""How long one whole answer may take, however steadily it drips."""
ANSWER_MAX_BYTES = 4 << 20
WORDS_MAX = 500
"""How many characters of a stranger's words are repeated."""
SECRET_MIN = 16
"""A shorter key is a word that somebody gave the sandbox; taken out of answers, it would mangle them."""
MASKED_MIN = 8
"""A real key is long. What is shorter stands in ordinary words: with the key "any", "too many" would become garbled."""
PAUSE_MAX_S = 60.0
ATTEMPTS = 4
RATE, UNAVAILABLE = 429, 503
MAY_HAVE_ACTED = frozenset({303, 408, *range(500, 600)})
"""Statuses that do not tell whether the request was carried out; a proxy gives them after the service has acted."""
CALL_AGENT = f"preflight/{__version__}"

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the bytes in all, None where nobody said."""


class AnswerLost(NotDone):
    """A request left and its answer did not come back whole: the service may have acted, or not."""


class Busy(Refused):
    """The service did not act, and may later.

    Args:
        message: what the service said.
        retry_after_s: how long it asks to be left alone, in seconds; None where it does not say.
        status: 429 or 503.
        code: the service's own error code.
    """

    def __init__(self, message: str, *, retry_after_s: float | None, status: int, code: str) -> None:
        super().__init__(message, status=status, code=code, advice=_advice(status, code))
        self.retry_after_s = retry_after_s


FAULTS: tuple[tuple[type[Exception], type[PreflightError], str], ...] = (
    (httpx.ConnectTimeout, Unreachable, f"no connection within {CONNECT_S:.0f} s"),
    (httpx.ConnectError, Unreachable, "no connection"),
    (httpx.PoolTimeout, Unreachable, "no connection was free"),
    (httpx.ProxyError, Unreachable, "the proxy gave no connection"),
    (httpx.UnsupportedProtocol, CallError, "not an http or https address"),
    (httpx.InvalidURL, CallError, "not an address"),
    (UnicodeError, CallError, "not the name of a host"),
    (httpx.TimeoutException, AnswerLost, f"nothing moved for {READ_S:.0f} s"),
    (httpx.NetworkError, AnswerLost, "the connection broke"),
    (httpx.ProtocolError, AnswerLost, "the connection ended in the middle"),
    (httpx.DecodingError, AnswerLost, "the answer could not be unpacked"),
    (httpx.HTTPError, AnswerLost, "the exchange failed"),
    (httpx.CookieConflict, AnswerLost, "the exchange failed"),
    (httpx.StreamError, AnswerLost, "the answer could not be read"),
)
"""The first line that fits decides. What is not known to have stayed here is taken to have left."""

UNREACHED = "Nothing left this machine. Is the address right, and is the network up?"


class Parts(TypedDict, total=False):
    """What a request may carry, under httpx's names."""

    content: bytes
    headers: dict[str, str]
    params: dict[str, str | int]
    data: dict[str, str]
    files: dict[str, tuple[str, IO[bytes], str]]


class Wire:
    """One origin, its key, and a fresh connection for every call.

    An idle connection that the other side has closed would make the outcome of a create call unknown for nothing.

    Args:
        origin: where the service is, https (or http on a loopback address), without user name or query.
        key: sent as a bearer token to this origin, and nowhere else; redirects are not followed.
        transport: what carries the requests; None for real sockets.

    Raises:
        CallError: the origin or the key cannot be used.
    """

    def __init__(self, origin: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.origin = _origin(origin)
        self._key = _token(key)
        self._client = client(
            base_url=self.origin,
            headers={"Authorization": f"Bearer {key}"},
            proxies=not is_loopback(self.origin),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def call(self, method: str, path: str, **parts: Unpack[Parts]) -> Any:  # noqa: ANN401 - JSON, of whatever shape
        """Send one request, once, and return the JSON of its answer.

        Raises:
            CallError, Unreachable, AnswerLost, Busy, Refused: as drawn above.
        """
        with translated(shown_url(self.origin), self._key), self._client.stream(method, path, **parts) as response:
            content = _content(response)
        return _judged(response, content, self._key)


def client(
    *,
    base_url: str = "",
    headers: dict[str, str] | None = None,
    proxies: bool = True,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """Return a client with our time limits that follows no redirect and keeps no connection.

    Args:
        base_url: what paths are joined to.
        headers: sent with every request, besides our own.
        proxies: whether those that the environment names are used.
        transport: what carries the requests; None for real sockets.
    """
    return httpx.Client(
        base_url=base_url,
        headers={"User-Agent": CALL_AGENT, "Accept-Encoding": "identity", **(headers or {})},
        timeout=httpx.Timeout(READ_S, connect=CONNECT_S, pool=CONNECT_S),
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=proxies,
        verify=_trust() if transport is None else True,
        transport=transport,
    )


@cache
def _trust() -> ssl.SSLContext:
    """Return the certificates to trust, by SSL_CERT_FILE also where no proxy is used; read once, for it takes 20 ms."""
    return httpx.create_ssl_context()


@contextmanager
def translated(where: str, key: str = "") -> Iterator[None]:
    """Turn what httpx raises into the tree; `where` begins the message, the key is kept out of it."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError) as error:
        raise fault(error, where, key) from None


def fault(error: Exception, where: str, key: str = "") -> PreflightError:
    """Return what an exception of httpx means, by `FAULTS`."""
    _, meaning, words = next(line for line in FAULTS if isinstance(error, line[0]))
    detail = "" if isinstance(error, UnicodeError) else cleaned(str(error), key)
    advice = UNREACHED if meaning is Unreachable else ""
    return meaning(f"{where}: {words}" + (f" ({detail})" if detail else ""), advice=advice)


def patiently(
    call: Callable[[], T],
    transient: tuple[type[PreflightError], ...],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call until it succeeds, pausing after each transient error; the last attempt's error is raised.

    Pauses are 0.5, 1 and 2 s, or what a busy service asks for, up to 60 s.
    """
    for attempt in range(attempts - 1):
        try:
            return call()
        except transient as error:
            sleep(pause_s(error, 0.5 * 2.0**attempt))
    return call()


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: without user, password, query and fragment, which may be secrets."""
    bare = re.sub(r"^(https?://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)
    start, mark, _ = re.sub(r"#.*", "", bare, flags=re.DOTALL).partition("?")
    return cleaned(start) + ("?..." if mark else "")


def cleaned(text: str, key: str = "") -> str:
    """Return a stranger's words as they may be shown: one line, nothing a terminal acts upon, no key, not too long.

    Of links in them, what may be secret is left out; what is too short for a key is no secret.
    """
    text = text.replace(key, "[key]") if len(key) >= MASKED_MIN else text
    text = printable(masked(" ".join(text[: WORDS_MAX * 2].split())))
    return text if len(text) <= WORDS_MAX else f"{text[: WORDS_MAX - 3]}..."


def is_loopback(url: str) -> bool:
    """Tell whether a URL's host is this machine, by its name or address."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _origin(text: str) -> str:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise CallError(f"{shown_url(text)}: not an address") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise CallError(f"{shown_url(text)}: expected https://HOST, without user name and query")
    if url.scheme == "http" and not is_loopback(text):
        raise CallError(f"{shown_url(text)}: the key would travel in the open", advice="Use https.")
    return str(url).rstrip("/")


def _token(key: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{1,1024}", key):
        what = "not set" if not key.strip() else "not a key: it has blanks, control or non-ASCII characters"
        raise CallError(f"EVOLINK_API_KEY: {what}", advice="Copy it again from the provider's console.")
    return key


def _content(response: httpx.Response) -> bytes:
    """Read an answer; of a refusal, what can be read, for its status says enough."""
    try:
        return _capped(response)
    except (httpx.HTTPError, AnswerLost):
        if response.is_success:
            raise
        return b""


def _capped(response: httpx.Response) -> bytes:
    content, deadline = bytearray(), time.monotonic() + ANSWER_S
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > ANSWER_MAX_BYTES:
            raise AnswerLost(f"the answer is larger than {ANSWER_MAX_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise AnswerLost(f"the answer was not whole after {ANSWER_S:.0f} s")
    return bytes(content)


def _judged(response: httpx.Response, content: bytes, key: str) -> Any:  # noqa: ANN401 - JSON, of whatever shape
    answer = _decoded(content)
    table = answer if isinstance(answer, dict) else {}
    error = table.get("error")
    no = table.get("success") is False or (bool(error) and "id" not in table)
    if not response.is_success or no:
        inside = error if isinstance(error, dict) else {"message": error, **table}
        raise _refusal(response, inside, key)
    if answer is msgspec.UNSET:
        raise AnswerLost(f"HTTP {response.status_code}, but the answer is not whole JSON")
    return _without(key, answer)


def _without(key: str, answer: object) -> object:
    """Return an answer without the key, wherever in it the service repeats it, and however it is escaped there."""
    said, secret = msgspec.json.encode(answer), msgspec.json.encode(key)[1:-1]
    if len(key) < SECRET_MIN or secret not in said:
        return answer
    return msgspec.json.decode(said.replace(secret, b"[key]"))


def _decoded(content: bytes) -> Any:  # noqa: ANN401 - JSON, of whatever shape
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return msgspec.UNSET


def _refusal(response: httpx.Response, inside: dict[str, Any], key: str) -> PreflightError:
    said = [inside.get(name) for name in ("message", "msg", "detail")]
    words = next((cleaned(text, key) for text in said if isinstance(text, str) and text.strip()), "no reason given")
    code = cleaned(str(inside.get("code") or ""), key)[:80]
    status = response.status_code
    if response.is_success and re.fullmatch(r"[45][0-9]{2}", code):
        status = int(code)
    message = f"HTTP {status}: {words}" + (f" [{code}]" if code and code != str(status) else "")
    pause = retry_after_s(response.headers)
    if status == RATE or (status == UNAVAILABLE and pause is not None):
        return Busy(message, retry_after_s=pause, status=status, code=code)
    if status in MAY_HAVE_ACTED:
        return AnswerLost(message, advice=_advice(status, code))
    return Refused(message, status=status, code=code, advice=_advice(status, code))


def _advice(status: int, code: str) -> str:
    redirect = "The address leads elsewhere, and the key is not taken there: check it." if 300 <= status < 400 else ""  # noqa: PLR2004 - HTTP's own border
    return advice_on(status, code) or redirect


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Read Retry-After, a number of seconds or an HTTP date; None when it is neither."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def pause_s(error: PreflightError, otherwise_s: float) -> float:
    """Return how long to leave the service alone, in seconds: what it asks for, up to 60 s."""
    asked = error.retry_after_s if isinstance(error, Busy) else None
    return otherwise_s if asked is None else min(PAUSE_MAX_S, asked)
