"""Routes are described as OpenAPI 3.1 has it: each with its method, its parameters, its body and what it does."""

from typing import Any

import jsonschema
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from preflight._version import __version__
from preflight.server.openapi import document


class Inner(msgspec.Struct):
    """A part of a body."""

    seconds: float


class Body(msgspec.Struct):
    """A body of this test's own."""

    name: str
    parts: list[Inner] = []


async def make(request: Request) -> Response:  # noqa: ARG001 - as routes are called
    """Make something.

    And more of it, which is no summary.
    """
    return Response()


async def bare(request: Request) -> Response:  # noqa: ARG001 - that it has no words is what is asked
    return Response()


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    routes = [
        Route("/things", make, methods=["POST"]),
        Route("/things/{name}", bare, methods=["DELETE"]),
        Route("/things/{name}/parts/{number:int}", bare, methods=["GET"]),
        Route("/files/{rest:path}", bare),
    ]
    return document(routes, "Things", {"make": Body})


def test_a_document_says_what_it_is(found: dict[str, Any]) -> None:
    assert (found["openapi"], found["info"]) == ("3.1.0", {"title": "Things", "version": __version__})


def test_every_route_stands_under_its_path_with_its_methods(found: dict[str, Any]) -> None:
    assert {path: {*methods} for path, methods in found["paths"].items()} == {
        "/things": {"post"},
        "/things/{name}": {"delete"},
        "/things/{name}/parts/{number}": {"get"},
        "/files/{rest}": {"get"},
    }


def test_a_route_says_what_it_does_in_one_line(found: dict[str, Any]) -> None:
    assert found["paths"]["/things"]["post"]["summary"] == "Make something."
    assert found["paths"]["/files/{rest}"]["get"]["summary"] == ""


def test_parameters_have_names_and_types(found: dict[str, Any]) -> None:
    told = found["paths"]["/things/{name}/parts/{number}"]["get"]["parameters"]
    assert [(one["name"], one["in"], one["required"], one["schema"]["type"]) for one in told] == [
        ("name", "path", True, "string"),
        ("number", "path", True, "integer"),
    ]
    assert "parameters" not in found["paths"]["/things"]["post"]


def test_a_body_takes_what_its_type_does(found: dict[str, Any]) -> None:
    schema = found["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": found["components"]}
    jsonschema.validate({"name": "a", "parts": [{"seconds": 1.5}]}, whole)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"parts": [{"seconds": "long"}]}, whole)
    assert "requestBody" not in found["paths"]["/files/{rest}"]["get"]


def test_every_refusal_has_the_shape_of_an_error(found: dict[str, Any]) -> None:
    for path in found["paths"].values():
        for operation in path.values():
            for status in ("4XX", "5XX"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}
    error = {"error": {"message": "x", "advice": "", "code": "http"}}
    jsonschema.validate(error, found["components"]["schemas"]["Error"])


def test_no_two_operations_have_one_name(found: dict[str, Any]) -> None:
    names = [one["operationId"] for path in found["paths"].values() for one in path.values()]
    assert len(names) == len({*names}), names
