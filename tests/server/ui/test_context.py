"""A context is all that works for one project: it begins, tells of trouble, and ends with nothing left running."""

from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.server.ui.context import PageContext
from preflight.server.ui.project import Project
from preflight.workers.session import StoppedError
from tests.specimens import PROFILE


def context(folder: Path, base_url: str | None = None) -> PageContext:
    return PageContext(Project(folder / "request.toml"), PROFILE, base_url)


@pytest.mark.parametrize(
    ("base_url", "allowed"),
    [
        (None, False),
        ("https://service.example.com", False),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:1", True),
    ],
)
def test_private_addresses_are_fetched_with_a_service_on_this_machine_alone(
    tmp_path: Path, base_url: str | None, allowed: bool
) -> None:
    with context(tmp_path, base_url) as one:
        assert one.workspace.measurer.allow_private is allowed


def test_all_of_it_works_for_one_session_which_ends_with_it(tmp_path: Path) -> None:
    with context(tmp_path) as one:
        assert one.threads.session is one.session
        assert one.workspace.threads is one.threads
    with pytest.raises(StoppedError), one.session.entered():
        one.session.start(None)  # type: ignore[arg-type] # it does not get so far


def test_two_benches_do_not_see_each_other(tmp_path: Path) -> None:
    with context(tmp_path / "one") as one, context(tmp_path / "two") as two:
        one.session.close()
        assert not two.session.is_stopped
        assert one.workspace.items is not two.workspace.items


def test_what_a_person_should_know_is_told_to_every_page(tmp_path: Path) -> None:
    import asyncio

    async def listen() -> list[bytes]:
        with context(tmp_path) as one:
            stream = one.events.response().body_iterator.__aiter__()
            heard = [await anext(stream)]
            one._trouble(NotDone("no space\nleft"))  # noqa: SLF001 - what its threads call
            return [bytes(piece) for piece in (*heard, await anext(stream))]  # type: ignore[arg-type] # ours are bytes

    hello, trouble = asyncio.run(listen())
    assert b"hello" in hello
    assert trouble == b'event: trouble\ndata: {"message":"no space\\\\nleft"}\n\n'
