"""`preflight report`: a verdict store in; what it holds, summed up, out."""

from typing import Annotated

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import format_of
from preflight.cli.options.option import Group, Option, options_of
from preflight.errors import CallError
from preflight.locale import localized
from preflight.values.assets import printable
from preflight.values.findings import EXIT_CODES
from preflight.values.phrase import phrase


class ReportCall(Group, frozen=True, kw_only=True):
    """How a store is summed up."""

    format_name: Annotated[str, format_of("text", "json", "csv", "markdown", "html")] = "text"
    anonymous: Annotated[
        bool, Option("Read buckets unsigned, as those that are open to everybody allow.", kept=True)
    ] = False


@click.command("report")
@click.argument("store", metavar="STORE")
@options_of(ReportCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, *, store: str, call: ReportCall) -> None:
    """Sum up the verdict STORE that `check --output FOLDER/` wrote: by rule, by folder, worst first.

    Of an asset that was judged several times the last verdict counts. Exit status: 0 all pass, 1 some fail, 3 some
    could not be judged, which outranks 1; 2 where the store holds no verdicts.

    \b
    Example: preflight report results/
    Example: preflight report s3://bucket/results --format html
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.objects.stores import from_environment
    from preflight.scale.render import RENDERED
    from preflight.scale.store import VerdictStore
    from preflight.scale.summary import summarize

    kept = VerdictStore(store, from_environment(anonymous=call.anonymous), make=False)
    found = summarize(kept)
    if left := len(kept.parts()):
        words = phrase("{n} parts of a run that goes on, or was broken off, are not counted yet", n=f"{left:,}")
        click.echo(f"preflight: {localized(words)}", err=True)
    if not found.assets:
        advice = "`preflight check ... --output STORE` writes them, and goes on where a run was broken off."
        raise CallError(phrase("{q}: holds no verdicts", q=printable(store)), advice=advice)
    click.echo(RENDERED[call.format_name](found), nl=False)
    ctx.exit(EXIT_CODES[found.verdict])
