"""Which edition describes a model, without reading them all: a small file that is made from the editions.

`scripts/docs.py` writes it anew; a test holds it against the editions.
"""

from functools import cache
from pathlib import Path

import msgspec

from preflight.errors import CallError
from preflight.profiles.loader import DEFAULT, load, names, nearest
from preflight.profiles.schema import Profile
from preflight.values.assets import Kind, printable
from preflight.values.phrase import joined, phrase
from preflight.values.ready import ready
from preflight.values.remedy import Remedy

INDEX = Path(__file__).parent / "index.json"


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of all editions together."""

    models: dict[str, str]
    """Model → the edition by which it is judged where none is named."""
    fields: dict[str, Kind | None]
    """Field of any model's request → the kind of file whose address it holds, if it holds one."""
    prompt_optional: tuple[str, ...]
    """Models that need no prompt."""
    length_words: tuple[str, ...]
    """Words that may stand for a length: "auto"."""
    addresses: tuple[str, ...]
    """Where the services of the editions are, those apart that are only checked for."""


@cache
def index() -> Index:
    """Return the index; it is read once, and never changes while the program runs."""
    return msgspec.json.decode(INDEX.read_bytes(), type=ready(Index))


def edition_for(model: str | None) -> str:
    """Return the name of the edition that a model is judged by; of none, the default one.

    Raises:
        CallError: no edition describes the model.
    """
    if model is None:
        return DEFAULT
    found = index().models.get(model)
    if found is None:
        near = nearest_models(model)
        raise CallError(
            phrase("model: no edition describes {q}", q=repr(printable(model))),
            advice=phrase("Nearest: {l}.", l=joined(near)) if near else Remedy("list-models"),
        )
    return found


def nearest_models(model: str) -> list[str]:
    """List the models most like a name; those of other services only where it names one."""
    return nearest(model, [one for one in index().models if ("/" in one) <= ("/" in model)])


def shipped_addresses() -> frozenset[str]:
    """Return where the services of the shipped editions are."""
    return frozenset(index().addresses)


def made_index() -> Index:
    """Make the index from the editions: the default edition first, and of others the newest."""
    editions = [load(DEFAULT), *(load(name) for name in sorted(names(), key=_age, reverse=True) if name != DEFAULT)]
    models: dict[str, str] = {}
    for edition in editions:
        for model in edition.models:
            models.setdefault(model, edition.name)
    fields = {name: field.kind for edition in editions for name, field in edition.request.fields.items()}
    optional = {model for model, name in models.items() if not needs_prompt(load(name))}
    services = [edition.service for edition in editions if edition.service.check_only is None]
    return Index(
        models=dict(sorted(models.items())),
        fields=dict(sorted(fields.items())),
        prompt_optional=tuple(sorted(optional)),
        length_words=tuple(sorted({one for edition in editions for one in _length_words(edition)})),
        addresses=tuple(sorted({one for service in services for one in (service.base_url, service.files_url)})),
    )


def _length_words(profile: Profile) -> tuple[str, ...]:
    length = profile.request.duration_s
    return tuple(one for one in length.special if isinstance(one, str)) if length else ()


def _age(name: str) -> str:
    """Return the month that a shipped edition's name ends with."""
    return name[-len("2026-10") :]


def needs_prompt(profile: Profile) -> bool:
    """Tell whether a request has to have a prompt, whatever else it has."""
    said = profile.request.fields.get("prompt")
    return said.required if said else profile.format == 1


def written(found: Index) -> bytes:
    """Return an index as its file holds it."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
