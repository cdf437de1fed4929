"""The words of JSON Schema that the schemas of reports are made of."""

from fractions import Fraction
from typing import Any

from preflight.values.findings import EXIT_CODES

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer", "minimum": 0}
KIND: Json = {"enum": ["image", "video", "audio", "unknown"]}
VERDICT: Json = {"enum": list(EXIT_CODES)}
PLAIN: dict[Any, Json] = {
    **dict.fromkeys((Fraction, float), NUMBER),
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    str: TEXT,
    type(None): {"type": "null"},
}
"""Type → its shape."""
LOSS: Json = {"enum": ["none", "lossless", "lossy", "creative"]}


def maybe(shape: Json) -> Json:
    """Allow null, too."""
    return {"anyOf": [shape, {"type": "null"}]}


def many(shape: Json) -> Json:
    """Describe a list."""
    return {"type": "array", "items": shape}


def record(optional: Json | None = None, /, **required: Json) -> Json:
    """Describe an object by its keys; others are allowed."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def ref(kind: type) -> Json:
    """Refer to a value that `_definitions` describes."""
    return {"$ref": f"#/$defs/{kind.__name__}"}
