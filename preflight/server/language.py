"""The language of each HTTP request: `Accept-Language` in, the application called in that language out."""

from starlette.types import ASGIApp, Receive, Scope, Send

from preflight.locale import ENGLISH, Language, accepted, language, speaking

HEADER = b"accept-language"


class LanguageMiddleware:
    """Calls an application in the language of each request; without a header, in that of whoever serves.

    Args:
        app: the application.
        first: whether a language that whoever serves has chosen stands before the header.
    """

    def __init__(self, app: ASGIApp, *, first: bool = False) -> None:
        self._app, self._own, self._first = app, language(), first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with speaking(self._chosen(scope)):
            await self._app(scope, receive, send)

    def _chosen(self, scope: Scope) -> Language:
        if self._first and self._own != ENGLISH:
            return self._own
        said = next((value for name, value in scope.get("headers", ()) if name == HEADER), None)
        return self._own if said is None else accepted(said.decode("latin-1"))
