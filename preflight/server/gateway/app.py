"""The application of a gateway: its state in, an ASGI application behind the gate out."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from preflight.errors import PreflightError
from preflight.server.answers import Json
from preflight.server.gateway.docs import PAGE, described, page, style
from preflight.server.gateway.errors import ApiError, error_answer
from preflight.server.gateway.gate import Gate, Log, note
from preflight.server.gateway.jobs import Jobs
from preflight.server.gateway.routes import Routes, respond
from preflight.server.gateway.state import GatewayState
from preflight.server.language import LanguageMiddleware
from preflight.values.phrase import phrase


def application(state: GatewayState, jobs: Jobs, host: str, log: Log) -> Gate:
    """Build the application of one gateway."""
    routes = Routes(state, jobs)
    served = [*routes.provider(), *routes.own()]
    document = described(served)

    async def openapi(_: Request) -> Response:
        return Json(document)

    async def docs(_: Request) -> Response:
        return HTMLResponse(page(document), headers={"Content-Security-Policy": PAGE})

    async def docs_style(_: Request) -> Response:
        return Response(style(), media_type="text/css")

    handlers = dict.fromkeys((ApiError, PreflightError, ClientDisconnect, Exception), _on_error)
    app = Starlette(
        routes=[
            *served,
            Route("/preflight/openapi.json", openapi),
            Route("/preflight/docs", docs),
            Route("/preflight/docs.css", docs_style),
        ],
        exception_handlers={**handlers, HTTPException: _on_http_error},
    )
    routes.gate = Gate(LanguageMiddleware(app), state.settings, host, log, state.metrics)
    return routes.gate


def _on_error(request: Request, error: Exception) -> Response:
    """Answer in the provider's shape."""
    note(request.scope, error=getattr(error, "code", "") or type(error).__name__)
    return respond(error_answer(error, request.url.path))


def _on_http_error(request: Request, error: Exception) -> Response:
    """Answer an unknown path or method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "http_error")
    words = phrase("{w} is not served here: this gateway serves what /preflight/docs lists", w=request.method[:20])
    return respond(error_answer(ApiError(status, code, words), request.url.path))
