"""What the page asks of the workspace and its queue. Paths never come from a browser: ids do."""

from fractions import Fraction
from typing import Any

import msgspec
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from preflight.errors import CallError
from preflight.plan.share import WAYS
from preflight.server.answers import Json, body_as
from preflight.server.ui import views
from preflight.server.ui.context import PageContext
from preflight.server.ui.items import Choices, Which
from preflight.server.ui.request_view import SETTINGS, edition_view
from preflight.server.ui.routes_seen import item_of, which_of
from preflight.server.ui.samples import samples
from preflight.server.ui.words import WORDS
from preflight.server.uploads import save_upload
from preflight.values.assets import Window
from preflight.values.choices import Strategy
from preflight.values.phrase import phrase

MOST_UPLOAD_BYTES = 64 << 30
"""Footage may be large; the disk is the limit."""
LONGEST_S = 1e9
"""The latest moment that can be marked: thirty years in."""


class Marked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part to keep, in seconds; None for the whole."""

    keep: tuple[float, float] | None


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on a shelf, from 1."""

    place: int


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which file is sent."""

    which: Which


class Paused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the queue waits."""

    paused: bool


class Shares(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who gives up seconds."""

    share: Strategy


class Placed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The field of the request that an asset stands in; "" for its array."""

    field: str


class DeskRoutes:
    """Answers what is asked of one workspace.

    Args:
        context: the workspace, and what works for it.
    """

    def __init__(self, context: PageContext) -> None:
        self._context, self._workspace = context, context.workspace

    def routes(self) -> list[Route]:
        """List the routes."""
        return [
            Route("/api/basis", self.basis),
            Route("/api/state", self.state),
            Route("/api/events", self.events),
            Route("/api/assets", self.upload, methods=["POST"]),
            Route("/api/samples", self.add_samples, methods=["POST"]),
            Route("/api/assets/{id}", self.remove, methods=["DELETE"]),
            Route("/api/assets/{id}/why", self.why),
            Route("/api/assets/{id}/place", self.move, methods=["PUT"]),
            Route("/api/assets/{id}/field", self.place, methods=["PUT"]),
            Route("/api/assets/{id}/keep", self.keep, methods=["PUT"]),
            Route("/api/assets/{id}/choices", self.choose, methods=["PUT"]),
            Route("/api/assets/{id}/taken", self.take, methods=["PUT"]),
            Route("/api/assets/{id}/fix", self.fix, methods=["POST"]),
            Route("/api/assets/{id}/again", self.again, methods=["POST"]),
            Route("/api/assets/{id}/fetch", self.fetch, methods=["POST"]),
            Route("/api/assets/{id}/quality", self.quality, methods=["POST"]),
            Route("/api/fix", self.fix_all, methods=["POST"]),
            Route("/api/jobs/{id}", self.cancel, methods=["DELETE"]),
            Route("/api/queue", self.pause, methods=["PUT"]),
            Route("/api/request", self.settings, methods=["PATCH"]),
            Route("/api/share", self.share, methods=["PUT"]),
        ]

    async def basis(self, _: Request) -> Response:
        """Tell what seldom changes: the words, and what the edition allows."""
        edition = edition_view(self._workspace.profile, follows=self._workspace.follows)
        return Json(
            {"words": dict(WORDS), "edition": edition, "shares": WAYS, "reveals": self._context.reveal is not None}
        )

    async def state(self, _: Request) -> Response:
        """Tell all that is known now."""
        await run_sync(self._workspace.look_again)
        return Json(await run_sync(self._whole))

    def _whole(self) -> dict[str, Any]:
        return self._workspace.whole() | {"queue": self._context.fixing.view(), "send": self._context.sending.view()}

    async def events(self, _: Request) -> Response:
        """Tell what changes, for as long as somebody listens."""
        return self._context.events.response()

    async def upload(self, request: Request) -> Response:
        """Store a file and add it."""
        name = request.query_params.get("name", "")
        path = await save_upload(request, self._workspace.project.originals, name, MOST_UPLOAD_BYTES)
        added = await run_sync(self._workspace.add, [(str(path), name or path.name)])
        return Json({"ids": [item.id for item in added]}, 201)

    async def add_samples(self, _: Request) -> Response:
        """Add the samples."""
        added = await run_sync(lambda: self._workspace.add(samples(self._workspace.project.originals)))
        return Json({"ids": [item.id for item in added]}, 201)

    async def remove(self, request: Request) -> Response:
        """Remove an asset."""
        await run_sync(self._workspace.remove, request.path_params["id"])
        return Response(status_code=204)

    async def why(self, request: Request) -> Response:
        """Tell what a verdict stands on."""
        item = item_of(self._context, request)
        return Json(views.why_view(item, which_of(request), self._workspace.profile))

    async def move(self, request: Request) -> Response:
        """Give an asset another place."""
        moved = await body_as(request, Moved)
        await run_sync(self._workspace.move, request.path_params["id"], moved.place)
        return Response(status_code=204)

    async def place(self, request: Request) -> Response:
        """Choose the field of the request in which an asset stands."""
        placed = await body_as(request, Placed)
        await run_sync(self._workspace.place, request.path_params["id"], placed.field)
        return Response(status_code=204)

    async def keep(self, request: Request) -> Response:
        """Mark the part to keep."""
        marked = await body_as(request, Marked)
        await run_sync(self._workspace.keep, request.path_params["id"], _window(marked.keep))
        return Response(status_code=204)

    async def choose(self, request: Request) -> Response:
        """Choose how an asset is made to comply."""
        choices = await body_as(request, Choices)
        await run_sync(self._workspace.choose, request.path_params["id"], choices)
        return Response(status_code=204)

    async def take(self, request: Request) -> Response:
        """Choose which file of an asset is sent."""
        taken = await body_as(request, Taken)
        await run_sync(self._workspace.take, request.path_params["id"], taken.which)
        return Response(status_code=204)

    async def fix(self, request: Request) -> Response:
        """Queue the fix of one asset."""
        await run_sync(self._context.fixing.fix, request.path_params["id"])
        return Response(status_code=202)

    async def again(self, request: Request) -> Response:
        """Make the new file of an asset anew."""
        await run_sync(self._context.fixing.again, request.path_params["id"])
        return Response(status_code=202)

    async def fetch(self, request: Request) -> Response:
        """Fetch an asset that lies at an address, and judge it."""
        await run_sync(self._workspace.fetch, request.path_params["id"])
        return Response(status_code=202)

    async def quality(self, request: Request) -> Response:
        """Measure how near a new clip comes to its original."""
        return Json(await run_sync(self._context.fixing.quality, request.path_params["id"]))

    async def fix_all(self, _: Request) -> Response:
        """Queue all fixes that there are."""
        await run_sync(self._context.fixing.fix_all)
        return Response(status_code=202)

    async def cancel(self, request: Request) -> Response:
        """End a fix."""
        await run_sync(self._context.fixing.cancel, request.path_params["id"])
        return Response(status_code=204)

    async def pause(self, request: Request) -> Response:
        """Let the queue wait, or go on."""
        paused = await body_as(request, Paused)
        await run_sync(lambda: self._context.fixing.pause(paused=paused.paused))
        return Response(status_code=204)

    async def settings(self, request: Request) -> Response:
        """Change the prompt and the settings."""
        changes = await body_as(request, dict[str, Any])
        if unknown := sorted(set(changes) - {"prompt", *SETTINGS}):
            raise CallError(phrase("{q}: no such setting", q=unknown[0]))
        await run_sync(self._workspace.set, changes)
        return Response(status_code=204)

    async def share(self, request: Request) -> Response:
        """Choose who gives up seconds."""
        shares = await body_as(request, Shares)
        await run_sync(self._workspace.set_share, shares.share)
        return Response(status_code=204)


def _window(keep: tuple[float, float] | None) -> Window | None:
    """Read a part to keep, to the microsecond."""
    if keep is None:
        return None
    if not 0 <= keep[0] < keep[1] <= LONGEST_S:
        raise CallError("the part to keep has to end after it starts")
    start, end = (Fraction(round(at * 1_000_000), 1_000_000) for at in keep)
    if start == end:
        raise CallError("the part to keep has to end after it starts")
    return Window(start, end)
