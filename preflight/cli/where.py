"""`preflight where`: files or a request in; which models take them, and after which fix, out."""

from typing import TYPE_CHECKING, Annotated

import click

from preflight.cli.check import nothing, requested, require
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import format_of, loaded_all
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import Argument, Group, Option, options_of, stored
from preflight.cli.options.service import AgentOptions
from preflight.report import text
from preflight.values.assets import collect

if TYPE_CHECKING:
    from preflight.report.where import WhereQuestion
    from preflight.request.file import RequestSpec
    from preflight.values.places import Place


class WhereCall(Group, frozen=True, kw_only=True):
    """What a call of `where` asks."""

    paths: Annotated[tuple[str, ...], Argument("PATH...", stored)] = ()
    models: Annotated[
        tuple[str, ...],
        Option("Only models whose name holds WORD; repeatable.", flags=("--model",), metavar="WORD"),
    ] = ()
    sources: Annotated[
        bool, Option("Say of each reason from which document it is, and which limits no document gives.")
    ] = False
    measuring: MeasuringOptions = MeasuringOptions()
    asking: AgentOptions = AgentOptions()
    format_name: Annotated[str, format_of("text", "json", "csv", "html")] = "text"


@click.command("where")
@options_of(WhereCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: WhereCall) -> None:
    """Say which models take each PATH as it is, after a lossless fix, after a lossy one, or never, and why.

    Files are judged each by itself, and measured once; a request.toml as a whole. The least loss comes first, then the
    price. "Perhaps as it is" breaks a limit of which the documents do not settle whether it holds. Exit status: 0 when
    at least one model surely takes everything as it is, 1 when none does, 3 when one cannot tell.

    \b
    Example: preflight where footage/
    Example: preflight where request.toml --model seedance --sources
    Example: preflight where footage/ --format csv
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.report.where import WhereQuestion

    spec = requested(call.paths)
    if spec is None:
        require(call.paths)
    files, places = _places(call, spec)
    _print(call, places, WhereQuestion(files=files, request=call.paths[0] if spec else None))
    ways = {place.way for place in places}
    ctx.exit(0 if "as it is" in ways else 3 if "unsure" in ways else 1)


def _places(call: WhereCall, spec: "RequestSpec | None") -> "tuple[int, list[Place]]":
    """Measure once, and ask every edition."""
    from preflight.flow.check import measure, media
    from preflight.flow.where import where_files, where_request
    from preflight.upload.fetcher import Fetcher

    with (
        Fetcher(allow_private=False, agent=call.asking.agent) as fetch,
        call.measuring.opened(fetch, several=True) as how,
    ):
        profiles = loaded_all()  # while children start
        probed = tuple(measure(spec.assets, how) if spec else media(collect(call.paths), how))
    if not probed and spec is None:
        nothing(how.passed.files)
    found = where_request(spec, probed, profiles) if spec else where_files(probed, profiles)
    chosen = [one for one in found if not call.models or any(word in one.model for word in call.models)]
    return len(probed), chosen


def _print(call: WhereCall, places: "list[Place]", asked: "WhereQuestion") -> None:
    from preflight.report.where import table_lines, where_csv, where_html, where_json

    if call.format_name == "json":
        click.echo(where_json(places, asked), nl=False)
    elif call.format_name == "csv":
        click.echo(where_csv(places), nl=False)
    elif call.format_name == "html":
        click.echo(where_html(places, asked), nl=False)
    else:
        text.write(table_lines(places, asked, sources=call.sources))
