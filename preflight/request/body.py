"""Build the JSON body of a request; reads no file and sends nothing.

Unset values are left to the service's defaults, except the aspect ratio: its default changed between editions, so it is
always sent.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from preflight.profiles.index import needs_prompt
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, Kind

ARRAYS: dict[str, Kind] = {"image_urls": "image", "video_urls": "video", "audio_urls": "audio"}
PLACEHOLDER_URL = "https://files.example.com/" + "0" * 64 + ".webp"
"""Stands for an upload's URL, of the usual length."""

Body = dict[str, Any]


def build_body(spec: RequestSpec, profile: Profile, url_of: Callable[[Asset], str]) -> Body:
    """Build the body of the create call, arrays in the order of the request file.

    Source: the provider's reference-to-video document, "Request parameters".
    """
    body: Body = {"model": spec.model or profile.default_model}
    if spec.prompt is not None or needs_prompt(profile):
        body["prompt"] = spec.prompt or ""
    for key, kind in ARRAYS.items():
        urls = [as_sent(url_of(asset)) for asset in spec.of_kind(kind)]
        if urls:
            body[key] = urls
    for field, asset in spec.singles().items():
        body[field] = as_sent(url_of(asset))
    ratio = profile.request.aspect_ratio
    if spec.aspect_ratio or (ratio and ratio.sent):
        body["aspect_ratio"] = spec.aspect_ratio or (ratio.default if ratio else None)
    for key in ("duration", "quality", "generate_audio", "callback_url", "content_filter"):
        value = getattr(spec, key)
        if value is not None:
            body[key] = value
    return body | spec.fields


def as_sent(url: str) -> str:
    """Percent-encode blanks and non-ASCII letters of a URL."""
    if url.isascii() and " " not in url:
        return url
    import httpx

    try:
        return str(httpx.URL(url.strip()))
    except (httpx.InvalidURL, UnicodeError):
        return url


def encode(body: Body) -> bytes:
    """Encode a body as UTF-8 JSON with sorted keys: equal requests give equal bytes."""
    return msgspec.json.encode(body, order="sorted")


def planned_url(asset: Asset) -> str:
    """Choose an asset's URL, or a placeholder before its upload."""
    return asset.path if asset.is_url else PLACEHOLDER_URL


def planned_bytes(spec: RequestSpec, profile: Profile) -> int:
    """Compute the size of the body in bytes."""
    return len(encode(build_body(spec, profile, planned_url)))
