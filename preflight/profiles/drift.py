"""What of an edition no longer agrees with the provider's OpenAPI document of a model.

    document ── request_schema ──► fields: required, enums, bounds, counts ─┬─ drifts ──► Drift values
    edition ─────────────────────────────────────────────────────────────────┘

Ids, required fields, enums, bounds, counts and defaults are compared exactly. Numbers in prose cannot be: those that no
limit of the edition has are shown with the words around them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec

from preflight.profiles.entries import entries
from preflight.profiles.index import needs_prompt
from preflight.profiles.schema import ARRAYS, Profile

Node = Mapping[str, Any]
Bound = Fraction | int | None
WORDS_AROUND = 60
"""Characters shown on each side of a number in prose."""
UNITS = r"(?:[kMG]i?B|bytes|px|pixels|fps|Hz|ms|s|sec|seconds|min|characters|tokens)\b"
NUMBER = re.compile(
    r"(?<![\w.,:/#])(?<![A-Za-z]-)(?<!\d{4}-)(?<!-\d\d-)"  # neither in a name nor in a date, but behind a dash: 2-15
    rf"(\d{{1,3}}(?:,\d{{3}})+|\d+)(\.\d+)?(?:(?={UNITS})|(?![\w/:]|\.\d|,\d|-\d\d-))",
    re.IGNORECASE,
)
"""A number, perhaps with its unit right behind it."""
PARAMS = "model_params"
MOST_DEPTH = 12
"""Most references that are followed; more are a circle."""
KNOWN_ELSEWHERE = frozenset({0, 1, 2, 16, 9, 3, 4, 24})
"""Numbers that stand in every prose: ratios, lists, hours that a link lives."""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the document and the edition do not say alike."""

    what: Literal["id", "field", "required", "enum", "bound", "count", "default", "prose"]
    place: str
    ours: str
    theirs: str

    @property
    def is_certain(self) -> bool:
        """Whether it is a disagreement, and no prose to be read."""
        return self.what != "prose"


class NoSchemaError(ValueError):
    """The document describes no request of a model."""


def request_schema(document: Node) -> Node:
    """Find the schema of the request that makes a video.

    Raises:
        NoSchemaError: there is none.
    """
    paths = document.get("paths")
    ways = paths.values() if isinstance(paths, Mapping) else ()
    posts = [way["post"] for way in ways if isinstance(way, Mapping) and "post" in way]
    for post in posts:
        body = _followed(post.get("requestBody"), document)
        for kind, content in (body.get("content") or {}).items():
            if "json" in kind and "schema" in content:
                found = _flat(content["schema"], document)
                if "model" in found["properties"]:
                    return found
    raise NoSchemaError("no POST with a JSON body that has a field `model`")


def models_of(schema: Node) -> tuple[str, ...]:
    """List the models that a schema is for."""
    return tuple(map(str, _allowed(schema["properties"]["model"])))


def drifts(schema: Node, profile: Profile) -> Iterator[Drift]:
    """Yield what a schema and an edition do not say alike."""
    fields = _fields(schema)
    yield from _ids(schema, profile)
    yield from _names(fields, profile)
    for name, node in fields.items():
        yield from _bounds(name, node, profile)
        yield from _enums(name, node, profile)
    yield from _required(fields, schema, profile)
    yield from _prose(schema, fields, profile)


# ---- the document ----------------------------------------------------------------------------------------------


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)


def _followed(node: Any, document: Node, depth: int = 0) -> Node:  # noqa: ANN401 - any part of a document
    """Follow a reference within the document."""
    if not _is_map(node):
        return {}
    reference = node.get("$ref")
    if not isinstance(reference, str) or depth == MOST_DEPTH:
        return dict(node)
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step.replace("~1", "/").replace("~0", "~")) if _is_map(found) else None
    return {**_followed(found, document, depth + 1), **{key: one for key, one in node.items() if key != "$ref"}}


