"""Validate the body of a submission: `Parameters`, or the first refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preflight.sandbox.documents import documents
from preflight.sandbox.errors import ApiError, invalid
from preflight.sandbox.fields import Parameters, callback_url, field, urls
from preflight.sandbox.prompt import counted, fewest_tokens
from preflight.sandbox.tabled import tabled
from preflight.sandbox.tables import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.sandbox.documents import Edition
    from preflight.sandbox.settings import Settings


def parameters(body: object, settings: Settings) -> Parameters:
    """Validate the body of a submission; unknown fields are ignored.

    Raises:
        ApiError: a rule is broken; `param` names the field.
    """
    if not isinstance(body, dict):
        raise invalid("the request body must be a JSON object")
    model = _model(body)
    if model in tables():
        return tabled(body, model, tables()[model], settings)
    limits, edition = documents().limits, documents().edition_for(model, settings.edition)
    _check_model_params(body, model)
    assets = _assets(body, model)
    return Parameters(
        model=model,
        prompt=_prompt(body, model, edition),
        image_urls=assets["image_urls"],
        video_urls=assets["video_urls"],
        audio_urls=assets["audio_urls"],
        duration_s=_duration(body),
        quality=_quality(field(body, "quality", str, limits.quality_default), model, edition),
        aspect_ratio=_aspect_ratio(field(body, "aspect_ratio", str, edition.aspect_ratio_default)),
        generate_audio=field(body, "generate_audio", bool, default=True),
        content_filter=field(body, "content_filter", bool, default=True),
        callback_url=callback_url(body, edition, settings),
    )


def _model(body: Mapping[str, object]) -> str:
    model = field(body, "model", str, "")
    if not model:
        raise invalid("model is required", "model")
    known = (*documents().models, *tables())
    if model not in known:
        raise invalid(f"model {model[:100]!r} does not exist; known are {', '.join(known)}", "model")
    return model


def _check_model_params(body: Mapping[str, object], model: str) -> None:
    """Check the type of `model_params.web_search` where the model has it; unknown elsewhere."""
    if documents().models[model].tier in documents().kind_of(model).web_search:
        inner: dict[str, object] = field(body, "model_params", dict, {})
        if not isinstance(inner.get("web_search", False), bool):
            raise invalid("model_params.web_search must be a boolean", "model_params.web_search")


def _prompt(body: Mapping[str, object], model: str, edition: Edition) -> str:
    prompt = field(body, "prompt", str, "")
    if not prompt.strip():
        raise invalid("prompt is required", "prompt")
    if documents().kind_of(model).prompt_limited:
        _check_prompt_length(prompt, edition)
    return prompt


def _check_prompt_length(prompt: str, edition: Edition) -> None:
    cjk_characters, words = counted(prompt)
    for count, maximum, unit in (
        (cjk_characters, edition.prompt_max_cjk_characters, "Korean or Chinese characters"),
        (words, edition.prompt_max_words, "words"),
        (fewest_tokens(prompt), edition.prompt_max_tokens, "tokens"),
    ):
        if maximum and count > maximum:
            raise invalid(f"prompt has {count} {unit}, must be less than or equal to {maximum}", "prompt")


def _assets(body: Mapping[str, object], model: str) -> dict[str, tuple[str, ...]]:
    """Read the three arrays, within the model's counts, and never audio alone."""
    kind = documents().kind_of(model)
    found = {
        "image_urls": urls(body, "image_urls", kind.image_urls),
        "video_urls": urls(body, "video_urls", kind.video_urls),
        "audio_urls": urls(body, "audio_urls", kind.audio_urls),
    }
    if found["audio_urls"] and not (found["image_urls"] or found["video_urls"]):
        raise invalid("reference_audio cannot be the only reference input", "audio_urls")
    return found


def _duration(body: Mapping[str, object]) -> int:
    smallest_s, largest_s = documents().limits.duration_s
    duration_s = field(body, "duration", int, documents().limits.duration_default_s)
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
