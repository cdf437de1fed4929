"""All that works for one workspace: its threads, its queue, its pictures, and who hears of changes."""

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from preflight.errors import PreflightError
from preflight.profiles.schema import Profile
from preflight.report.remedies import message_of
from preflight.server.events import Events
from preflight.server.ui.fixing import Fixing
from preflight.server.ui.previews import Previews
from preflight.server.ui.project import Project
from preflight.server.ui.sending import Sending
from preflight.server.ui.threads import Threads
from preflight.server.ui.workspace import Workspace
from preflight.service.addresses import is_local
from preflight.values.assets import printable
from preflight.values.bounds import Bounds
from preflight.workers.session import Session, current

Reveal = Callable[[str], bool]
"""Shows a file in its folder; tells whether it could."""


class PageContext:
    """One project with all that works for it; a context.

    Args:
        project: where it is kept.
        profile: the edition of the limits.
        base_url: the service; the profile's when None.
        reveal: shows a file in its folder; None where that cannot be done.
    """

    def __init__(
        self, project: Project, profile: Profile, base_url: str | None = None, *, reveal: Reveal | None = None
    ) -> None:
        self.reveal = reveal
        self.session = Session(current())
        self.events = Events()
        self.threads = Threads(self.session, self._trouble)
        self.workspace = Workspace(project, profile, self.threads, self.events)
        self.fixing = Fixing(self.workspace)
        self.sending = Sending(self.workspace, base_url)
        self.workspace.measurer.allow_private = is_local(base_url)
        self.previews = Previews(project.own / "seen")

    def __enter__(self) -> Self:
        """Begin: what starts the children gets ready, so that the first file need not wait for it."""
        self.threads.do("looking", self._get_ready)
        return self

    def _get_ready(self) -> None:
        with suppress(OSError):
            self.session.start(Bounds()).end()

    def _trouble(self, error: PreflightError) -> None:
        self.events.tell("trouble", lambda: {"message": printable(message_of(error))})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what goes on; everything is saved already."""
        self.fixing.close()
        self.threads.close()
        self.sending.close()
