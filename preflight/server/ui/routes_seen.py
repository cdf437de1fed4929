"""What the page shows and plays of an asset: pictures, filmstrips, outlines, cut points, and the files themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from preflight.errors import CallError
from preflight.flow import footage
from preflight.media.windows import Candidate
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.server.answers import Json, MissingError
from preflight.server.ui.context import PageContext
from preflight.server.ui.items import Item, Which
from preflight.server.ui.previews import STRIPS, Sort, facts_of, played_as
from preflight.server.ui.seconds import share_s
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import printable
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.phrase import error_words
from preflight.values.units import decimal
from preflight.workers.processors import processors

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""For what has its version in its address."""
OFFERED = 3
"""How many best parts are shown."""


class SeenRoutes:
    """Answers what is to be seen and heard.

    Args:
        context: the workspace, and what works for it.
    """

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._few = CapacityLimiter(processors() + 1)
        """Pictures are made a few at a time, whatever a browser asks for at once, and hold up nothing else."""

    def routes(self) -> list[Route]:
        """List the routes."""
        return [
            *(Route(f"/api/assets/{{id}}/{sort}", self.preview) for sort in ("thumb", "large", "strip", *STRIPS)),
            Route("/api/assets/{id}/media", self.played),
            Route("/api/assets/{id}/file", self.saved),
            Route("/api/assets/{id}/show", self.reveal, methods=["POST"]),
            Route("/api/assets/{id}/wave", self.outline),
            Route("/api/assets/{id}/cuts", self.cuts),
            Route("/api/assets/{id}/parts", self.parts),
        ]

    async def preview(self, request: Request) -> Response:
        """Show a small picture, a large one, or a filmstrip."""
        item, which = item_of(self._context, request), which_of(request)
        sort = cast("Sort", request.url.path.rpartition("/")[2])
        path = await run_sync(self._looked, self._context.previews.find, item, which, sort, limiter=self._few)
        return FileResponse(path, media_type="image/jpeg", headers=FOREVER)

    async def played(self, request: Request) -> Response:
        """Play a file, or a small copy where browsers may not play it."""
        item, which = item_of(self._context, request), which_of(request)
        kind = played_as(facts_of(item, which))
        if kind and not request.query_params.get("small"):
            return FileResponse(_there(item.path_of(which)), media_type=kind)
        path = await run_sync(self._looked, self._context.previews.find, item, which, "proxy", limiter=self._few)
        return FileResponse(path, media_type="video/mp4")

    async def saved(self, request: Request) -> Response:
        """Save a file under its name."""
        item, which = item_of(self._context, request), which_of(request)
        name = Path(item.path_of(which)).name if which == "fixed" else item.name
        return FileResponse(_there(item.path_of(which)), media_type="application/octet-stream", filename=name)

    async def reveal(self, request: Request) -> Response:
        """Show a file in its folder, on the screen of this machine."""
        path, show = _there(item_of(self._context, request).path_of(which_of(request))), self._context.reveal
        if show is None or not await run_sync(show, path):
            raise MissingError(words_of("error.no-folder", path=printable(path)))
        return Response(status_code=204)

    async def outline(self, request: Request) -> Response:
        """Tell how loud a sound is, from its beginning to its end."""
        item = item_of(self._context, request)
        facts = facts_of(item, "original")
        if not isinstance(facts, VideoFacts | AudioFacts):
            raise MissingError("a picture is not heard")
        peaks = await run_sync(self._looked, footage.outline, item.source, facts, limiter=self._few)
        return Json({"peaks": [round(peak, 3) for peak in peaks]}, headers=FOREVER)

    async def cuts(self, request: Request) -> Response:
        """Tell where a clip can be cut without encoding."""
        item = item_of(self._context, request)
        if not isinstance(facts_of(item, "original"), VideoFacts):
            raise MissingError("only a clip has cut points")
        found = await run_sync(self._looked, footage.cut_points, item.source, limiter=self._few)
        return Json({"starts": list(map(float, found.starts_s)), "ends": list(map(float, found.ends_s))})

    async def parts(self, request: Request) -> Response:
        """Tell the parts that are best worth keeping."""
        item, workspace = item_of(self._context, request), self._context.workspace
        judged = item.judged.get("original")
        if judged is None:
            raise MissingError(WORDS["error.not-measured"])
        longest_s = await run_sync(share_s, workspace, item)
        found = await run_sync(
            self._looked, footage.best_parts, judged, workspace.profile, longest_s, limiter=self._few
        )
        return Json([_part_view(one) for one in found[:OFFERED]])

    def _looked(self, call: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401 - what the call returns
        """Look into a file for the page's session; what cannot be looked into is missing."""
        try:
            with self._context.session.entered():
                return call(*args)
        except (Unmeasured, Unreadable) as fault:
            raise MissingError(error_words(fault)) from None


def _part_view(one: Candidate) -> dict[str, Any]:
    start, end = one.window.start_s, one.window.end_s
    return {"start": float(start), "end": float(end), "words": f"{decimal(start)}-{decimal(end)} s", "why": one.why}


def item_of(context: PageContext, request: Request) -> Item:
    """Find the asset that a request is about."""
    return context.workspace.item(request.path_params["id"])


def which_of(request: Request) -> Which:
    """Read which file of it a request is about."""
    asked = request.query_params.get("which", "original")
    if asked not in ("original", "fixed"):
        raise CallError("which: original or fixed")
    return cast("Which", asked)


def _there(path: str) -> str:
    if not Path(path).is_file():
        raise MissingError(WORDS["error.file-gone"])
    return path
