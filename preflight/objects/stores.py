"""What reaches stores, as one value: made of the caller's environment, handed to whoever reads, opened there.

    environment ──► Stores ── to a child, by value ──► obstore's store of a bucket

Neither its text nor any message shows what it holds.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from preflight.errors import CallError
from preflight.objects.credentials import (
    ALLOW_HTTP,
    ANONYMOUS,
    ENDPOINTS,
    PREFIXES,
    YES,
    enough_for,
    has_credentials,
    secrets_in,
    settings_of,
    without,
)
from preflight.values.assets import masked, printable
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

CONNECT_S, ANSWER_S, RETRY_S = 10, 30, 45
"""Seconds to connect, for one answer, and for all attempts at one."""
RETRIES = 5
MOST_WORDS = 300
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """How stores are reached."""

    settings: dict[str, dict[str, str]]
    """Scheme → obstore's settings of its stores; none where there are no credentials."""
    allow_http: bool = False
    proxy: str = ""
    excluded: str = ""
    """Hosts that no proxy serves."""
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show nothing of what it holds."""
        return f"Stores({', '.join(self.settings)})"

    def __rich_repr__(self) -> Any:  # noqa: ANN401 - rich's protocol
        """Show nothing of what it holds."""
        yield from self.settings

    def open(self, scheme: str, bucket: str, prefix: str = "") -> Any:  # noqa: ANN401 - obstore's classes share no type
        """Open a bucket, or what lies below a prefix of it; nothing is sent yet.

        Raises:
            CallError: there are no credentials for it, they cannot be used, or obstore is not installed.
        """
        self.refuse_lacking(scheme, bucket)
        try:
            from obstore import store as of
        except ImportError:
            raise CallError(
                phrase("{q1}://{q2}: obstore, which reads buckets, is not installed", q1=scheme, q2=bucket),
                advice="pip install 'preflight-media[bucket]'",
            ) from None
        kind = {"s3": of.S3Store, "gs": of.GCSStore, "az": of.AzureStore}[scheme]
        try:
            return kind(
                bucket,
                prefix=prefix or None,
                config=self.settings[scheme],
                client_options=self._client(),
                retry_config=_retrying(),
            )
        except Exception as error:  # noqa: BLE001 - obstore's errors share no base, and all mean this
            raise CallError(
                phrase("{q1}://{q2}: cannot be opened: {why}", q1=scheme, q2=bucket, why=self.said(error))
            ) from None

    def refuse_lacking(self, scheme: str, bucket: str) -> None:
        """Refuse a bucket for which there are no credentials.

        Raises:
            CallError: there are none.
        """
        if scheme not in self.settings:
            advice = (f"Set {enough_for(scheme)}.", Remedy("read-anonymously"))
            raise CallError(
                phrase("{q1}://{q2}: no credentials in the environment", q1=scheme, q2=bucket), advice=advice
            )

    def is_read_only(self, scheme: str) -> bool:
        """Tell whether a kind of store is read alone: unsigned, obstore would ask the network for a token to write."""
        return scheme == "gs" and "google_skip_signature" in self.settings.get("gs", {})

    def said(self, error: Exception) -> str:
        """Shorten obstore's message to the store's own words, without addresses' queries and credentials."""
        text = str(error).partition("\n\nDebug source")[0]
        told = re.search(r"<Code>([^<]{1,80})</Code>.*?<Message>([^<]{1,300})</Message>", text, re.DOTALL)
        text = f"{told[2]} [{told[1]}]" if told else text.partition("<?xml")[0].partition("<html")[0]
        text = printable(masked(" ".join(without(self.secrets, text).split()))).strip(" :")
        return text if len(text) <= MOST_WORDS else f"{text[: MOST_WORDS - 3]}..."

    def _client(self) -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
        proxied = {"proxy_url": self.proxy, "proxy_excludes": self.excluded} if self.proxy else {}
        return {
            "connect_timeout": f"{CONNECT_S}s",
            "timeout": f"{ANSWER_S}s",
            "allow_http": self.allow_http,
            **{name: value for name, value in proxied.items() if value},
        }


def _retrying() -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
    return {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_S)}


def as_etag(text: str | None) -> str | None:
    """Write an ETag as answers have it, in quotes: some listings leave them out. None of what is none."""
    if not text:
        return None
    return text if text.startswith(('"', "W/")) else f'"{text}"'


def from_environment(*, anonymous: bool = False, environment: Mapping[str, str] | None = None) -> Stores:
    """Take from an environment what reaches stores.

    Args:
        anonymous: whether to ask unsigned, as buckets that are open to everybody allow.
        environment: variables and values; None for this program's.
    """
    found = os.environ if environment is None else environment
    settings = {}
    for scheme in PREFIXES:
        unsigned = anonymous or found.get(ANONYMOUS[scheme], "").lower() in YES
        if unsigned or has_credentials(scheme, found):
            settings[scheme] = settings_of(scheme, found, anonymous=unsigned)
    local = any(_is_here(found.get(name, "")) for name in ENDPOINTS)
    proxy = "" if local else next((found[name] for name in PROXIES if found.get(name)), "")
    return Stores(
        settings=settings,
        allow_http=local or any(found.get(name, "").lower() in YES for name in ALLOW_HTTP),
        proxy=proxy,
        excluded=found.get("NO_PROXY", found.get("no_proxy", "")) if proxy else "",
        secrets=tuple(secrets_in(found)),
    )


def _is_here(url: str) -> bool:
    """Tell whether a URL's host is this machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
