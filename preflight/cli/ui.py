"""`preflight ui`: files, or a request.toml, in; a page for a person, on this machine alone, until Ctrl-C."""

from pathlib import Path
from typing import Any

import click
import msgspec

from preflight.cli.options import asked, load_profile, profile_option, refuse_found, settings_file
from preflight.errors import CallError
from preflight.flow.paths import refuse_absent
from preflight.values.assets import collect

PROJECT = "preflight-project"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of `ui` asks."""

    paths: tuple[str, ...]
    port: int
    opens: bool
    output: Path | None
    profile_name: str
    base_url: str | None


@click.command("ui")
@click.argument("paths", nargs=-1, metavar="[PATH... | REQUEST.TOML]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one.")
@click.option("--browser/--no-browser", "opens", default=True, help="Open the page in a browser, or only print where.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"The project's folder: its request.toml, new files and films.  [default: {PROJECT}, or the request's folder]",
)
@profile_option
@click.option(
    "--base-url",
    envvar="PREFLIGHT_BASE_URL",
    callback=refuse_found,
    metavar="URL",
    help="The service; the profile's if not said.",
)
@settings_file
def command(**given: Any) -> None:  # noqa: ANN401 - what the options add
    """Open a page for a person: drop files, see what is wrong, trim, fix, describe, send, and play the film.

    It answers this machine alone, and only who has the address that is printed first. PATHs are opened in place, never
    copied or changed; everything is saved in the project's folder as it happens, and found there the next time.

    \b
    Example: preflight ui
    Example: preflight ui footage/ --output my-film
    Example: preflight ui my-film/request.toml
    """  # noqa: D301 - \b is click's mark for lines to keep
    call = asked(Asked, given)
    request, paths = _places(call)
    for path in paths:
        refuse_absent(path, folder=True)
    from preflight.server.ui.start import Start, serve_page

    profile = load_profile(call.profile_name)
    start = Start(request=request, assets=tuple(collect(paths)), profile=profile, base_url=call.base_url)
    serve_page(start, call.port, on_ready=lambda url: _say_where(url, opens=call.opens))


def _places(call: Asked) -> tuple[Path, tuple[str, ...]]:
    """Return where the request of the project is, and the files that are opened in place."""
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
    click.echo("The page is open to whoever has this address, on this machine alone; Ctrl-C ends it.", err=True)
    if opens:
        import webbrowser

        webbrowser.open(url)
