"""The models that a project may be for, and what of its settings another model still understands."""

from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.profiles import edition_for, load
from preflight.profiles.index import index
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.values.assets import printable
from preflight.values.phrase import phrase


def edition_of(model: str | None, profile: Profile) -> Profile:
    """Choose the edition by which a model is judged; the one that is in use where it describes the model.

    Raises:
        CallError: no edition describes the model.
    """
    if model in profile.models:
        return profile
    name = edition_for(model)
    return profile if name == profile.name else load(name)


def refuse_foreign(model: str | None, profile: Profile) -> None:
    """Raise CallError for a model that an edition does not describe."""
    if model is not None and model not in profile.models:
        raise CallError(phrase("settings: {q1} is no model of {q2}", q1=printable(model), q2=profile.name))


def default_model() -> str:
    """Name the model of a request that names none."""
    return load().default_model


def models_view(profile: Profile, *, follows: bool) -> list[dict[str, Any]]:
    """List the models that can be chosen, each with the edition that describes it.

    Args:
        profile: the edition in use.
        follows: whether another edition may be taken up.
    """
    known = index().models if follows else {}
    found = {name: known.get(name, profile.name) for name in (*profile.models, *known)}
    return [{"id": name, "own": name in profile.models, "sent": "/" not in name} for name in found]


def understood(settings: RequestSpec, profile: Profile) -> RequestSpec:
    """Copy settings without what an edition does not offer, so that its own defaults hold."""
    length, ratio = profile.request.duration_s, profile.request.aspect_ratio
    offered = profile.models[settings.model or profile.default_model].quality
    fits = {
        "duration": settings.duration is None or (length is not None and length.takes(settings.duration)),
        "quality": settings.quality in offered,
        "aspect_ratio": ratio is not None and settings.aspect_ratio in ratio.allowed,
        "generate_audio": profile.knows("generate_audio"),
        "callback_url": profile.knows("callback_url"),
        "content_filter": profile.knows("content_filter"),
        "fields": all(map(profile.knows, settings.fields)),
    }
    usual = RequestSpec()
    dropped = {name: getattr(usual, name) for name, is_offered in fits.items() if not is_offered}
    return msgspec.structs.replace(settings, **dropped)
