"""`preflight probe`: files in, facts out, no verdict."""

from typing import Any

import click

from preflight.cli.check import nothing, require
from preflight.cli.options import format_option, measuring, measuring_options, settings_file
from preflight.flow.check import media
from preflight.report import text
from preflight.values.assets import collect, printable
from preflight.values.probed import Probed

UNMEASURED = 3


@click.command("probe")
@click.argument("paths", nargs=-1, metavar="PATH...")
@measuring_options
@format_option("text", "json")
@settings_file
@click.pass_context
def command(ctx: click.Context, /, *, paths: tuple[str, ...], format_name: str, **given: Any) -> None:  # noqa: ANN401 - what measuring_options adds
    """Measure each PATH and print the facts.

    \b
    Example: preflight probe clip.mov --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    require(paths)
    with measuring(given) as how:
        probed = list(media(collect(paths), how))
    if not probed:
        nothing(how.passed.files)
    if format_name == "json":
        from preflight.report.json import dump, facts_report

        click.echo(dump(facts_report(probed)), nl=False)
    else:
        text.write(map(_line, probed))
    if how.passed.files:
        click.echo(f"{text.passed_words(how.passed.files)}.", err=format_name == "json")
    ctx.exit(UNMEASURED if any(one.fault for one in probed) else 0)


def _line(probed: Probed) -> text.Line:
    words = f"{probed.fault.kind}: {probed.fault.message}" if probed.fault else text.summary(probed.facts)
    return (printable(probed.asset.path), "bold"), (f": {probed.kind}: {printable(words)}", "")
