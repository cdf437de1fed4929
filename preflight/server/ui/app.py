"""The application of a page: its context and who may ask in, an ASGI application behind the guard out."""

from pathlib import Path
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from preflight.errors import PreflightError
from preflight.locale import language
from preflight.report.html.render import COLORS
from preflight.server.access import TOKEN, Access
from preflight.server.answers import Json, on_error
from preflight.server.events import TooMany
from preflight.server.guard import Guard
from preflight.server.language import LanguageMiddleware
from preflight.server.openapi import document
from preflight.server.ui.context import PageContext
from preflight.server.ui.items import Choices
from preflight.server.ui.routes import DeskRoutes, Marked, Moved, Paused, Placed, Shares, Taken
from preflight.server.ui.routes_seen import SeenRoutes
from preflight.server.ui.routes_sent import Confirmed, Keyed, SentRoutes, Switched
from preflight.server.ui.words import WORDS

BODIES: dict[str, type] = {
    "move": Moved,
    "keep": Marked,
    "place": Placed,
    "choose": Choices,
    "take": Taken,
    "pause": Paused,
    "share": Shares,
    "settings": dict[str, Any],
    "key": Keyed,
    "sandbox": Switched,
    "send": Confirmed,
}
"""Name of a handler → what it reads."""
HERE = Path(__file__).parent


def application(context: PageContext, access: Access) -> Guard:
    """Build the application of one page."""
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True)

    async def page(request: Request) -> Response:
        """Answer with the page; who brings the token gets it as a cookie."""
        answer = HTMLResponse(
            pages.get_template("page.html").render(
                words=WORDS, language=language(), project=context.workspace.project.name
            )
        )
        if TOKEN in request.query_params:
            answer.headers["Set-Cookie"] = access.set_cookie
        return answer

    async def colors(_: Request) -> Response:
        return Response(COLORS.read_text(encoding="utf-8"), media_type="text/css")

    asked = [*DeskRoutes(context).routes(), *SeenRoutes(context).routes(), *SentRoutes(context).routes()]
    described = document(asked, "The page of preflight", BODIES)

    async def api(_: Request) -> Response:
        return Json(described)

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/static/colors.css", colors),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Route("/api/openapi.json", api),
            *asked,
        ],
        exception_handlers={
            PreflightError: on_error,
            TooMany: on_error,
            HTTPException: on_error,
            ClientDisconnect: on_error,
            Exception: on_error,
        },
    )
    return Guard(LanguageMiddleware(app, first=True), access)
