"""A page from its start to its end: a project's place and files in, a server on this machine for so long."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from preflight.profiles.schema import Profile
from preflight.server.access import Access
from preflight.server.listen import listening, running, serve
from preflight.server.ui.app import application
from preflight.server.ui.context import PageContext, Reveal
from preflight.server.ui.project import Project
from preflight.values.assets import Asset


class PageOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a page is opened with."""

    request: Path
    """The request.toml of the project, which need not be there yet."""
    profile: Profile
    assets: tuple[Asset, ...] = ()
    """Files that are opened in place."""
    base_url: str | None = None
    """The service; the profile's when None."""
    follows: bool = True
    """Whether the edition becomes that of a model that is chosen."""
    reveal: Reveal | None = None
    """Shows a file in its folder on this machine's screen; None where that cannot be done."""


def serve_page(start: PageOptions, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve a page until SIGINT or SIGTERM comes; to be called in the main thread.

    Args:
        start: what it is opened with.
        port: 0 takes a free one.
        on_ready: called with the address that opens it.

    Raises:
        PreflightError: the port is taken, or the project cannot be read or written.
    """
    with closing(listening(port)) as sock, _context(start) as context:
        access = Access(port=sock.getsockname()[1])
        serve(application(context, access), sock, lambda: on_ready(access.secret_url))


@contextmanager
def running_page(start: PageOptions, port: int = 0) -> Iterator[tuple[PageContext, Access]]:
    """Serve a page in a thread until the block is left; give its context, and who may ask."""
    with closing(listening(port)) as sock, _context(start) as context:
        access = Access(port=sock.getsockname()[1])
        with running(application(context, access), sock):
            yield context, access


@contextmanager
def _context(start: PageOptions) -> Iterator[PageContext]:
    with PageContext(Project(start.request), start.profile, start.base_url, reveal=start.reveal) as context:
        context.workspace.follows = start.follows
        context.workspace.open(start.assets)
        yield context
