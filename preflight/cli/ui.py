"""`preflight ui`: files, or a request.toml, in; a page for a person, on this machine alone, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import FOLDER, Argument, Group, Option, options_of, stored
from preflight.errors import CallError
from preflight.flow.paths import refuse_absent
from preflight.locale import localized
from preflight.system.screen import folder_opener
from preflight.values.assets import collect

PROJECT = "preflight-project"


OPEN = "The page is open to whoever has this address, on this machine alone; Ctrl-C ends it."


class UiCall(Group, frozen=True, kw_only=True):
    """What a call of `ui` asks."""

    paths: Annotated[tuple[str, ...], Argument("[PATH... | REQUEST.TOML]", stored)] = ()
    port: Annotated[int, Option("0 takes a free one.", kind=click.IntRange(0, 65535))] = 0
    no_browser: Annotated[bool, Option("Open no browser: only print where the page is.")] = False
    output: Annotated[
        Path | None,
        Option(
            f"The project's folder: its request.toml, new files, films.  [default: {PROJECT}, or the request's folder]",
            kind=FOLDER,
            metavar="DIR",
        ),
    ] = None
    base_url: Annotated[
        str | None, Option("The service; the profile's if not said.", kept=True, guarded=True, metavar="URL")
    ] = None
    edition: EditionOptions = EditionOptions()


@click.command("ui")
@options_of(UiCall)
@settings_file
def command(*, call: UiCall) -> None:
    """Open a page for a person: drop files, see what is wrong, trim, fix, describe, send, and play the film.

    It answers this machine alone, and only who has the address that is printed first. PATHs are opened in place, never
    copied or changed; everything is saved in the project's folder as it happens, and found there the next time.

    \b
    Example: preflight ui
    Example: preflight ui footage/ --output my-film
    Example: preflight ui my-film/request.toml
    """  # noqa: D301 - \b is click's mark for lines to keep
    request, paths = _places(call)
    for path in paths:
        refuse_absent(path, folder=True)
    from preflight.request.file import load_spec
    from preflight.server.ui.start import PageOptions, serve_page

    profile = call.edition.load(load_spec(request, absent=True).model if request.exists() else None)
    start = PageOptions(
        request=request,
        assets=tuple(collect(paths)),
        profile=profile,
        base_url=call.base_url,
        follows=call.edition.profile_name is None,
        reveal=folder_opener(),
    )
    serve_page(start, call.port, on_ready=lambda url: _say_where(url, opens=not call.no_browser))


def _places(call: UiCall) -> tuple[Path, tuple[str, ...]]:
    """Find the request of the project, and the files that are opened in place."""
    requests = [path for path in call.paths if path.lower().endswith(".toml")]
    if not requests:
        return (call.output or Path(PROJECT)) / "request.toml", call.paths
    if len(requests) > 1:
        raise CallError("ui: one request.toml is one project", advice="Open the other one by a call of its own.")
    if call.output:
        raise CallError("--output: a request.toml is a project already, in its own folder")
    refuse_absent(requests[0], folder=False)
    return Path(requests[0]), tuple(path for path in call.paths if path != requests[0])


def _say_where(url: str, *, opens: bool) -> None:
    click.echo(url)
    click.echo(localized(OPEN), err=True)
    if opens:
        import webbrowser

        webbrowser.open(url)
