"""Who may ask: a token, the names by which this server may be called, and where requests may come from.

Whoever reaches a port of this machine may be another program, or a page of somebody else's in a browser here. A page
that points its own name at 127.0.0.1 is told by the Host header (DNS rebinding), one that sends forms here by Origin
and Sec-Fetch-Site (CSRF), and a program by the token, which stands in the address that was printed and in a cookie.
"""

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

import msgspec
from starlette.datastructures import Headers
from starlette.types import Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN = "token"  # noqa: S105 - the name of a parameter
BEARER = "Bearer "
OWN_SITE = frozenset({"same-origin", "none"})
"""What a browser says of a request of this very page, or of one that a person made: Fetch Metadata, section 2.4."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is not answered."""

    status: int
    words: str


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """By which names a server may be called, and with which token."""

    port: int
    token: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a Host header may have."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def url(self) -> str:
        """The address without the token."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def secret_url(self) -> str:
        """The address that opens the page."""
        return f"{self.url}?{TOKEN}={self.token}"

    @property
    def cookie(self) -> str:
        """The name of the cookie: cookies know no ports, so each server has a name of its own."""
        return f"preflight-{self.port}"

    @property
    def set_cookie(self) -> str:
        """The header that gives a browser the token."""
        return f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"

    def refusal(self, scope: Scope) -> Refusal | None:
        """Explain why a request is refused; None where it is not."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self.hosts or len(headers.getlist("host")) != 1:
            return Refusal(421, "this server is not called by that name")
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self.hosts:
            return Refusal(403, "another site may not ask here")
        if headers.get("sec-fetch-site", "none") not in OWN_SITE and not _is_visit(scope, headers):
            return Refusal(403, "another site may not ask here")
        return self._unproven(scope, headers, origin)

    def _unproven(self, scope: Scope, headers: Headers, origin: str | None) -> Refusal | None:
        """Explain why a request from this machine is refused: no token, or no proof that it is ours."""
        if self._knows(headers.get("authorization", "").removeprefix(BEARER)):
            return None
        if scope["method"] in SAFE and scope["path"] == "/" and self._knows(_asked_token(scope)):
            return None
        if not self._knows(_cookie(headers, self.cookie)):
            return Refusal(403, "the token is missing: open the address that `preflight` printed")
        if scope["method"] not in SAFE and origin is None:
            return Refusal(403, "a change has to say where it comes from")
        return None

    def _knows(self, told: str) -> bool:
        return secrets.compare_digest(told.encode("utf-8", "replace"), self.token.encode())


def _is_visit(scope: Scope, headers: Headers) -> bool:
    """Tell whether a person follows a link to the page from elsewhere: that reads nothing and changes nothing."""
    return scope["method"] in SAFE and scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"


def _asked_token(scope: Scope) -> str:
    try:
        asked = parse_qs(scope["query_string"].decode("ascii"), max_num_fields=4)
    except ValueError:
        return ""
    told: str = asked.get(TOKEN, [""])[0]
    return told


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    value: str = found.value if found else ""
    return value