def _flat(node: Any, document: Node, depth: int = 0) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Merge a schema with what it is made of: `allOf` adds, of `oneOf` and `anyOf` only what all demand is required."""
    found = dict(_followed(node, document))
    properties = {name: _followed(one, document) for name, one in (found.get("properties") or {}).items()}
    required = list(found.get("required") or [])
    if depth < MOST_DEPTH:
        for part in found.get("allOf") or []:
            merged = _flat(part, document, depth + 1)
            properties = {**merged["properties"], **properties}
            required += merged["required"]
        several = [_flat(part, document, depth + 1) for key in ("oneOf", "anyOf") for part in found.get(key) or []]
        for one in several:
            properties = {**one["properties"], **properties}
        required += sorted(set.intersection(*(set(one["required"]) for one in several))) if several else []
    return {**found, "properties": properties, "required": required}


def _fields(schema: Node) -> dict[str, Node]:
    """List the fields of the request, those of `model_params` by `model_params.NAME`."""
    found: dict[str, Node] = dict(schema["properties"])
    params = found.pop(PARAMS, {})
    inner = params.get("properties") or {}
    return found | {f"{PARAMS}.{name}": node for name, node in inner.items() if _is_map(node)}


def _allowed(node: Node) -> tuple[Any, ...]:
    """List the values of a field that has a closed list of them."""
    if "const" in node:
        return (node["const"],)
    parts = [part for key in ("oneOf", "anyOf") for part in node.get(key) or [] if _is_map(part)]
    if parts and all("const" in part or "enum" in part for part in parts):
        return tuple(value for part in parts for value in _allowed(part))
    return tuple(node.get("enum") or ())


# ---- against the edition ---------------------------------------------------------------------------------------


def _ids(schema: Node, profile: Profile) -> Iterator[Drift]:
    """Yield models of the document that the edition does not describe, and those that it alone describes.

    An edition may describe several models that have a page each: a page of one says nothing of the others.
    """
    theirs = models_of(schema)
    for model in theirs:
        if model not in profile.models:
            yield Drift(what="id", place="model", ours=", ".join(profile.models), theirs=model)
    shared, alone = ([model for model in profile.models if (model in theirs) == there] for there in (True, False))
    if shared and alone and len(theirs) > 1:
        yield Drift(what="id", place="model", ours=", ".join(profile.models), theirs=", ".join(theirs))
    elif shared and alone:
        words = f"...{', '.join(theirs)}..., and the edition is for {', '.join(alone)} too"
        yield Drift(what="prose", place="model", ours=", ".join(profile.models), theirs=words)


def _names(fields: Mapping[str, Node], profile: Profile) -> Iterator[Drift]:
    for name in fields:
        if not profile.knows(name) and name != PARAMS:
            yield Drift(what="field", place=name, ours="not known", theirs="a field")
    ours = {name for name in profile.fields() if name not in ("model", "prompt", "callback_url", *fields)}
    for name in sorted(ours):
        if not name.startswith(f"{PARAMS}.") or any(one.startswith(PARAMS) for one in fields):
            yield Drift(what="field", place=name, ours="a field", theirs="not known")


def _bounds(name: str, node: Node, profile: Profile) -> Iterator[Drift]:
    """Yield bounds, counts and defaults that differ."""
    kinds = {array: kind for kind, array in ARRAYS.items()}
    if name in kinds:
        count = getattr(profile, kinds[name]).count
        for key, ours in (("minItems", count.min), ("maxItems", count.max)):
            if key in node and node[key] != ours:
                yield Drift(what="count", place=f"{name}.{key}", ours=str(ours), theirs=str(node[key]))
        return
    lows, high = _our_bounds(name, profile)
    for key, bounds in (("minimum", lows), ("maximum", (high,))):
        if key in node and Fraction(str(node[key])) not in bounds:
            yield Drift(what="bound", place=f"{name}.{key}", ours=_said(bounds[0]), theirs=str(node[key]))
    longest = profile.request.prompt.max_characters if name == "prompt" and profile.request.prompt else None
    if "maxLength" in node and node["maxLength"] != longest and name == "prompt":
        yield Drift(what="bound", place="prompt.maxLength", ours=_said(longest), theirs=str(node["maxLength"]))
    default = _our_default(name, profile)
    if "default" in node and default is not None and node["default"] != default:
        yield Drift(what="default", place=name, ours=str(default), theirs=str(node["default"]))


def _our_bounds(name: str, profile: Profile) -> tuple[tuple[Bound, ...], Bound]:
    """Return the smallest values, of which any may be the document's, and the largest.

    A length that stands for the model's choice, such as -1, may lie below what a document calls the minimum.
    """
    length = profile.request.duration_s
    if name == "duration" and length:
        numbers = [one for one in length.special if isinstance(one, int)]
        return tuple(dict.fromkeys((length.min, min([*numbers, length.min or 0])))), length.longest
    field = profile.request.fields.get(name)
    return ((field.min,), field.max) if field else ((None,), None)


def _our_default(name: str, profile: Profile) -> object:
    request = profile.request
    own = {"duration": request.duration_s, "quality": request.quality, "aspect_ratio": request.aspect_ratio}
    found = own.get(name) or request.fields.get(name)
    return found.default if found else None


def _enums(name: str, node: Node, profile: Profile) -> Iterator[Drift]:
    """Yield closed lists that differ."""
    theirs, ours = _allowed(node), _our_list(name, profile)
    if name != "model" and theirs and ours and set(map(str, theirs)) != set(map(str, ours)):
        yield Drift(what="enum", place=name, ours=", ".join(map(str, ours)), theirs=", ".join(map(str, theirs)))


def _our_list(name: str, profile: Profile) -> tuple[object, ...]:
    request = profile.request
    if name == "quality":
        return tuple(dict.fromkeys(quality for model in profile.models.values() for quality in model.quality))
    if name == "aspect_ratio":
        return request.aspect_ratio.allowed if request.aspect_ratio else ()
    if name == "duration" and request.duration_s:
        return (*request.duration_s.allowed, *request.duration_s.special) if request.duration_s.allowed else ()
    field = request.fields.get(name)
    return field.allowed if field else ()


def _required(fields: Mapping[str, Node], schema: Node, profile: Profile) -> Iterator[Drift]:
    theirs = set(schema["required"]) - {"model"}
    ours = {name for name, field in profile.request.fields.items() if field.required and "." not in name}
    ours |= {array for kind, array in ARRAYS.items() if getattr(profile, kind).count.min}
    ours = (ours - {"prompt"}) | ({"prompt"} if needs_prompt(profile) else set())
    for name in sorted(theirs ^ ours):
        if name in fields or name in ours:
            said = ("required", "not required")
            yield Drift(what="required", place=name, ours=said[name not in ours], theirs=said[name not in theirs])


# ---- prose -----------------------------------------------------------------------------------------------------


def _prose(schema: Node, fields: Mapping[str, Node], profile: Profile) -> Iterator[Drift]:
    """Yield numbers in descriptions that no limit of the edition has."""
    known = _numbers(entry.words for entry in entries(profile).values() if entry) | KNOWN_ELSEWHERE
    for name, node in {"": schema, **fields}.items():
        words = " ".join(str(node.get("description") or "").split())
        for match in NUMBER.finditer(words):
            number = Fraction(match[0].replace(",", ""))
            unit = words[match.end() : match.end() + 4].strip().upper()
            sizes = {number * 2**20, number * 10**6} if unit.startswith("MB") else {number}
            if not sizes & known:
                around = words[max(0, match.start() - WORDS_AROUND) : match.end() + WORDS_AROUND]
                yield Drift(what="prose", place=name or "the whole", ours="no such number", theirs=f"...{around}...")


def _numbers(words: Iterable[str]) -> set[Fraction]:
    return {Fraction(one) for said in words for one in re.findall(r"\d+(?:\.\d+)?", said)}


def _said(value: Fraction | int | None) -> str:
    return "no bound" if value is None else str(value)
