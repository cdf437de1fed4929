"""The language of each HTTP request: `Accept-Language` in, the application called in that language out."""

from starlette.types import ASGIApp, Receive, Scope, Send

from preflight.locale import accepted, speaking

HEADER = b"accept-language"


class Spoken:
    """Calls an application in the language of each request; without a header, in that of the server.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        said = next((value for name, value in scope.get("headers", ()) if name == HEADER), None)
        if said is None:
            await self._app(scope, receive, send)
            return
        with speaking(accepted(said.decode("latin-1"))):
            await self._app(scope, receive, send)
