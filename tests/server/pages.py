"""A page that runs in this process, on loopback, and what a test asks of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from preflight.server.access import Access
from preflight.server.ui.context import PageContext
from preflight.server.ui.start import PageOptions, running_page
from preflight.values.assets import Asset
from tests.specimens import PROFILE

PATIENCE_S = 60.0
Card = dict[str, Any]


class Page:
    """A page that is open."""

    def __init__(self, context: PageContext, access: Access, client: httpx.Client) -> None:
        self.context, self.access, self.client = context, access, client

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.context.workspace.project.folder

    def state(self) -> dict[str, Any]:
        """Return all that the page is told."""
        state: dict[str, Any] = self.client.get("/api/state").json()
        return state

    def upload(self, path: Path | str, name: str | None = None) -> str:
        """Upload a file and return its id."""
        answer = self.client.post(
            "/api/assets", params={"name": name or Path(path).name}, content=Path(path).read_bytes()
        )
        assert answer.status_code == 201, answer.text
        (made,) = answer.json()["ids"]
        return str(made)

    def change(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask for a change that is made."""
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer

    def cards(self) -> list[Card]:
        """Return the cards in order."""
        found: list[Card] = self.state()["cards"]
        return found

    def card(self, id_: str) -> Card:
        """Return one card."""
        return next(card for card in self.cards() if card["id"] == id_)

    def when(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until something is so, and return the state."""
        give_up = time.monotonic() + PATIENCE_S
        while not true(state := self.state()):
            assert time.monotonic() < give_up, state
            time.sleep(0.03)
        return state

    def settled(self) -> dict[str, Any]:
        """Wait until everything is measured, judged and planned: twice in a row, since a thought may begin between."""
        give_up, workspace, seen = time.monotonic() + PATIENCE_S, self.context.workspace, 0
        while time.monotonic() < give_up:
            was_thinking, state = workspace.is_thinking, self.state()
            whole = all("original" in item.probed or not item.fixed for item in list(workspace.items.values()))
            judged = whole and all(card["state"] == "judged" for card in state["cards"])
            seen = seen + 1 if judged and not (was_thinking or state["queue"]["jobs"]) else 0
            if seen > 1:
                return state
            time.sleep(0.03)
        raise AssertionError(self.state())


@contextmanager
def opened(folder: Path, *paths: str, request: Path | None = None) -> Iterator[Page]:
    """Open a page on a project, with files in place."""
    assets = tuple(Asset(path=path) for path in paths)
    start = PageOptions(request=request or folder / "request.toml", assets=assets, profile=PROFILE)
    with running_page(start) as (context, access):
        headers = {"Authorization": f"Bearer {access.token}"}
        with httpx.Client(base_url=access.url, headers=headers, timeout=PATIENCE_S, trust_env=False) as client:
            yield Page(context, access, client)
