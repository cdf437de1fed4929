"""Routes → an OpenAPI 3.1 document: each with its method, its parameters, its body's schema and what it does."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.routing import Route

from preflight._version import __version__

REF = "#/components/schemas/{name}"
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "advice", "code"],
            "properties": {name: {"type": "string"} for name in ("message", "advice", "code")},
        }
    },
}


def document(routes: Iterable[Route], title: str, bodies: dict[str, type]) -> dict[str, Any]:
    """Describe routes.

    Args:
        routes: what is served.
        title: what it is called.
        bodies: name of a handler → the type of the body that it reads.
    """
    schemas, paths = dict[str, Any](), dict[str, Any]()
    found, components = msgspec.json.schema_components(bodies.values(), ref_template=REF)
    schemas.update(components)
    shapes = dict(zip(bodies, found, strict=True))
    for route in routes:
        path, parameters = _described(route.path)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            operation = _operation(route, parameters, shapes)
            paths.setdefault(path, {})[method.lower()] = operation
    schemas["Error"] = ERROR
    info = {"title": title, "version": __version__}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _operation(route: Route, parameters: list[dict[str, Any]], shapes: dict[str, Any]) -> dict[str, Any]:
    handler = route.endpoint
    said = inspect.getdoc(handler) or ""
    failed = {"description": "Refused", "content": {"application/json": {"schema": {"$ref": REF.format(name="Error")}}}}
    operation: dict[str, Any] = {
        "operationId": f"{route.name}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}",
        "summary": said.partition("\n")[0],
        "responses": {"2XX": {"description": "Done"}, "4XX": failed, "5XX": failed},
    }
    if parameters:
        operation["parameters"] = parameters
    if route.name in shapes:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": shapes[route.name]}}}
    return operation


def _described(path: str) -> tuple[str, list[dict[str, Any]]]:
    """Write a path as OpenAPI does, and list its parameters."""
    names = re.findall(r"\{(\w+)(:\w+)?\}", path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == ":int" else "string"}}
        for name, kind in names
    ]
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path), parameters
