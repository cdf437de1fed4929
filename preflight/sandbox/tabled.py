"""Validate the body of a submission by the table of its model: `Parameters`, or the first refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.sandbox.documents import documents
from preflight.sandbox.errors import invalid
from preflight.sandbox.fields import Parameters, asset_url, callback_url, field, urls
from preflight.sandbox.judge import Fault
from preflight.sandbox.prompt import fewest_tokens, task_of
from preflight.sandbox.tables import ARRAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.sandbox.settings import Settings
    from preflight.sandbox.tables import Field, Table

Body = dict[str, object]
PARAMS = "model_params"
COMMON = ("model", "prompt", "duration", "quality", "aspect_ratio", "callback_url", *ARRAYS)
_TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
_MANY = 1000


def tabled(body: Body, model: str, table: Table, settings: Settings) -> Parameters:
    """Validate a body.

    Raises:
        ApiError: a rule is broken; `param` names the field.
    """
    flat = _flat(body)
    _check_names(flat, model, table)
    for name, limit in table.fields.items():
        _check_field(flat, name, limit)
    prompt = _prompt(body, table)
    assets = _assets(body, table)
    _check_together(flat, assets, table)
    duration_s, reserved_s = _duration(body, table)
    ratio = _one_of(field(body, "aspect_ratio", str, table.aspect_ratio_default), table.aspect_ratios, "aspect_ratio")
    asked_s = field(body, "duration", int, table.duration.default)
    return Parameters(
        model=model,
        prompt=prompt,
        image_urls=assets["image_urls"],
        video_urls=assets["video_urls"],
        audio_urls=assets["audio_urls"],
        duration_s=duration_s,
        reserved_s=reserved_s,
        quality=_quality(body, table),
        aspect_ratio=ratio,
        generate_audio=field(body, "generate_audio", bool, default=True),
        content_filter=field(body, "content_filter", bool, default=True),
        callback_url=callback_url(body, documents().editions["2026-10"], settings),
        single=table.single,
        clips_and_output_max_s=None if asked_s in table.duration.special else table.clips_and_output_max_s,
        late=_late(prompt, assets, ratio, asked_s, table),
    )


def _flat(body: Body) -> Body:
    """Map parameters by name, those of `model_params` as `model_params.NAME`; null is left out."""
    inner = field(body, PARAMS, dict, {})
    outer = {name: value for name, value in body.items() if name != PARAMS}
    flat = {**outer, **{f"{PARAMS}.{name}": value for name, value in inner.items()}}
    return {name: value for name, value in flat.items() if value is not None}


def _check_names(flat: Body, model: str, table: Table) -> None:
    """Refuse what the document refuses, what it does not name where that is refused, and exclusive pairs."""
    known = {*COMMON, *table.fields, *table.single.values()}
    for name in flat:
        if name in table.refused:
            raise invalid(f"{name} is not accepted by {model}", name)
        if table.strict and name not in known:
            raise invalid(f"{name[:100]} is not a parameter of {model}", name)
    for one, other in table.exclusive:
        if one in flat and other in flat:
            raise invalid(f"{one} and {other} exclude each other", other)


def _check_field(flat: Body, name: str, limit: Field) -> None:
    field(flat, name, _TYPES[limit.type], None)
    value = flat.get(name)
    if isinstance(value, str) and limit.allowed:
        _one_of(value, limit.allowed, name)
    if isinstance(value, int) and not isinstance(value, bool):
        if limit.min is not None and value < limit.min:
            raise invalid(f"{name} must be greater than or equal to {limit.min}", name)
        if limit.max is not None and value > limit.max:
            raise invalid(f"{name} must be less than or equal to {limit.max}", name)


def _one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    if value not in allowed:
        raise invalid(f"{name} must be one of {', '.join(allowed)}", name)
    return value


def _prompt(body: Body, table: Table) -> str:
    limits, prompt = table.prompt, field(body, "prompt", str, "")
    if limits.required and not prompt.strip():
        raise invalid("prompt is required", "prompt")
    for count, most, unit in (
        (len(prompt), limits.max_characters, "characters"),
        (fewest_tokens(prompt), limits.max_tokens, "tokens"),
    ):
        if most is not None and count > most:
            raise invalid(f"prompt has {count} {unit}, must be less than or equal to {most}", "prompt")
    return prompt


def _assets(body: Body, table: Table) -> dict[str, tuple[str, ...]]:
    """Read the arrays, and the parameters of one file each."""
    found = {name: urls(body, name, (0, table.counts.get(name, _MANY))) for name in ARRAYS}
    for kind, name in table.single.items():
        if body.get(name) is not None:
            found[f"{kind}_urls"] = (asset_url(body[name], name),)
    return found


def _check_together(flat: Body, assets: Mapping[str, tuple[str, ...]], table: Table) -> None:
    """Check how many files there are of all kinds, and what may not be sent alone."""
    total = sum(map(len, assets.values()))
    if table.together_max is not None and total > table.together_max:
        raise invalid(f"{total} references are given, must be less than or equal to {table.together_max}", "image_urls")
    if table.at_least_one and not total:
        raise invalid("at least one of image_urls, video_urls and audio_urls is required", "image_urls")
    if not table.audio_alone and len(assets["audio_urls"]) == total > 0:
        raise invalid("reference_audio cannot be the only reference input", "audio_urls")
    if table.with_video and assets["video_urls"]:
        found = [value for name in table.with_video.of if isinstance(value := flat.get(name), list)]
        shared = sum(map(len, found))
        if shared > table.with_video.max:
            words = f"with a video {' and '.join(table.with_video.of)} have {shared} items together"
            raise invalid(f"{words}, must be less than or equal to {table.with_video.max}", table.with_video.of[0])


def _duration(body: Body, table: Table) -> tuple[int, int]:
    """Return the seconds to make, and those to reserve: the shortest and the longest where the model chooses."""
    limits = table.duration
    duration_s = field(body, "duration", int, limits.default)
    if duration_s in limits.special:
        return limits.min, limits.max
    if not limits.min <= duration_s <= limits.max:
        also = "".join(f" or {one}" for one in limits.special)
        raise invalid(f"duration must be between {limits.min} and {limits.max} seconds{also}", "duration")
    return duration_s, duration_s


def _quality(body: Body, table: Table) -> str:
    draft = table.draft_quality if field(body, "draft", bool, default=False) else None
    quality = field(body, "quality", str, draft or table.quality_default)
    if draft and quality != draft:
        raise invalid(f"quality must be {draft} for a draft", "quality")
    return _one_of(quality, table.qualities, "quality")


def _late(prompt: str, assets: Mapping[str, tuple[str, ...]], ratio: str, asked_s: int, table: Table) -> Fault | None:
    """Find what the words of the prompt demand and the request lacks: it is accepted, and the task fails."""
    limit, task = table.task_type, task_of(prompt)
    if limit is None or task is None or not assets["video_urls"]:
        return None
    wrong = [f"ratio must be {limit.aspect_ratio}"] if ratio != limit.aspect_ratio else []
    if task == "edit" and asked_s != limit.edit_duration:
        wrong.append(f"duration must be {limit.edit_duration}")
    words = f"the prompt makes this a video {task} task: {', '.join(wrong)}"
    return Fault(words, "InvalidParameter.TaskTypeConstraint") if wrong else None
