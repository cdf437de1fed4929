"""The gateway's document is OpenAPI of what it really serves, and its page loads nothing from elsewhere."""

import re
from typing import Any

import jsonschema
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from preflight.report.schemas import schema_of
from preflight.server.gateway.docs import PAGE, STATUSES, described, page, style


async def create(request: Request) -> Response:  # noqa: ARG001 - as routes are called
    """Create a task.

    A second line is not its summary.
    """
    return Response()


async def report(request: Request) -> Response:  # noqa: ARG001 - as routes are called
    """Show <script>alert(1)</script>."""
    return Response()


ROUTES = [Route("/v1/create", create, methods=["POST"]), Route("/reports/{name}", report, methods=["GET"])]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return described(ROUTES)


def test_every_reference_leads_to_a_schema_that_is_there(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    led = {*re.findall(r"'\$ref': '([^']+)'", repr(document))}
    assert led <= {f"#/components/schemas/{name}" for name in schemas}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_create_call_s_body_is_told_by_the_service_s_own_names(document: dict[str, Any]) -> None:
    told = document["paths"]["/v1/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert told == {"$ref": "#/components/schemas/GenerationRequest"}
    fields = document["components"]["schemas"]["GenerationRequest"]["properties"]
    assert not {"images", "videos", "audios"} & {*fields}
    for name in ("image_urls", "video_urls", "audio_urls"):
        assert fields[name]["items"] == {"type": "string"}


def test_each_status_is_told_with_what_it_means(document: dict[str, Any]) -> None:
    answers = document["paths"]["/v1/create"]["post"]["responses"]
    assert {status: answers[status]["description"] for status in STATUSES["create"]} == STATUSES["create"]
    assert answers["2XX"]["content"]["application/json"]["schema"]["$ref"].endswith("/Task")
    assert "400" not in document["paths"]["/reports/{name}"]["get"]["responses"]


def test_the_report_s_schema_is_the_published_one(document: dict[str, Any]) -> None:
    schemas, published = document["components"]["schemas"], schema_of("report")
    assert schemas["Report"]["required"] == published["required"]
    assert {*published["$defs"]} <= {*schemas}


def test_the_page_runs_and_loads_nothing(document: dict[str, Any]) -> None:
    shown = page(document)
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert {*re.findall(r'(?:src|href)="([^"#][^"]*)"', shown)} <= {"docs.css", "openapi.json", "/preflight/docs.css"}
    assert "default-src 'none'" in PAGE
    assert "@import" not in style()
    assert "url(" not in style()
