"""What the page asks of sending, and the reports that it offers."""

import io
from pathlib import Path
from typing import Any, Literal

import msgspec
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from preflight.flow.planned import PlannedFixes
from preflight.media.thumbnails import thumbnails
from preflight.report import Header, open_writer, write_report
from preflight.server.answers import Json, MissingError, body_as
from preflight.server.ui.context import PageContext
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import printable

REPORTS: dict[str, tuple[str, str]] = {
    "html": ("text/html", "report.html"),
    "json": ("application/json", "report.json"),
}


class Keyed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key for this session."""

    key: str


class Switched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the sandbox is sent to."""

    on: bool


class Confirmed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person said yes to."""

    again: bool = False


class SentRoutes:
    """Answers what is asked of sending.

    Args:
        context: the workspace, and what works for it.
    """

    def __init__(self, context: PageContext) -> None:
        self._context, self._sending = context, context.sending

    def routes(self) -> list[Route]:
        """List the routes."""
        return [
            Route("/api/key", self.key, methods=["PUT"]),
            Route("/api/sandbox", self.sandbox, methods=["PUT"]),
            Route("/api/quote", self.quote, methods=["POST"]),
            Route("/api/credits", self.credits, methods=["POST"]),
            Route("/api/cheaper", self.cheaper, methods=["POST"]),
            Route("/api/send", self.send, methods=["POST"]),
            Route("/api/lost", self.look, methods=["POST"]),
            Route("/api/sent/{where}/{number:int}/follow", self.follow, methods=["POST"]),
            Route("/api/sent/{where}/{number:int}/use", self.use, methods=["POST"]),
            Route("/api/sent/{where}/{number:int}/film", self.film),
            Route("/api/sent/{where}/{number:int}/film/show", self.reveal, methods=["POST"]),
            *(Route(f"/api/report.{kind}", self.report) for kind in REPORTS),
        ]

    async def key(self, request: Request) -> Response:
        """Take a key; it is held in memory alone."""
        keyed = await body_as(request, Keyed)
        await run_sync(self._sending.set_key, keyed.key)
        return Response(status_code=204)

    async def sandbox(self, request: Request) -> Response:
        """Send to the sandbox, or to the service."""
        switched = await body_as(request, Switched)
        await run_sync(lambda: self._sending.set_sandbox(on=switched.on))
        return Response(status_code=204)

    async def quote(self, _: Request) -> Response:
        """Tell what sending would cost."""
        return Json(await run_sync(self._sending.quote))

    async def credits(self, _: Request) -> Response:
        """Ask the service for the credits left."""
        await run_sync(self._sending.ask_credits)
        return Response(status_code=204)

    async def cheaper(self, _: Request) -> Response:
        """Cut the clips to the length below which nothing is saved."""
        await run_sync(self._sending.make_cheaper)
        return Response(status_code=204)

    async def send(self, request: Request) -> Response:
        """Send what a person said yes to."""
        confirmed = await body_as(request, Confirmed)
        await run_sync(lambda: self._sending.send(again=confirmed.again))
        return Response(status_code=202)

    async def look(self, _: Request) -> Response:
        """Look for what was sent without an answer."""
        await run_sync(self._sending.look)
        return Response(status_code=202)

    async def follow(self, request: Request) -> Response:
        """Wait for a task again."""
        number, sandbox = _entry(request)
        await run_sync(lambda: self._sending.follow(number, sandbox=sandbox))
        return Response(status_code=202)

    async def use(self, request: Request) -> Response:
        """Take the prompt and settings of an earlier request."""
        number, sandbox = _entry(request)
        await run_sync(lambda: self._context.sending.use(number, sandbox=sandbox))
        return Response(status_code=204)

    async def film(self, request: Request) -> Response:
        """Play a film that was saved, or save a copy."""
        number, sandbox = _entry(request)
        path = await run_sync(lambda: _there(self._sending.film(number, 0, sandbox=sandbox)))
        saves = Path(path).name if request.query_params.get("save") else None
        return FileResponse(path, media_type="video/mp4", filename=saves)

    async def reveal(self, request: Request) -> Response:
        """Show a film in its folder, on the screen of this machine."""
        number, sandbox = _entry(request)
        path = await run_sync(lambda: _there(self._sending.film(number, 0, sandbox=sandbox)))
        if self._context.reveal is None or not await run_sync(self._context.reveal, path):
            raise MissingError(words_of("error.no-folder", path=printable(path)))
        return Response(status_code=204)

    async def report(self, request: Request) -> Response:
        """Write a report on the request as it is now."""
        kind = request.url.path.rpartition(".")[2]
        media, name = REPORTS[kind]
        text = await run_sync(self._written, kind)
        return Response(text, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _written(self, kind: Any) -> str:  # noqa: ANN401 - a format
        workspace = self._context.workspace
        report = workspace.report
        if report is None or not report.assets:
            raise MissingError(WORDS["error.not-judged"])
        plans = PlannedFixes(workspace.profile)
        header = Header(
            profile=workspace.profile.name,
            limits=workspace.profile,
            planned_fixes=plans,
            thumbnails=thumbnails if kind == "html" else None,
        )
        out = io.StringIO()
        with self._context.session.entered():
            plans.expect(report)
            write_report([open_writer(kind, header, out)], report.assets, report.findings)
        return out.getvalue()


def _there(path: str | None) -> str:
    if path is None or not Path(path).is_file():
        raise MissingError(WORDS["error.film-gone"])
    return path


def _entry(request: Request) -> tuple[int, bool]:
    where: Literal["paid", "sandbox"] = request.path_params["where"]
    if where not in ("paid", "sandbox"):
        raise MissingError("there is no such ledger")
    return request.path_params["number"], where == "sandbox"
