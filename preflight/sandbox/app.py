"""Build the ASGI application: all routes behind the gate."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from preflight.sandbox.errors import ApiError, FilesError, on_error, refusal
from preflight.sandbox.gate import Gate
from preflight.sandbox.routes_api import routes_api
from preflight.sandbox.routes_files import routes_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from preflight.sandbox.listener import Listener
    from preflight.sandbox.service import Service


def application(service: Service, listener: Listener) -> Starlette:
    """Build the application of one sandbox."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with service.open():
            yield

    return Starlette(
        routes=[*routes_api(service), *routes_files(service)],
        lifespan=lifespan,
        middleware=[
            Middleware(
                Gate, settings=service.settings, exchanges=service.exchanges, fates=service.fates, listener=listener
            )
        ],
        exception_handlers={
            ApiError: on_error,
            FilesError: on_error,
            HTTPException: _on_http_error,
            ClientDisconnect: on_error,
            Exception: on_error,
        },
    )


def _on_http_error(request: Request, error: Exception) -> Response:
    """Respond to an unknown path or method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "http_error")
    return refusal(request.url.path, status, code, f"{request.method} is not served here")
