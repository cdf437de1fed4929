"""What a request has in each field of the service, and whether a condition on it is met.

In: the request, and the edition that gives what is not said. Out: plain values; of an array, how many stand in it.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from preflight.profiles.schema import ARRAYS, Profile
from preflight.profiles.settings import Between, Condition
from preflight.values.phrase import all_of, joined, phrase

if TYPE_CHECKING:
    from preflight.request.file import RequestSpec

PARAMS = "model_params"
KINDS = {name: kind for kind, name in ARRAYS.items()}
TYPED = ("prompt", "duration", "quality", "aspect_ratio", "generate_audio", "callback_url", "content_filter")


def given(spec: "RequestSpec") -> dict[str, Any]:
    """Map the service's field names to a request's values; those of `model_params` as `model_params.NAME`."""
    found = {name: value for name in TYPED if (value := getattr(spec, name)) is not None}
    found |= {name: count for name, kind in KINDS.items() if (count := len(spec.of_kind(kind)))}
    found |= dict.fromkeys(spec.singles(), True)
    for name, value in spec.fields.items():
        if name == PARAMS and isinstance(value, Mapping):
            found |= {f"{PARAMS}.{key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


def value_of(name: str, spec: "RequestSpec", profile: Profile) -> Any:  # noqa: ANN401 - whatever a field may hold
    """Look up a field's value, or the service's default; None without either."""
    found = given(spec).get(name)
    if found is not None:
        return found
    request = profile.request
    own = {"duration": request.duration_s, "quality": request.quality, "aspect_ratio": request.aspect_ratio}
    default = own.get(name) or request.fields.get(name)
    return default.default if default else None


def holds(when: Mapping[str, Condition], spec: "RequestSpec", profile: Profile) -> bool:
    """Tell whether every condition is met."""
    return all(_met(condition, value_of(name, spec, profile)) for name, condition in when.items())


def _met(condition: Condition, value: Any) -> bool:  # noqa: ANN401 - whatever a field may hold
    if isinstance(condition, bool):
        return (value is not None and value is not False and value not in ("", 0)) is condition
    if isinstance(condition, Between):
        number = value if isinstance(value, int) else 0
        return (condition.min is None or number >= condition.min) and (condition.max is None or number <= condition.max)
    if isinstance(condition, tuple):
        return value in condition
    return bool(value == condition)


def words(when: Mapping[str, Condition]) -> str:
    """Return conditions for a sentence: "with quality 1080p, without image_start"."""
    return joined(_worded(name, condition) for name, condition in when.items())


def _worded(name: str, condition: Condition) -> str:
    if isinstance(condition, bool):
        return phrase("with {w}", w=name) if condition else phrase("without {w}", w=name)
    if isinstance(condition, Between):
        least, most = condition.min, condition.max
        bounds = [phrase("at least {n}", n=least)] if least is not None else []
        bounds += [phrase("at most {n}", n=most)] if most is not None else []
        return phrase("with {limit} {w}", limit=all_of(bounds), w=name)
    said = joined(map(str, condition), " or ") if isinstance(condition, tuple) else str(condition)
    return phrase("with {w} {l}", w=name, l=said)


def unknown(spec: "RequestSpec", profile: Profile) -> Iterator[str]:
    """Yield the fields that are asked for, and that the edition's documents do not name."""
    for name in given(spec):
        if not profile.knows(name):
            yield name
