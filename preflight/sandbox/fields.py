"""A valid submission, and how one field of it is read: its type, addresses of assets, and the callback's."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from preflight.sandbox.errors import invalid
from preflight.sandbox.fetch import is_loopback
from preflight.sandbox.judge import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.sandbox.documents import Edition
    from preflight.sandbox.settings import Settings

_T = TypeVar("_T")
_JSON_NAMES = {str: "a string", int: "an integer", bool: "a boolean", list: "an array of strings", dict: "an object"}


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """A valid submission; durations in seconds."""

    model: str
    prompt: str
    image_urls: tuple[str, ...]
    video_urls: tuple[str, ...]
    audio_urls: tuple[str, ...]
    duration_s: int
    quality: str
    aspect_ratio: str
    generate_audio: bool
    content_filter: bool
    callback_url: str | None
    reserved_s: int | None = None
    """What the price is reserved for where the model chooses the length; None for `duration_s`."""
    single: dict[str, str] = {}
    """Kind → the parameter that holds the address of its one file."""
    clips_and_output_max_s: int | None = None
    late: Fault | None = None
    """What is accepted, and fails the task."""


def field(body: Mapping[str, object], name: str, kind: type[_T], default: _T) -> _T:
    """Read a field of a type; its default where missing or null."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"{name} must be {_JSON_NAMES[kind]}", name)
    return value


def urls(body: Mapping[str, object], name: str, allowed: tuple[int, int]) -> tuple[str, ...]:
    """Read an array of addresses, with the fewest and the most items allowed."""
    found = field(body, name, list, [])
    fewest, most = allowed
    if not fewest <= len(found) <= most:
        bound = f"greater than or equal to {fewest}" if len(found) < fewest else f"less than or equal to {most}"
        raise invalid(f"{name} has {len(found)} items, must be {bound}", name)
    return tuple(asset_url(url, f"{name}[{index}]") for index, url in enumerate(found))


def asset_url(url: object, param: str) -> str:
    """Check the address of an asset."""
    if not isinstance(url, str):
        raise invalid(f"{param} must be a string", param)
    if url[:5].lower() == "data:":
        raise invalid(f"{param} is Base64 data; inline assets are not supported, give a URL", param)
    if _scheme_and_host(url)[0] not in {"http", "https"}:
        raise invalid(f"{param} is not a URL", param)
    return url


def _scheme_and_host(url: str) -> tuple[str, str]:
    """Split off scheme and host; both empty where there is no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return (parts.scheme, parts.hostname) if parts.hostname else ("", "")


def callback_url(body: Mapping[str, object], edition: Edition, settings: Settings) -> str | None:
    """Read the callback's address; None without."""
    url = field(body, "callback_url", str, "")
    if not url:
        return None
    scheme, host = _scheme_and_host(url)
    if settings.callback_http and scheme == "http" and is_loopback(host):
        return url
    if scheme != "https":
        raise invalid("callback_url must be an HTTPS URL", "callback_url")
    _check_callback_reach(url, host, edition)
    return url


def _check_callback_reach(url: str, host: str, edition: Edition) -> None:
    """Check a callback address by the later edition: not too long, not private."""
    maximum = edition.callback_url_max_characters
    if maximum and len(url) > maximum:
        raise invalid(f"callback_url must have at most {maximum} characters", "callback_url")
    if edition.callback_url_public_only and not _is_public(host):
        raise invalid("callback_url must not be a private address", "callback_url")


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")
