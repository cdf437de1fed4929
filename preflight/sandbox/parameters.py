"""Validate the body of a submission: `Parameters`, or the first refusal."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from preflight.sandbox.documents import Edition, documents
from preflight.sandbox.errors import ApiError, invalid
from preflight.sandbox.fetch import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.sandbox.settings import Settings

_T = TypeVar("_T")
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
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


def parameters(body: object, settings: Settings) -> Parameters:
    """Validate the body of a submission; unknown fields are ignored.

    Raises:
        ApiError: a rule is broken; `param` names the field.
    """
    if not isinstance(body, dict):
        raise invalid("the request body must be a JSON object")
    model = _model(body)
    limits, edition = documents().limits, documents().edition_for(model, settings.edition)
    _check_model_params(body, model)
    return Parameters(
        model=model,
        prompt=_prompt(body, model, edition),
        **_assets(body, model),
        duration_s=_duration(body),
        quality=_quality(_field(body, "quality", str, limits.quality_default), model, edition),
        aspect_ratio=_aspect_ratio(_field(body, "aspect_ratio", str, edition.aspect_ratio_default)),
        generate_audio=_field(body, "generate_audio", bool, default=True),
        content_filter=_field(body, "content_filter", bool, default=True),
        callback_url=_callback_url(body, edition, settings),
    )


def _field(body: Mapping[str, object], name: str, kind: type[_T], default: _T) -> _T:
    """Read a field of a type; its default where missing or null."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"{name} must be {_JSON_NAMES[kind]}", name)
    return value


def _model(body: Mapping[str, object]) -> str:
    model = _field(body, "model", str, "")
    if not model:
        raise invalid("model is required", "model")
    if model not in documents().models:
        raise invalid(f"model {model[:100]!r} does not exist; known are {', '.join(documents().models)}", "model")
    return model


def _check_model_params(body: Mapping[str, object], model: str) -> None:
    """Check the type of `model_params.web_search` where the model has it; unknown elsewhere."""
    if documents().models[model].tier in documents().kind_of(model).web_search:
        inner: dict[str, object] = _field(body, "model_params", dict, {})
        if not isinstance(inner.get("web_search", False), bool):
            raise invalid("model_params.web_search must be a boolean", "model_params.web_search")


def _prompt(body: Mapping[str, object], model: str, edition: Edition) -> str:
    prompt = _field(body, "prompt", str, "")
    if not prompt.strip():
        raise invalid("prompt is required", "prompt")
    if documents().kind_of(model).prompt_limited:
        _check_prompt_length(prompt, edition)
    return prompt


def _check_prompt_length(prompt: str, edition: Edition) -> None:
    cjk_characters, words = len(_CJK.findall(prompt)), len(_CJK.sub(" ", prompt).split())
    for count, maximum, unit in (
        (cjk_characters, edition.prompt_max_cjk_characters, "Korean or Chinese characters"),
        (words, edition.prompt_max_words, "words"),
        # Lower bound: no tokeniser makes fewer.
        (cjk_characters // 2 + words, edition.prompt_max_tokens, "tokens"),
    ):
        if maximum and count > maximum:
            raise invalid(f"prompt has {count} {unit}, must be less than or equal to {maximum}", "prompt")


def _assets(body: Mapping[str, object], model: str) -> dict[str, tuple[str, ...]]:
    """Read the three arrays, within the model's counts, and never audio alone."""
    kind = documents().kind_of(model)
    found = {
        "image_urls": _urls(body, "image_urls", kind.image_urls),
        "video_urls": _urls(body, "video_urls", kind.video_urls),
        "audio_urls": _urls(body, "audio_urls", kind.audio_urls),
    }
    if found["audio_urls"] and not (found["image_urls"] or found["video_urls"]):
        raise invalid("reference_audio cannot be the only reference input", "audio_urls")
    return found


def _urls(body: Mapping[str, object], name: str, allowed: tuple[int, int]) -> tuple[str, ...]:
    urls = _field(body, name, list, [])
    fewest, most = allowed
    if not fewest <= len(urls) <= most:
        bound = f"greater than or equal to {fewest}" if len(urls) < fewest else f"less than or equal to {most}"
        raise invalid(f"{name} has {len(urls)} items, must be {bound}", name)
    return tuple(_asset_url(url, f"{name}[{index}]") for index, url in enumerate(urls))


def _asset_url(url: object, param: str) -> str:
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


def _duration(body: Mapping[str, object]) -> int:
    smallest_s, largest_s = documents().limits.duration_s
    duration_s = _field(body, "duration", int, documents().limits.duration_default_s)
    if not smallest_s <= duration_s <= largest_s:
        raise invalid(f"duration must be between {smallest_s} and {largest_s} seconds", "duration")
    return duration_s


def _quality(quality: str, model: str, edition: Edition) -> str:
    offered = [tier for tier in edition.qualities if tier in documents().tier_of(model).factor_alone]
    if quality not in offered:
        raise invalid(f"quality must be one of {', '.join(offered)} for {model}", "quality")
    return quality


def _aspect_ratio(aspect_ratio: str) -> str:
    known = (*documents().frames[documents().limits.quality_default], "adaptive")
    if aspect_ratio not in known:
        raise invalid(f"aspect_ratio must be one of {', '.join(known)}", "aspect_ratio")
    return aspect_ratio


def _callback_url(body: Mapping[str, object], edition: Edition, settings: Settings) -> str | None:
    url = _field(body, "callback_url", str, "")
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


def idempotency_key(value: str | None) -> str | None:
    """Validate the header `Idempotency-Key`.

    Raises:
        ApiError: it has a wrong length or other characters than `A-Za-z0-9._-`.
    """
    shortest, longest = documents().limits.idempotency_key_characters
    if value is not None and not re.fullmatch(rf"[A-Za-z0-9._-]{{{shortest},{longest}}}", value):
        raise ApiError(
            400,
            "invalid_idempotency_key",
            f"Idempotency-Key must have {shortest} to {longest} characters of A-Za-z0-9._-",
        )
    return value
